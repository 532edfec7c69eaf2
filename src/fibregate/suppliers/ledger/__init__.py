"""Every call that has an effect at a supplier, written down before it is made.

INTENT -> SENT -> CONFIRMED or REJECTED; or UNKNOWN, where no answer came that can be used and something may have been
done, -> RECONCILED, when a look-up, or the supplier's own news, has told. Invariant: a call goes out under a number of
its own, committed before; a second time only where the supplier has said that it does not know that number, or has
promised to do nothing twice.
"""
