"""How an endpoint fares, and how fast it may be sent to.

UP, every lane of it is tried in its turn. DOWN, one lane, the prober, is tried again and again, and after each failure
a scout, another lane, once; the rest is held. One 2xx makes it UP and releases whatever waits. Invariant: no lane of an
endpoint that is UP and enabled is held when no transaction is open.
"""
