"""Numbers that the gateway gives at the tenant door: 1, 2, 3 and so on, for each tenant and each kind of thing.

Invariant: a number is counted up in the transaction that uses it, so neither a crash nor a refusal leaves a gap; one
that the tenant has used itself, at the wholesale door, is passed over.
"""
