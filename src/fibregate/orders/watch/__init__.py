"""The watch: which update of an order is expected next and by when, and what is said when it does not come.

One wait an order: begun by each update, over with the next one or with the order. Invariant: a wait that lasts too long
is told once, in the transaction that notes so. What is expected is data, per supplier and status (`expectations`).
"""
