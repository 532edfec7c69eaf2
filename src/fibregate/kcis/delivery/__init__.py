"""The way of a KCI to a tenant's endpoint: made once, signed, sent verbatim, in order, until it is taken.

A lane is one endpoint and one order; its head is the sequence number to deliver next, so nothing is sent before what
comes before it was taken. A 2xx is taken; anything else is tried again (0 s, 5 s, 30 s, 2 min, then every 5 min of the
business clock) until the operator's days are over, and is then parked: visible, and never dropped. An endpoint that is
switched off, or answers 410, keeps its lanes where they stand; one that is deleted ends them.
"""
