"""Writes the pages of `docs/reference` that are made from the code: `make docs`, or `python -m docs_gen`.

Each module here makes pages from one source of truth and returns them as text by path; `pages` puts them together, and
a test compares them with what is committed.
"""
