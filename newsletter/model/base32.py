"""Base32 in small letters without padding (RFC 4648 6): what names a reader or a mac in links and addresses.

The standard library writes a group of five octets at a time in Python, which took a tenth of the time of a message.
"""

from __future__ import annotations

from functools import lru_cache

_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [one + two for one in _DIGITS for two in _DIGITS]


def base32(data: bytes) -> str:
    """The octets as text: eight characters for five octets."""
    count, shifts = _shape(len(data))
    number = int.from_bytes(data, "big") << shifts[0] + 10 - 8 * len(data) if data else 0
    return "".join([_PAIRS[number >> shift & 1023] for shift in shifts])[:count]


@lru_cache(maxsize=64)
def _shape(octets: int) -> tuple[int, tuple[int, ...]]:
    """How many characters there are, and by how much to shift for each two of them."""
    count = -(-octets * 8 // 5)
    return count, tuple(range(10 * (-(-count // 2) - 1), -1, -10)) or (0,)
