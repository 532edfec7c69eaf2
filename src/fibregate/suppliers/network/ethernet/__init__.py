"""What our own network sells between sites: products, prices and sites as data, and what they come to for a question.

A price list belongs to one of the network's codes; sites are the same for all of them. Invariants: every amount is an
exact decimal; a longer term never costs more a month, a higher rate or a longer way never less; a quote's number is
given once, in the transaction that keeps the quote.
"""
