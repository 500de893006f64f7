"""A reader's mark as text, alone or with a time: in links, in tokens and in var/leavers.log."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta

from newsletter.model.base32 import base32
from newsletter.model.subscriber import Mark

OCTETS = 16  # of a mark
_SHAPE = re.compile("[a-z2-7]{26}")
_SINCE = re.compile("[1-9][0-9]{0,16}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def mark_text(mark: Mark) -> str:
    """The mark in base32 (RFC 4648 section 6), small letters, no padding: always 26 characters, safe in a URL."""
    return base32(mark)


def mark_of(text: str) -> Mark | None:
    """The mark that `mark_text` wrote so; None for any other text, one that was cut short included."""
    if not _SHAPE.fullmatch(text):
        return None
    try:
        mark = Mark(base64.b32decode(text.upper() + "======"))
    except binascii.Error:
        return None
    return mark if mark_text(mark) == text else None  # the last character has two bits that mean nothing


def timed_text(mark: Mark, at: datetime) -> str:
    """The mark and a time after 1970, to the microsecond: what a token holds that is good for a while only."""
    return f"{mark_text(mark)}-{(at - _EPOCH) // _MICROSECOND}"


def timed_of(text: str) -> tuple[Mark, datetime] | None:
    """The mark and the time, UTC, that `timed_text` wrote so; None for any other text."""
    own, _, since = text.partition("-")
    mark = mark_of(own)
    if mark is None or not _SINCE.fullmatch(since):
        return None
    return mark, _EPOCH + int(since) * _MICROSECOND
