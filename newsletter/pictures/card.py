"""The card of an issue: the picture that stands for it where somebody shares its address."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PIL import Image, ImageDraw

from newsletter.model.theme import Palette
from newsletter.pictures.faces import Faces
from newsletter.pictures.lines import balanced, cut, in_lines

WIDTH, HEIGHT = 1200, 630  # pixels: what Open Graph consumers show uncut
_MARGIN = 76
_INNER = WIDTH - 2 * _MARGIN
_COLOURS = 96  # three inks on one paper, with the shades of their edges: with more it would be the same picture
_NAME_SIZES = range(40, 21, -1)  # pixels
_META, _CAPTION = 25, 30
_NAME_BASE, _RULE = 112, 140  # from the top
_TITLE_TOP = 176
_FLOOR = HEIGHT - _MARGIN  # the base line of the number
_TITLE_SIZES = range(104, 39, -2)
_TITLE_LEADING, _CAPTION_LEADING = 1.08, 1.3
_CAP = 0.68  # the height of capitals and digits, of the size
_TITLE_LINES, _CAPTION_LINES = 4, 3
_FIGURE_SIZES = range(190, 59, -2)
_GAP = 40  # between the number and what it counts
_AIR = 58  # between the subject and the number
_LEAST_CAPTION = 330  # so wide at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """The variable fonts a card is set with, as files; in each row the first that has a character draws it."""

    serif: Sequence[bytes]
    sans: Sequence[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What stands on a card, each on one line as it is given."""

    name: str  # of the publication
    subject: str
    dated: str  # number and date of the issue in words
    figure: str | None  # the number of the week
    caption: str | None  # what it counts


def card(said: Said, colours: Palette, lettering: Lettering, language: str) -> bytes | None:
    """The card as PNG, 1200 by 630 pixels: on one machine, for the same values, the same bytes.

    A long subject is set smaller, and at its smallest cut. What no face at hand can draw is left out: an emoji alone,
    anything else with the whole of its line. None when that is the subject: a card without it says nothing. The faces
    are those of `lettering`, and for Chinese one of the machine; `language` is that of the issue (BCP 47).
    """
    serif = Faces("serif", lettering.serif, 500, language)
    sans = Faces("sans", lettering.sans, 450, language)
    drawn = _drawable(said, serif, sans)
    if not drawn.subject:
        return None
    image = Image.new("RGB", (WIDTH, HEIGHT), colours.paper)
    sheet = _Sheet(ImageDraw.Draw(image), colours, serif, sans)
    sheet.head(drawn.name, drawn.dated)
    ceiling = sheet.number(drawn.figure, drawn.caption) if drawn.figure else _FLOOR
    sheet.title(drawn.subject, ceiling)
    out = io.BytesIO()
    palette = image.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(out, "PNG", optimize=True)
    return out.getvalue()


def _drawable(said: Said, serif: Faces, sans: Faces) -> Said:
    return replace(
        said,
        name=serif.drawable(said.name) or "",
        subject=serif.drawable(said.subject) or "",
        dated=sans.drawable(said.dated) or "",
        figure=serif.drawable(said.figure) if said.figure else None,
        caption=sans.drawable(said.caption) if said.caption else None,
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The paper, and what is written on it."""

    on: ImageDraw.ImageDraw
    colours: Palette
    serif: Faces
    sans: Faces

    def head(self, name: str, dated: str) -> None:
        """The name at the left, number and date at the right, a rule below them."""
        taken = self.sans.width(dated, _META)
        self.sans.draw(self.on, (WIDTH - _MARGIN - taken, _NAME_BASE), dated, _META, self.colours.muted)
        room = _INNER - taken - _GAP
        size = _largest(_NAME_SIZES, lambda size: self.serif.width(name, size) <= room)
        self.serif.draw(self.on, (_MARGIN, _NAME_BASE), self._short(name, room, size), size, self.colours.ink)
        self.on.line((_MARGIN, _RULE, WIDTH - _MARGIN - 1, _RULE), fill=self.colours.ink, width=2)

    def number(self, figure: str, caption: str | None) -> float:
        """The number at the foot, what it counts beside it. Returns where it begins, from the top."""
        room = _INNER - (_GAP + _LEAST_CAPTION if caption else 0)
        size = _largest(_FIGURE_SIZES, lambda size: self.serif.width(figure, size) <= room)
        figure = self._short(figure, room, size)
        self.serif.draw(self.on, (_MARGIN, _FLOOR), figure, size, self.colours.accent)
        if caption:
            self._caption(caption, _MARGIN + self.serif.width(figure, size) + _GAP)
        return _FLOOR - max(size * _CAP, 3 * _CAPTION)

    def _caption(self, caption: str, left: float) -> None:
        """What the number counts, its last line at the foot of the number."""
        room = min(WIDTH - _MARGIN - left, 2 * _LEAST_CAPTION)
        measure = partial(self.sans.width, size=_CAPTION)
        lines = cut(balanced(caption, room, measure), _CAPTION_LINES, room, measure)
        for up, line in enumerate(reversed(lines)):
            base = _FLOOR - up * _CAPTION * _CAPTION_LEADING
            self.sans.draw(self.on, (left, base), line, _CAPTION, self.colours.muted)

    def title(self, subject: str, ceiling: float) -> None:
        """The subject between the rule and `ceiling`, as large as it can be."""
        room = ceiling - _AIR - _TITLE_TOP

        def lines_within(size: int) -> int:
            return min(_TITLE_LINES, int((room - size) / (size * _TITLE_LEADING)) + 1)

        def fits(size: int) -> bool:
            return len(in_lines(subject, _INNER, partial(self.serif.width, size=size))) <= lines_within(size)

        size = _largest(_TITLE_SIZES, fits)
        measure = partial(self.serif.width, size=size)
        lines = cut(balanced(subject, _INNER, measure), lines_within(size), _INNER, measure)
        for at, line in enumerate(lines):
            base = _TITLE_TOP + size * (_CAP + 0.06 + at * _TITLE_LEADING)
            self.serif.draw(self.on, (_MARGIN, base), line, size, self.colours.ink)

    def _short(self, line: str, room: float, size: int) -> str:
        """The line, cut where it is wider than that."""
        measure = partial(self.serif.width, size=size)
        return line if measure(line) <= room else cut((line, ""), 1, room, measure)[0]


def _largest(sizes: range, fits: Callable[[int], bool]) -> int:
    """The first of the sizes that fits, else the last of them."""
    return next((size for size in sizes if fits(size)), sizes[-1])
