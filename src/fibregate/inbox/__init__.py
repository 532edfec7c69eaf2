"""The inbox: what suppliers tell us, received, kept raw, ordered, read once.

RECEIVED -> APPLIED (the order moved), RECORDED (the order had ended; told, nothing moved) or REFUSED (the state table
has no row; kept with the reason). Invariant: an update is applied once, in its supplier's sequence, in the transaction
that moves the order and tells the tenant. Our own network speaks through the same door, numbered by us.
"""
