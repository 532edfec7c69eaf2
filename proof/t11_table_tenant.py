"""The rows of T11's table for the tenant door, and for the addresses where its callers get tokens."""

from collections.abc import Mapping
from typing import Any, Final

from proof import t11_things as own
from proof.caller import SUPPLIER_TOKEN, TENANT_DOOR, TENANT_TOKEN
from proof.t11_owner import Ids, Owner
from proof.t11_sample import Kind, Sample
from proof.town import FIRST_UPRN, FIRST_VISITED_UPRN, SUPPLIER
from proof.traffic import cease_circuit, ethernet_order, modify_circuit, quote

_UPRN: Final = "address=%7B%22id%22%3A%22{}%22%2C%22type%22%3A%22UPRN%22%7D"
_VISITED: Final = _UPRN.format(FIRST_VISITED_UPRN)
_FTTP: Final = "serviceSpecification=%7B%22id%22%3A%22fttp%22%7D"
_SLOTS: Final = (
    f"{TENANT_DOOR}/available-appointments?supplier={SUPPLIER}&{_VISITED}&{_FTTP}&appointmentPurpose=PROVIDE"
)
_ORDERS: Final = f"{TENANT_DOOR}/service-orders"
_ETHERNET: Final = f"{TENANT_DOOR}/ethernet/service-orders"
_VISITS: Final = f"{TENANT_DOOR}/appointments"
_AMENDMENTS: Final = f"{TENANT_DOOR}/service-order-amendments"
_CANCELLATIONS: Final = f"{TENANT_DOOR}/service-order-cancellations"
_SAME_REQUEST: Final = {"X_Request_ID": "{request}"}
_SAME_KEY: Final = {"Idempotency_Key": "{key}"}


def _order(asker: Owner, _: Ids) -> Mapping[str, Any]:
    return asker.asked_order(FIRST_UPRN)


def _order_with_visit(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return asker.asked_order(FIRST_VISITED_UPRN, appointmentReservationId=ids["visit"])


def _modify(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return {"supplier": SUPPLIER, **asker.modify_body(ids["service"])}


def _cease(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return {"supplier": SUPPLIER, **asker.cease_body(ids["service"])}


def _visit(asker: Owner, _: Ids) -> Mapping[str, Any]:
    return asker.asked_visit()


def _quote(asker: Owner, _: Ids) -> Mapping[str, Any]:
    return quote(asker.mark)


def _ethernet_order(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    (item,) = quote(asker.mark)["quoteItems"]
    return ethernet_order(asker.mark, {**item, "supplierQuoteId": ids["priced"]})


def _modify_circuit(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return modify_circuit(asker.mark, ids["circuit"])


def _cease_circuit(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return cease_circuit(asker.mark, ids["circuit"])


def _new_visit_for_an_order(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return {"orderId": asker.visited, "appointmentReservationId": ids["visit"]}


AT_ACCESS: Final = (
    Sample(route="auth getTenantAccessToken", method="POST", path=TENANT_TOKEN, kind=Kind.PUBLIC),
    Sample(route="auth getSupplierAccessToken", method="POST", path=SUPPLIER_TOKEN, kind=Kind.PUBLIC),
)

AT_TENANT: Final = (
    Sample(
        route="tenant findAddresses",
        method="GET",
        path=f"{TENANT_DOOR}/addresses?uprn={FIRST_UPRN}",
        kind=Kind.OWN,
    ),
    Sample(
        route="tenant checkServiceAvailability",
        method="GET",
        path=f"{TENANT_DOOR}/service-availability?{_UPRN.format(FIRST_UPRN)}",
        kind=Kind.OWN,
    ),
    Sample(
        route="tenant checkServiceAvailability",
        method="GET",
        path=f"{TENANT_DOOR}/service-availability?{_UPRN.format(FIRST_UPRN)}&suppliers={SUPPLIER},{{supplier}}",
        prepare=own.a_supplier_of_its_own,
    ),
    Sample(
        route="tenant askQuote",
        method="POST",
        path=f"{TENANT_DOOR}/quote",
        kind=Kind.OWN,
        prepare=own.a_request,
        body=_quote,
        headers={**_SAME_REQUEST, **_SAME_KEY},
        gets=201,
        shows=True,
    ),
    Sample(
        route="tenant placeEthernetOrder",
        method="POST",
        path=_ETHERNET,
        prepare=own.a_priced_item,
        body=_ethernet_order,
        shows=True,
    ),
    Sample(
        route="tenant placeEthernetOrder",
        method="POST",
        path=_ETHERNET,
        prepare=own.a_circuit,
        body=_modify_circuit,
        shows=True,
    ),
    Sample(
        route="tenant placeEthernetOrder",
        method="POST",
        path=_ETHERNET,
        prepare=own.a_circuit,
        body=_cease_circuit,
        shows=True,
    ),
    Sample(
        route="tenant readEthernetOrder",
        method="GET",
        path=f"{_ETHERNET}/{{order}}",
        prepare=own.an_ethernet_order,
        shows=True,
    ),
    Sample(route="tenant findAppointments", method="GET", path=_SLOTS, kind=Kind.OWN),
    Sample(
        route="tenant bookAppointment",
        method="POST",
        path=_VISITS,
        kind=Kind.OWN,
        prepare=own.a_request,
        body=_visit,
        headers=_SAME_REQUEST,
        gets=201,
    ),
    Sample(
        route="tenant bookAppointment",
        method="POST",
        path=_VISITS,
        kind=Kind.OWN,
        prepare=own.a_request,
        body=_visit,
        headers=_SAME_KEY,
        gets=201,
    ),
    Sample(
        route="tenant placeOrder",
        method="POST",
        path=_ORDERS,
        kind=Kind.OWN,
        prepare=own.a_request,
        body=_order,
        headers={**_SAME_REQUEST, **_SAME_KEY},
        gets=201,
        shows=True,
    ),
    Sample(route="tenant placeOrder", method="POST", path=_ORDERS, prepare=own.a_given_visit, body=_order_with_visit),
    Sample(route="tenant placeOrder", method="POST", path=_ORDERS, prepare=own.a_service, body=_modify),
    Sample(route="tenant placeOrder", method="POST", path=_ORDERS, prepare=own.a_service, body=_cease),
    Sample(
        route="tenant readOrder",
        method="GET",
        path=f"{_ORDERS}/{{order}}",
        prepare=own.a_given_order,
        shows=True,
    ),
    Sample(
        route="tenant readOrder",
        method="GET",
        path=f"{_ORDERS}/{{order}}",
        prepare=own.a_told_order,
        shows=True,
    ),
    Sample(
        route="tenant amendOrder",
        method="POST",
        path=_AMENDMENTS,
        prepare=own.a_given_order,
        body={"orderId": "{order}", "notes": "{mark}"},
        shows=True,
    ),
    Sample(
        route="tenant amendOrder",
        method="POST",
        path=_AMENDMENTS,
        prepare=own.a_visit_for_an_order,
        body=_new_visit_for_an_order,
    ),
    Sample(
        route="tenant readAmendment",
        method="GET",
        path=f"{_AMENDMENTS}/{{change}}",
        prepare=own.a_given_amendment,
        shows=True,
    ),
    Sample(
        route="tenant cancelOrder",
        method="POST",
        path=_CANCELLATIONS,
        prepare=own.a_given_order,
        body={"orderId": "{order}", "reasonCode": "CUSTOMER_CHANGED_MIND", "text": "{mark}"},
        shows=True,
    ),
    Sample(
        route="tenant readCancellation",
        method="GET",
        path=f"{_CANCELLATIONS}/{{change}}",
        prepare=own.a_given_cancellation,
        shows=True,
    ),
)
