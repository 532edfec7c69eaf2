"""Ceases that a tenant never asked for: orders that a network makes, because a line goes to somebody else.

A cease begins RECEIVED_BY_GATEWAY and told as CREATED, with a number of ours; from then on it lives as any other order.
Invariant: the order, its way to the network and its first KCI are committed together, in its tenant's transaction, and
nothing in it comes from the order that takes the line.
"""
