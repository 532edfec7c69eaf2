"""How this door spells refusals: the gateway's error object, and headers that may be left out."""

from typing import Final

from fibregate.web.dialect import Dialect

MANAGE: Final = Dialect(
    name="manage",
    title="Manage",
    description="A tenant's own tools: endpoints, the feed of KCIs, lists of orders, and what became of deliveries.",
    request_id=False,
    conversation_id=False,
)
