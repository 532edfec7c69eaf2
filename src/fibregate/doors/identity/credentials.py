"""How a client says who it is: HTTP Basic, or its id and secret in the form."""

import base64
import binascii
from typing import Final
from urllib.parse import unquote_plus

from fibregate.errors import Malformed, NotAuthorised

_REFUSED: Final = "client: not known by this id and secret; accepted is HTTP Basic, or client_id and client_secret"


def refused() -> NotAuthorised:
    """The same for an unknown client and a wrong secret."""
    return NotAuthorised(_REFUSED)


def presented(authorization: str | None, client_id: str | None, client_secret: str | None) -> tuple[str, str]:
    """Id and secret. Raises `NotAuthorised` without both, `Malformed` when header and form do not say the same."""
    if authorization is None:
        if not client_id or not client_secret:
            raise refused()
        return client_id, client_secret
    basic_id, basic_secret = _basic(authorization)
    if client_id not in {None, "", basic_id} or client_secret not in {None, "", basic_secret}:
        raise Malformed("client: the header and the form name different credentials; give them once, in one of the two")
    return basic_id, basic_secret


def _basic(authorization: str) -> tuple[str, str]:
    """Both are form-encoded before they are joined (RFC 6749 2.3.1)."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise refused()
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise refused() from error
    client_id, colon, secret = text.partition(":")
    plain_id, plain_secret = unquote_plus(client_id), unquote_plus(secret)
    if not colon or not _is_plain(plain_id) or not _is_plain(plain_secret):
        raise refused()
    return plain_id, plain_secret


def _is_plain(text: str) -> bool:
    """As every id and secret of ours is; the database could not even be asked for a NUL."""
    return bool(text) and text.isascii() and text.isprintable()
