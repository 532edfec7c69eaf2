"""An order taken: what the database says about it, and all that it takes, in one statement.

Invariant: an order, its appointment, the port or service that it has to itself, and its first piece of work are
committed together or not at all.
"""
