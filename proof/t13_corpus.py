"""URLs that lead to where no outbound call may go: addresses in every spelling, names, answers that flip, redirects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

ZONE: Final = "rebind.example"
PUBLIC: Final = "93.184.216.34"
"""Where a call may go; the proof's own traps answer there, too."""

GOOD: Final = f"good.{ZONE}"

_BLOCKED: Final = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/3", "168.63.129.16/32"),
        *("::/8", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        *("5f00::/16", "2620:4f:8000::/48", "fc00::/7", "fe80::/9", "ff00::/8"),
    )
)

TARGETS: Final = (
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",  # metadata of most clouds
    "192.168.1.1",
    "172.16.0.1",
    "100.100.100.200",  # metadata of another
    "0.0.0.0",  # noqa: S104 - reaches this machine itself
    "168.63.129.16",  # metadata of a third, on an address that looks public
)
TARGETS_6: Final = (
    *("::1", "::", "fe80::1", "fe80::1%25lo", "fe80::1%lo", "fd00:ec2::254", "fc00::1", "ff02::1", "2001:db8::1"),
    *(
        "::ffff:127.0.0.1",
        "::ffff:0:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
    ),
    *(
        "2001:0:7f00:1::1",
        "0:0:0:0:0:0:0:1",
        "0000:0000:0000:0000:0000:0000:0000:0001",
        "fe80::5efe:10.0.0.1",
        "fec0::1",
    ),
    *("2620:4f:8000::1", "5f00::1", "100::1", "3fff::1", "1::5efe:10.0.0.1"),
)
HOSTS: Final = (
    *("localhost", "localhost.", "LOCALHOST", "localhost.localdomain", "ip6-localhost", "foo.localhost", "router"),
    *("metadata.google.internal", "metadata", "instance-data", "kubernetes.default.svc", "host.docker.internal"),
    *("xn--n3h.local", "intranet", "db.internal", "gateway.lan"),
)
"""Names that mean this machine or a neighbour of it, wherever they are looked up."""

FULLWIDTH_ZERO: Final = 0xFF10


@dataclass(frozen=True)
class Case:
    """`target` is the blocked address that the URL leads to. `looked_up` where it takes a name server to get there."""

    url: str
    target: str
    looked_up: bool = False


@dataclass(frozen=True)
class Name:
    """What a name server says: at the first question, at the second and so on, the last again and again."""

    answers: Sequence[Sequence[str]]
    alias: str = ""


@dataclass
class Corpus:
    cases: list[Case] = field(default_factory=list[Case])
    names: dict[str, Name] = field(default_factory=dict[str, Name])

    def add(self, label: str, target: str, *answers: Sequence[str], alias: str = "") -> None:
        """A name of the proof's own zone, and the URL of it."""
        name = f"{label}.{ZONE}"
        self.names[name] = Name(answers, alias)
        self.cases.append(Case(f"https://{name}/kcis", target, looked_up=True))


def is_blocked(address: str) -> bool:
    """Whether no outbound call may ever go there; what the product thinks of it is not asked."""
    found = ip_address(address.partition("%")[0])
    return any(found in net for net in _BLOCKED if net.version == found.version)


def spellings(address: str) -> Iterator[str]:
    """URLs of one IPv4 address, as browsers, libraries and attackers write it."""
    number = int(IPv4Address(address))
    a, b, c, d = address.split(".")
    yield from (f"https://{host}/kcis" for host in _numeric(address))
    yield f"https://{PUBLIC}@{address}/kcis"
    yield f"https://user:pass@{address}/kcis"
    yield f"https://{address}#@{GOOD}/kcis"
    yield f"https://{address}?@{GOOD}/kcis"
    yield f"https://{GOOD}\\@{address}/kcis"
    yield f"https://{address}:443\\@{GOOD}/kcis"
    yield f"https:{address}/kcis"
    yield f"https:///{address}/kcis"
    yield f"http://{address}/kcis"
    yield f"https://{address}:8443/kcis"
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    mapped = (f"::ffff:{address}", f"::ffff:{high}:{low}", f"::{address}", f"64:ff9b::{high}:{low}")
    tunnelled = (f"2002:{high}:{low}::", f"2001:0:{high}:{low}::", f"::ffff:0:{address}", f"fe80::5efe:{a}.{b}.{c}.{d}")
    yield from (f"https://[{host}]/kcis" for host in (*mapped, *tunnelled))


def _numeric(address: str) -> Iterator[str]:
    number = int(IPv4Address(address))
    parts = [int(one) for one in address.split(".")]
    yield address
    yield str(number)
    yield hex(number)
    yield f"0{number:o}"
    yield str(number + (1 << 32))
    yield ".".join(f"0{one:o}" for one in parts)
    yield ".".join(hex(one) for one in parts)
    yield ".".join(f"{one:03d}" for one in parts)
    yield f"{parts[0]}.{number & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{number & 0xFFFF}"
    yield f"{address}."
    yield address.replace(".", "%2e")
    yield address.replace(".", "。")
    yield "".join(chr(FULLWIDTH_ZERO + int(one)) if one.isdigit() else one for one in address)


def corpus() -> Corpus:
    """All of it; the same each time."""
    made = Corpus()
    for target in TARGETS[:5]:
        made.cases += [Case(url, target) for url in spellings(target)]
    for target in TARGETS[5:]:
        made.cases += [Case(f"https://{host}/kcis", target) for host in _numeric(target)]
    for text in TARGETS_6:
        made.cases.append(Case(f"https://[{text}]/kcis", text.partition("%")[0]))
    for place, host in enumerate(HOSTS):
        target = TARGETS[place % len(TARGETS)] if "local" not in host.lower() else "127.0.0.1"
        made.names[host.rstrip(".").lower()] = Name([[target]])
        made.cases.append(Case(f"https://{host}/kcis", target, looked_up=True))
    _named(made)
    _redirected(made)
    made.cases = list({case.url: case for case in made.cases}.values())
    return made


def _named(made: Corpus) -> None:
    for number, target in enumerate(TARGETS):
        made.add(f"plain-{number}", target, [target])
        made.add(f"mixed-{number}", target, [PUBLIC, target])
        made.add(f"mixed-first-{number}", target, [target, PUBLIC])
        made.add(f"flip-{number}", target, [PUBLIC], [target])
        made.add(f"flip-back-{number}", target, [target], [PUBLIC])
        made.add(f"flip-often-{number}", target, *([PUBLIC], [target]) * 50)
        made.add(f"alias-{number}", target, alias=f"plain-{number}.{ZONE}")
    for number, target in enumerate(one for one in TARGETS_6 if "%" not in one):
        plain = str(IPv6Address(target))
        made.add(f"six-{number}", plain, [plain])
        made.add(f"six-mixed-{number}", plain, [PUBLIC, plain])
        made.add(f"six-flip-{number}", plain, [PUBLIC], [PUBLIC, plain])


def _redirected(made: Corpus) -> None:
    """A good host that sends the caller on. The traps answer by the path."""
    for number, target in enumerate(TARGETS):
        for status in (301, 302, 303, 307, 308):
            made.cases.append(Case(f"https://{GOOD}/redirect/{status}/{number}", target, looked_up=True))
    made.names[GOOD] = Name([[PUBLIC]])


def redirect_of(path: str) -> tuple[int, str] | None:
    """What a trap answers at a path of `_redirected`."""
    _, _, rest = path.partition("/redirect/")
    status, _, number = rest.partition("/")
    if not status.isdigit() or not number.isdigit():
        return None
    return int(status), f"https://{TARGETS[int(number)]}/latest/meta-data"
