"""What is kept with a booking's call, as plain JSON."""

from typing import Any

from fibregate.appointments.far.model import Kept, Wish
from fibregate.appointments.model import Asker
from fibregate.tenants.replays.model import Asked
from fibregate.vocabulary import Purpose


def dump(wish: Wish, asked: Asked, asker: Asker) -> dict[str, Any]:
    """Goes beside the question."""
    return {
        "asked": {
            "route": asked.route,
            "request_id": asked.request_id,
            "body_hash": asked.body_hash.hex(),
            "idempotency_key": asked.idempotency_key,
        },
        "address": dict(wish.address),
        "service": wish.service,
        "service_id": wish.service_id,
        "characteristics": [dict(one) for one in wish.characteristics],
        "purpose": wish.purpose.value,
        "asker": {
            "client": asker.client,
            "origin": asker.origin,
            "request_id": asker.request_id,
            "conversation_id": asker.conversation_id,
        },
    }


def load(kept: dict[str, Any]) -> Kept:
    """The same again."""
    asked = kept["asked"]
    return Kept(
        asked=Asked(
            route=asked["route"],
            request_id=asked["request_id"],
            body_hash=bytes.fromhex(asked["body_hash"]),
            idempotency_key=asked["idempotency_key"],
        ),
        address=kept["address"],
        service=kept["service"],
        service_id=kept["service_id"],
        characteristics=kept["characteristics"],
        purpose=Purpose(kept["purpose"]),
        **kept["asker"],
    )
