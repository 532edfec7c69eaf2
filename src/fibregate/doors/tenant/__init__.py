"""The tenant door: an ISP reaches many suppliers through us. Its KCIs are built; its routes are not yet.

Rules: `docs/reference/kcis.md`.
"""
