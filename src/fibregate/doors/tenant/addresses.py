"""`GET /addresses`: which addresses there are."""

from typing import Annotated, Any, Final

from pydantic import Field, RootModel, StringConstraints

from fibregate.availability import addresses
from fibregate.availability.addresses import MOST, Wanted
from fibregate.doors.tenant.services import SCOPE, TenantDoor, tenant_of
from fibregate.doors.tenant.shown import address_out
from fibregate.doors.tenant.wire import AddressOut, SupplierCode
from fibregate.errors import Malformed, NotImplementedHere
from fibregate.suppliers.accounts.model import Supplier
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Text255
from fibregate.web.route import Route
from fibregate.web.wire import Wire


class AddressesQuery(Wire):
    """One of `postalCode` and `uprn` is needed; the others narrow it down."""

    postal_code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 ]{2,10}$")] | None = Field(
        default=None, description="spaces and case do not count"
    )
    uprn: Annotated[str, StringConstraints(pattern=r"^0{0,30}[0-9]{1,12}$")] | None = None
    name: Text255 | None = None
    street_number: Text255 | None = None
    street_name: Text255 | None = None
    supplier: SupplierCode | None = Field(default=None, description="whose list; absent: our own network's")


class AddressesOut(RootModel[list[AddressOut]]):
    """At most 100, by street and number."""


async def find(call: Call[AddressesQuery, None, TenantDoor]) -> Answer:
    query = call.query
    if query.postal_code is None and query.uprn is None:
        raise Malformed("postalCode, uprn: one of the two is required")
    source = await _source(call)
    parts = {"name": query.name, "streetNumber": query.street_number, "streetName": query.street_name}
    wanted = Wanted(
        uprn=int(query.uprn) if query.uprn else None,
        postcode=query.postal_code,
        parts={name: said for name, said in parts.items() if said},
    )
    found, more = await addresses.look_up(call.services.db, wanted, source=source.code)
    notice = {"X-Notice": f"there are more than these {MOST} addresses; say more of yours"} if more else {}
    return Answer(200, [address_out(one) for one in found], notice)


async def _source(call: Call[AddressesQuery, None, TenantDoor]) -> Supplier:
    """Our own network, where the tenant may use it: no other has a list that can be asked."""
    routing, tenant, code = call.services.routing, tenant_of(call), call.query.supplier
    routes = await routing.named(tenant, [code], field="supplier") if code else await routing.of(tenant)
    for route in routes:
        if route.supplier.own and not route.supplier.only_ethernet:
            return route.supplier
    who = f"{code} has no list of addresses" if code else "none of your suppliers has a list of addresses"
    raise NotImplementedHere(f"supplier: {who} that can be asked")


EXAMPLE: Final[list[dict[str, Any]]] = [
    {
        "identifier": {"id": "10025559646", "type": "UPRN"},
        "name": "Unit H",
        "streetNumber": "1",
        "streetName": "The Courtyard",
        "locality": "Tewkesbury Business Park",
        "city": "Tewkesbury",
        "postcode": "GL20 8GD",
        "country": "UK",
        "qualifier": "Gold",
        "source": "NETWORK1",
    }
]

ROUTES: Final = [
    Route(
        method="GET",
        path="/addresses",
        name="findAddresses",
        summary="Which addresses there are",
        description=(
            "In reach of a network or not: ask for availability by their identifiers. Where there are more than 100, "
            "`X-Notice` says so."
        ),
        scope=SCOPE,
        action=find,
        query=AddressesQuery,
        answers={200: AddressesOut},
        errors=(501, 502),
        tags=("Addresses",),
        query_examples={"postalCode": "GL20 8GD"},
        answer_examples={200: EXAMPLE},
    )
]
