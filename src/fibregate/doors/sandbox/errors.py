"""How this door spells refusals: the gateway's error object, and headers that may be left out."""

from typing import Final

from fibregate.web.dialect import Dialect

SANDBOX: Final = Dialect(
    name="sandbox",
    title="Sandbox",
    description="The clock of the sandbox, the stories that its network acts out, and how far an order is in its own.",
    request_id=False,
    conversation_id=False,
)
