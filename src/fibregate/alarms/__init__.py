"""Alarms: what a person should look at, sounded once, told to whoever is on duty, shown until cleared.

OPEN -> CLEARED. Invariant: one open alarm for each tenant, kind and subject; it is kept, and its telling queued, in
the transaction that found the cause, so none is lost. An alarm of no tenant is the operator's own.
"""
