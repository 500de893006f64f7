"""Who is counted together, how often they may, and whose word on it is taken."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.serving.limits import Buckets, Rate, network_of
from newsletter.serving.visitors import visitor_of

RATE = Rate(burst=5, every=10.0)


def test_a_network_may_do_it_so_often_at_once_and_then_at_a_steady_rate() -> None:
    """Five at once, the sixth waits ten seconds; after a long rest, five again."""
    buckets = Buckets(RATE)
    assert [buckets.take("a", 0.0) for _ in range(6)] == [0.0] * 5 + [10.0]
    assert buckets.take("a", 4.0) == 6.0
    assert [buckets.take("a", 10.0), buckets.take("a", 10.0)] == [0.0, 10.0]
    assert [buckets.take("a", 1_000.0) for _ in range(6)] == [0.0] * 5 + [10.0]


def test_another_network_is_served_meanwhile() -> None:
    """What one has used up is its own."""
    buckets = Buckets(RATE)
    assert [buckets.take("a", 0.0) for _ in range(100)][5:] == [10.0] * 95
    assert buckets.take("b", 0.0) == 0.0


@given(moments=st.lists(st.floats(0, 600), max_size=200))
def test_no_more_are_let_through_than_the_rate_allows(moments: list[float]) -> None:
    """In any stretch of time: the burst, and one for each ten seconds."""
    buckets = Buckets(RATE)
    let_through = [moment for moment in sorted(moments) if buckets.take("a", moment) == 0.0]
    for at, first in enumerate(let_through):
        for count, last in enumerate(let_through[at:], 1):
            assert count <= RATE.burst + (last - first) / RATE.every + 1e-6


@given(moments=st.lists(st.floats(0, 600), max_size=50))
def test_who_waits_as_long_as_told_is_let_through(moments: list[float]) -> None:
    """The seconds that are told are true."""
    buckets, now = Buckets(RATE), 0.0
    for moment in sorted(moments):
        now = max(now, moment)
        if wait := buckets.take("a", now):
            now += wait + 1e-9
            assert buckets.take("a", now) == 0.0


def test_any_number_of_networks_fills_no_memory() -> None:
    """Those that were quiet longest are forgotten; who is held back now stays so while others come."""
    buckets = Buckets(RATE, most=100)
    for _ in range(5):
        assert buckets.take("loud", 0.0) == 0.0
    for number in range(10_000):
        assert buckets.take(f"n{number}", 0.0) == 0.0
        assert buckets.take("loud", 0.0) == 10.0
        assert len(buckets) <= 100


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.0/24"),
        ("192.0.3.7", "192.0.3.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::9", "2001:db8:1::/48"),
        ("2001:db8:2::9", "2001:db8:2::/48"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("64:ff9b::c000:207", "192.0.2.0/24"),
        ("::1", "::/48"),
    ],
)
def test_neighbours_are_counted_together(address: str, network: str) -> None:
    """IPv4 by /24, IPv6 by /48, and IPv4 in the clothes of IPv6 as what it is."""
    assert network_of(ip_address(address)) == network


def test_who_cannot_be_told_is_counted_as_one() -> None:
    """As on a socket of the machine."""
    assert network_of(None) == network_of(visitor_of(None, "192.0.2.7", ())) == "unknown"


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("198.51.100.9", "", "198.51.100.9"),
        ("198.51.100.9", "192.0.2.7", "198.51.100.9"),  # anybody may write that
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("10.0.0.1", "203.0.113.1, 192.0.2.7", "192.0.2.7"),  # the first was there when it came to our proxy
        ("10.0.0.1", "203.0.113.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),  # two proxies of ours
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "[2001:db8::7]", "2001:db8::7"),
        ("10.0.0.1", "192.0.2.7:4711", "10.0.0.1"),
        ("::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("10.0.0.1", "," * 5_000 + "192.0.2.7", "192.0.2.7"),
    ],
)
def test_only_a_proxy_of_ours_is_believed(peer: str, forwarded: str, visitor: str) -> None:
    """And of what it tells, only what it and others of ours have added themselves."""
    assert visitor_of(peer, forwarded, (ip_network("10.0.0.0/24"),)) == ip_address(visitor)


@given(forwarded=st.text(max_size=80))
def test_whatever_stands_in_the_field_there_is_an_answer(forwarded: str) -> None:
    """A stranger's X-Forwarded-For is never believed, a proxy's never a fault."""
    assert visitor_of("198.51.100.9", forwarded, (ip_network("10.0.0.0/24"),)) == ip_address("198.51.100.9")
    assert visitor_of("10.0.0.1", forwarded, (ip_network("10.0.0.0/24"),)) is not None
