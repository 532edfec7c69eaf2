"""Orders that change or end a circuit of our own network: another bandwidth, a renewed term, a cease.

What they cost is counted when they are placed and stays so. A cease before the term is over raises a charge when the
network gets it, and a cancellation of the cease withdraws it. Invariant: a circuit has one open order at most.
"""
