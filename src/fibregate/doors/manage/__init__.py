"""A tenant's own tools, outside the compatible surface: its endpoints, its feed of KCIs, its orders, their deliveries.

Everything here is under `/manage/v1` and needs the scope `manage`.
"""
