"""The tenant door: an ISP reaches many suppliers through us, and we number what it asks for.

Shapes, statuses and rules: `docs/reference/tenant.md`; its KCIs: `docs/reference/kcis.md`.
"""
