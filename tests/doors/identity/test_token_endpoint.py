import asyncio
import base64
from collections.abc import Mapping

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.doors.identity.identity_client import TOKEN, Identity, basic
from tests.tenants.office import OPERATOR

from fibregate.doors.identity.limits import Buckets
from fibregate.errors import Unavailable
from fibregate.tenants import actions

GRANT = {"grant_type": "client_credentials"}


async def test_the_documented_request_has_no_body(identity: Identity) -> None:
    got = await identity.ask(identity.basic())
    assert got.status == 200
    assert {key: value for key, value in got.body.items() if key != "access_token"} == {
        "token_type": "Bearer",
        "scope": "default",
        "expires_in": 3600,
    }
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["Content-Type"] == "application/json"
    caller = await identity.office.callers.authenticate(got.body["access_token"])
    assert caller.tenant_code == "ISP1"
    assert caller.scopes == {"gateway", "manage"}


async def test_a_client_may_name_itself_in_the_form(identity: Identity) -> None:
    isp = identity.office.isp
    shown = {"client_id": isp.client_id, "client_secret": isp.secret}
    assert (await identity.ask({}, {**GRANT, **shown})).status == 200
    assert (await identity.ask(identity.basic(), {**GRANT, **shown})).status == 200
    assert (await identity.ask(identity.basic(), {"client_id": isp.client_id})).status == 200


@pytest.mark.parametrize("form", [{"client_id": "another"}, {"client_secret": "another"}])
async def test_header_and_form_may_not_differ(identity: Identity, form: Mapping[str, str]) -> None:
    (await identity.ask(identity.basic(), form)).refused(400, "invalid_request")


@pytest.mark.parametrize("odd", ["a\0", "a%00", "\u00e9", "a\x7f", "%ff", "\n"])
async def test_an_odd_client_is_an_unknown_one(identity: Identity, odd: str) -> None:
    (await identity.ask(basic(odd, "secret"), GRANT)).refused(401, "invalid_client")
    (await identity.ask(basic("client", odd), GRANT)).refused(401, "invalid_client")


async def test_suppliers_get_tokens_for_their_updates(identity: Identity) -> None:
    got = await identity.ask(identity.basic(identity.office.network), GRANT)
    caller = await identity.office.callers.authenticate(got.body["access_token"])
    assert (caller.kind, caller.supplier_code, caller.scopes) == ("supplier", "NETWORK1", {"updates"})


async def test_a_narrower_scope_is_given_and_named(identity: Identity) -> None:
    got = await identity.ask(identity.basic(), {"scope": "manage"})
    assert got.body["scope"] == "manage"
    assert (await identity.office.callers.authenticate(got.body["access_token"])).scopes == {"manage"}
    assert (await identity.ask(identity.basic(), {"scope": "gateway manage"})).body["scope"] == "gateway manage"
    for everything in ("default", ""):
        got = await identity.ask(identity.basic(), {"scope": everything})
        assert got.body["scope"] == "default"


@pytest.mark.parametrize("scope", ["updates", "operator", "gateway updates", "x", "gateway  manage", "Gateway", " "])
async def test_a_scope_that_the_client_has_not_is_refused(identity: Identity, scope: str) -> None:
    told = (await identity.ask(identity.basic(), {"scope": scope})).refused(400, "invalid_scope")
    assert "gateway manage" in told


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "CLIENT_CREDENTIALS"])
async def test_other_grants_are_refused(identity: Identity, grant: str) -> None:
    got = await identity.ask(identity.basic(), {"grant_type": grant})
    assert "client_credentials" in got.refused(400, "unsupported_grant_type")


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + b64(b"no colon"),
        "Basic " + b64(b":"),
        "Basic " + b64(b"client:"),
        "Basic " + b64(b":secret"),
        "Basic " + b64(b"\xff\xfe:\xff"),
        "Basic " + b64(b"nobody:secret"),
        "Basic " + b64("nöbody:secret%00".encode()),
        "Bearer something",
        "Digest something",
        "x",
    ],
)
async def test_who_is_not_known_is_refused_and_told_how_to_ask(identity: Identity, header: str) -> None:
    got = await identity.ask({"Authorization": header})
    got.refused(401, "invalid_client")
    assert got.headers["WWW-Authenticate"].startswith("Basic ")
    assert got.headers["Cache-Control"] == "no-store"


async def test_no_credentials_or_half_of_them_are_refused(identity: Identity) -> None:
    for form in ({}, GRANT, {"client_id": identity.office.isp.client_id}, {"client_secret": "x"}):
        (await identity.ask({}, form)).refused(401, "invalid_client")


async def test_an_unknown_client_and_a_wrong_secret_are_told_alike(identity: Identity) -> None:
    isp = identity.office.isp
    wrong = await identity.ask(basic(isp.client_id, isp.secret[:-1]))
    unknown = await identity.ask(basic("client_0000000000000000", isp.secret))
    assert wrong.body == unknown.body
    assert wrong.status == unknown.status == 401


async def test_credentials_in_the_address_count_for_nothing(identity: Identity) -> None:
    isp = identity.office.isp
    path = f"{TOKEN}?client_id={isp.client_id}&client_secret={isp.secret}"
    (await identity.ask({}, GRANT, path=path)).refused(401, "invalid_client")


@pytest.mark.parametrize(
    "form",
    [
        "grant_type=client_credentials&grant_type=client_credentials",
        "scope=gateway&scope=manage",
        "client_id=a&client_id=a",
        "scope=%zz",
        "scope=%ff",
        "scope=a%00b",
        b"scope=\xff",
        "&".join(f"p{number}=1" for number in range(200)),
        "grant_type=" + "x" * 300,
        "scope=" + "x" * 300,
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(identity: Identity, form: str | bytes) -> None:
    (await identity.ask(identity.basic(), form)).refused(400, "invalid_request")


async def test_other_bodies_and_unknown_parameters_are_ignored(identity: Identity) -> None:
    for form in ('{"grant_type": "password"}', "unknown=1&another=2", "="):
        assert (await identity.ask(identity.basic(), form)).status == 200


async def test_a_disabled_client_or_tenant_is_denied_but_only_who_has_the_secret_learns_it(identity: Identity) -> None:
    isp, db = identity.office.isp, identity.office.db
    async with db.tx(None) as tx:
        await actions.disable_client(tx, isp.client_id, by=OPERATOR)
    (await identity.ask(identity.basic())).refused(403, "access_denied")
    (await identity.ask(basic(isp.client_id, "wrong"))).refused(401, "invalid_client")
    async with db.tx(None) as tx:
        await actions.enable_client(tx, isp.client_id, by=OPERATOR)
        await actions.disable(tx, "ISP1", by=OPERATOR)
    (await identity.ask(identity.basic())).refused(403, "access_denied")


async def test_both_secrets_of_a_rotation_are_good(identity: Identity) -> None:
    office = identity.office
    async with office.db.tx(None) as tx:
        newer = await actions.rotate_secret(tx, office.vault, office.isp.client_id, by=OPERATOR)
    for credential in (office.isp, newer):
        assert (await identity.ask(identity.basic(credential))).status == 200


async def test_everything_else_is_refused_in_the_same_shape(identity: Identity) -> None:
    (await identity.ask(identity.basic(), b"x" * 300_000)).refused(413, "invalid_request")
    got = await identity.ask(identity.basic(), method="GET")
    got.refused(405, "invalid_request")
    assert "POST" in got.headers["Allow"].split(", ")


async def test_without_a_database_it_says_try_later(identity: Identity) -> None:
    identity.office.db._dsn = "postgresql://nobody@127.0.0.1:1/none"
    for slot in identity.office.db._all:
        slot.drop()
    got = await identity.ask(identity.basic())
    got.refused(503, "temporarily_unavailable")
    assert int(got.headers["Retry-After"]) > 0


async def test_the_ids_are_echoed(identity: Identity) -> None:
    sent = {"X-Request-ID": "req-1", "X-Conversation-ID": "conv-1"}
    for headers in (identity.basic(), {}):
        got = await identity.ask({**headers, **sent})
        assert {name: got.headers[name] for name in sent} == sent


async def test_the_published_keys_verify_our_tokens(identity: Identity) -> None:
    got = await identity.ask(method="GET", path="/.well-known/jwks.json")
    assert got.status == 200
    assert "max-age" in got.headers["Cache-Control"]
    token = (await identity.ask(identity.basic())).body["access_token"]
    read = jwt.decode(token, KeySet.import_key_set({"keys": got.body["keys"]}), algorithms=["ES256"])
    assert read.header["typ"] == "at+jwt"
    assert read.claims["tenant"] == "ISP1"
    assert not any("d" in key for key in got.body["keys"])


def test_who_asks_too_often_waits() -> None:
    buckets = Buckets(rate=10, burst=3)
    for _ in range(3):
        buckets.take("a")
    with pytest.raises(Unavailable) as refused:
        buckets.take("a")
    assert refused.value.retry_after == 1
    buckets.take("b")


async def test_a_bucket_fills_again() -> None:
    buckets = Buckets(rate=100, burst=1)
    buckets.take("a")
    async with asyncio.timeout(2):
        while True:
            try:
                buckets.take("a")
            except Unavailable:
                await asyncio.sleep(0.005)
            else:
                break


def test_buckets_are_bounded() -> None:
    buckets = Buckets(rate=1, burst=1, size=100)
    for number in range(10_000):
        buckets.take(str(number))
    assert len(buckets) == 100


async def test_too_many_requests_are_told_to_wait(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Buckets, "take", _never)
    got = await identity.ask(identity.basic())
    assert "too many" in got.refused(503, "temporarily_unavailable")
    assert got.headers["Retry-After"] == "3"


def _never(_buckets: Buckets, _key: str) -> None:
    raise Unavailable("too many requests", 3)
