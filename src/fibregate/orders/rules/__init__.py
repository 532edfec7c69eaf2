"""What an order must satisfy before it is taken: every fault at once, in words, whichever door it came in by.

Invariant: what `actions.faults` finds nothing wrong with, `orders.store.place` takes, unless the world has moved on in
between; then it is judged again. Rules: `docs/reference/orders.md`.
"""
