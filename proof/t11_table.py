"""The table of T11: for every route of every door a request that works for its owner. A new route needs a row here.

A row says how the owner gets the things that the request names (`prepare`, of `t11_things.py`, gives their ids), and
the request itself with those ids between braces. `{mark}` and `{tenant}` are the canary and the code of whoever asks,
`{owner}` the code of the owner. A body may be a function of the asking tenant and the ids where it is a long one. The
tenant door's rows are in `t11_table_tenant.py`, those about orders at the manage door in `t11_table_orders.py`, those
for Ethernet at the wholesale door in `t11_table_ethernet.py`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from proof import t11_things as own
from proof.caller import TOKEN, UPDATES, WHOLESALE
from proof.t11_owner import MANAGE, Ids, Owner
from proof.t11_sample import Kind, Sample, Who
from proof.t11_table_ethernet import AT_ETHERNET
from proof.t11_table_orders import AT_ORDERS
from proof.t11_table_tenant import AT_ACCESS, AT_TENANT
from proof.town import FIRST_UPRN, FIRST_VISITED_UPRN

_UPRN: Final = "address=%7B%22id%22%3A%22{}%22%2C%22type%22%3A%22UPRN%22%7D"
_OPTIONS: Final = f"{MANAGE}/services/{{circuit}}/options"
_FTTP: Final = "serviceSpecification=%7B%22id%22%3A%22fttp%22%7D"
_SOMEWHERE: Final = _UPRN.format(FIRST_UPRN)
_VISITED: Final = _UPRN.format(FIRST_VISITED_UPRN)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _said(tenant: str) -> dict[str, Any]:
    """What a network says of an order."""
    return {
        "id": "{update}",
        "sequenceNumber": 1,
        "issuedOn": _now(),
        "reasonCode": "ACKNOWLEDGED",
        "text": "{mark}",
        "provideServiceOrder": {"id": "{order}", "tenant": tenant, "status": "ACKNOWLEDGED"},
    }


def _order(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return asker.order_body(int(ids["order"]))


def _order_with_visit(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return asker.visited_order(int(ids["order"]), appointmentReservationId=ids["visit"])


def _order_with_reference(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return asker.visited_order(int(ids["order"]), appointmentReservationReference=ids["reference"])


def _modify(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return {"id": ids["order"], "tenant": asker.code, **asker.modify_body(ids["service"])}


def _cease(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return {"id": ids["order"], "tenant": asker.code, **asker.cease_body(ids["service"])}


def _new_visit_for_an_order(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return {"id": ids["change"], "orderId": asker.visited, "appointmentReservationId": ids["visit"]}


def _visit(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return asker.visit_body(int(ids["visit"]))


def _endpoint(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return asker.endpoint_body(creationId=ids["creation"])


_CANCEL: Final = {"id": "{change}", "orderId": "{order}", "reasonCode": "CUSTOMER_CHANGED_MIND", "text": "{mark}"}
_ENDPOINTS: Final = f"{MANAGE}/endpoints"
_ENDPOINT: Final = f"{_ENDPOINTS}/{{endpoint}}"

IDENTITY: Final = (
    Sample(route="identity getAccessToken", method="POST", path=TOKEN, kind=Kind.PUBLIC),
    Sample(route="keys getKeys", method="GET", path="/.well-known/jwks.json", kind=Kind.PUBLIC),
    Sample(
        route="keys getWebhookKeys",
        method="GET",
        path="/.well-known/webhook-keys/{endpoint}",
        kind=Kind.PUBLIC,
        prepare=own.the_endpoint,
    ),
)

AT_WHOLESALE: Final = (
    Sample(
        route="wholesale checkServiceAvailability",
        method="GET",
        path=f"{WHOLESALE}/service-availability?{_SOMEWHERE}",
        kind=Kind.OWN,
    ),
    Sample(
        route="wholesale findAppointments",
        method="GET",
        path=f"{WHOLESALE}/available-appointments?{_VISITED}&appointmentPurpose=PROVIDE&{_FTTP}",
        kind=Kind.OWN,
    ),
    Sample(
        route="wholesale bookAppointment",
        method="POST",
        path=f"{WHOLESALE}/appointments",
        kind=Kind.OWN,
        prepare=own.a_new_visit,
        body=_visit,
    ),
    Sample(
        route="wholesale readAppointment",
        method="GET",
        path=f"{WHOLESALE}/appointments/{{visit}}",
        prepare=own.a_visit,
    ),
    Sample(
        route="wholesale releaseAppointment",
        method="DELETE",
        path=f"{WHOLESALE}/appointments/{{visit}}",
        prepare=own.a_visit,
    ),
    Sample(
        route="wholesale placeOrder",
        method="POST",
        path=f"{WHOLESALE}/service-orders",
        kind=Kind.OWN,
        prepare=own.a_new_order,
        body=_order,
    ),
    Sample(
        route="wholesale placeOrder",
        method="POST",
        path=f"{WHOLESALE}/service-orders",
        prepare=own.a_visit,
        body=_order_with_visit,
    ),
    Sample(
        route="wholesale placeOrder",
        method="POST",
        path=f"{WHOLESALE}/service-orders",
        prepare=own.a_visit,
        body=_order_with_reference,
    ),
    Sample(
        route="wholesale placeOrder",
        method="POST",
        path=f"{WHOLESALE}/service-orders",
        prepare=own.a_service_to_change,
        body=_modify,
    ),
    Sample(
        route="wholesale placeOrder",
        method="POST",
        path=f"{WHOLESALE}/service-orders",
        prepare=own.a_service_to_change,
        body=_cease,
    ),
    Sample(
        route="wholesale readOrder",
        method="GET",
        path=f"{WHOLESALE}/service-orders/{{order}}",
        prepare=own.a_told_order,
        shows=True,
    ),
    Sample(
        route="wholesale amendOrder",
        method="POST",
        path=f"{WHOLESALE}/service-order-amendments",
        prepare=own.a_change_to_ask,
        body={"id": "{change}", "orderId": "{order}", "notes": "{mark}"},
    ),
    Sample(
        route="wholesale amendOrder",
        method="POST",
        path=f"{WHOLESALE}/service-order-amendments",
        prepare=own.a_visit_for_an_order,
        body=_new_visit_for_an_order,
    ),
    Sample(
        route="wholesale cancelOrder",
        method="POST",
        path=f"{WHOLESALE}/service-order-cancellations",
        prepare=own.a_change_to_ask,
        body=_CANCEL,
    ),
    Sample(
        route="wholesale readAmendment",
        method="GET",
        path=f"{WHOLESALE}/service-order-amendments/{{change}}",
        prepare=own.an_amendment,
        shows=True,
    ),
    Sample(
        route="wholesale readCancellation",
        method="GET",
        path=f"{WHOLESALE}/service-order-cancellations/{{change}}",
        prepare=own.a_cancellation,
        shows=True,
    ),
)

AT_UPDATES: Final = (
    Sample(
        route="updates receiveKci",
        method="POST",
        path=UPDATES,
        who=Who.SUPPLIER,
        prepare=own.an_update,
        body=_said("{owner}"),
    ),
    Sample(
        route="updates receiveKci",
        method="POST",
        path=UPDATES,
        who=Who.NAMING,
        prepare=own.an_update,
        body=_said("{tenant}"),
    ),
)

AT_MANAGE: Final = (
    Sample(
        route="manage createEndpoint",
        method="POST",
        path=_ENDPOINTS,
        kind=Kind.OWN,
        prepare=own.a_new_endpoint,
        body=_endpoint,
    ),
    Sample(route="manage listEndpoints", method="GET", path=_ENDPOINTS, kind=Kind.OWN, shows=True),
    Sample(route="manage getEndpoint", method="GET", path=_ENDPOINT, prepare=own.the_endpoint, shows=True),
    Sample(
        route="manage changeEndpoint",
        method="PATCH",
        path=_ENDPOINT,
        prepare=own.an_endpoint,
        body={"ratePerSecond": 7, "enabled": False},
    ),
    Sample(route="manage deleteEndpoint", method="DELETE", path=_ENDPOINT, prepare=own.an_endpoint),
    Sample(
        route="manage createEndpointSecret",
        method="POST",
        path=f"{_ENDPOINT}/secrets",
        prepare=own.an_endpoint,
        body={"overlapDays": 7},
    ),
    Sample(
        route="manage listEndpointSecrets",
        method="GET",
        path=f"{_ENDPOINT}/secrets",
        prepare=own.the_endpoint,
    ),
    Sample(
        route="manage deleteEndpointSecret",
        method="DELETE",
        path=f"{_ENDPOINT}/secrets/{{secret}}",
        prepare=own.an_old_secret,
    ),
    Sample(route="manage pingEndpoint", method="POST", path=f"{_ENDPOINT}/ping", prepare=own.the_endpoint),
    Sample(route="manage verifyEndpoint", method="POST", path=f"{_ENDPOINT}/verify", prepare=own.the_endpoint),
    Sample(route="manage readFeed", method="GET", path=f"{MANAGE}/kcis", kind=Kind.OWN, shows=True),
    Sample(
        route="manage readFeed",
        method="GET",
        path=f"{MANAGE}/kcis?after={{cursor}}",
        prepare=own.a_cursor,
    ),
    *AT_ORDERS,
    Sample(route="manage listSuppliers", method="GET", path=f"{MANAGE}/suppliers", kind=Kind.OWN, shows=True),
    Sample(route="manage listServices", method="GET", path=f"{MANAGE}/services", kind=Kind.OWN),
    Sample(
        route="manage listServices",
        method="GET",
        path=f"{MANAGE}/services?serviceId={{service}}",
        kind=Kind.SILENT,
        prepare=own.a_service,
    ),
    Sample(
        route="manage listServices",
        method="GET",
        path=f"{MANAGE}/services?after={{cursor}}",
        prepare=own.a_cursor_of_services,
    ),
    Sample(route="manage readServiceOptions", method="GET", path=_OPTIONS, prepare=own.a_circuit),
    Sample(
        route="manage skipKci",
        method="POST",
        path=f"{MANAGE}/orders/{{order}}/skip",
        prepare=own.a_stuck_kci,
        body={"endpointId": "{endpoint}", "sequenceNumber": 1, "because": "{mark}"},
    ),
    Sample(
        route="manage replayKcis",
        method="POST",
        path=f"{MANAGE}/replays",
        prepare=own.a_told_order,
        body={"replayId": "{replay}", "orderId": "{order}"},
    ),
    Sample(
        route="manage replayKcis",
        method="POST",
        path=f"{MANAGE}/replays",
        prepare=own.a_kci,
        body={"replayId": "{replay}", "kciId": "{kci}"},
    ),
    Sample(
        route="manage replayKcis",
        method="POST",
        path=f"{MANAGE}/replays",
        prepare=own.the_endpoint,
        body={"replayId": "{replay}", "endpointId": "{endpoint}", "undelivered": True},
    ),
    Sample(route="manage listReplays", method="GET", path=f"{MANAGE}/replays", kind=Kind.OWN),
    Sample(
        route="manage listReplays",
        method="GET",
        path=f"{MANAGE}/replays?after={{cursor}}",
        prepare=own.a_cursor_of_replays,
    ),
    Sample(route="manage getReplay", method="GET", path=f"{MANAGE}/replays/{{replay}}", prepare=own.a_replay),
    Sample(
        route="manage reconcile",
        method="POST",
        path=f"{MANAGE}/reconcile",
        kind=Kind.SILENT,
        prepare=own.a_told_order,
        body={"orders": [{"orderId": "{order}", "lastSequence": 0}], "resend": True, "replayId": "{replay}"},
    ),
    Sample(route="manage listAlarms", method="GET", path=f"{MANAGE}/alarms", kind=Kind.OWN),
)

SAMPLES: Final = (*IDENTITY, *AT_ACCESS, *AT_WHOLESALE, *AT_ETHERNET, *AT_TENANT, *AT_UPDATES, *AT_MANAGE)
