"""Files that somebody made elsewhere, opened as pictures: whatever is wrong with one is told, in words, to who can mend
it, and before it takes the machine's memory."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageFile, UnidentifiedImageError

from newsletter.pictures.parts import is_crowded

MAX_PIXELS = 60_000_000  # decoded; a bomb of a few kilobytes can hold more
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_ANEW = "save it anew as JPEG or PNG"
# What Pillow's readers raise for files that nobody would make on purpose, as tests/test_upload.py has seen them do.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
    zlib.error,
    UserWarning,
)
# Pillow only warns of pictures that are a little too large, by Python's warnings, which are no thread's own. `opening`
# refuses by the size that a file says it has, before a pixel is decoded, and no other room opens one.
Image.MAX_IMAGE_PIXELS = None


class Unfit(ValueError):
    """A picture, or a part of one, that is not taken: says why, as a clause."""


class NotAPicture(Unfit):
    """Says why bytes cannot be shown, and what to do."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(f"{what}; {todo}")
        self.what, self.todo = what, todo  # one clause each, no full stop


@contextmanager
def opening(data: bytes) -> Iterator[ImageFile.ImageFile]:
    """The picture in a file, not decoded yet; what a broken file makes Pillow raise in the block is told as well.

    Raises `NotAPicture` for anything but JPEG, PNG, GIF or WebP, for a broken file, for more than 60 million pixels,
    and for more parts or larger notes inside it than any camera writes.
    """
    if foreign := _foreign(data):
        raise foreign
    if is_crowded(data):
        raise NotAPicture("it is built of more parts than any camera writes", _ANEW)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise NotAPicture(f"it has more than {MAX_PIXELS // 1_000_000} million pixels", "save it smaller")
            yield opened
    except Unfit:
        raise
    except UnidentifiedImageError as error:
        raise NotAPicture("it is not a JPEG, PNG, GIF or WebP file", "save it as JPEG or PNG") from error
    except BROKEN as error:
        raise _broken(error) from error


def _foreign(data: bytes) -> NotAPicture | None:
    """Files that people take for pictures and that a mail cannot show."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"):
        return NotAPicture("it is a HEIC photograph, which few mail programs show", "export it as JPEG and take that")
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        return NotAPicture("it is an AVIF picture, which few mail programs show", "save it as JPEG or PNG")
    if start.startswith(b"<") and b"<svg" in start:
        what = "it is an SVG drawing, which mail programs do not show and which can hold scripts"
        return NotAPicture(what, "export it as PNG")
    if start.startswith(b"%pdf"):
        return NotAPicture("it is a PDF document", "save the picture in it as JPEG or PNG")
    return None


def _broken(error: Exception) -> NotAPicture:
    said = str(error).lower()
    if "decompressed data too large" in said or "text memory" in said:
        return NotAPicture("notes inside it unfold to far more than a picture needs", _ANEW)
    if "truncated" in said or "unexpected end" in said or "not enough" in said:
        return NotAPicture("the file breaks off before its end", "get the whole of it once more")
    return NotAPicture("the file is broken", "open it in a picture program and save it as JPEG or PNG")
