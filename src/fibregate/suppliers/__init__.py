"""Networks: what we ask of them, what they tell us, and the one that is our own.

`port.py` holds the words in which every network is spoken to and heard. `network/` is our own network, in the same
database; what happens there comes in as the same updates as any other supplier's, through the inbox.
"""
