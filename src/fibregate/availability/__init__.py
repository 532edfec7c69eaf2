"""What can be had at an address: asked of a network, answered for one tenant.

Invariant: what availability lists is what an order there is checked against.
"""
