"""Who we are to a supplier, how often it is asked, and what its answers say of its health."""

import asyncio
import base64
import contextlib
from pathlib import Path

import pytest
from aiohttp import web
from tests.authority import Authority
from tests.suppliers.http.peer import PREFIX, TOKEN, TRACE, Heard, network, peer
from tests.suppliers.http.test_faults import HOME, refusal
from tests.suppliers.http.test_samples import PROVIDE
from tests.web.test_connector import listening, request_of

from fibregate.suppliers.answers import Taken
from fibregate.suppliers.breaker import Breaker, State
from fibregate.suppliers.failures import Failure, SupplierFailed
from fibregate.suppliers.health import Health
from fibregate.suppliers.http.model import Basic, ClientCertificate, ClientCredentials
from fibregate.suppliers.questions import Trace

SECRET = "c4nary/+= "


def credentials(url: str) -> ClientCredentials:
    return ClientCredentials(url + TOKEN, "gateway:1", SECRET, scope="gateway")


async def test_a_token_is_fetched_once_and_goes_with_every_call() -> None:
    async with peer() as there, network(there.url, credentials(there.url)) as it:
        there.answers(202)
        await asyncio.gather(*(it.order(PROVIDE, TRACE) for _ in range(10)))
    assert [one.path for one in there.heard].count(TOKEN) == 1
    assert there.heard[0].raw == b"grant_type=client_credentials&scope=gateway"
    assert {one.headers["authorization"] for one in there.calls} == {"Bearer token-0"}


async def test_a_token_that_is_not_taken_is_fetched_anew_once_and_the_order_is_placed() -> None:
    fetched = 0

    def token(_: Heard) -> web.Response:
        nonlocal fetched
        fetched += 1
        return web.json_response({"access_token": f"token-{fetched}", "token_type": "Bearer", "expires_in": 3600})

    async with peer() as there, network(there.url, credentials(there.url)) as it:
        there.token = token
        there.respond = lambda one: web.Response(status=401 if one.headers["authorization"][-1] in "13" else 202)
        assert await it.order(PROVIDE, TRACE) == Taken()
        there.respond = lambda _: web.json_response(refusal("NOT_AUTHORISED"), status=401)
        with pytest.raises(SupplierFailed) as caught:
            await it.order(PROVIDE, TRACE)
    assert caught.value.kind is Failure.REFUSED_CREDENTIALS
    assert caught.value.nothing_done
    assert fetched == 3
    assert len(there.calls) == 4
    assert len({one.headers["x-request-id"] for one in there.calls}) == 4


async def test_without_a_token_nothing_is_asked_and_the_secret_is_not_told() -> None:
    async with peer() as there, network(there.url, credentials(there.url)) as it:
        there.token = lambda _: web.json_response({"error": "invalid_client", "error_description": SECRET}, status=401)
        with pytest.raises(SupplierFailed) as caught:
            await it.order(PROVIDE, TRACE)
    assert (caught.value.kind, caught.value.nothing_done) == (Failure.REFUSED_CREDENTIALS, True)
    assert caught.value.messages == ("ALTNET1: no access token: the token URL answered 401",)
    assert SECRET not in repr(it.account)
    assert not there.calls


async def test_a_token_that_does_not_come_in_time_takes_the_time_of_the_call() -> None:
    async def never(_: Heard) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async with peer() as there, network(there.url, credentials(there.url), total_seconds=0.2) as it:
        there.token = never
        async with asyncio.timeout(1):
            with pytest.raises(SupplierFailed, match="no access token in time") as caught:
                await it.order(PROVIDE, TRACE)
    assert caught.value.nothing_done


async def test_a_user_and_a_password_go_with_every_call_and_a_401_is_final() -> None:
    async with peer() as there, network(there.url, Basic("gätewäy", SECRET)) as it:
        there.answers(401)
        with pytest.raises(SupplierFailed):
            await it.order(PROVIDE, TRACE)
    assert [one.headers["authorization"] for one in there.heard] == [
        "Basic " + base64.b64encode(f"gätewäy:{SECRET}".encode()).decode()
    ]
    assert SECRET not in repr(it.account)


async def test_a_client_certificate_is_shown(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pair, trusted = authority.issue("gateway"), authority.trusted()
    auth = ClientCertificate(pair.certificate, pair.private_key)
    async with peer(authority.server(asks_clients=True)) as there:
        there.answers(202)
        async with network(there.url, auth, tls=trusted) as it:
            assert await it.order(PROVIDE, TRACE) == Taken()
        async with network(there.url, tls=trusted) as nobody:
            with pytest.raises(SupplierFailed):
                await nobody.order(PROVIDE, TRACE)
    assert len(there.heard) == 1


async def test_paths_stand_below_the_prefix_which_may_be_empty() -> None:
    async with peer() as there:
        there.answers(202)
        for prefix in (PREFIX, "", "/v2/südlich".replace("ü", "%C3%BC")):
            async with network(there.url, prefix=prefix) as it:
                await it.order(PROVIDE, TRACE)
    assert [one.path for one in there.heard] == [
        f"{PREFIX}/service-orders",
        "/service-orders",
        "/v2/südlich/service-orders",
    ]


async def test_a_sandboxs_scenario_is_passed_on_and_no_other_header() -> None:
    extra = {"X-Scenario": "ORDER_DELAYED", "x-kci-delay": "1", "X-Evil": "1", "Authorization": "Bearer mine"}
    async with peer() as there, network(there.url) as it:
        there.answers(202)
        await it.order(PROVIDE, Trace("conv", "req-of-the-ledger", extra))
    headers = there.heard[0].headers
    assert (headers["x-scenario"], headers["x-kci-delay"]) == ("ORDER_DELAYED", "1")
    assert headers["x-request-id"] == "req-of-the-ledger"
    assert not {"x-evil", "authorization"} & set(headers)


async def test_an_order_is_said_once_on_a_connection_of_its_own() -> None:
    """An answer that comes twice waits on a connection for whoever asks next, and a kept one may be dead."""
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await request_of(reader))
        if len(heard) > 1:
            return
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n" * 2)
        await writer.drain()
        heard.append(await request_of(reader))

    async with listening(talk) as port, network(f"http://127.0.0.1:{port}") as it:
        assert await it.order(PROVIDE, TRACE) == Taken()
        with pytest.raises(SupplierFailed) as caught:
            await it.order(PROVIDE, TRACE)
    assert (caught.value.kind, caught.value.nothing_done) == (Failure.BROKEN, False)
    assert len(heard) == 2


async def test_only_questions_that_change_nothing_share_connections() -> None:
    async with peer() as there, network(there.url) as it:
        there.answers(500)
        for call in (lambda: it.availability(HOME, TRACE), lambda: it.order(PROVIDE, TRACE)) * 2:
            with pytest.raises(SupplierFailed):
                await call()
        with pytest.raises(SupplierFailed):
            await it.read_order(1, TRACE)
    ports = [one.port for one in there.heard]
    assert ports[0] == ports[2]
    assert len(set(ports)) == 4


async def rested(health: Health) -> None:
    async with asyncio.timeout(5):
        while health.standing().state is State.OPEN:
            await asyncio.sleep(0.01)


async def test_a_supplier_that_is_ill_rests_and_is_tried_again_by_one_call() -> None:
    health = Health(breaker=Breaker(failures=3, rest_seconds=0.5))
    async with peer() as there, network(there.url, health=health) as it:
        there.answers(500)
        for _ in range(3):
            with pytest.raises(SupplierFailed):
                await it.order(PROVIDE, TRACE)
        with pytest.raises(SupplierFailed, match="tried again in") as caught:
            await it.order(PROVIDE, TRACE)
        assert (caught.value.kind, caught.value.nothing_done) == (Failure.UNREACHABLE, True)
        assert len(there.heard) == 3
        assert health.standing().state is State.OPEN
        there.answers(202)
        await rested(health)
        assert await it.order(PROVIDE, TRACE) == Taken()
    standing = health.standing()
    assert (standing.state, standing.in_a_row, standing.answered) == (State.CLOSED, 0, 1)
    assert standing.failed == {Failure.ERROR: 3}
    assert standing.last_fault is Failure.ERROR
    assert standing.last_fault_text == "ALTNET1 answered 500"
    assert standing.p50_ms is not None
    assert standing.p50_ms > 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 501])
async def test_refusing_us_is_no_illness(status: int) -> None:
    health = Health(breaker=Breaker(failures=1))
    async with peer() as there, network(there.url, health=health) as it:
        there.answers(status, refusal("INVALID_REQUEST"))
        for _ in range(3):
            with contextlib.suppress(SupplierFailed):
                await it.availability(HOME, TRACE)
    assert len(there.heard) == 3
    assert health.standing().state is State.CLOSED


async def test_a_probe_that_is_given_up_lets_another_one_probe() -> None:
    health = Health(breaker=Breaker(failures=1, rest_seconds=0.01))
    hold = asyncio.Event()

    async def stall(_: Heard) -> web.StreamResponse:
        hold.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with peer() as there, network(there.url, health=health) as it:
        there.answers(500)
        with pytest.raises(SupplierFailed):
            await it.order(PROVIDE, TRACE)
        await rested(health)
        there.respond = stall
        probe = asyncio.create_task(it.order(PROVIDE, TRACE))
        await hold.wait()
        with pytest.raises(SupplierFailed, match="tried again"):
            await it.order(PROVIDE, TRACE)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        there.answers(202)
        assert await it.order(PROVIDE, TRACE) == Taken()


async def test_a_probe_costs_nothing_and_any_answer_to_it_is_well() -> None:
    async with peer() as there, network(there.url) as it:
        there.answers(200, {"address": {"identifier": {"id": "1", "type": "UPRN"}}})
        await it.probe(TRACE)
        there.answers(422, refusal("INVALID_REQUEST"))
        await it.probe(TRACE)
        there.answers(503)
        with pytest.raises(SupplierFailed):
            await it.probe(TRACE)
    assert {(one.method, one.path) for one in there.heard} == {("GET", f"{PREFIX}/service-availability")}
