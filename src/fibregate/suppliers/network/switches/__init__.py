"""Lines that go from one tenant to another: what each side has been told, and when the line goes.

PLANNED (taken with the gaining order) -> TOLD (the losing tenant has its cease) -> DONE (the line has gone); or
CALLED_OFF (the gaining order ended) or OBJECTED (the losing tenant stopped it). The row spans tenants and a transaction
serves one, so each side moves it and leaves the other side to a lane. Invariant: a port has one switch under way; the
row is moved in the transaction in which that side's order moves, and the lane that tells the other side is set there.
"""
