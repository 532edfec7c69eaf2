"""The one error of the supervisor."""


class PostgresFailed(Exception):
    """The embedded PostgreSQL cannot do what was asked; the message says why and what to do about it."""
