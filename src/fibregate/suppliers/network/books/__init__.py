"""Slot books: by area, service and purpose, the visits that can be had and how many of each.

Invariant, kept by the schema: a timeslot never has more holders than places. Books open day after day by their
patterns; `book_by` of a timeslot is the last day on which its lead time still lets it be booked.
"""
