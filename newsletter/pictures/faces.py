"""Faces that text is drawn with: for each character the first of several that has it."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from PIL import ImageDraw, ImageFont

Kind = Literal["serif", "sans"]

_MEASURED_AT = 100  # pixels; widths at other sizes follow from those at this one
_MISSING = "\U000effff"  # a noncharacter, which no face has: what is drawn for it is drawn for all that are missing

# Where faces for Chinese lie on a machine that has them: a file, and which of its faces serves simplified and which
# traditional characters. In the files of Noto CJK the faces are JP, KR, SC, TC, HK.
_CHINESE = {
    "serif": (
        ("NotoSerifCJK-SemiBold.ttc", 2, 3),
        ("NotoSerifCJK-Medium.ttc", 2, 3),
        ("NotoSerifCJK-Regular.ttc", 2, 3),
        ("Songti.ttc", 0, 0),
        ("simsun.ttc", 0, 0),
    ),
    "sans": (
        ("NotoSansCJK-Regular.ttc", 2, 3),
        ("msyh.ttc", 0, 0),
        ("DroidSansFallbackFull.ttf", 0, 0),
    ),
}
_SHARED_MARKS = frozenset("“”‘’…—")  # Chinese and European marks that are one character and look different


class Faces:
    """One style of writing in several files: the first that has a character draws it."""

    def __init__(self, kind: Kind, files: Sequence[bytes], weight: int, language: str) -> None:
        """`files` are variable fonts, in order; a face of the machine for Chinese, where it has one, comes after them.

        `weight` is that of CSS: 400 regular, 600 semibold. `language` chooses between the two ways to write Chinese.
        """
        self._files, self._weight = tuple(files), weight
        self._is_chinese = language.partition("-")[0] == "zh"
        self._chinese = _chinese(kind, _is_traditional(language))
        self._at_size: dict[int, tuple[ImageFont.FreeTypeFont, ...]] = {}
        self._drawn_by: dict[str, int | None] = {}
        self._widths: dict[str, float] = {}

    def drawable(self, text: str) -> str | None:
        """The text without what no face has, such as an emoji. None when it is a letter or a digit that is missing."""
        text = " ".join(unicodedata.normalize("NFC", text).split())
        missing = {one for one in text if self._face_of(one) is None}
        if any(one.isalnum() for one in missing):
            return None
        return " ".join("".join(one for one in text if one not in missing).split())

    def width(self, text: str, size: int) -> float:
        """How many pixels a line takes."""
        if text not in self._widths:
            fonts = self._fonts(_MEASURED_AT)
            self._widths[text] = sum(fonts[face].getlength(run) for face, run in self._runs(text))
        return self._widths[text] * size / _MEASURED_AT

    def draw(self, on: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, fill: str) -> None:
        """Writes a line; `at` is where its base line begins."""
        x, y = at
        for face, run in self._runs(text):
            font = self._fonts(size)[face]
            on.text((x, y), run, fill=fill, font=font, anchor="ls")
            x += font.getlength(run)

    def _runs(self, text: str) -> Iterator[tuple[int, str]]:
        """The text in pieces that one face draws, each with the number of its face."""
        face, run = 0, ""
        for one in text:
            found = self._face_of(one) or 0
            if run and found != face and not (one == " " or unicodedata.combining(one)):
                yield face, run
                run = ""
            face = found if not run else face
            run += one
        if run:
            yield face, run

    def _face_of(self, one: str) -> int | None:
        if one not in self._drawn_by:
            fonts = list(enumerate(self._fonts(_MEASURED_AT)))
            if self._is_chinese and one in _SHARED_MARKS:
                fonts.reverse()
            self._drawn_by[one] = next((at for at, font in fonts if one.isspace() or _has(font, one)), None)
        return self._drawn_by[one]

    def _fonts(self, size: int) -> tuple[ImageFont.FreeTypeFont, ...]:
        if size not in self._at_size:
            ours = (_opened(data, size, self._weight) for data in self._files)
            self._at_size[size] = (*ours, *(ImageFont.truetype(path, size, index=at) for path, at in self._chinese))
        return self._at_size[size]


def _opened(data: bytes, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(io.BytesIO(data), size)
    font.set_variation_by_axes([weight])
    return font


def _has(font: ImageFont.FreeTypeFont, one: str) -> bool:
    """Pillow tells of no character whether a font has it; what is missing looks like what can only be missing."""
    drawn, missing = font.getmask(one), font.getmask(_MISSING)
    return (drawn.size, bytes(drawn)) != (missing.size, bytes(missing))


@lru_cache(maxsize=4)
def _chinese(kind: Kind, traditional: bool) -> tuple[tuple[str, int], ...]:
    """The first face for Chinese that this machine has: path and number; or none."""
    for name, simplified_at, traditional_at in _CHINESE[kind]:
        index = traditional_at if traditional else simplified_at
        try:
            return ((str(ImageFont.truetype(name, _MEASURED_AT, index=index).path), index),)
        except OSError:
            continue
    return ()


def _is_traditional(language: str) -> bool:
    return not {"Hant", "TW", "HK", "MO"}.isdisjoint(language.split("-"))
