"""How this door spells refusals."""

from typing import Final

from fibregate.web.dialect import Dialect

UPDATES: Final = Dialect(
    name="updates",
    title="Supplier updates",
    description="KCIs in: a supplier tells what happens to an order. 204 means kept and queued, in its sequence.",
    missing_body_field=400,
    conversation_id=False,
)
