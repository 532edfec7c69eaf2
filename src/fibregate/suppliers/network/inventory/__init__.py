"""Services that lived on our network before it was ours to run: brought in with the ids that they have.

A file is read whole, every line is held against the network, and the two are reconciled: what only the file has, what
only the network has, and what they tell differently. Invariant: all of a file's new services are in place or none is,
each with its port, its VLAN and its ids as they were; what is there already is never changed.
"""
