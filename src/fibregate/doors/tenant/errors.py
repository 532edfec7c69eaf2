"""How this door spells refusals: ours are the gateway's, and a network's are told apart from them."""

from typing import Final

from fibregate import errors
from fibregate.web.dialect import Dialect

TENANT: Final = Dialect(
    name="tenant",
    title="Tenant gateway",
    description="One way in to many networks: addresses, availability, appointments, quotes, and orders as they stand.",
    spelling={errors.SlotTaken: (422, "INVALID_REQUEST")},
    missing_body_field=400,
)
