import itertools
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tests.web.spellings import NAMES, WANTED, urls

from fibregate.web.connector import Connector, NotDelivered
from fibregate.web.guard import Guard

ANY_WAY = Guard(ports=None, plain_http=True)

_dialled: list[Any] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        _dialled.append(arguments[1])


sys.addaudithook(_watch)

CLOSED_ADDRESSES = [
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "100.100.100.200",
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.0.9",
    "192.0.2.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "0.1.2.3",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::a9fe:a9fe",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "2001::1",
    "2001:10::1",
    "2001:20::1",
    "2002:a9fe:a9fe::1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "3fff::1",
    "5f00::1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::8.8.8.8",
    "2a00:1450::5efe:a00:1",
    "4000::1",
]


@pytest.fixture
async def connector() -> Any:
    async with Connector(ANY_WAY, connect_seconds=1, total_seconds=2) as one:
        yield one


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield listener


def untouched(trap: socket.socket) -> bool:
    try:
        trap.accept()
    except BlockingIOError:
        return True
    return False


def closed_urls(port: int) -> list[str]:
    literals = (f"[{one}]" if ":" in one else one for one in CLOSED_ADDRESSES)
    return list(dict.fromkeys([*urls(port), *(f"https://{one}:{port}/kcis" for one in literals)]))


@pytest.mark.parametrize("call", ["post", "post_form"])
async def test_no_spelling_of_a_closed_address_is_dialled(connector: Connector, trap: socket.socket, call: str) -> None:
    corpus = closed_urls(trap.getsockname()[1])
    assert len(corpus) >= 300
    before = len(_dialled)
    for url in itertools.chain(corpus, (one.replace("https:", "http:", 1) for one in corpus)):
        with pytest.raises(NotDelivered) as caught:
            await (connector.post(url, b"{}", {}) if call == "post" else connector.post_form(url, {}, {}))
        assert caught.value.kind == "refused", url
    assert _dialled[before:] == []
    assert untouched(trap)


def test_every_spelling_is_told_when_it_is_saved() -> None:
    assert [one for one in closed_urls(443) if not ANY_WAY.faults(one)] == []


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_leads_to_a_closed_address_is_not_dialled(
    connector: Connector, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = len(_dialled)
    for address in WANTED:
        monkeypatch.setattr(socket, "getaddrinfo", faults_of_answers([address]))
        with pytest.raises(NotDelivered) as caught:
            await connector.post(f"https://{name}/", b"{}", {})
        assert caught.value.kind == "refused"
    assert _dialled[before:] == []


@pytest.mark.parametrize("address", CLOSED_ADDRESSES)
def test_a_closed_address_is_closed(address: str) -> None:
    assert not ANY_WAY.admits(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_a_public_address_is_open(address: str) -> None:
    assert ANY_WAY.admits(address)


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "fe80::1%eth0", "2606:4700::1%1", "0x7f.1"])
def test_what_is_no_address_is_closed(text: str) -> None:
    assert not Guard(allow=["0.0.0.0/0", "::/0"]).admits(text)


def test_the_operator_opens_a_network_by_cidr() -> None:
    guard = Guard(allow=["10.1.0.0/16", "127.0.0.0/8", "::1/128"])
    assert guard.admits("10.1.2.3")
    assert guard.admits("127.0.0.1")
    assert guard.admits("::1")
    assert not guard.admits("10.2.0.1")
    assert not guard.admits("::ffff:10.1.2.3")
    assert not guard.admits("64:ff9b::a01:203")


def faults_of_answers(addresses: list[str]) -> Any:
    def answer(host: str, port: int, *_: object) -> list[Any]:
        kinds = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kinds[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    return answer


@pytest.mark.parametrize("closed", CLOSED_ADDRESSES)
async def test_one_closed_address_among_a_names_answers_is_enough(
    connector: Connector, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    before = len(_dialled)
    monkeypatch.setattr(socket, "getaddrinfo", faults_of_answers(["8.8.8.8", closed]))
    with pytest.raises(NotDelivered) as caught:
        await connector.post("https://hooks.example.com/", b"{}", {})
    assert caught.value.kind == "refused"
    assert _dialled[before:] == []


async def test_a_name_that_changes_its_answer_is_judged_by_the_answer_that_is_used(
    monkeypatch: pytest.MonkeyPatch, trap: socket.socket
) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    def flip(host: str, port: int, *_: object) -> list[Any]:
        return faults_of_answers(next(answers))(host, port)

    monkeypatch.setattr(socket, "getaddrinfo", flip)
    guard = Guard(allow=["127.0.0.0/8"], ports=None, plain_http=True)
    async with Connector(guard, connect_seconds=1, total_seconds=0.2) as connector:
        url = f"http://hooks.example.com:{trap.getsockname()[1]}/"
        kinds: list[str] = []
        for _ in range(2):
            with pytest.raises(NotDelivered) as caught:
                await connector.post(url, b"{}", {})
            kinds.append(caught.value.kind)
    assert kinds == ["timeout", "refused"]


PORTS = [443, 80, 8443, 22, 25, 0, 65535]


@pytest.mark.parametrize("port", PORTS)
def test_only_the_port_443_unless_the_operator_allows_more(port: int) -> None:
    url = f"https://hooks.example.com:{port}/"
    assert (Guard().faults(url) == []) == (port == 443)
    assert (Guard(ports=[443, 8443]).faults(url) == []) == (port in {443, 8443})
    assert (ANY_WAY.faults(url) == []) == (port != 0)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "gopher://hooks.example.com/",
        "javascript:alert(1)",
        "//hooks.example.com/",
        "hooks.example.com/kcis",
        "",
        "https://",
        "https:///kcis",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:x/",
        "https://hooks.example.com/#part",
        "https://me@hooks.example.com/",
        "https://:secret@hooks.example.com/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nX: y",
        "https://hooks.example.com/" + "x" * 2000,
        "https://" + "a." * 130 + "com/",
        "https://" + "a" * 64 + ".com/",
        "https://münchen.example/",
    ],
)
def test_a_bad_url_is_told_when_it_is_saved(url: str) -> None:
    faults = Guard().faults(url)
    assert faults
    assert all(one.startswith("url: ") for one in faults)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "https://hooks.example.com:443/kcis?token=x",
        "HTTPS://Hooks.Example.Com/",
        "https://xn--mnchen-3ya.example/",
        "https://8.8.8.8/kcis",
        "https://[2606:4700::1111]/kcis",
        "https://a_b.example.com/",
    ],
)
def test_a_good_url_is_taken(url: str) -> None:
    assert Guard().faults(url) == []
