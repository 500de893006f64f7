"""How often one network may do a thing: a bucket of tokens for each, refilled at a steady rate. Pure: time is given."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

_NAT64 = int(IPv6Address("64:ff9b::")) >> 32  # RFC 6052 2.1: an IPv4 address stands in the last 32 bits


@dataclass(frozen=True, slots=True)
class Rate:
    """What one network may do."""

    burst: int  # at once, after a rest
    every: float  # seconds until one more is allowed


class Buckets:
    """The buckets of all networks that were heard of lately, at most `most`: who floods us fills no memory.

    Where there is no room, the network that was quiet longest is forgotten, which is as if it had rested.
    """

    def __init__(self, rate: Rate, most: int = 20_000) -> None:
        self._rate = rate
        self._most = most
        self._full: OrderedDict[str, float] = OrderedDict()  # when each will have rested, the last heard of last

    def __len__(self) -> int:
        return len(self._full)

    def take(self, network: str, now: float) -> float:
        """0 where it may be done now, and then it counts; else the seconds to wait, and nothing changes.

        `now` is in seconds of a clock that never goes back.
        """
        full = max(self._full.get(network, now), now)
        wait = full + self._rate.every * (1 - self._rate.burst) - now
        if wait > 0:
            self._full.move_to_end(network)
            return wait
        self._full[network] = full + self._rate.every
        self._full.move_to_end(network)
        while len(self._full) > self._most:
            self._full.popitem(last=False)
        return 0.0


def network_of(address: IPv4Address | IPv6Address | None) -> str:
    """What is counted together: an IPv4 /24, an IPv6 /48 (RFC 6177 2: what one site gets). None: nobody can tell.

    An IPv4 address in the clothes of IPv6 counts as what it is (RFC 4291 2.5.5.2, RFC 6052 2.1).
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif int(address) >> 32 == _NAT64:
            address = IPv4Address(int(address) & 0xFFFFFFFF)
    if address is None:
        return "unknown"
    if isinstance(address, IPv4Address):
        return f"{IPv4Address(int(address) >> 8 << 8)}/24"
    return f"{IPv6Address(int(address) >> 80 << 80)}/48"
