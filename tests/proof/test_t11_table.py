"""T11 takes too long for every run of the tests, so that its table is whole is looked at here."""

import json
import re

from proof.t11_table import SAMPLES
from tests.journeys.gateway import Gateway

ONLY_IN_A_SANDBOX = "sandbox"


async def test_every_route_of_every_door_has_a_row_that_fits_it(running: Gateway) -> None:
    page = (await running.send("GET", "/docs", {})).raw
    doors = {name.decode() for name in re.findall(rb"href='/docs/([a-z-]+)'", page)} - {ONLY_IN_A_SANDBOX}
    routes: dict[str, tuple[str, str]] = {}
    for door in doors:
        document = json.loads((await running.send("GET", f"/openapi/{door}.json", {})).raw)
        for path, operations in document["paths"].items():
            for method, one in operations.items():
                routes[f"{door} {one['operationId']}"] = (method.upper(), path)
    assert len(routes) > len(doors)
    assert {one.route for one in SAMPLES} == routes.keys()
    for one in SAMPLES:
        method, path = routes[one.route]
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        assert (one.method, bool(re.fullmatch(pattern, one.path.partition("?")[0]))) == (method, True), one.route
