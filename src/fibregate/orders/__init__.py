"""Service orders: placed by a tenant, handed to a network, moved by its updates until they end.

The life cycle is the table in `states.py`. Invariants: an order, its appointment and its first piece of work are
committed together; it moves only by a row of the table, under its own row lock, and each move tells the tenant in the
same transaction; `kci_count` is the number of KCIs told.

`rules/` judges an order of a line and `placing/` takes it; `ethernet/` does both for Ethernet between sites,
`circuits/` for what changes or ends it; `changes/` are amendments and cancellations, `ceases/` those unasked for;
`charges/` is what a network wants paid beyond the price, `wayleaves/` whose consent it waits for; `sending/` is the way
to a supplier far away, `watch/` minds silence, `ghosts/` finds what is held for nobody.
"""
