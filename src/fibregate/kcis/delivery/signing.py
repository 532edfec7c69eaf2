"""Standard Webhooks, version 1: what proves to a tenant that a delivery is ours, unchanged and fresh."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from fibregate.clock import RealTime

SECRET_BYTES: Final = 32
_PREFIX: Final = "whsec_"


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """A secret as the tenant gets to see it, once."""
    return _PREFIX + base64.b64encode(secret).decode()


def purpose(endpoint_id: object) -> str:
    """What an endpoint's secret is sealed for: it opens for no other endpoint."""
    return f"webhook secret of {endpoint_id}"


def headers(keys: Sequence[bytes], *, message_id: str, at: RealTime, body: bytes) -> dict[str, str]:
    """The three headers of the scheme; one signature for each live secret, so that a secret can be replaced."""
    stamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    signatures = (base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }
