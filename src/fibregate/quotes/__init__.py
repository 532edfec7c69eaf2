"""What tenants asked the price of, item by item, and what each supplier answered.

An item is QUOTED with a price, a number of its supplier's and a last moment; or REJECTED with reasons, and alternates
where the supplier would do something else; or FAILED, where the supplier gave no answer. Invariant: an answer is frozen
with everything that it was given for, so that an order can be held against it; it only grows old.
"""
