"""`fibregate demo`: one order from an address to COMPLETED, over real HTTP, shown as it happens.

A sandbox runs as a process of its own in a throw-away folder. The requests are the published documents' own, byte for
byte; the KCIs arrive at a real receiver that verifies their signatures. Whatever differs from what must come is told,
and the exit code says so.
"""
