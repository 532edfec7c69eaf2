"""The door put together."""

from typing import Final

from fibregate.doors.wholesale import appointments, availability, changes, ethernet_orders, orders, quotes
from fibregate.doors.wholesale.errors import WHOLESALE
from fibregate.doors.wholesale.services import Wholesale
from fibregate.web.door import Door
from fibregate.web.endpoint import Authenticate

PREFIX: Final = "/WholesaleGateway/v1.0/gateway"


def door(services: Wholesale, authenticate: Authenticate) -> Door[Wholesale]:
    return Door(
        prefix=PREFIX,
        dialect=WHOLESALE,
        routes=[
            *availability.ROUTES,
            *quotes.ROUTES,
            *appointments.ROUTES,
            *orders.ROUTES,
            *ethernet_orders.ROUTES,
            *changes.ROUTES,
        ],
        authenticate=authenticate,
        services=services,
    )
