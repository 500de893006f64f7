"""How many parts a picture's file is made of, told from their lengths, before a reader takes each of them apart.

A reader walks over all of them, and for some does more work the more there were: a file of 25 MB can hold millions.
"""

from __future__ import annotations

from collections.abc import Iterator

# A large PNG from a camera has a few thousand chunks; a JPEG has about thirty segments before its pixels.
_MOST = 20_000
# A progressive JPEG is drawn in about ten passes. A file of a few kilobytes can ask for thousands, each of them a walk
# over every pixel. The small pictures that a camera puts beside the large one have passes of their own.
_MOST_PASSES = 200
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_SCAN = b"\xff\xda"  # begins a pass (ITU-T T.81, B.2.3); the pixels themselves never hold it (B.1.1.5)


def is_crowded(data: bytes) -> bool:
    """Whether a PNG or JPEG file has more parts than any program writes. Of other files: False."""
    if data.startswith(_JPEG) and data.count(_SCAN) > _MOST_PASSES:
        return True
    walk = _chunks(data) if data.startswith(_PNG) else _segments(data) if data.startswith(_JPEG) else iter(())
    return sum(1 for _, _ in zip(range(_MOST), walk, strict=False)) == _MOST


def _chunks(data: bytes) -> Iterator[int]:
    """Where each chunk of a PNG begins: length, name, that many octets, and a checksum (PNG, third edition, 5.3)."""
    at = len(_PNG)
    while at < len(data):
        yield at
        at += 12 + int.from_bytes(data[at : at + 4], "big")


def _segments(data: bytes) -> Iterator[int]:
    """Where each segment of a JPEG begins, up to the first pass; octets that fill the space between them count too.

    A segment is a marker, and its length, which counts itself (ITU-T T.81, B.1.1.4).
    """
    at = data.find(b"\xff", len(_JPEG))
    while 0 <= at < len(data) - 1 and data[at : at + 2] != _SCAN:
        yield at
        is_filled = data[at + 1] in (0x00, 0xFF)
        at = data.find(b"\xff", at + 1 if is_filled else at + 2 + int.from_bytes(data[at + 2 : at + 4], "big"))
