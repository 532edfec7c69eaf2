"""Sight: how long tenants' queues are and how old, what of them is alarmed, and whether the lanes are true.

Read from rows: no counter decides what is left to do. The audit compares the lanes with the KCIs and deliveries that
they stand for. Invariant: it mends upward only, and only where the rows prove it; nothing is passed over by it.
"""
