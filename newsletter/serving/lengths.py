"""How long a request says that its body is."""

from __future__ import annotations

from collections.abc import Iterable


def has_two_lengths(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether it says a length and sends chunks as well, as no browser does: a proxy in front may take the one and we
    the other, and what is a body for it is a second request for us (RFC 9112 6.1)."""
    return {b"content-length", b"transfer-encoding"} <= {name for name, _ in headers}
