"""Replays: KCIs that a tenant or an operator wants sent again, as one job under one id.

A job is a list of items, one for each KCI and endpoint, drawn up when it is asked for and never changed. What an
endpoint's lane had passed by then goes out by a lane of the job's own, an order's items in their order; what it had not
passed goes out by that lane in its turn, and the lane is set going. Invariant: an item either has a position in a lane
of the job, or its number is still before the endpoint's lane when the job commits; so each one is sent.
"""
