"""What a style attribute says about how text is set, as far as a blurb can hold it. Source: CSS 2.2, 4.1.8."""

from __future__ import annotations

import re
from collections.abc import Mapping

# A paragraph of a list in Word: "l0 level2 lfo1".
_WORD_LIST = re.compile(r"\bl\d+\s+level([1-9])\b")
MAX_STYLE = 4_000  # characters that are read; the longest of a real page has some hundreds


def declarations(style: str) -> dict[str, str]:
    """The properties of a style attribute, names and values in small letters; the last of two counts."""
    found = {}
    for declaration in style[:MAX_STYLE].lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return found


def weight(style: Mapping[str, str]) -> bool | None:
    """Whether it makes text bold; None where it does not say. 600 and more is bold: web fonts have a demibold."""
    value = style.get("font-weight", "")
    if value.isascii() and value.isdigit():
        return int(value[:5]) >= 600
    return {"bold": True, "bolder": True, "normal": False, "lighter": False}.get(value)


def slant(style: Mapping[str, str]) -> bool | None:
    """Whether it sets text slanted; None where it does not say."""
    value = style.get("font-style", "")
    return True if value.startswith(("italic", "oblique")) else False if value == "normal" else None


def is_hidden(style: Mapping[str, str], attributes: Mapping[str, str]) -> bool:
    """Whether nobody sees it: hidden by style, by attribute, or one of Word's comments."""
    return (
        style.get("display") == "none"
        or style.get("visibility") == "hidden"
        or style.get("mso-hide") == "all"
        or style.get("mso-element") in ("comment-list", "comment")
        or style.get("mso-special-character") == "comment"
        or "hidden" in attributes
        or "msocommentreference" in attributes.get("class", "").lower().split()
    )


def is_struck(style: Mapping[str, str]) -> bool:
    """Whether a line goes through the text."""
    return "line-through" in style.get("text-decoration", "") + style.get("text-decoration-line", "")


def keeps_lines(style: Mapping[str, str]) -> bool | None:
    """Whether a line feed in it is a line's end; None where it does not say."""
    value = style.get("white-space")
    return None if value is None else value in ("pre", "pre-wrap", "pre-line", "break-spaces")


def word_level(style: Mapping[str, str]) -> int | None:
    """The level, from 1, of a paragraph that Word sets as an entry of a list."""
    found = _WORD_LIST.search(style.get("mso-list", ""))
    return int(found[1]) if found else None
