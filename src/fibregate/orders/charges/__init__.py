"""Charges: what a network wants paid before it builds, and what the tenant says to that.

AWAITING_RESPONSE -> ANSWERED, while the network has the answer -> ACCEPTED or DECLINED; back where it refuses the
answer; LAPSED where nobody answered in time, WITHDRAWN where the order ended otherwise. What the order agreed to
beforehand is ACCEPTED at once, and so is what an early ending costs, which is WITHDRAWN where the cease is cancelled.
Invariant: an order has one open charge at most, and its amount never changes.
"""
