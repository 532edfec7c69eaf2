"""Ways to write, or to lead to, an address that may not be called. `P` stands for a port that somebody listens at."""

import ipaddress
from collections.abc import Iterator

WANTED = (
    "127.0.0.1",
    "169.254.169.254",  # metadata of most clouds
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.100.100.200",  # metadata of one more
)

ODD = [
    "127.0.0.2", "127.255.255.254", "127.1", "0", "0.0.0.0", "00.0.0.0", "0x0", "000", "127.0.0.01",  # noqa: S104 - a spelling
    "127.000.000.001",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::1%lo]", "[::1%25lo]",
    "[fe80::1%25eth0]", "[fe80::1%1]", "[fe80::1]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2600::5efe:7f00:1]",
    "[2600::200:5efe:127.0.0.1]", "[64:ff9b:1::7f00:1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[ff01::1]",
    "[2001:db8::1]", "[100::1]", "[4000::1]", "[3fff::1]", "[5f00::1]",
    "localhost", "LOCALHOST", "LocalHost", "localhost.", "localhost..", "127.0.0.1.", "127.0.0.1..",
    "ip6-localhost", "ip6-loopback", "localhost6", "intranet", "gateway", "metadata", "kubernetes", "router", "wpad",
    "127。0。0。1", "127｡0｡0｡1", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "𝟏𝟐𝟕.𝟎.𝟎.𝟏", "١٢٧.٠.٠.١", "ⓛocalhost", "ｌocalhost",
    "loca\u200blhost", "local\u00adhost", "localhost\u3002", "xn--", "xn--a.", "xn--.example",
    "127.0.0.1%00", "127.0.0.1%2e", "127%2e0%2e0%2e1", "%31%32%37.0.0.1", "127.0.0.1%0d%0aX-A:%20b",
    "localhost%00.example",
    "127.0.0.1\t", "127.0.0.1\n", "127.0.0.1\r\n", "\t127.0.0.1", " 127.0.0.1", "127.0. 0.1", "127.0.0.1\x00",
    "127.0.0.1\x7f",
    "user@127.0.0.1", "user:secret@127.0.0.1", "user:@127.0.0.1", "@127.0.0.1", ":@127.0.0.1", "example.com@127.0.0.1",
    "example.com:443@127.0.0.1", "user@example.com@127.0.0.1", "example.com%40127.0.0.1", "example.com\\@127.0.0.1",
    "127.0.0.1\\@example.com", "127.0.0.1\\.example.com", "example.com#@127.0.0.1", "127.0.0.1#.example.com",
    "127.0.0.1#@example.com", "127.0.0.1;example.com", "127.0.0.1,example.com", "127.0.0.1&@example.com",
    "127.0.0.1+example.com",
    "127.0.0.1|example.com", "127.0.0.1`", "127.0.0.1'", "127.0.0.1!", "127.0.0.1*", "127.0.0.1(", "{127.0.0.1}",
    "<127.0.0.1>",
    "$127.0.0.1", "~127.0.0.1", "-", "..", ".", "", "a..b", ".example.com", "example..com", "-example.com",
    "example-.com",
    "256.256.256.256", "1.2.3", "999999999999", "4294967296", "0xffffffffff", "1.2.3.4.5", "example.123",
    "example.0x7f",
    "127.0.0.0x1", "127.0.0.-1", "127..0.1", "+127.0.0.1", "127.0.0.1/32@", "[127.0.0.1]", "[::1", "::1", "::1]",
    "[]", "[::g]", "[::1]x", "[::1].example.com", "[[::1]]", "[v1.127.0.0.1]", "[::ffff:127.0.0.1.]", "[:]", "[1]",
    "[::1::]",
]  # fmt: skip

NAMES = [
    "metadata.google.internal",
    "metadata.goog",
    "instance-data.ec2.internal",
    "metadata.azure.internal",
    "kubernetes.default.svc.cluster.local",
    "169.254.169.254.nip.io",
    "127-0-0-1.sslip.io",
    "localtest.me",
    "spoofed.burpcollaborator.net",
    "rebind.network",
    "xn--80ak6aa92e.com",
    "xn--lclhost-1wa1d.example",
    "router.home.arpa",
    "printer.local",
    "127.0.0.1e0",
    "hooks.example.com",
]
"""Such as resolve to a closed address: refused at the dial, for by themselves they are names like others."""

URLS = [
    "http://127.0.0.1:P", "https://127.0.0.1:P?x", "https://127.0.0.1:P#x", "https:127.0.0.1:P/", "https:/127.0.0.1:P/",
    "https:///127.0.0.1:P/", "https:////127.0.0.1:P/", "https://///127.0.0.1:P/", "//127.0.0.1:P/", "127.0.0.1:P/",
    "https:\\\\127.0.0.1:P\\", "https:/\\127.0.0.1:P/", "https://\\127.0.0.1:P/", "\thttps://127.0.0.1:P/",
    "h\nttps://127.0.0.1:P/", "https\t://127.0.0.1:P/", "https ://127.0.0.1:P/", "file://127.0.0.1:P/",
    "file:///etc/passwd",
    "ftp://127.0.0.1:P/", "gopher://127.0.0.1:P/_GET", "dict://127.0.0.1:P/", "ldap://127.0.0.1:P/",
    "ws://127.0.0.1:P/",
    "wss://127.0.0.1:P/", "unix:///tmp/socket", "http+unix://%2Ftmp%2Fsocket/", "data:text/plain,x",
    "javascript:alert(1)",
    "blob:https://127.0.0.1:P/", "jar:https://127.0.0.1:P!/", "netdoc:///etc/passwd",
    "view-source:https://127.0.0.1:P/",
    "https://127.0.0.1:0P/", "https://127.0.0.1: P/", "https://127.0.0.1:P /", "https://127.0.0.1:+P/",
    "https://127.0.0.1:-P/",
    "https://127.0.0.1:P:443/", "https://127.0.0.1:0/", "https://127.0.0.1:65536/", "https://127.0.0.1:99999999/",
    "https://127.0.0.1:0x50/", "https://127.0.0.1:８０/", "https://127.0.0.1:/", "https://:P/", "https://",
]  # fmt: skip


def numbers(address: str) -> Iterator[str]:
    """The forms that `inet_aton` takes, and a few that only look so."""
    a, b, c, d = (int(one) for one in address.split("."))
    whole, low, lower = int(ipaddress.IPv4Address(address)), (b << 16) + (c << 8) + d, (c << 8) + d
    yield address
    yield from (str(whole), f"{whole:#x}", f"{whole:#X}", f"0{whole:o}", f"00000{whole:o}")
    yield from (f"{a}.{low}", f"{a}.{b}.{lower}", f"{a:#x}.{low:#x}", f"0{a:o}.0{low:o}")
    yield from (f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"0x{a:08x}.0{b:o}.{c}.{d:#x}")
    yield f"{a + 256}.{b}.{c}.{d}"


def embedded(address: str) -> Iterator[str]:
    """IPv6 addresses that lead, or once led, to an IPv4 one."""
    number = int(ipaddress.IPv4Address(address))
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    yield from (f"[::ffff:{address}]", f"[::FFFF:{high}:{low}]", f"[0:0:0:0:0:ffff:{address}]")
    yield from (f"[::{address}]", f"[::ffff:0:{address}]", f"[64:ff9b::{address}]", f"[64:ff9b::{high}:{low}]")
    yield from (f"[64:ff9b:1::{address}]", f"[2002:{high}:{low}::1]", f"[2001:0:{high}:{low}::1]")
    yield f"[2a00:1450::5efe:{high}:{low}]"


def hosts() -> list[str]:
    found = [*ODD]
    for address in WANTED:
        found += [*numbers(address), *embedded(address)]
    return list(dict.fromkeys(found))


def urls(port: int) -> list[str]:
    """Every spelling once, as a URL."""
    written = [f"https://{host}:{port}/kcis" for host in hosts()]
    return [*written, *(one.replace("P", str(port)) for one in URLS)]
