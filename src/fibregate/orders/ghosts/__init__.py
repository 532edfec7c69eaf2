"""Ghosts: places that are held, attached or confirmed for nobody, and orders that wait for a visit that nobody holds.

A look finds them and sounds an alarm each; it changes nothing. What a later look does not find is cleared.
"""
