"""What strangers wrote, made fit to be kept and shown."""

from __future__ import annotations

import re

from newsletter.text import sanitise

MAX_SAID = 500  # characters
_WORD = r"[^\s<>@,;:：，；、()（）\"“”]"
_ADDRESS = re.compile(rf"{_WORD}{{1,64}}@{_WORD}{{1,253}}")
_IN_BRACKETS = re.compile(rf"<({_WORD}{{1,64}}@{_WORD}{{1,253}})>")


def said(text: str) -> str:
    """One printable line of at most `MAX_SAID` characters."""
    line = sanitise.line(text[: MAX_SAID * 8], MAX_SAID)
    return line if line.isprintable() else "".join(one for one in line if one.isprintable())


def address_in(text: str) -> str | None:
    """The first address in brackets, else the first at all, as it is written; None where there is none."""
    match = _IN_BRACKETS.search(text[:1_000]) or _ADDRESS.search(text[:1_000])
    found = match[0].strip("<>'.[]") if match else ""
    return found if found.isprintable() and _ADDRESS.fullmatch(found) else None
