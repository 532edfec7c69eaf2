"""Which addresses outbound calls may go to: nothing but the public internet, unless the operator allows a network.

A URL is judged when it is saved, for its spelling; every address is judged again when it is dialled, for what it is.
"""

import re
from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from yarl import URL

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

LONGEST_URL: Final = 2000
_PLAIN: Final = re.compile(r"[!-~]+")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_NAME: Final = 253
_MOST_JUDGED: Final = 4096

_CLOSED: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's metadata, on a public address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/16",  # unspecified, loopback, IPv4-compatible, -mapped and -translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})


class Guard:
    """The operator's rules for one kind of outbound call; `ports` None means any."""

    def __init__(
        self, *, allow: Iterable[str] = (), ports: Collection[int] | None = (443,), plain_http: bool = False
    ) -> None:
        self._allow: tuple[Network, ...] = tuple(ip_network(text) for text in allow)
        self._ports = None if ports is None else frozenset(ports)
        self._schemes = frozenset({"https", "http"} if plain_http else {"https"})
        self._judged: dict[str, tuple[str, ...]] = {}

    def admits(self, address: str) -> bool:
        """Whether a resolved or literal address may be dialled."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.scope_id is not None:
            return False
        return _within(found, self._allow) or _public(found)

    def faults(self, url: str) -> list[str]:
        """What is wrong with a URL as it is written, one message a fault; nothing is looked up."""
        found = self._judged.get(url)
        if found is None:
            if len(self._judged) >= _MOST_JUDGED:
                self._judged.clear()
            found = self._judged[url] = tuple(self._judge(url))
        return list(found)

    def _judge(self, url: str) -> list[str]:
        if len(url) > LONGEST_URL or not _PLAIN.fullmatch(url) or "\\" in url:
            return [f"url: must be at most {LONGEST_URL} printable ASCII characters without spaces or backslashes"]
        try:
            parsed = URL(url)
            host, port = parsed.raw_host, parsed.port
        except ValueError:
            return ["url: must be a URL such as https://hooks.example.com/kcis"]
        if not host:
            return ["url: must name a host, such as https://hooks.example.com/kcis"]
        return [*self._way_faults(parsed, port), *self._host_faults(host)]

    def _way_faults(self, parsed: URL, port: int | None) -> list[str]:
        found: list[str] = []
        if parsed.scheme not in self._schemes:
            found.append(f"url: must begin with {' or '.join(f'{one}://' for one in sorted(self._schemes))}")
        elif not port or (self._ports is not None and port not in self._ports):
            accepted = "1 to 65535" if self._ports is None else ", ".join(map(str, sorted(self._ports)))
            found.append(f"url: the port must be {accepted}")
        if parsed.raw_user is not None or parsed.raw_password is not None:
            found.append("url: must not hold a user or a password")
        if parsed.raw_fragment:
            found.append("url: must not hold a fragment")
        return found

    def _host_faults(self, host: str) -> list[str]:
        try:
            ip_address(host)
        except ValueError:
            return self._name_faults(host)
        return [] if self.admits(host) else ["url: this address may not be called; use a public one"]

    def _name_faults(self, host: str) -> list[str]:
        labels = host.split(".")
        if (
            len(host) > _LONGEST_NAME
            or not all(_LABEL.fullmatch(one) for one in labels)
            or _NUMBER.fullmatch(labels[-1])
        ):
            return ["url: the host must be a DNS name, or an IP address in its usual form"]
        if len(labels) == 1 and not self._allow:
            return ["url: the host must be a full DNS name, with a dot"]
        return []


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _public(address: Address) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved or _within(address, _CLOSED):
        return False
    return isinstance(address, IPv4Address) or (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
