"""The invented network that a sandbox begins with: four towns that do not exist, their premises, lines and slot books.

Always the same, but for dates, which count from the day on which the sandbox begins. Invariant: what is in the books
and on the lines adds up before the first order, as if a real network had been running.
"""
