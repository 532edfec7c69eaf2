"""A tenant's quotes: listed, found by its reference, and nobody else's."""

from tests.doors.tenant.asking import ask
from tests.doors.tenant.quoting import item, quote
from tests.journeys.gateway import Gateway

QUOTES = "/manage/v1/quotes"


async def test_quotes_are_listed_the_latest_first_and_found_by_reference(running: Gateway) -> None:
    given = [
        await ask(running, "POST", "quote", quote(item(n), reference=reference), request=f"r{n}")
        for n, reference in enumerate(("T-1", "T-2", "T-1"), 1)
    ]
    shown = [one.body for one in given][::-1]
    first = (await running.ask("GET", f"{QUOTES}?limit=2")).body
    assert first["quotes"] == shown[:2]
    second = (await running.ask("GET", f"{QUOTES}?limit=2&after={first['nextCursor']}")).body
    assert [one["externalId"] for one in second["quotes"]] == ["T-1", "E00"]
    assert second["quotes"][0] == shown[2]
    assert "nextCursor" not in second
    found = (await running.ask("GET", f"{QUOTES}?externalIdentifier=T-1")).body
    assert found == {"quotes": [shown[0], shown[2]]}
    assert (await running.ask("GET", f"{QUOTES}/{shown[0]['id']}")).body == shown[0]


async def test_anothers_quote_is_absent(running: Gateway) -> None:
    given = (await ask(running, "POST", "quote", quote())).body
    told = (await running.ask("GET", f"{QUOTES}/{given['id']}", tenant="ISP1")).refused(404, "NOT_FOUND")
    assert told == [f"id: there is no quote {given['id']}"]
    for absent in ("00000000-0000-4000-8000-000000000000", "7"):
        told = (await running.ask("GET", f"{QUOTES}/{absent}", tenant="ISP1")).refused(404, "NOT_FOUND")
        assert told == [f"id: there is no quote {absent}"]
    assert (await running.ask("GET", f"{QUOTES}?externalIdentifier=TENDER-7", tenant="ISP1")).body == {"quotes": []}
    page = (await running.ask("GET", f"{QUOTES}?limit=1")).body
    wrong = await running.ask("GET", f"{QUOTES}?after={page['nextCursor']}", tenant="ISP1")
    assert wrong.refused(422, "INVALID_REQUEST")[0].startswith("after: ")
