"""Inline SVG for a page: as wide as the place it stands in, with letters that keep their size. No colour, no style.

What is colour is a class, so that the page's own style sheet draws it in light and in dark, and a strict
Content-Security-Policy (Level 3, 6.1.14: no `style` attribute) lets it through. Lengths across are shares of the width;
lengths down are CSS pixels. What is stretched, curves and bars, stands in a panel of its own; letters never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, tostring

Anchor = Literal["start", "middle", "end"]
ACROSS = 1_000  # the units of a panel from left to right
_UNSCALED = {"vector-effect": "non-scaling-stroke"}  # or a line would be thick where it is steep


def canvas(kind: str, height: int, title: str, description: str) -> Element:
    """An empty picture: for those who hear a page it is one image with a name and a description (SVG-AAM 1.0, 5.2)."""
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"plot plot-{kind}",
            "role": "img",
            "width": "100%",
            "height": str(height),
        },
    )
    SubElement(root, "title").text = printable(title)
    SubElement(root, "desc").text = printable(description)
    return root


def panel(root: Element, top: int, height: int) -> Element:
    """A part of the picture that is stretched to its width: 1,000 units from left to right, pixels from its top."""
    return SubElement(
        root,
        "svg",
        {
            "y": str(top),
            "width": "100%",
            "height": str(height),
            "viewBox": f"0 0 {ACROSS} {height}",
            "preserveAspectRatio": "none",
            "overflow": "visible",
        },
    )


def write(root: Element, words: str, share: float, y: float, classes: str, anchor: Anchor = "start") -> None:
    """A line of text with its base line at `y`; `share` is where it is anchored, 0 at the left, 1 at the right."""
    attributes = {"class": classes, "x": _percent(share), "y": number(y)}
    if anchor != "start":
        attributes["text-anchor"] = anchor
    SubElement(root, "text", attributes).text = printable(words)


def dot(root: Element, share: float, y: float, tone: str) -> None:
    """A disc of 8 pixels; half of it stands outside of the picture at its edges."""
    SubElement(root, "circle", {"class": f"plot-dot {tone}", "cx": _percent(share), "cy": number(y), "r": "4"})


def dot_and_word(root: Element, words: str, y: float, tone: str) -> None:
    """At the left edge a disc, and beside it the word for what its colour stands for."""
    SubElement(root, "circle", {"class": f"plot-dot {tone}", "cx": "4", "cy": number(y - 4), "r": "4"})
    SubElement(root, "text", {"class": "plot-words", "x": "14", "y": number(y)}).text = printable(words)


def level(root: Element, y: float, classes: str) -> None:
    """A line from left to right."""
    SubElement(root, "line", {"class": classes, "x2": "100%", "y1": number(y), "y2": number(y)})


def upright(root: Element, share: float, top: float, bottom: float, classes: str) -> None:
    """A line from top to bottom."""
    x = _percent(share)
    SubElement(root, "line", {"class": classes, "x1": x, "x2": x, "y1": number(top), "y2": number(bottom)})


def curve(on: Element, points: Sequence[tuple[float, float]], floor: float, tone: str, filled: bool) -> None:
    """A line through points, share and pixels from the top of a panel; `filled`: with the area above the floor."""
    drawn = "L".join(f"{number(share * ACROSS)} {number(y)}" for share, y in points)
    if filled:
        first, last = (number(points[at][0] * ACROSS) for at in (0, -1))
        closed = f"M{first} {number(floor)}L{drawn}L{last} {number(floor)}Z"
        SubElement(on, "path", {"class": f"plot-area {tone}", "d": closed})
    SubElement(on, "path", {"class": f"plot-line {tone}", "d": f"M{drawn}", **_UNSCALED})


def bars(on: Element, found: Iterable[tuple[float, float, float, float, str]], tone: str) -> None:
    """Bars of a panel: from and to as shares, top and bottom in pixels, and the words shown to a mouse that rests."""
    for begins, ends, top, bottom, words in found:
        gap = (ends - begins) * ACROSS * 0.1
        place = {
            "x": number(begins * ACROSS + gap),
            "y": number(top),
            "width": number((ends - begins) * ACROSS - 2 * gap),
            "height": number(bottom - top),
        }
        SubElement(SubElement(on, "rect", {"class": f"plot-bar {tone}", **place}), "title").text = printable(words)


def written(root: Element) -> str:
    """The picture as it stands in a page. Every value is escaped."""
    return tostring(root, encoding="unicode")


def printable(words: str) -> str:
    """The text without what XML cannot hold (XML 1.0, 2.2) and without marks that turn what stands beside it round."""
    return "".join(one for one in words if one.isprintable())


def number(value: float) -> str:
    """To a tenth, as short as it can be."""
    return f"{round(value, 1) + 0:.1f}".removesuffix(".0")  # + 0 takes the sign off a zero


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"
