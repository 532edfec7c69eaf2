"""Who may come in, and how a request must look."""

from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import quote, urlencode

import orjson

from fibregate.errors import Malformed
from fibregate.suppliers.conformance import clauses
from fibregate.suppliers.conformance.model import Skipped, Stage, Trial, expect
from fibregate.suppliers.http.faults import Reply
from fibregate.suppliers.http.model import ClientCertificate, ClientCredentials
from fibregate.web import json_reader

AVAILABILITY: Final = "service-availability"
APPOINTMENTS: Final = "appointments"
NOBODY: Final = "CONFORMANCE_NOBODY"


def _credentials(stage: Stage) -> ClientCredentials:
    auth = stage.over_the_wire().account.auth
    if not isinstance(auth, ClientCredentials):
        raise Skipped("the account has no OAuth credentials")
    return auth


def _object(reply: Reply) -> dict[str, Any]:
    """The body of an answer of OAuth; empty where it is no JSON object."""
    try:
        found = json_reader.read(reply.answered.excerpt)
    except Malformed:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


async def token(stage: Stage) -> None:
    auth = _credentials(stage)
    reply = await stage.over_the_wire().token(auth, auth.client_secret)
    body = _object(reply)
    expect(reply.status == HTTPStatus.OK, f"answered {reply.status}")
    expect(isinstance(body.get("access_token"), str), "has no access_token")
    expect(str(body.get("token_type", "")).lower() == "bearer", f"token_type is {body.get('token_type')!r}")
    expect(isinstance(body.get("expires_in"), int), f"expires_in is {body.get('expires_in')!r}, and not a number")


async def wrong_secret(stage: Stage) -> None:
    reply = await stage.over_the_wire().token(_credentials(stage), "wrong")
    body = _object(reply)
    expect("access_token" not in body, "gave a token to a wrong secret")
    expect(reply.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}, f"answered {reply.status}")
    expect(isinstance(body.get("error"), str), "has no `error`")


async def no_credentials(stage: Stage) -> None:
    wire = stage.over_the_wire()
    if isinstance(wire.account.auth, ClientCertificate):
        raise Skipped("the account shows a client certificate")
    reply = await wire.send("GET", AVAILABILITY, query=_query(stage), without=("Authorization",))
    expect(reply.status == HTTPStatus.UNAUTHORIZED, f"answered {reply.status}")


async def other_tenant(stage: Stage) -> None:
    reply = await stage.over_the_wire().send("GET", AVAILABILITY, query=_query(stage), instead={"Tenant": NOBODY})
    expect(reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}, f"answered {reply.status}")


async def headers(stage: Stage) -> None:
    for name in ("Tenant", "X-Request-ID", "X-Conversation-ID"):
        reply = await stage.over_the_wire().send("GET", AVAILABILITY, query=_query(stage), without=(name,))
        expect(reply.status == HTTPStatus.BAD_REQUEST, f"without {name} it answered {reply.status}")


async def parameter(stage: Stage) -> None:
    reply = await stage.over_the_wire().send("GET", AVAILABILITY)
    expect(reply.status == HTTPStatus.BAD_REQUEST, f"answered {reply.status}")


async def malformed(stage: Stage) -> None:
    reply = await stage.over_the_wire().send("POST", APPOINTMENTS, body=b'{"id":')
    expect(reply.status == HTTPStatus.BAD_REQUEST, f"answered {reply.status}")


async def wrong_type(stage: Stage) -> None:
    reply = await _booked_badly(stage, id="7")
    expect(reply.status == HTTPStatus.BAD_REQUEST, f"answered {reply.status}")


async def constraint(stage: Stage) -> None:
    reply = await _booked_badly(stage, purpose="HOLIDAY")
    expect(reply.status == HTTPStatus.UNPROCESSABLE_ENTITY, f"answered {reply.status}")
    expect(reply.words(), "its `messages` say nothing")


async def _booked_badly(stage: Stage, **wrong: str) -> Reply:
    """Not tried where nothing may be booked: a network that reads too little would book it."""
    stage.may_write()
    body = {
        "id": next(stage.ids),
        "address": _address(stage),
        "serviceSpecification": {"id": stage.terms.service or "fttp"},
        "purpose": "PROVIDE",
        "timeslot": {
            "timeslotStartDateTime": f"{stage.terms.today}T03:07:00Z",
            "timeslotEndDateTime": f"{stage.terms.today}T03:11:00Z",
        },
        **wrong,
    }
    return await stage.over_the_wire().send("POST", APPOINTMENTS, body=orjson.dumps(body))


def _address(stage: Stage) -> dict[str, str]:
    return {"id": stage.terms.address.id, "type": stage.terms.address.type}


def _query(stage: Stage) -> str:
    return urlencode({"address": orjson.dumps(_address(stage)).decode()}, quote_via=quote)


TRIALS: Final[tuple[Trial, ...]] = (
    (clauses.TOKEN, token),
    (clauses.WRONG_SECRET, wrong_secret),
    (clauses.NO_CREDENTIALS, no_credentials),
    (clauses.OTHER_TENANT, other_tenant),
    (clauses.HEADERS, headers),
    (clauses.PARAMETER, parameter),
    (clauses.MALFORMED, malformed),
    (clauses.WRONG_TYPE, wrong_type),
    (clauses.CONSTRAINT, constraint),
)
