"""Every operation of every door, asked with what its own document allows and forbids: no 5xx, nothing off its shape."""

import asyncio
import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from tests.journeys.gateway import Gateway

EXAMPLES = 20
DOORS = {
    "wholesale": "ISP1",
    "manage": "ISP1",
    "updates": "NETWORK1",
    "identity": "ISP1",
    "auth": "ISP1",
    "keys": "ISP1",
    "tenant": "ISP1",
    "sandbox": "ISP1",
}
REFUSED = [400, 401, 403, 404, 409, 413, 414, 415, 422, 431]
"""Three of them for what is too large, whatever else is wrong or right with it."""
CONFIG = SchemathesisConfig.from_dict(  # pyright: ignore[reportUnknownMemberType]
    {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", *REFUSED]},
            "negative_data_rejection": {"expected-statuses": [*REFUSED, 405, 406, 428, 429, "5xx"]},
        },
    }
)


def asked(url: str, door: str, headers: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_url(f"{url}/openapi/{door}.json", config=CONFIG)
    operations: list[Any] = list(schema.get_all_operations())  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    for found in operations:
        operation = found.ok()

        for mode in GenerationMode:
            _ask(operation.as_strategy(generation_mode=mode), url, headers)


def _ask(cases: Any, url: str, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=cases)
    def every_answer_is_of_its_shape(case: Any) -> None:
        case.call_and_validate(base_url=url, headers={} if _has_bad_headers(case) else headers)

    every_answer_is_of_its_shape()


def _has_bad_headers(case: Any) -> bool:
    """Then they are sent as they were made, for the token and the tenant would mend them."""
    found = case.meta.components.get(ParameterLocation.HEADER)
    return found is not None and found.mode is GenerationMode.NEGATIVE


@pytest.mark.parametrize("door", DOORS)
async def test_every_operation_answers_by_its_document(running: Gateway, door: str) -> None:
    published = (await running.send("GET", "/docs", {})).raw
    assert {name.decode() for name in re.findall(rb"href='/docs/([a-z-]+)'", published)} == DOORS.keys()
    headers = dict(await running.headers(DOORS[door]))
    await asyncio.to_thread(asked, running.url, door, headers)
