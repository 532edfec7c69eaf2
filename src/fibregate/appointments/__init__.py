"""Appointments: timeslots that can be had, and the places held in them.

RESERVED (a hold, with an expiry) -> ATTACHED (an order quotes it) -> CONFIRMED (the network committed) -> FULFILLED;
or it ends: EXPIRED, RELEASED, REPLACED, WITHDRAWN. PROPOSED: an amendment quotes it and is not decided. `far/` books
with suppliers far away, where a reservation has no timeslot of ours. Invariant: `slots.booked` is the number of
reservations that hold a place there, and never more than the capacity; both are kept by the schema and by one guarded
statement.
"""
