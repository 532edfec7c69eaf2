"""Our own network: premises, the lines and terminals in them, the services that run there, slot books, work orders.

It is a supplier like any other: orders are handed to it, and what happens to them comes back as numbered updates
through the inbox. Only its bookings are made in the caller's own transaction, because it lives in the same database.
"""
