"""The updates door: suppliers tell us what happens to the orders that we sent them.

Rules: `docs/reference/updates.md`.
"""
