"""A remote network that is simulated: an invented supplier that speaks the wholesale dialect over real HTTP, and lies.

A process of its own, without a database: it takes bookings, orders, amendments and cancellations in memory, quotes what
Ethernet costs, and tells what becomes of orders at a gateway's updates door. Most addresses are served well. A thousand
addresses belong to each behaviour of the table (`behaviours.py`), and there it performs and drops the reply, answers
twice, answers garbage, or tells its updates shuffled, late or about somebody else's order. Whatever it hears, does,
answers and tells is a line of its log, so that somebody who trusts neither side can count what was done.

An order is ACKNOWLEDGED, IN_PROGRESS, COMPLETED, CANCELLED or REJECTED; a booking RESERVED, CONFIRMED or RELEASED; an
amendment or a cancellation PENDING, COMPLETED or REJECTED. Invariant: what was done for a tenant's number is done once,
for all behaviours but the one that says otherwise, and what was done survives a kill where a state file is kept.
"""
