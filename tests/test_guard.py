"""The guard: nothing inside our own machine, network or cloud is ever connected to, however its address is written.

Each case is proved three times over: by the outcome, by a canary server that counts connections, and by the
interpreter's own report of every connect.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.fetch.answer import Answer, Failure, FailureKind, Limits, Outcome, Request
from newsletter.fetch.client import Fetcher, get
from newsletter.fetch.guard import Guard, refusal
from newsletter.fetch.wire import Lookup, Wall, wall
from newsletter.model.errors import ConfigError
from tests.webserver import WebServer, page, redirect, webserver

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
LIMITS = Limits(seconds=5)
PUBLIC = "93.184.215.14"  # never reached: every connect to it is stopped below

_connects: list[str] | None = None


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    """Notes every connect while a test watches; what would leave this machine finds the network down."""
    if event != "socket.connect" or _connects is None:
        return
    address = arguments[1]
    if isinstance(address, tuple):
        _connects.append(str(address[0]))
        if not ip_address(str(address[0]).partition("%")[0]).is_loopback:
            raise OSError(101, "Network is unreachable")


sys.addaudithook(_watch)


@pytest.fixture
def connects() -> Iterator[list[str]]:
    """Every address connected to since the test began, or tried."""
    global _connects
    _connects = []
    yield _connects
    _connects = None


@pytest.fixture(scope="module")
def _server() -> Iterator[WebServer]:
    with webserver() as server:
        yield server


@pytest.fixture
def canary(_server: WebServer) -> WebServer:
    """A server on loopback that must not be touched."""
    _server.connections = 0
    _server.log.clear()
    _server.answer("/feed", page(b"secret"))
    return _server


# What hostile name servers say.
NAMES = {
    "ten.test": ("10.0.0.1",),
    "home.test": ("192.168.1.1",),
    "office.test": ("172.31.255.254",),
    "metadata.google.internal": ("169.254.169.254",),
    "instance-data.test": ("169.254.169.254", "fd00:ec2::254"),
    "azure.test": ("168.63.129.16",),
    "tail.test": ("100.100.100.200",),
    "six.test": ("::1",),
    "mapped.test": ("::ffff:127.0.0.1",),
    "nat64.test": ("64:ff9b::7f00:1",),
    "teredo.test": ("2001:0:4136:e378:8000:63bf:80ff:fffe",),
    "sixtofour.test": ("2002:7f00:1::1",),
    "linklocal.test": ("fe80::1%2",),
    "unique.test": ("fd12:3456:789a::1",),
    "zero.test": ("0.0.0.0",),
    "zerosix.test": ("::",),
    "many.test": ("127.0.0.1", "10.1.1.1", "::1"),
    "cname.test": ("localhost",),  # not an address at all: it would be looked up again, past us
    "garbage.test": ("127.1",),
    "empty.test": ("",),
}


async def hostile(host: str, port: int, family: int) -> Sequence[str]:
    """A name server that leads every name it does not know to the canary."""
    return NAMES.get(host.lower().rstrip("."), ("127.0.0.1",))


HOSTS = [
    # IPv4, written as it should be
    *("127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255"),
    *("100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.0.1", "169.254.169.254", "169.254.170.2"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1"),
    *("168.63.129.16", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250"),
    *("240.0.0.1", "255.255.255.255", "127.0.0.1."),
    # IPv4 as inet_aton reads it: decimal, octal, hexadecimal, short
    *("2130706433", "017700000001", "0x7f000001", "0X7F000001", "0x7f.1", "0x7f.0.0.1", "0177.0.0.1", "0177.0.0.01"),
    *("127.1", "127.0.1", "0", "0x0", "00.00.00.00", "127.000.000.001", "010.0.0.1", "2852039166", "0xa9fea9fe"),
    *("0251.0376.0251.0376", "169.254.43518", "4294967295", "127.0.0.1.1", "256.256.256.256", "1.1.1.1.", "3232235777"),
    # IPv6
    *("[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::0001]", "[fe80::1]", "[fe80::1%25lo]", "[fe80::1%lo]", "[::1%251]"),
    *("[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[fd20:ce::254]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]"),
    *("[100::1]", "[4000::1]", "[5f00::1]", "[fdff:ffff::1]"),
    # IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::FFFF:10.0.0.1]", "[::127.0.0.1]"),
    *("[::7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]"),
    *("[64:ff9b:1:7f00:0:100::]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2002:c0a8:101::1]"),
    *("[2001:0:7f00:1::1]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2a00:1450::5efe:127.0.0.1]"),
    *("[2a00:1450::200:5efe:10.0.0.1]", "[fe80::5efe:192.168.0.1]"),
    # names of this machine, and names that lead here
    *("localhost", "LOCALHOST", "localhost.", "LocalHost.", "localhost.localdomain", "x.localhost", "ip6-localhost"),
    *("127.0.0.1.nip.test", "WIRE2.TEST", "wire2.test.", "a_b.test", *NAMES),
    # digits and full stops of other scripts, which IDNA turns into ours
    *(
        "１２７.０.０.１",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "127．0．0．1",
        "127｡0｡0｡1",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "ｌｏｃａｌｈｏｓｔ",
        "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
    ),
    *("१२७.०.०.१", "localhost。", "٠x7f.1"),
    # what one parser reads otherwise than another
    *(
        "ana@127.0.0.1",
        "ana:pw@127.0.0.1",
        "example.org@127.0.0.1",
        "example.org%40127.0.0.1",
        "example.org#@127.0.0.1",
    ),
    *("127.0.0.1%00.example.org", "127.0.0.1\\@example.org", "example.org\\@127.0.0.1", "127.0.0.1%2Fexample.org"),
    *(
        "127.0.0.1:80@127.0.0.1",
        "[::1",
        "::1]",
        "[127.0.0.1]",
        "[::1].example.org",
        "",
        ".",
        "..",
        "127..1",
        "-",
        " 127.0.0.1",
    ),
    *(
        "127.0.0.1\t",
        "127.0.\n0.1",
        "%31%32%37.0.0.1",
        "127%2e0%2e0%2e1",
        "loc\u00adalhost",
        "localhost\u200b",
        "[v1.::1]",
    ),
]
URLS = [
    *(f"http://{host}:PORT/feed" for host in HOSTS),
    *("https://127.0.0.1:PORT/feed", "https://localhost:PORT/feed", "HTTP://127.0.0.1:PORT/feed"),
    *("ftp://127.0.0.1:PORT/feed", "file:///etc/passwd", "gopher://127.0.0.1:PORT/_GET", "ws://127.0.0.1:PORT/feed"),
    *("unix:///run/docker.sock", "http+unix://%2Frun%2Fx.sock/feed", "javascript:alert(1)", "data:text/xml,<rss/>"),
    *(
        "http://127.0.0.1:PORT:80/feed",
        "http://127.0.0.1:99999/feed",
        "http://127.0.0.1:0/feed",
        "http://127.0.0.1:+80/feed",
    ),
    *("http:///feed", "http:/127.0.0.1:PORT/feed", "http:127.0.0.1:PORT/feed", "http:\\\\127.0.0.1:PORT\\feed"),
    *("//127.0.0.1:PORT/feed", "127.0.0.1:PORT/feed", "", "http://", "http://\ud800.test/feed"),
]


def ask(url: str, canary: WebServer, *allowed: str, lookup: Lookup = hostile) -> Outcome:
    written = url.replace("PORT", str(canary.port))
    return get(Request(key="k", url=written), Guard(allowed), LIMITS, "newsletter-test", NOW, lookup=lookup)


def kind(outcome: Outcome) -> FailureKind | None:
    return outcome.kind if isinstance(outcome, Failure) else None


@pytest.mark.parametrize("url", URLS)
def test_no_spelling_of_an_inner_address_is_connected_to(url: str, canary: WebServer, connects: list[str]) -> None:
    """Refused in words, before any socket was opened."""
    outcome = ask(url, canary)
    assert kind(outcome) is FailureKind.REFUSED
    assert (connects, canary.connections) == ([], 0)


# Relative addresses, "http:///feed" among them (RFC 3986 section 5.2.2), stay on the host that redirects.
@pytest.mark.parametrize("url", [url for url in URLS if "://" in url and url not in ("http://", "http:///feed")])
def test_no_redirect_leads_inside(url: str, canary: WebServer, connects: list[str]) -> None:
    """The hop from a host that may be asked is the only connection; the next address is judged like the first."""
    location = url.replace("PORT", str(canary.port)).encode("utf-8", "surrogatepass").decode("latin-1")
    canary.answer("/start", redirect(302, location.replace("\n", "").replace("\t", "")))
    outcome = ask("http://wire.test:PORT/start", canary, "wire.test")
    assert kind(outcome) is FailureKind.REFUSED
    assert (connects, canary.connections) == (["127.0.0.1"], 1)


def test_the_canary_sings(canary: WebServer, connects: list[str]) -> None:
    """The other tests would notice a connection: a host that is allowed by its name is reached."""
    outcome = ask("http://wire.test:PORT/feed", canary, "wire.test")
    assert isinstance(outcome, Answer)
    assert (outcome.body, connects, canary.connections) == (b"secret", ["127.0.0.1"], 1)


@pytest.mark.parametrize("host", ["wire.test", "WIRE.test", "wire.test."])
def test_the_switch_is_for_the_host_in_every_case_and_with_a_final_dot(host: str, canary: WebServer) -> None:
    """The same name to the Domain Name System is the same name to us."""
    assert isinstance(ask(f"http://{host}:PORT/feed", canary, "Wire.Test."), Answer)


def test_a_literal_address_may_be_named_as_well() -> None:
    """With or without brackets, and it opens no other."""
    guard = Guard(["[::1]", "127.0.0.1"])
    assert [guard.refusal_of_host(host) for host in ("::1", "127.0.0.1")] == [None, None]
    assert [guard.refusal_of_host(host) for host in ("::ffff:127.0.0.1", "127.0.0.2", "127.1")].count(None) == 0


@pytest.mark.parametrize(
    "host", ["other.test", "x.wire.test", "wire.test.example.org", "127.0.0.1", "xwire.test", "test"]
)
def test_the_switch_works_for_the_named_host_only(host: str, canary: WebServer, connects: list[str]) -> None:
    """Another name for the same machine, a name below it, or its number stay refused, asked directly or by redirect."""
    canary.answer("/start", redirect(301, f"http://{host}:{canary.port}/feed"))
    assert kind(ask(f"http://{host}:PORT/feed", canary, "wire.test")) is FailureKind.REFUSED
    assert (connects, canary.connections) == ([], 0)
    assert kind(ask("http://wire.test:PORT/start", canary, "wire.test")) is FailureKind.REFUSED
    assert (connects, canary.connections) == (["127.0.0.1"], 1)


def test_connections_to_a_named_host_are_not_lent_to_others(canary: WebServer, connects: list[str]) -> None:
    """An open connection to the same address and port is not reused under another name."""
    requests = [
        Request(key=host, url=canary.url("/feed", host)) for host in ["wire.test", "wire.test", "other.test"] * 3
    ]
    with Fetcher(Guard(["wire.test"]), LIMITS, "newsletter-test", NOW, lookup=hostile) as fetcher:
        for request in requests:
            fetcher.submit(request)
        kinds = {(outcome.key, kind(outcome)) for outcome in fetcher.outcomes()}
    assert kinds == {("wire.test", None), ("other.test", FailureKind.REFUSED)}
    assert {asked.host for asked in canary.log} == {"wire.test"}


@pytest.mark.parametrize("address", ["169.254.169.254", "100.100.100.200", "fd00:ec2::254", "168.63.129.16", "0.0.0.0"])
def test_no_switch_opens_the_metadata_service(address: str, canary: WebServer, connects: list[str]) -> None:
    """A named host may be private or this machine itself, but never a cloud's metadata service."""

    async def lookup(host: str, port: int, family: int) -> Sequence[str]:
        return (address,)

    assert kind(ask("http://wire.test:PORT/feed", canary, "wire.test", lookup=lookup)) is FailureKind.REFUSED
    assert connects == []


def test_a_name_server_that_changes_its_mind_gains_nothing(canary: WebServer, connects: list[str]) -> None:
    """DNS rebinding: the address that was judged is the one connected to; the other is refused when it comes."""
    answers = [(PUBLIC,), ("127.0.0.1",)] * 2

    async def rebinding(host: str, port: int, family: int) -> Sequence[str]:
        return answers.pop(0)

    url = "http://rebind.test:PORT/feed"
    kinds = [kind(ask(url, canary, lookup=rebinding)) for _ in range(4)]
    assert kinds == [FailureKind.UNREACHABLE, FailureKind.REFUSED] * 2
    assert (connects, canary.connections) == ([PUBLIC] * 2, 0)


def test_a_host_is_looked_up_once_in_a_run(canary: WebServer, connects: list[str]) -> None:
    """A second request, or a second connection, gives the name server no second say."""
    answers = [(PUBLIC,), ("127.0.0.1",)]

    async def rebinding(host: str, port: int, family: int) -> Sequence[str]:
        return answers.pop(0)

    with Fetcher(Guard(), LIMITS, "newsletter-test", NOW, lookup=rebinding) as fetcher:
        for key in "abc":
            fetcher.submit(Request(key=key, url=canary.url("/feed", "rebind.test")))
        kinds = [kind(outcome) for outcome in fetcher.outcomes()]
    assert kinds == [FailureKind.UNREACHABLE] * 3
    assert (connects, canary.connections, len(answers)) == ([PUBLIC] * 3, 0, 1)


def test_of_a_mixed_answer_only_public_addresses_are_tried(canary: WebServer, connects: list[str]) -> None:
    """A name with a public and an inner address is asked at the public one alone, also when that one fails."""

    async def mixed(host: str, port: int, family: int) -> Sequence[str]:
        return ("127.0.0.1", PUBLIC, "::1", "10.0.0.1")

    assert kind(ask("http://mixed.test:PORT/feed", canary, lookup=mixed)) is FailureKind.UNREACHABLE
    assert (connects, canary.connections) == ([PUBLIC], 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"])
def test_the_wall_stands_without_the_other_checks(host: str, canary: WebServer, connects: list[str]) -> None:
    """Where nothing else looked, the socket for an inner address is still not made."""

    async def connect() -> None:
        connector = aiohttp.TCPConnector(socket_factory=wall(named=False))
        async with aiohttp.ClientSession(connector=connector) as session:
            await session.get(f"http://{host}:{canary.port}/feed")

    # On a thread of its own: this one has a running loop once a test before it has used the browser.
    with ThreadPoolExecutor(1) as thread, pytest.raises(aiohttp.ClientConnectorError) as caught:
        thread.submit(lambda: asyncio.run(connect())).result()
    assert isinstance(caught.value.os_error, Wall)
    assert (connects, canary.connections) == ([], 0)


def test_the_wall_sees_the_interface_of_an_address() -> None:
    """A scope id, which stands beside the address, is refused with it."""
    with pytest.raises(Wall):
        wall(named=True)((socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606:2800::1", 80, 0, 2)))


def test_a_proxy_of_the_environment_is_not_used(
    canary: WebServer, connects: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would connect in our place, past the wall."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    assert kind(ask(f"http://{PUBLIC}/feed", canary)) is FailureKind.UNREACHABLE
    assert (connects, canary.connections) == ([PUBLIC], 0)


def test_a_refusal_says_what_to_do(canary: WebServer) -> None:
    """The operator reads which host, which address, and how to allow it."""
    outcome = ask("http://ten.test/feed", canary)
    assert isinstance(outcome, Failure)
    assert outcome.what == (
        "ten.test was not asked: it is at 10.0.0.1, a private address. "
        "If that is a machine of yours, name it under gather, allow_hosts in schedule.yaml; else correct the address."
    )


def test_an_address_that_is_none_is_told_with_its_reason(canary: WebServer) -> None:
    """Whether it was written down or a server leads to it makes a difference in who can mend it."""
    canary.answer("/start", redirect(301, "ftp://files.test/feed"))
    written, led = ask("ftp://files.test/feed", canary), ask("http://wire.test:PORT/start", canary, "wire.test")
    assert isinstance(written, Failure)
    assert isinstance(led, Failure)
    assert (written.what, led.what) == (
        "The address is not one of the web: it does not begin with https://. Correct it where it is written down.",
        "wire.test leads to what is not an address of the web: it does not begin with https://. Tell the site.",
    )


@pytest.mark.parametrize(
    "host", ["*.example.org", "*", "", "http://wire.test", "wire.test:80", "ana@wire.test", "a b", "10.0.0.0/8"]
)
def test_the_switch_takes_exact_names_only(host: str) -> None:
    """No wildcards, ports, networks or whole addresses: what cannot work is told at the start."""
    with pytest.raises(ConfigError, match="exact name"):
        Guard([host])


BANNED = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *(
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ),
]
BANNED_SIX = [
    *("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "5f00::/16", "4000::/3", "6000::/3", "8000::/1"),
]
banned = st.one_of([st.ip_addresses(v=4, network=network) for network in BANNED])
prefixes = st.integers(0, 2**61 - 1).map(lambda high: (0b001 << 125) | (high << 64))  # 2000::/3


@given(st.one_of([banned, *(st.ip_addresses(v=6, network=network) for network in BANNED_SIX)]))
def test_every_address_of_a_banned_network_is_refused(address: IPv4Address | IPv6Address) -> None:
    """From the first to the last of each, and the words fit into a sentence."""
    what = refusal(str(address))
    assert what is not None
    assert what.split()[0] in {"a", "an", "the"}


@given(address=banned, prefix=prefixes, port=st.integers(0, 2**16 - 1), universal=st.booleans())
def test_every_embedding_of_a_banned_address_is_refused(
    address: IPv4Address, prefix: int, port: int, universal: bool
) -> None:
    """Mapped, compatible, translated, NAT64, 6to4, Teredo as server and as client, ISATAP."""
    low = int(address)
    hidden = [
        0xFFFF << 32 | low,
        low,
        0xFFFF << 48 | low,
        0x64FF9B << 96 | low,
        0x64FF9B0001 << 80 | low,
        0x2002 << 112 | low << 80 | port,
        0x20010000 << 96 | low << 64 | port << 32,
        0x20010000 << 96 | port << 64 | low ^ 0xFFFFFFFF,
        prefix | (0x02005EFE if universal else 0x5EFE) << 32 | low,
    ]
    assert [str(IPv6Address(one)) for one in hidden if refusal(str(IPv6Address(one))) is None] == []


@given(st.one_of([st.ip_addresses(), st.ip_addresses(v=6, network="2000::/3")]))
def test_what_passes_is_of_the_public_internet(address: IPv4Address | IPv6Address) -> None:
    """The standard library's reading of the registries agrees; a named host is never refused more than others."""
    if refusal(str(address)) is None:
        assert address.is_global
        assert not address.is_multicast
        assert refusal(str(address), named=True) is None


@given(st.ip_addresses(v=4).filter(lambda address: address.is_global and refusal(str(address)) is None))
def test_public_addresses_stay_reachable_through_a_translator(address: IPv4Address) -> None:
    """A machine that has IPv6 alone reaches the IPv4 Internet by NAT64 (RFC 6052)."""
    assert refusal(f"64:ff9b::{address}") is None
    assert refusal(f"::ffff:{address}") is None


@pytest.mark.parametrize("address", ["8.8.8.8", PUBLIC, "2606:2800:220:1::1", "2a00:1450:4001:80b::200e"])
def test_public_addresses_are_not_refused(address: str) -> None:
    """The guard lets the world through."""
    assert refusal(address) is None
