"""The filters that templates have beyond Jinja's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote

from jinja2 import StrictUndefined

from newsletter.model.frame import Frame
from newsletter.model.shape import shown
from newsletter.templating.dating import dated
from newsletter.templating.words import Refused


def in_words(value: date, frame: Frame, pattern: str = "date_long") -> str:
    """`day|date(t, "date_short")`: a date by one of the patterns among the frame texts (Unicode TR 35)."""
    if not isinstance(value, date):
        raise Refused("what is to be printed as a date is none", "use the filter date on a date only")
    if pattern not in frame.texts:
        raise Refused(f"there is no date pattern `{pattern}` among the frame texts", "use date_long, or add it there")
    return dated(value, frame.texts[pattern], frame.language)


def filler(finalize: Callable[[Any], Any], joint: str) -> Callable[..., str]:
    """`t.as_of|fill(date=...)`: a frame text with its {names} filled, each piece printed as a template prints it."""

    def fill(pattern: str, **values: Any) -> str:
        parts = re.split(r"\{(\w+)\}", _text(pattern))
        for name in parts[1::2]:
            if name not in values:
                raise Refused(f"the text holds {{{name}}}, and nothing is given for it", f"add {name}=... to fill")
        printed = [finalize(values[part] if at % 2 else part) for at, part in enumerate(parts)]
        return joint.join(piece if isinstance(piece, str) else str(piece) for piece in printed)

    return fill


def measure(value: str) -> str:
    """`"92px"|verbatim`: a measure or a name that a template itself chooses, for an attribute that MJML must read."""
    if not re.fullmatch(r"[A-Za-z0-9#%. -]*", _text(value)):
        todo = "write a measure or a name of plain letters and digits"
        raise Refused(f"'{shown(value)}' cannot stand verbatim", todo)
    return value


def mailto(address: str, subject: str) -> str:
    """`address|mailto(subject)`: the address of a new mail with this subject (RFC 6068)."""
    return f"mailto:{quote(_text(address), safe='@')}?subject={quote(_text(subject), safe='')}"


def _text(value: Any) -> str:
    """A filter's value as text; one that stands for nothing raises what printing it would."""
    if not isinstance(value, str | StrictUndefined):
        todo = "ask {% if ... %} first, or give a text"
        raise Refused(f"a {type(value).__name__} stands where a text is expected", todo)
    return str(value)
