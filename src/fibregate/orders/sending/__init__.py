"""Orders and their changes on the way to a supplier far away, and what its answers make of them.

The question is written down under our own number, the call is made with no transaction open, and what came is written
down: claim, call, record. Invariant: the supplier is asked for one order once; what is not known is looked up, and an
order whose fate stays unknown ends FAILED_TO_SEND with an alarm, never in silence.
"""
