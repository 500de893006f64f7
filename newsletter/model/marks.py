"""A reader's mark as text: in links, in tokens and in var/leavers.log."""

from __future__ import annotations

import base64
import binascii
import re

from newsletter.model.base32 import base32
from newsletter.model.subscriber import Mark

OCTETS = 16  # of a mark
_SHAPE = re.compile("[a-z2-7]{26}")


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
