"""What sources sent, untouched: packed, and kept once however many items were read from it."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from typing import Any

from newsletter.model.item import Original

MAX_OCTETS = 2_000_000  # of one original before it is packed; a larger one is not kept


class Packed:
    """Originals made ready to be written. That takes time, so it is done before a transaction begins."""

    def __init__(self, found: Iterable[Original | None]) -> None:
        self._found = {id(one): one for one in found if one is not None and len(one.data) <= MAX_OCTETS}
        self._digests = {key: _digest(one) for key, one in self._found.items()}
        self._data = {self._digests[key]: one for key, one in self._found.items()}
        self._packed = {digest: zlib.compress(one.data) for digest, one in self._data.items()}

    def digest_of(self, original: Original | None) -> str | None:
        """By what an original among these is found; None for one that is not kept."""
        return None if original is None else self._digests.get(id(original))

    def rows(self, digests: Iterable[str]) -> list[dict[str, Any]]:
        """What is written for these, in the order of their digests."""
        return [
            {"digest": digest, "media_type": self._data[digest].media_type, "data": self._packed[digest]}
            for digest in sorted(set(digests))
        ]


def unpacked(media_type: str, data: bytes) -> Original:
    """The original, as it was sent."""
    return Original(media_type=media_type, data=zlib.decompress(data))


def _digest(original: Original) -> str:
    return hashlib.sha256(b"%s\0%s" % (original.media_type.encode(errors="surrogatepass"), original.data)).hexdigest()
