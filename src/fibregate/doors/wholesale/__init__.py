"""The wholesale door: an ISP or an aggregator calls us as one network's gateway, and picks its own numbers.

Shapes, statuses and rules: `docs/reference/wholesale.md`.
"""
