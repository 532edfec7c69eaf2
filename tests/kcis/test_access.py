"""Who the gateway is to the receiver: against a token server and receivers on loopback."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from aiohttp import web
from tests.authority import Authority
from tests.kcis.receiver import Received, Receiver, receiving
from tests.kcis.stage import LOOPBACK

from fibregate.kcis.delivery import access
from fibregate.kcis.delivery.access import Accesses
from fibregate.vault import Vault
from fibregate.web import tokens
from fibregate.web.connector import Connector, NotDelivered

VAULT = Vault(b"k" * 32)
ENDPOINT = uuid4()
SECRET = "c4nary/+= "


@pytest.fixture
async def accesses() -> AsyncIterator[Accesses]:
    async with Connector(LOOPBACK, connect_seconds=1, total_seconds=2) as connector:
        yield Accesses(connector, VAULT)


@pytest.fixture
async def server() -> AsyncIterator[Receiver]:
    async with receiving("/token") as one:
        yield one


def granting(**body: Any) -> Callable[[Received], web.Response]:
    count = 0

    def respond(_: Received) -> web.Response:
        nonlocal count
        count += 1
        found = {"access_token": f"token-{count}", "token_type": "Bearer", "expires_in": 3600, **body}
        return web.json_response({name: value for name, value in found.items() if value is not None})

    return respond


def sealed(secrets: dict[str, str], endpoint: UUID = ENDPOINT) -> bytes:
    return access.sealed(VAULT, secrets, access.auth_purpose(endpoint))


def grant(url: str, **more: str) -> dict[str, str]:
    return {"tokenUrl": url, "clientId": "isp:1", "clientSecret": SECRET, **more}


async def header(accesses: Accesses, kept: bytes, endpoint: UUID = ENDPOINT) -> str:
    found = await accesses.of(endpoint, auth_kind="OAUTH2", auth=kept, headers=None)
    return found.headers["Authorization"]


async def test_an_endpoint_without_any_of_it_needs_nothing(accesses: Accesses) -> None:
    found = await accesses.of(ENDPOINT, auth_kind="NONE", auth=None, headers=None)
    assert (found.headers, found.tls) == ({}, None)


async def test_static_headers_and_basic_are_added(accesses: Accesses) -> None:
    kept = access.sealed(VAULT, {"X-Api-Key": SECRET}, access.headers_purpose(ENDPOINT))
    auth = sealed({"username": "é", "password": "p:w"})
    found = await accesses.of(ENDPOINT, auth_kind="BASIC", auth=auth, headers=kept)
    assert found.headers == {
        "X-Api-Key": SECRET,
        "Authorization": "Basic " + base64.b64encode("é:p:w".encode()).decode(),
    }
    assert SECRET not in repr(found)
    again = await accesses.of(ENDPOINT, auth_kind="NONE", auth=None, headers=kept)
    assert again.headers == {"X-Api-Key": SECRET}


async def test_a_token_is_fetched_once_and_used_until_its_end(accesses: Accesses, server: Receiver) -> None:
    server.respond = granting()
    kept = sealed(grant(server.url, scope="kcis more"))
    assert [await header(accesses, kept) for _ in range(3)] == ["Bearer token-1"] * 3
    asked = server.received[0]
    assert asked.body == b"grant_type=client_credentials&scope=kcis+more"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    basic = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    assert basic == "isp%3A1:c4nary%2F%2B%3D+"
    accesses.forget(ENDPOINT)
    accesses.forget(uuid4())
    assert await header(accesses, kept) == "Bearer token-2"
    assert len(server.received) == 2


async def test_id_and_secret_may_go_in_the_form(accesses: Accesses, server: Receiver) -> None:
    server.respond = granting()
    await header(accesses, sealed(grant(server.url, clientAuth=tokens.IN_BODY)))
    assert "authorization" not in server.received[0].headers
    assert server.received[0].body == (
        b"grant_type=client_credentials&client_id=isp%3A1&client_secret=c4nary%2F%2B%3D+"
    )


async def test_many_at_once_share_one_fetch_and_its_failure(accesses: Accesses, server: Receiver) -> None:
    server.respond = granting()
    kept = sealed(grant(server.url))
    assert set(await asyncio.gather(*(header(accesses, kept) for _ in range(50)))) == {"Bearer token-1"}
    assert len(server.received) == 1
    accesses.forget(ENDPOINT)
    server.respond = lambda _: web.Response(status=503, text=SECRET)
    failures = await asyncio.gather(*(header(accesses, kept) for _ in range(50)), return_exceptions=True)
    assert {str(one) for one in failures} == {"no access token: the token URL answered 503"}
    assert len(server.received) == 2


async def test_who_is_cancelled_while_fetching_leaves_the_next_to_try(accesses: Accesses, server: Receiver) -> None:
    hold, arrived = asyncio.Event(), asyncio.Event()
    plain = granting()

    async def respond(got: Received) -> web.StreamResponse:
        arrived.set()
        await hold.wait()
        return plain(got)

    server.respond = respond
    kept = sealed(grant(server.url))
    first = asyncio.create_task(header(accesses, kept))
    await arrived.wait()
    second = asyncio.create_task(header(accesses, kept))
    await asyncio.sleep(0)
    first.cancel()
    hold.set()
    async with asyncio.timeout(5):
        assert (await second).startswith("Bearer token-")
    assert first.cancelled()


async def test_new_credentials_and_other_endpoints_fetch_their_own(accesses: Accesses, server: Receiver) -> None:
    server.respond = granting()
    other = uuid4()
    assert await header(accesses, sealed(grant(server.url))) == "Bearer token-1"
    assert await header(accesses, sealed(grant(server.url))) == "Bearer token-2"
    assert await header(accesses, sealed(grant(server.url), other), other) == "Bearer token-3"


@pytest.mark.parametrize(("said", "calls"), [(1, 2), ("1", 2), (0, 2), (-5, 2), (None, 1), ("soon", 1), (True, 1)])
async def test_a_token_lives_as_long_as_its_server_says(
    accesses: Accesses, server: Receiver, monkeypatch: pytest.MonkeyPatch, said: Any, calls: int
) -> None:
    server.respond = granting(expires_in=said)
    kept = sealed(grant(server.url))
    assert await header(accesses, kept) == "Bearer token-1"
    holder = accesses._tokens._held[ENDPOINT]
    holder.ends -= 1
    await header(accesses, kept)
    assert len(server.received) == calls


def test_a_token_is_given_up_before_its_end() -> None:
    assert tokens.MARGIN == 30
    assert tokens._life(10**12) == tokens.LONGEST_LIFE
    assert tokens._life(-1) == 0.0


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (401, b'{"error":"invalid_client","error_description":"' + SECRET.encode() + b'"}', "answered 401"),
        (302, b"", "answered 302"),
        (204, b"", "answered 204"),
        (200, b"<html>", "is not JSON"),
        (200, b"[]", "no access_token"),
        (200, b'{"access_token":null}', "no access_token"),
        (200, b'{"access_token":""}', "no access_token"),
        (200, b'{"access_token":"a b"}', "no access_token"),
        (200, b'{"access_token":"a\\r\\nX-Evil: 1"}', "no access_token"),
        (200, b'{"access_token":"' + b"a" * 9000 + b'"}', "no access_token"),
        (200, b'{"access_token":"a","token_type":"DPoP"}', "type Bearer"),
        (200, b'{"access_token":"a","x":"' + b"y" * 20_000 + b'"}', "is over 16384 bytes"),
        (200, b"[" * 5000, "is not JSON"),
    ],
)
async def test_what_is_no_token_is_told_without_its_content(
    accesses: Accesses, server: Receiver, status: int, body: bytes, why: str
) -> None:
    server.respond = lambda _: web.Response(status=status, body=body, headers={**JSON, "Location": "/elsewhere"})
    with pytest.raises(NotDelivered) as caught:
        await header(accesses, sealed(grant(server.url)))
    assert caught.value.kind == "auth"
    assert why in caught.value.message
    assert SECRET not in caught.value.message
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://10.0.0.1/token", "may not be called"),
        ("http://169.254.169.254/latest/meta-data", "may not be called"),
        ("http://127.0.0.1:1/token", "no connection"),
        ("ftp://127.0.0.1/token", "must begin with"),
    ],
)
async def test_a_token_url_is_called_as_guarded_as_an_endpoint(accesses: Accesses, url: str, why: str) -> None:
    with pytest.raises(NotDelivered) as caught:
        await header(accesses, sealed(grant(url)))
    assert caught.value.kind == "auth"
    assert caught.value.message.startswith("no access token: the token URL failed: ")
    assert why in caught.value.message


async def test_a_token_server_that_stalls_costs_a_bounded_time(accesses: Accesses, server: Receiver) -> None:
    async def respond(_: Received) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    server.respond = respond
    with pytest.raises(NotDelivered, match="no answer in time"):
        await header(accesses, sealed(grant(server.url)))


async def test_tokens_are_kept_of_so_many_endpoints_only(
    accesses: Accesses, server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "KEPT", 2)
    server.respond = granting()
    for endpoint in (uuid4(), uuid4(), uuid4()):
        await header(accesses, sealed(grant(server.url), endpoint), endpoint)
    assert len(accesses._tokens._held) == 2


async def test_a_client_certificate_is_made_ready_once(accesses: Accesses, tmp_path: Path) -> None:
    pair = Authority(tmp_path).issue("gateway")
    kept = sealed({"certificate": pair.certificate, "privateKey": pair.private_key})
    found = [await accesses.of(ENDPOINT, auth_kind="MTLS", auth=kept, headers=None) for _ in range(2)]
    assert found[0].tls is not None
    assert found[0].tls is found[1].tls


async def test_a_client_certificate_that_no_longer_fits_is_told(accesses: Accesses, tmp_path: Path) -> None:
    one, other = Authority(tmp_path).issue("one"), Authority(tmp_path).issue("other")
    kept = sealed({"certificate": one.certificate, "privateKey": other.private_key})
    with pytest.raises(NotDelivered) as caught:
        await accesses.of(ENDPOINT, auth_kind="MTLS", auth=kept, headers=None)
    assert (caught.value.kind, caught.value.message) == ("auth", "the client certificate and its key cannot be used")


def test_what_is_kept_is_sealed() -> None:
    kept = sealed({"password": SECRET})
    assert SECRET.encode() not in kept
    assert orjson.loads(VAULT.open(kept, access.auth_purpose(ENDPOINT))) == {"password": SECRET}
