"""Suppliers as we know them, who we are to each, and which of them a tenant may use.

An account is a name and a way in at one supplier, shared by any number of tenants, with one series of numbers for all
that is asked under it. A route lets a tenant use a supplier under an account; our own network needs neither. Invariant:
a number is given out once, in the transaction that writes down what it is for.
"""
