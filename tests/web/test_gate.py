"""Finding the route of a request, and answering for those that have none."""

import pytest
from tests.web.toy_gateway import (
    OAUTH,
    PREFIX,
    TOKEN_ROUTES,
    WHOLESALE,
    WHOLESALE_ROUTES,
    Services,
    Toy,
    authenticate,
)

from fibregate.web.door import Door
from fibregate.web.gate import Gate

MALFORMED = "MALFORMED_REQUEST"


@pytest.mark.parametrize("text", ["abc", "0", "-1", "1.0", "007", "9007199254740992", "%31%00", "1%20"])
async def test_a_number_in_the_path_is_plain_digits(toy: Toy, text: str) -> None:
    (await toy.ask("GET", f"{PREFIX}/orders/{text}")).refused(400, MALFORMED)


async def test_path_parameters_come_decoded(toy: Toy) -> None:
    assert (await toy.ask("GET", f"{PREFIX}/orders/%31%35")).json == {"id": 15}
    assert (await toy.ask("GET", f"{PREFIX}/endpoints/a%2Fb%20c")).json == {"id": "a/b c"}


@pytest.mark.parametrize(("text", "status"), [("%00", 400), ("%0a", 400), ("%ff", 400), ("%", 400), ("%e2%82", 400)])
async def test_a_text_in_the_path_is_decoded_strictly(toy: Toy, text: str, status: int) -> None:
    (await toy.ask("GET", f"{PREFIX}/endpoints/{text}")).refused(status, MALFORMED)


@pytest.mark.parametrize(
    "path", ["/", "", "/nothing", PREFIX, f"{PREFIX}/", f"{PREFIX}/nothing", f"{PREFIX}/orders/1/2"]
)
async def test_an_unknown_path_is_not_found(toy: Toy, path: str) -> None:
    got = await toy.ask("GET", path)
    got.refused(404, "NOT_FOUND")
    assert got.headers["x-request-id"] == "req-1"


async def test_an_unknown_path_below_a_door_is_refused_as_that_door_does(toy: Toy) -> None:
    got = await toy.ask("GET", "/IdentityModule/v1.0/nothing")
    assert got.status == 404
    assert set(got.json) == {"error", "error_description"}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
async def test_a_wrong_method_names_those_that_are_accepted(toy: Toy, method: str) -> None:
    got = await toy.ask(method, f"{PREFIX}/appointments")
    got.refused(405, MALFORMED)
    assert got.headers["allow"] == "OPTIONS, POST"


async def test_head_and_options_are_answered(toy: Toy) -> None:
    assert (await toy.ask("HEAD", f"{PREFIX}/orders/5")).status == 200
    got = await toy.ask("OPTIONS", f"{PREFIX}/orders/5", b"", {})
    assert (got.status, got.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


async def test_a_long_target_is_refused(toy: Toy) -> None:
    (await toy.look("address=" + "a" * 9000)).refused(400, MALFORMED)


def test_one_method_and_path_is_declared_once() -> None:
    doors = [
        Door(prefix=PREFIX, dialect=one, routes=routes, authenticate=authenticate, services=Services())
        for one, routes in ((WHOLESALE, WHOLESALE_ROUTES), (OAUTH, TOKEN_ROUTES), (WHOLESALE, WHOLESALE_ROUTES[:1]))
    ]
    Gate(doors[:2])
    with pytest.raises(ValueError, match="declared twice"):
        Gate(doors)
