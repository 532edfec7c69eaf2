"""Orders for Ethernet between sites: taken once for each price that a supplier gave, and only as that price says.

Placed, an order lives as every other: the states, updates, changes and numbers are those of its room.
"""
