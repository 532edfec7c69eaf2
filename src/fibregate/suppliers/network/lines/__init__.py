"""What our network does to ports and services as orders set up, change and end them.

A port: FREE -> RESERVED -> ACTIVE -> STOPPED -> RESERVED ..., and back to where it came from when the order that set it
aside ends without a service. A service: ALLOCATED -> ACTIVE -> CEASED. Invariant: a port carries one service that does
not yield, and the port's row says whose it is; both change in the transaction that tells the tenant.
"""
