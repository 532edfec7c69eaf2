"""What tries the clauses, in their order; what one trial finds out the next ones use.

A trial returns a word worth knowing, or raises `Broken`, `Skipped`, or what its calls raise.
"""
