"""Appointments with suppliers far away: claimed, asked for with no transaction open, and recorded.

The call is written down with the request that wants it; when its answer is lost, the request sent again, or a lane of
our own, finds out what became of it. Invariant: for one request one visit is asked for, under one number; a reservation
is numbered for its tenant when the supplier has confirmed it.
"""
