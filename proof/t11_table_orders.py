"""The rows of T11's table for what the manage door tells of orders, and of what they cost."""

from typing import Final

from proof import t11_things as own
from proof.t11_owner import MANAGE
from proof.t11_sample import Kind, Sample

AT_ORDERS: Final = (
    Sample(route="manage listOrders", method="GET", path=f"{MANAGE}/orders", kind=Kind.OWN),
    Sample(
        route="manage listOrders",
        method="GET",
        path=f"{MANAGE}/orders?after={{cursor}}",
        prepare=own.a_cursor_of_orders,
    ),
    Sample(
        route="manage listDeliveries",
        method="GET",
        path=f"{MANAGE}/orders/{{order}}/deliveries",
        prepare=own.a_told_order,
    ),
    Sample(
        route="manage readOrderOptions",
        method="GET",
        path=f"{MANAGE}/orders/{{order}}/options",
        prepare=own.a_told_order,
    ),
    Sample(route="manage listCharges", method="GET", path=f"{MANAGE}/charges", kind=Kind.OWN),
    Sample(
        route="manage listCharges",
        method="GET",
        path=f"{MANAGE}/charges?orderId={{order}}",
        kind=Kind.SILENT,
        prepare=own.a_charge,
    ),
    Sample(
        route="manage listCharges",
        method="GET",
        path=f"{MANAGE}/charges?after={{cursor}}",
        prepare=own.a_cursor_of_charges,
    ),
    Sample(
        route="manage getCharge", method="GET", path=f"{MANAGE}/charges/{{charge}}", prepare=own.a_charge, shows=True
    ),
    Sample(
        route="manage decideCharge",
        method="POST",
        path=f"{MANAGE}/charges/{{charge}}/decision",
        prepare=own.a_charge,
        body={"decision": "ACCEPT", "amount": "2350.00"},
    ),
    Sample(route="manage listWayleaves", method="GET", path=f"{MANAGE}/wayleaves", kind=Kind.OWN),
    Sample(
        route="manage listWayleaves",
        method="GET",
        path=f"{MANAGE}/wayleaves?orderId={{order}}",
        kind=Kind.SILENT,
        prepare=own.a_wayleave,
    ),
    Sample(
        route="manage listQuotes",
        method="GET",
        path=f"{MANAGE}/quotes",
        kind=Kind.OWN,
        prepare=own.a_quote,
        shows=True,
    ),
    Sample(
        route="manage listQuotes",
        method="GET",
        path=f"{MANAGE}/quotes?after={{cursor}}",
        prepare=own.a_cursor_of_quotes,
    ),
    Sample(
        route="manage readQuote",
        method="GET",
        path=f"{MANAGE}/quotes/{{quote}}",
        prepare=own.a_quote,
        shows=True,
    ),
)
