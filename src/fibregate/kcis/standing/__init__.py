"""How KCIs stand: what each endpoint has taken, what waits for it, and what stopped.

Read only. A way is one KCI and one endpoint that it is, or was, to reach. Where a way stands follows from the delivery,
the lane, the open replays and the skips together, and from nowhere else; so every view of it agrees.
"""
