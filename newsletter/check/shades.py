"""The colours and the size in which every text of a mail is shown, in light and in dark, as its HTML says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from newsletter.check import css
from newsletter.check.colours import Colour, colour, over
from newsletter.check.css import Rule
from newsletter.check.markup import Element, Markup, Reach, Run

Scheme = Literal["light", "dark"]

_PROPERTIES = frozenset(
    {
        "color",
        "background",
        "background-color",
        "background-image",
        "font-size",
        "font-weight",
        "font",
        "display",
        "visibility",
        "opacity",
    }
)
_BOLD = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_SIZES = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 0.83, "big": 1.2, "sup": 0.83, "sub": 0.83}
_LENGTH = re.compile(r"([\d.]+)(px|pt|em|rem|%)?")
_KEYWORDS = {"small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0, "x-small": 10.0}
_INK, _PAPER, _LINK = Colour(0, 0, 0), Colour(255, 255, 255), Colour(0, 0, 238)  # what a browser shows by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """One text, or the words of a picture, as it is shown."""

    words: str  # on one line
    at: int  # in the source
    text: Colour | None  # None: not known here
    ground: Colour | None  # None: a picture, or a colour that is not known
    size: float  # CSS pixels
    bold: bool

    @property
    def needed(self) -> float:
        """The least contrast of its two colours: less for 18 points, or 14 points in bold (WCAG 2.2, 1.4.3)."""
        return 3 if self.size >= 24 or (self.bold and self.size >= 18.66) else 4.5


@dataclass(frozen=True, slots=True)
class _Look:
    """What an element hands on to what it holds."""

    text: Colour | None
    ground: Colour | None  # None: a picture, or a colour that is not known
    size: float
    bold: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """One declaration that concerns an element, with how much it counts."""

    rank: tuple[bool, bool, tuple[int, int, int], int]  # important, on the tag, weight of the selector, order
    name: str
    value: str


@lru_cache(maxsize=8)  # by the very document: several checks ask for the same
def shades(markup: Markup, scheme: Scheme) -> tuple[Shade, ...]:
    """Every text that is shown where no picture has loaded, in order. What is hidden is left out."""
    rules = [
        rule
        for sheet in markup.sheets
        if sheet.reach is not Reach.MSO and _applies(f"@media {sheet.media}", scheme)
        for rule in css.styles(sheet.css).rules
        if all(_applies(head, scheme) for head in rule.within)
        if any(one.name in _PROPERTIES for one in rule.declarations)
    ]
    return tuple(_walked(markup.root, rules, _Look(_INK, _PAPER, 16, False, True)))


def has_dark(markup: Markup) -> bool:
    """Whether the mail says itself how it looks in the dark."""
    return any("prefers-color-scheme" in head for sheet in markup.sheets for head in css.styles(sheet.css).at_rules)


def _applies(head: str, scheme: Scheme) -> bool:
    """Whether an at-rule holds on a wide screen in this scheme."""
    if not head.startswith("@media"):
        return True
    return any(_holds(query, scheme) for query in head.removeprefix("@media").lower().split(","))


def _holds(query: str, scheme: Scheme) -> bool:
    wanted = re.search(r"prefers-color-scheme\s*:\s*(\w+)", query)
    if wanted and wanted[1] != scheme:
        return False
    return not re.search(r"\b(print|not|speech)\b|max-(device-)?width|max-(device-)?height", query)


def _walked(element: Element, rules: list[Rule], look: _Look) -> Iterator[Shade]:
    for child in element.children:
        if isinstance(child, Run):
            if look.shown and child.text.strip():
                yield from _shade(" ".join(child.text.split()), child.start, look)
            continue
        if child.tag in ("head", "style", "script", "title", "template"):
            continue
        inner = _look(child, rules, look)
        if not inner.shown:
            continue
        if child.tag == "img" and child.attributes.get("alt", "").strip():
            yield from _shade(" ".join(child.attributes["alt"].split()), child.start, inner)
        yield from _walked(child, rules, inner)


def _shade(words: str, at: int, look: _Look) -> Iterator[Shade]:
    if look.size <= 1 or (look.text and look.text.alpha == 0):
        return
    text = over(look.text, look.ground) if look.text and look.ground else look.text
    yield Shade(words=words, at=at, text=text, ground=look.ground, size=look.size, bold=look.bold)


def _look(element: Element, rules: Iterable[Rule], outer: _Look) -> _Look:
    said: dict[str, _Said] = {}
    for one in _declared(element, rules):
        if one.name not in said or one.rank >= said[one.name].rank:
            said[one.name] = one
    values = {name: one.value for name, one in said.items()}
    if values.get("display") == "none" or values.get("opacity") in ("0", "0.0") or "hidden" in element.attributes:
        return replace(outer, shown=False)
    return _Look(
        text=_text(element, values, outer),
        ground=_ground(values, outer.ground),
        size=_size(element, values.get("font-size"), outer.size),
        bold=_is_bold(values.get("font-weight"), outer.bold or element.tag in _BOLD),
        shown=outer.shown and values.get("visibility") != "hidden",
    )


def _declared(element: Element, rules: Iterable[Rule]) -> Iterator[_Said]:
    for name, attribute in (("background-color", "bgcolor"), ("color", "color"), ("background-image", "background")):
        if value := element.attributes.get(attribute):
            yield from _spoken((False, False, (0, 0, 0), -1), name, f"url({value})" if "image" in name else value)
    for order, rule in enumerate(rules):
        weights = [one.weight for one in rule.selectors if one.chooses(element)]
        if weights:
            for one in rule.declarations:
                yield from _spoken((one.important, False, max(weights), order), one.name, one.value)
    for one in css.declarations(element.attributes.get("style", "")):
        yield from _spoken((one.important, True, (0, 0, 0), 0), one.name, one.value)


def _spoken(rank: tuple[bool, bool, tuple[int, int, int], int], name: str, value: str) -> Iterator[_Said]:
    """A declaration, shorthands taken apart."""
    value = value.lower()
    if name == "background":
        parts = re.findall(r"[a-z-]+\((?:[^()]|\([^()]*\))*\)|[^\s]+", value)
        colours = [part for part in parts if colour(part)]
        yield _Said(rank, "background-color", colours[-1] if colours else "transparent")
        pictures = [part for part in parts if re.match(r"url|.*gradient", part)]
        yield _Said(rank, "background-image", pictures[0] if pictures else "none")
    elif name in _PROPERTIES:
        yield _Said(rank, name, value)


def _text(element: Element, values: dict[str, str], outer: _Look) -> Colour | None:
    value = values.get("color")
    if value is None:
        return _LINK if element.tag == "a" and "href" in element.attributes else outer.text
    return outer.text if value in ("inherit", "currentcolor", "unset") else colour(value)


def _ground(values: dict[str, str], outer: Colour | None) -> Colour | None:
    painted = colour(values.get("background-color", "transparent"))
    if painted is None:
        return None
    if painted.alpha == 0:
        return None if values.get("background-image", "none") != "none" else outer
    return painted if painted.alpha == 1 else over(painted, outer) if outer else None


def _size(element: Element, value: str | None, outer: float) -> float:
    match = _LENGTH.fullmatch(value or "")
    if not match:
        return _KEYWORDS.get(value or "", outer * _SIZES.get(element.tag, 1.0))
    unit = {"pt": 4 / 3, "rem": 16, "em": outer, "%": outer / 100}.get(match[2], 1)
    return float(match[1]) * unit


def _is_bold(value: str | None, outer: bool) -> bool:
    if value is None or value == "inherit":
        return outer
    return value in ("bold", "bolder") or (value.isdigit() and int(value) >= 600)
