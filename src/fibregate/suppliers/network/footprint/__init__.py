"""What our network covers: areas, profiles, who takes traffic over where, and premises, a million at a time.

An import reads a CSV file line by line into a table of its own and puts it in place in one transaction. Invariant: all
good lines of a file are in place or none is; a line that cannot be read is told with its number and reason.
"""
