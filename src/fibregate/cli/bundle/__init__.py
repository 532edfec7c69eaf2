"""`fibregate bundle`: everything about one order, or one error, in a file that may be given away.

Only what stands on the lists of `shapes.py` gets in as it is; anything else becomes `***` and is counted in the
manifest. Secrets are not even read.
"""
