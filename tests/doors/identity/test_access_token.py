"""The two addresses at which tenants and suppliers get their tokens, each for its own kind."""

from collections.abc import Mapping

import pytest
from tests.doors.identity.identity_client import Got, Identity, basic
from tests.tenants.office import OPERATOR

from fibregate.tenants import actions

TENANT = "/v1/auth/tenant/access-token"
SUPPLIER = "/v1/auth/supplier/access-token"
GRANT = {"grant_type": "client_credentials"}
ALL = "com.fibregateway.prod/tenant.all.all"


async def ask(identity: Identity, form: Mapping[str, str] | str = GRANT, path: str = TENANT) -> Got:
    return await identity.ask(identity.basic(), form, path=path)


async def test_a_tenant_gets_a_token_without_a_scope_in_the_answer(identity: Identity) -> None:
    got = await ask(identity)
    assert got.status == 200, got.body
    assert {key: value for key, value in got.body.items() if key != "access_token"} == {
        "token_type": "Bearer",
        "expires_in": 3600,
    }
    assert got.headers["Cache-Control"] == "no-store"
    caller = await identity.office.callers.authenticate(got.body["access_token"])
    assert (caller.tenant_code, caller.scopes) == ("ISP1", {"gateway", "manage"})


async def test_a_client_may_name_itself_in_the_form(identity: Identity) -> None:
    isp = identity.office.isp
    shown = {"client_id": isp.client_id, "client_secret": isp.secret}
    assert (await identity.ask({}, {**GRANT, **shown}, path=TENANT)).status == 200
    assert (await identity.ask(identity.basic(), {**GRANT, **shown}, path=TENANT)).status == 200


async def test_a_supplier_gets_its_token_at_its_own_address_and_nobody_at_the_others(identity: Identity) -> None:
    network = identity.basic(identity.office.network)
    got = await identity.ask(network, GRANT, path=SUPPLIER)
    caller = await identity.office.callers.authenticate(got.body["access_token"])
    assert (caller.kind, caller.supplier_code, caller.scopes) == ("supplier", "NETWORK1", {"updates"})
    told = (await identity.ask(network, GRANT, path=TENANT)).refused(400, "unauthorized_client")
    assert SUPPLIER in told
    assert TENANT in (await ask(identity, path=SUPPLIER)).refused(400, "unauthorized_client")


@pytest.mark.parametrize("form", ["", "grant_type=", {"scope": ALL}])
async def test_the_grant_must_be_named(identity: Identity, form: Mapping[str, str] | str) -> None:
    got = await ask(identity, form)
    assert got.status == 400
    assert got.body["error"] in {"invalid_request", "unsupported_grant_type"}
    assert "grant_type" in got.body["error_description"]


async def test_other_grants_are_refused(identity: Identity) -> None:
    (await ask(identity, {"grant_type": "password"})).refused(400, "unsupported_grant_type")


async def test_bad_credentials_are_400_here(identity: Identity) -> None:
    isp = identity.office.isp
    for headers in (basic(isp.client_id, "wrong"), basic("nobody", "wrong"), {}, {"Authorization": "Bearer x"}):
        got = await identity.ask(headers, GRANT, path=TENANT)
        got.refused(400, "invalid_client")
        assert "WWW-Authenticate" not in got.headers
        assert got.headers["Cache-Control"] == "no-store"


async def test_header_and_form_may_not_differ(identity: Identity) -> None:
    (await ask(identity, {**GRANT, "client_id": "another"})).refused(400, "invalid_request")


async def test_a_disabled_client_is_refused_to_who_has_its_secret(identity: Identity) -> None:
    async with identity.office.db.tx(None) as tx:
        await actions.disable_client(tx, identity.office.isp.client_id, by=OPERATOR)
    (await ask(identity)).refused(400, "unauthorized_client")


@pytest.mark.parametrize("scope", [ALL, "default", "", "gateway manage", f"gateway {ALL}"])
async def test_scopes_that_name_all_are_all(identity: Identity, scope: str) -> None:
    got = await ask(identity, {**GRANT, "scope": scope})
    assert got.status == 200, got.body
    assert (await identity.office.callers.authenticate(got.body["access_token"])).scopes == {"gateway", "manage"}


async def test_a_scope_of_ours_narrows(identity: Identity) -> None:
    got = await ask(identity, {**GRANT, "scope": "manage"})
    assert (await identity.office.callers.authenticate(got.body["access_token"])).scopes == {"manage"}


@pytest.mark.parametrize("scope", ["com.fibregateway.prod/supplier.all.all", "updates", "x", f"{ALL}x", " "])
async def test_a_scope_that_the_client_has_not_is_refused(identity: Identity, scope: str) -> None:
    assert "scope" in (await ask(identity, {**GRANT, "scope": scope})).refused(400, "invalid_request")


async def test_without_a_database_it_says_try_later(identity: Identity) -> None:
    identity.office.db._dsn = "postgresql://nobody@127.0.0.1:1/none"
    for slot in identity.office.db._all:
        slot.drop()
    got = await ask(identity)
    got.refused(503, "temporarily_unavailable")
    assert int(got.headers["Retry-After"]) > 0
