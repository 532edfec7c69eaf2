"""Wayleaves: that an owner must agree before a network builds, as a task with a clock.

AWAITING_OWNER <-> AWAITING_TENANT -> GRANTED | REFUSED | WITHDRAWN. Invariant: an order has at most one that is open,
and none when it has ended. It is moved by the network's updates alone, in the transaction that reads them.
"""
