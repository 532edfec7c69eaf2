"""Calls that are passed on: what the gateway adds to the time of a supplier, and what slow suppliers cost the others.

`far.py` is the suppliers, a program of its own; `parts.py` has the turns, `report.py` what they come to.
"""
