"""The HTML and the text of a mail, with their slots: from skeletons and templates to pieces."""

from __future__ import annotations

import re
from html import escape
from itertools import groupby
from typing import Any

from mjml import mjml2html

from newsletter.model.errors import ContentError, Mistake
from newsletter.model.letter import BODY_SLOTS, Slot, Slotted
from newsletter.templating import SLOT_CLOSE, SLOT_OPEN, fill_placeholders
from newsletter.text import plain

_BY_NAME = {slot.value: slot for slot in Slot}
BASE = "email/issue.mjml"


def html_of(skeleton: str, label: str) -> Slotted:
    """The mail's HTML from a checked skeleton. Raises `ContentError` when the result is not fit to be sent."""
    try:
        compiled = mjml2html(skeleton, fonts={})
    except ValueError as error:  # mjml-python's only error; a position in it is an offset into the skeleton, not a line
        mistake = Mistake(label, 0, f"MJML cannot read the assembled mail: {error}", "undo the last template change")
        raise ContentError([mistake]) from error
    if faults := _faults(compiled):
        todo = "undo the last template change"
        raise ContentError(Mistake(label, 0, f"the assembled mail holds {fault}", todo) for fault in faults)
    return _slotted([*fill_placeholders(compiled, _filled), "\n"])


def _filled(kind: str, value: str) -> str | Slot:
    """A placeholder's value: text escaped for HTML text and for a quoted attribute alike."""
    if kind == "s":
        return _BY_NAME[value]
    return value if kind == "h" else escape(value)


def _faults(compiled: str) -> list[str]:
    """What may not be in a compiled mail: signs that MJML has misread something. Values are not in it yet."""
    signs = {
        r"</?mj-": "a component that MJML has not rendered",
        r"\\u\{": "a character that MJML has mangled",
        r"@font-face|@import|fonts\.googleapis": "a web font",
        r"<script": "a script",
        r"\{\{|\{%": "a Jinja tag",
    }
    found = [fault for sign, fault in signs.items() if re.search(sign, compiled)]
    images = re.findall(r"<img\b[^>]*>", compiled)
    if any(not re.search(rf"\b{name}=", image) for image in images for name in ("alt", "width", "height")):
        found.append("an image without alt, width and height")
    return found


def text_of(rendered: str, label: str) -> Slotted:
    """The mail's text from what the text templates made, wrapped, with its slots."""
    parts = re.split(f"{SLOT_OPEN}([a-z_]+){SLOT_CLOSE}", plain.reflow(rendered))
    if any(sign in part for part in parts for sign in (SLOT_OPEN, SLOT_CLOSE)):
        mistake = Mistake(label, 0, "a slot was divided by a line end", "give each slot a line of its own")
        raise ContentError([mistake])
    return _slotted([_BY_NAME[part] if at % 2 else part for at, part in enumerate(parts)])


def _slotted(pieces: list[Any]) -> Slotted:
    """The pieces with neighbouring text made one. Raises for a slot that has no place in a body."""
    out: list[str | Slot] = []
    for is_slot, run in groupby(pieces, lambda piece: isinstance(piece, Slot)):
        found = list(run)
        out += found if is_slot else ["".join(found)]
    for slot in (piece for piece in out if isinstance(piece, Slot) and piece not in BODY_SLOTS):
        mistake = Mistake(BASE, 0, f"the slot {slot.value} stands in a body", "it belongs in the headers")
        raise ContentError([mistake])
    return Slotted(tuple(piece for piece in out if piece != ""))
