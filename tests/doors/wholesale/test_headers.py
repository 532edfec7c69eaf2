"""Headers of every wholesale route: missing, doubled, empty, or another tenant's."""

from multidict import CIMultiDict
from tests.journeys.gateway import WHOLESALE, Gateway
from tests.journeys.requests import booking, order

ROUTES = [
    ("GET", "service-availability?addressId=10025559646", None),
    (
        "GET",
        "available-appointments?addressId=10025559646&appointmentPurpose=PROVIDE&serviceSpecification=%7B%22id%22:%22fttp%22%7D",
        None,
    ),
    ("POST", "appointments", booking(159)),
    ("GET", "appointments/159", None),
    ("DELETE", "appointments/159", None),
    ("POST", "service-orders", order(127)),
    ("GET", "service-orders/127", None),
]


async def test_every_fault_of_the_headers_is_refused_by_name(running: Gateway) -> None:
    for method, path, _ in ROUTES:
        right = await running.headers("YOUR_TENANT")
        for name in ("X-Request-ID", "X-Conversation-ID", "Tenant"):
            for value in (None, "", " ", "a\tb", "x" * 256, "\N{SNOWMAN}"):
                wrong = CIMultiDict(right)
                del wrong[name]
                if value is not None:
                    wrong[name] = value
                got = await running.send(method, f"{WHOLESALE}/{path}", wrong)
                if name == "Tenant" and value is not None:
                    assert any("Tenant" in one for one in got.body["messages"])
                    assert got.status in {400, 401}
                    continue
                assert any(one.startswith(name) for one in got.refused(400, "MALFORMED_REQUEST")), got.raw
            doubled = [*right.items(), (name, right[name])]
            got = await running.send(method, f"{WHOLESALE}/{path}", doubled)
            assert any(one.startswith(name) for one in got.refused(400, "MALFORMED_REQUEST"))
        without = CIMultiDict(right)
        del without["Authorization"]
        (await running.send(method, f"{WHOLESALE}/{path}", without)).refused(401, "NOT_AUTHORISED")
        twice = [*right.items(), ("Authorization", right["Authorization"])]
        assert (await running.send(method, f"{WHOLESALE}/{path}", twice)).status == 400


async def test_a_token_opens_its_own_tenant_only(running: Gateway) -> None:
    for method, path, body in ROUTES:
        got = await running.ask(method, path, tenant="ISP1", extra={"Tenant": "ISP2"}, body=body)
        got.refused(401, "NOT_AUTHORISED")
        got = await running.ask(method, path, tenant="ISP1", extra={"Tenant": "isp1"}, body=body)
        got.refused(401, "NOT_AUTHORISED")
        for stranger in ("NETWORK1", "operator"):
            got = await running.ask(method, path, tenant=stranger, extra={"Tenant": "ISP1"}, body=body)
            assert got.refused(403, "NOT_AUTHORISED")


async def test_ids_are_echoed_on_every_refusal(running: Gateway) -> None:
    for method, path, _ in ROUTES:
        right = await running.headers("YOUR_TENANT")
        for change in ({"Authorization": "Bearer nothing"}, {"Tenant": "ISP2"}):
            got = await running.send(method, f"{WHOLESALE}/{path}", {**right, **change})
            assert got.status == 401
            assert (got.headers["X-Request-ID"], got.headers["X-Conversation-ID"]) == ("req-1", "conv-1")


async def test_unknown_paths_and_methods_answer_with_the_error_object(running: Gateway) -> None:
    (await running.ask("GET", "nothing")).refused(404, "NOT_FOUND")
    for method, path in (("PUT", "appointments/159"), ("DELETE", "service-orders/1"), ("GET", "service-orders")):
        got = await running.ask(method, path)
        got.refused(405, "MALFORMED_REQUEST")
        assert got.headers["Allow"]


async def test_an_id_in_a_path_is_a_number(running: Gateway) -> None:
    for number in ("0", "-1", "1.0", "abc", "9007199254740992", "1e3", "%30x", "01", "1" * 300):
        for method, path in (("GET", "appointments"), ("DELETE", "appointments"), ("GET", "service-orders")):
            got = await running.ask(method, f"{path}/{number}")
            assert got.refused(400, "MALFORMED_REQUEST")[0].startswith("id:")


BAD_ADDRESSES = [
    ("", 400),
    ("address=", 400),
    ("address=%7B", 400),
    ("address=%7B%7D", 400),
    ("address=null", 400),
    ("address=%5B%5D", 400),
    ('address={"id":10025559646,"type":"UPRN"}', 400),
    ('address={"id":"10025559646"}', 400),
    ('address={"id":"","type":"UPRN"}', 422),
    ('address={"id":"1234567890123","type":"UPRN"}', 422),
    ('address={"id":"12x","type":"UPRN"}', 422),
    ('address={"id":"10025559646","type":"NAD"}', 422),
    ('address={"id":"10025559646","id":"1","type":"UPRN"}', 400),
    ("addressId=10025559646&addressId=10025559646", 400),
    ('address={"id":"10025559646","type":"UPRN"}&address={"id":"10025559646","type":"UPRN"}', 400),
    ("addressId=10025559646&addressType=WHAT", 422),
    ("addressId=%ff", 400),
    ("addressId=%C0%80", 400),
    ("addressId=1%00", 400),
    ("addressId=%zz", 400),
    ("addressId=%ED%A0%80", 400),
    ("address=NaN", 400),
    ("address=" + "%5B" * 500, 400),
    ("addressId=10025559646&serviceTypes=" + "x" * 21, 422),
]


async def test_a_bad_address_in_a_query_is_refused(running: Gateway) -> None:
    for query, status in BAD_ADDRESSES:
        got = await running.ask("GET", f"service-availability?{query}")
        got.refused(status, "MALFORMED_REQUEST" if status == 400 else "INVALID_REQUEST")


BAD_SEARCHES = [
    ("appointmentPurpose=", 422, "appointmentPurpose"),
    ("appointmentPurpose=provide", 422, "appointmentPurpose"),
    (None, 400, "appointmentPurpose"),
    ("appointmentPurpose=PROVIDE&serviceSpecification=fttp", 400, "serviceSpecification"),
    ("appointmentPurpose=PROVIDE&appointmentFromDate=2025-02-30", 422, "appointmentFromDate"),
    ("appointmentPurpose=PROVIDE&appointmentFromDate=2025-07-16T00:00:00Z", 422, "appointmentFromDate"),
    ("appointmentPurpose=PROVIDE&appointmentFromDate=1999-12-31", 422, "appointmentFromDate"),
    ("appointmentPurpose=PROVIDE&classifications=WEEKDAY_AM,NEVER", 422, "classifications[1]"),
    ("appointmentPurpose=PROVIDE&classifications=", 422, "classifications[0]"),
    ("appointmentPurpose=PROVIDE&appointmentPurpose=PROVIDE", 400, "appointmentPurpose"),
]


async def test_a_bad_search_for_slots_is_refused_by_name(running: Gateway) -> None:
    for change, status, named in BAD_SEARCHES:
        rest = change or ""
        if "serviceSpecification" not in rest:
            rest += "&serviceSpecification=%7B%22id%22:%22fttp%22%7D"
        got = await running.ask("GET", f"available-appointments?addressId=10025559646&{rest}")
        told = got.refused(status, "MALFORMED_REQUEST" if status == 400 else "INVALID_REQUEST")
        assert any(one.startswith(named) for one in told), told
