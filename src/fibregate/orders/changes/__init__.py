"""What a tenant asks of an order that is under way: amendments and cancellations, each with a life of its own.

RECEIVED_BY_GATEWAY -> PENDING (with the network) -> COMPLETED or REJECTED; or FAILED_TO_SEND. While one is PENDING its
order is PENDING_AMENDMENT or PENDING_CANCELLATION, over a state beneath that the network's updates go on to move.
Invariant: a change is decided once, in the transaction that moves its order and tells the tenant; a timeslot that an
amendment quotes is held beside the old one until then.
"""
