"""The secrets of an endpoint: what signs its deliveries, and the public keys that anybody may check them with.

A new one lives until it is replaced; it then lives on beside its successor for as long as the tenant asked. Times are
of the real clock. Invariant: an endpoint that is not deleted has exactly one secret without an end.
"""
