"""Skips: one KCI that one endpoint shall not be sent any more, so that its lane can go on.

Only the head of a lane can be skipped, and only by asking: nothing skips by itself. A skip is asked for, then done by a
worker in the lane's turn, and shown in the feed; the KCI itself stays there. Invariant: what was delivered is never
skipped, and a KCI has at most one skip for an endpoint.
"""
