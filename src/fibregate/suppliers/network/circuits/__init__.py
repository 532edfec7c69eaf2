"""The circuits of our own network: Ethernet between sites that is being set up, lives, or has lived.

ALLOCATED -> ACTIVE when its order completes -> CEASED. Invariants: each has a VLAN at every site, and where a tenant's
traffic is handed over no two of its circuits have the same; what was a circuit's stays known when it has ended.
"""
