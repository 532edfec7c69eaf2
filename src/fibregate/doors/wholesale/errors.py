"""How this door spells refusals: the caller sees one network, so its faults and ours are the supplier's."""

from typing import Final

from fibregate import errors
from fibregate.web.dialect import Dialect

WHOLESALE: Final = Dialect(
    name="wholesale",
    title="Wholesale gateway",
    description="What an address can have, when an engineer can come, orders, and how they stand.",
    spelling={
        errors.NotImplementedHere: (501, "SUPPLIER_FAULT"),
        errors.Misasked: (500, "SUPPLIER_FAULT"),
        errors.SupplierFault: (500, "SUPPLIER_FAULT"),
        errors.Unavailable: (503, "SUPPLIER_FAULT"),
    },
    fault=(500, "SUPPLIER_FAULT"),
    missing_body_field=422,
    tenant=True,
)
