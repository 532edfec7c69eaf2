"""Limits, headers and credentials of an endpoint: what is taken, what is refused, and what is never shown."""

from pathlib import Path
from typing import Any

import pytest
from tests.authority import Authority
from tests.doors.manage.conftest import Desk
from tests.kcis.receiver import receiving

ENDPOINTS = "/manage/v1/endpoints"
CANARY = "c4naryValue0123456789"
OAUTH = {
    "type": "OAUTH2",
    "tokenUrl": "http://127.0.0.1:9/token",
    "clientId": "isp",
    "clientSecret": CANARY,
    "scope": "kcis",
}


async def refused(desk: Desk, **body: Any) -> list[str]:
    asked = {"url": "http://127.0.0.1:9/kcis", "rendering": "wholesale-webhook", **body}
    answer = await desk.ours.post(ENDPOINTS, json=asked)
    assert answer.status_code == 422, answer.text
    assert CANARY not in answer.text
    path = f"{ENDPOINTS}/{(await desk.made())['id']}"
    changed = await desk.ours.patch(path, json=body)
    assert changed.status_code == 422
    assert changed.json()["messages"] == answer.json()["messages"]
    return answer.json()["messages"]


async def test_limits_are_taken_shown_changed_and_taken_away(desk: Desk) -> None:
    made = await desk.made(ratePerSecond=20, concurrency=3, connectSeconds=2.5, totalSeconds=10)
    limits = {name: made.get(name) for name in ("ratePerSecond", "concurrency", "connectSeconds", "totalSeconds")}
    assert limits == {"ratePerSecond": 20, "concurrency": 3, "connectSeconds": 2.5, "totalSeconds": 10.0}
    path = f"{ENDPOINTS}/{made['id']}"
    changed = (await desk.ours.patch(path, json={"ratePerSecond": 40, "concurrency": None})).json()
    assert changed["ratePerSecond"] == 40
    assert "concurrency" not in changed
    assert changed["totalSeconds"] == 10.0
    places = await desk.stage.web.rows(
        "select kind, count(*) as places from endpoint_places where tenant_id = $1 group by kind order by kind",
        desk.stage.ours,
    )
    assert [tuple(one) for one in places] == [("CONCURRENCY", 3), ("RATE", 40)]
    bare = (await desk.ours.patch(path, json=dict.fromkeys(limits))).json()
    assert not limits.keys() & bare.keys()


@pytest.mark.parametrize(
    ("field", "wrong", "status"),
    [
        ("ratePerSecond", 0, 422),
        ("ratePerSecond", 1001, 422),
        ("ratePerSecond", 1.5, 400),
        ("ratePerSecond", "1", 400),
        ("concurrency", 0, 422),
        ("concurrency", 101, 422),
        ("connectSeconds", 0, 422),
        ("connectSeconds", 31, 422),
        ("totalSeconds", 61, 422),
        ("totalSeconds", True, 400),
        ("headers", ["a"], 400),
        ("headers", {"X-A": 1}, 400),
        ("auth", {"type": "KERBEROS"}, 422),
        ("auth", {}, 422),
        ("auth", {"type": "BASIC", "username": 1, "password": "p"}, 400),
    ],
)
async def test_a_wrong_option_is_refused(desk: Desk, field: str, wrong: Any, status: int) -> None:
    body = {"url": "http://127.0.0.1:9/", "rendering": "wholesale-webhook", field: wrong}
    answer = await desk.ours.post(ENDPOINTS, json=body)
    assert answer.status_code == status
    assert answer.json()["messages"][0].startswith(field)


async def test_headers_are_kept_sealed_and_only_their_names_are_shown(desk: Desk) -> None:
    made = await desk.made(headers={"X-Api-Key": CANARY, "authorization": f"Key {CANARY}"})
    assert made["headerNames"] == ["authorization", "X-Api-Key"]
    row = await desk.stage.web.row("select headers from endpoints where tenant_id = $1", desk.stage.ours)
    assert row is not None
    assert CANARY.encode() not in row["headers"]
    path = f"{ENDPOINTS}/{made['id']}"
    assert (await desk.ours.patch(path, json={"headers": {"X-B": "c"}})).json()["headerNames"] == ["X-B"]
    assert (await desk.ours.patch(path, json={"headers": None})).json()["headerNames"] == []


RESERVED = [
    "Host", "Content-Type", "content-length", "Content-Encoding", "Transfer-Encoding", "Connection", "Keep-Alive", "TE",
    "Trailer", "Upgrade", "Expect", "User-Agent", "Accept-Encoding", "Proxy-Authorization", "proxy-connection",
    "webhook-id", "Webhook-Signature", "webhook-replay", "WEBHOOK-anything", "X-Request-ID", "x-conversation-id",
]  # fmt: skip


async def test_a_header_that_is_ours_or_https_is_refused(desk: Desk) -> None:
    path = f"{ENDPOINTS}/{(await desk.made())['id']}"
    for some in (RESERVED[:11], RESERVED[11:]):
        answer = await desk.ours.patch(path, json={"headers": dict.fromkeys(some, CANARY)})
        assert (answer.status_code, answer.json()["messages"]) == (
            422,
            [f"headers.{name}: is set by the gateway or by HTTP itself; accepted are other names" for name in some],
        )


BAD_NAMES = ["", "X A", "X:A", "X-A\r\nX-B", "X\tA", "é", "X\x7f", "(X)", "x" * 65, "X-Ａ", "X,A", 'X"A']


async def test_what_is_no_name_of_a_header_is_refused(desk: Desk) -> None:
    messages = await refused(desk, headers=dict.fromkeys(BAD_NAMES, CANARY))
    assert len(messages) == len(BAD_NAMES)
    for one in messages:
        assert "is no header's name" in one
        assert one.isprintable()


BAD_VALUES = ["", " a", "a ", "a\r\nX-Evil: 1", "a\nb", "a\rb", "a\x01b", "a\x7f", "é", "a\u2028b", "x" * 2049]


@pytest.mark.parametrize("value", BAD_VALUES)
async def test_a_value_that_could_become_another_header_is_refused(desk: Desk, value: str) -> None:
    messages = await refused(desk, headers={"X-A": value})
    assert messages == [
        "headers.X-A: the value must be 1 to 2048 printable ASCII characters without spaces around them"
    ]


async def test_headers_are_bounded_and_given_once(desk: Desk) -> None:
    assert "has too many members" in (await refused(desk, headers={f"X-{n}": "v" for n in range(21)}))[0]
    long = {f"X-{n}": "v" * 2000 for n in range(5)}
    assert await refused(desk, headers=long) == ["headers: are together too long; accepted are at most 8192 characters"]
    assert "is given twice" in (await refused(desk, headers={"X-A": "1", "x-a": "2"}))[0]


async def test_every_fault_of_an_endpoint_is_named_at_once(desk: Desk) -> None:
    asked = {
        "url": "http://10.0.0.1/",
        "rendering": "yaml",
        "ratePerSecond": 0,
        "headers": {"Host": CANARY, "X A": CANARY},
        "auth": {"type": "OAUTH2", "tokenUrl": "http://me@10.0.0.1/", "clientSecret": CANARY},
    }
    messages = await refused(desk, **asked)
    assert [one.split(":")[0] for one in messages] == [
        "ratePerSecond", "url", "rendering", "headers.Host", "headers.'X A'", "auth.clientId",
        "auth.tokenUrl", "auth.tokenUrl",
    ]  # fmt: skip
    messages = await refused(desk, **{**asked, "ratePerSecond": 1})
    assert len(messages) == 7


@pytest.mark.parametrize(
    ("auth", "messages"),
    [
        (
            {"type": "BASIC"},
            ["auth.username: is required for the type BASIC", "auth.password: is required for the type BASIC"],
        ),
        (
            {"type": "BASIC", "username": "a:b", "password": "p\n"},
            [
                "auth.username: must be without a colon, which HTTP Basic cannot carry",
                "auth.password: must be text without control characters",
            ],
        ),
        (
            {**OAUTH, "tokenUrl": "http://169.254.169.254/"},
            ["auth.tokenUrl: this address may not be called; use a public one"],
        ),
        ({**OAUTH, "scope": "a  b"}, ["auth.scope: must be names with single spaces between them"]),
        (
            {"type": "MTLS", "certificate": "x", "privateKey": "y"},
            [
                "auth.certificate: must be 1 to 10 certificates in PEM, your own first",
                "auth.privateKey: must be a private key in PEM that no password protects",
                "auth: a client certificate is shown to https:// URLs only",
            ],
        ),
    ],
)  # fmt: skip
async def test_credentials_that_could_not_work_are_refused(desk: Desk, auth: Any, messages: list[str]) -> None:
    assert await refused(desk, auth=auth) == messages


async def test_a_header_and_credentials_do_not_both_authorise(desk: Desk) -> None:
    both = await refused(desk, headers={"authorization": CANARY}, auth=OAUTH)
    assert len(both) == 1
    assert both[0].startswith("headers: there is an Authorization")
    path = f"{ENDPOINTS}/{(await desk.made(headers={'Authorization': CANARY}))['id']}"
    assert (await desk.ours.patch(path, json={"auth": OAUTH})).status_code == 422
    assert (await desk.ours.patch(path, json={"auth": OAUTH, "headers": None})).json()["auth"] == {"type": "OAUTH2"}
    assert (await desk.ours.patch(path, json={"headers": {"Authorization": CANARY}})).status_code == 422
    assert (await desk.ours.patch(path, json={"auth": {"type": "NONE"}})).json()["auth"] == {"type": "NONE"}


async def test_a_client_certificate_is_looked_at_when_it_is_saved(desk: Desk, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    one, other, old = authority.issue("one"), authority.issue("other"), authority.issue("old", days=-1)

    def auth(certificate: str, private_key: str) -> dict[str, str]:
        return {"type": "MTLS", "certificate": certificate, "privateKey": private_key}

    url = "https://127.0.0.1:9/kcis"
    made = await desk.made(url=url, auth=auth(one.certificate, one.private_key))
    assert made["auth"] == {"type": "MTLS"}
    misfit = await refused(desk, url=url, auth=auth(one.certificate, other.private_key))
    assert misfit[0].startswith("auth.privateKey: must be the key of the first certificate")
    assert (
        "auth.certificate: ended at 20"
        in (await refused(desk, url=url, auth=auth(old.certificate, old.private_key)))[0]
    )
    plain = await refused(desk, url="http://127.0.0.1:9/", auth=auth(one.certificate, one.private_key))
    assert plain == ["auth: a client certificate is shown to https:// URLs only"]
    away = await desk.ours.patch(f"{ENDPOINTS}/{made['id']}", json={"url": "http://127.0.0.1:9/"})
    assert away.status_code == 422


async def test_no_secret_comes_out_again(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    async with receiving() as receiver:
        made = await desk.made(url=receiver.url, headers={"X-Key": CANARY}, auth={**OAUTH, "clientSecret": CANARY})
        path = f"{ENDPOINTS}/{made['id']}"
        said = [str(made)]
        calls: list[tuple[str, str, Any]] = [
            ("GET", ENDPOINTS, None),
            ("GET", path, None),
            ("PATCH", path, {"auth": {"type": "BASIC", "username": "isp", "password": CANARY}}),
            ("POST", f"{path}/ping", None),
            ("POST", f"{path}/verify", None),
            ("POST", f"{path}/secrets", {"overlapDays": 1}),
            ("GET", f"{path}/secrets", None),
            ("DELETE", path, None),
        ]
        for method, url, body in calls:
            answer = await desk.ours.request(method, url, json=body)
            assert answer.status_code in {200, 201, 204}, answer.text
            said.append(answer.text)
    said += [str(dict(row)) for row in await desk.audited()]
    said += [*capfd.readouterr()]
    assert len(receiver.received) == 2
    assert receiver.received[0].headers["x-key"] == CANARY
    assert CANARY not in "\n".join(said)
    row = await desk.stage.web.row(
        "select headers, auth, auth_kind from endpoints where tenant_id = $1", desk.stage.ours
    )
    assert row is not None
    assert tuple(row) == (None, None, "NONE")


async def test_a_suspended_endpoint_tells_why_and_since_when(desk: Desk) -> None:
    path = f"{ENDPOINTS}/{(await desk.made())['id']}"
    off = (await desk.ours.patch(path, json={"enabled": False})).json()
    assert off["suspended"] == {"because": "it was switched off", "at": "2025-07-01T09:00:00.000Z"}
    on = (await desk.ours.patch(path, json={"enabled": True})).json()
    assert "suspended" not in on


async def test_a_failing_endpoint_tells_how_it_fares(desk: Desk) -> None:
    made = await desk.made(url="http://127.0.0.1:1/kcis")
    await desk.stage.tell(await desk.stage.order())
    await desk.stage.work_off()
    health = (await desk.ours.get(f"{ENDPOINTS}/{made['id']}")).json()["health"]
    assert health["failures"] == 1
    assert health["failingSince"] == "2025-07-01T09:00:00.000Z"
    assert health["lastFailure"] == "CONNECT_FAILED"
    async with receiving() as receiver:
        moved = (await desk.ours.patch(f"{ENDPOINTS}/{made['id']}", json={"url": receiver.url})).json()
        assert moved["health"] == {"state": "UP", "failures": 0}
        await desk.stage.work_off()
        assert receiver.numbers() == [1]


async def test_the_audit_tells_what_was_asked_but_no_secret(desk: Desk) -> None:
    path = f"{ENDPOINTS}/{(await desk.made(headers={'X-A': CANARY}, auth=OAUTH, ratePerSecond=5))['id']}"
    await desk.ours.patch(path, json={"headers": None, "auth": None, "ratePerSecond": None})
    made, changed = [row["details"] for row in await desk.audited()]
    assert made == {
        "url": "http://127.0.0.1:9/kcis",
        "rendering": "wholesale-webhook",
        "ratePerSecond": 5,
        "headerNames": ["X-A"],
        "auth": "OAUTH2",
    }
    assert changed == {"ratePerSecond": None, "headerNames": [], "auth": "NONE"}
