"""`fibregate supplier conformance`: a supplier's test system tried against every clause of the port.

The clauses and what tries them are in `suppliers/conformance`; here are the options, the listener for updates, and what
is told.
"""
