"""KCIs: the numbered updates of an order, and their way to the tenant.

Invariant: for each order the numbers are 1..n without a gap or a twin, each told in the transaction that made it
true, its facts frozen then. Each one stands in the tenant's feed at a position that is 1..n for the tenant, and lies
ready for every endpoint that the tenant had when it was told.
"""
