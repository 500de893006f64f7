"""Which addresses are never asked: our own machine and network, the cloud's metadata, and whatever hides one of them.

Pure. `wire` holds these rules against every address at the moment of connecting. Sources: the IANA registries of
special-purpose addresses (RFC 6890), RFC 4291 and RFC 6052 for IPv4 inside IPv6, RFC 5214 for ISATAP.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from newsletter.model.errors import ConfigError

Networks = tuple[tuple[IPv4Network | IPv6Network, str], ...]


def _networks(words: dict[str, str]) -> Networks:
    return tuple((ip_network(network), what) for network, what in words.items())


# No switch opens these: no publication has a feed there.
_NEVER = _networks(
    {
        "169.254.169.254/32": "the metadata service of a cloud",
        "100.100.100.200/32": "the metadata service of a cloud",
        "168.63.129.16/32": "the metadata service of a cloud",
        "fd00:ec2::254/128": "the metadata service of a cloud",
        "fd20:ce::254/128": "the metadata service of a cloud",
        "0.0.0.0/8": "an unspecified address",
        "169.254.0.0/16": "a link-local address",
        "192.0.0.0/24": "a reserved address",
        "192.0.2.0/24": "an address for documentation",
        "192.88.99.0/24": "an address of a tunnel",
        "198.18.0.0/15": "an address for measurements",
        "198.51.100.0/24": "an address for documentation",
        "203.0.113.0/24": "an address for documentation",
        "224.0.0.0/4": "a multicast address",
        "255.255.255.255/32": "the broadcast address",
        "240.0.0.0/4": "a reserved address",
        "::/128": "an unspecified address",
        "64:ff9b:1::/48": "an address of a translator of our own network",
        "2001:db8::/32": "an address for documentation",
        "2001::/32": "an address of a tunnel",  # Teredo
        "2001::/23": "a reserved address",
        "2002::/16": "an address of a tunnel",  # 6to4
        "3ffe::/16": "a reserved address",
        "3fff::/20": "an address for documentation",
        "fe80::/10": "a link-local address",
        "fec0::/10": "a site-local address",
        "ff00::/8": "a multicast address",
    }
)

# A host that an operator has named may be here.
_INSIDE = _networks(
    {
        "127.0.0.0/8": "a loopback address",
        "::1/128": "a loopback address",
        "10.0.0.0/8": "a private address",
        "172.16.0.0/12": "a private address",
        "192.168.0.0/16": "a private address",
        "100.64.0.0/10": "a provider's private address",
        "fc00::/7": "a private address",
    }
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that is given out so far; RFC 4291 section 2.4
_MAPPED = IPv6Network("::ffff:0:0/96")  # the kernel connects to the IPv4 address itself
_NAT64 = IPv6Network("64:ff9b::/96")  # a translator connects to it
_ISATAP = {0x00005EFE, 0x02005EFE}  # bits 64 to 95; the IPv4 address follows

# One number after another, as inet_aton reads them: "127.1", "0x7f.0.0.1", "017700000001".
_NUMERIC = re.compile(r"(?:.*\.)?(?:0[xX][0-9a-fA-F]*|[0-9]+)\.?", re.ASCII)


@lru_cache(maxsize=4096)
def refusal(address: str, named: bool = False) -> str | None:
    """Why this IP address is never connected to, as a noun phrase; None when it may be.

    For a host that an operator has `named`, private and loopback addresses pass, metadata services and the like do
    not; for all others only addresses of the public Internet do. What is not an IP address at all is refused.
    """
    return _forbidden(address, _NEVER if named else _NEVER + _INSIDE)


def _forbidden(address: str, networks: Networks) -> str | None:
    try:
        ip = ip_address(address)
    except ValueError:
        return "not an IP address"
    if isinstance(ip, IPv4Address):
        return _within(ip, networks)
    if ip.scope_id is not None:
        return "an address of one network interface"
    if ip in _MAPPED or ip in _NAT64:
        return _forbidden(str(IPv4Address(int(ip) & 0xFFFFFFFF)), networks)
    if what := _within(ip, networks):
        return what
    if (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP and (what := _hidden(ip)):
        return what
    # IPv4-compatible and translated addresses fall under this as well: ::a.b.c.d, ::ffff:0:a.b.c.d.
    return None if ip in _GLOBAL_UNICAST or _within(ip, _INSIDE) else "a reserved address"


def _within(ip: IPv4Address | IPv6Address, networks: Networks) -> str | None:
    return next((what for network, what in networks if ip in network), None)


def _hidden(ip: IPv6Address) -> str | None:
    return _forbidden(str(IPv4Address(int(ip) & 0xFFFFFFFF)), _NEVER + _INSIDE)


class Guard:
    """Which hosts may lie inside our own network: the named ones, and no other name or number for the same machine."""

    def __init__(self, allowed_hosts: Iterable[str] = ()) -> None:
        """Exact host names or literal addresses. A wildcard, a port or an address raises `ConfigError`."""
        self._named = frozenset(_exact(host) for host in allowed_hosts)

    def is_named(self, host: str) -> bool:
        """Whether an operator has opened the switch for this very host. Case and a final dot do not matter."""
        return _plain(host) in self._named

    def refusal_of_host(self, host: str) -> str | None:
        """Why a host is refused before it is looked up; None for names, which are judged by where they lead.

        A number in any spelling but the usual one is refused: libraries differ in what they read into it.
        """
        plain = _plain(host)
        if ":" not in plain and not _NUMERIC.fullmatch(plain):
            return None
        try:
            ip_address(plain)
        except ValueError:
            return "a number in an unusual spelling"
        return self.refusal_of_address(host, plain)

    def refusal_of_address(self, host: str, address: str) -> str | None:
        """Why no connection to `address` is made for the sake of `host`."""
        return refusal(address, self.is_named(host))


def _plain(host: str) -> str:
    return host.lower().removesuffix(".").strip("[]")


def _exact(host: str) -> str:
    plain = _plain(host)
    try:
        return str(ip_address(plain))
    except ValueError:
        if re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", plain):
            return plain
    what = f"'{host}' is not the exact name of a host; write it as feeds.example.org, without scheme, port or wildcard"
    raise ConfigError("gather.allow_hosts", what)
