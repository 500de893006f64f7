"""Who asks: the address a request came from, where a proxy stands between as well. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
_HOPS = 20  # of X-Forwarded-For that are looked at


def visitor_of(peer: str | None, forwarded: str, behind: Sequence[Network]) -> IPv4Address | IPv6Address | None:
    """The visitor's address; None where it cannot be told, as on a socket of the machine.

    `forwarded` is X-Forwarded-For, believed only where the peer itself is one of `behind`: then the last address in it
    that is none of ours, because each proxy adds whom it has heard to the end, and the rest is what anybody may write.
    """
    found = _address(peer or "")
    for one in reversed(forwarded.split(",")[-_HOPS:]):
        if found is None or not any(found in network for network in behind):
            return found
        told = _address(one.strip())
        if told is None:
            return found
        found = told
    return found


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip("[]"))
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
