"""The door put together."""

from typing import Final

from fibregate.doors.tenant import addresses, appointments, availability, changes, ethernet_orders, orders, quotes
from fibregate.doors.tenant.errors import TENANT
from fibregate.doors.tenant.services import TenantDoor
from fibregate.web.door import Door
from fibregate.web.endpoint import Authenticate

PREFIX: Final = "/v1"


def door(services: TenantDoor, authenticate: Authenticate) -> Door[TenantDoor]:
    return Door(
        prefix=PREFIX,
        dialect=TENANT,
        routes=[
            *addresses.ROUTES,
            *availability.ROUTES,
            *appointments.ROUTES,
            *orders.ROUTES,
            *changes.ROUTES,
            *quotes.ROUTES,
            *ethernet_orders.ROUTES,
        ],
        authenticate=authenticate,
        services=services,
    )
