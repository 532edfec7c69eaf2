"""What can be had at an address: asked of our own network, or of all of a tenant's at once, answered for that tenant.

Invariant: what availability lists is what an order there is checked against.
"""
