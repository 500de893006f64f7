"""Nothing personal on a page that everybody reads: no reader's link, no Message-ID, no slot, no placeholder.

What carries a token was signed by `newsletter.tokens`: `<payload>.<key id>.<mac>`, the mac of 26 letters of base32.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.model.errors import ContentError, Mistake

_DOT = rb"(?:\.|%2[Ee])"
_MAC = rb"[a-z2-7]{26}(?![A-Za-z0-9])"
_SIGNED = re.compile(_DOT + rb"[a-z0-9]{1,20}" + _DOT + _MAC)  # in a Message-ID, a number stands for the id
_TO_A_READER = re.compile(rb"(?:/|%2[Ff])(?:u|p|me|confirm)(?:/|%2[Ff])[^\s\"'<>/]*$")
_PLACEHOLDER = re.compile(rb"@@[ths][0-9a-z_]*@@")
_SLOT = re.compile(b"\xef\xb7[\x90\x91]")  # U+FDD0 and U+FDD1, around a slot's name
_TEXT = (".html", ".xml", ".json", ".txt", ".css", ".js", "_redirects")


def leaks(data: bytes) -> Iterator[tuple[int, str]]:
    """The line and the kind of everything in a text that is meant for one reader, or for none."""
    for found in _SIGNED.finditer(data):
        line_start = data.rfind(b"\n", 0, found.start()) + 1
        is_link = _TO_A_READER.search(data[line_start : found.start()])
        is_message_id = data[found.end() : found.end() + 1] == b"@"
        if is_link:
            yield _line(data, found), "a link with a reader's own token"
        elif is_message_id:
            yield _line(data, found), "the Message-ID of a reader's copy"
        elif re.search(rb"[2-7]", found[0][-26:]):  # or it is a word: one mac in 225 has letters only
            yield _line(data, found), "a token that one of our keys has signed"
    for found in _PLACEHOLDER.finditer(data):
        yield _line(data, found), "a placeholder that was never filled"
    for found in _SLOT.finditer(data):
        yield _line(data, found), "the mark of a reader's slot"


def refuse_leaks(path: str, data: bytes) -> None:
    """Raises `ContentError` for a file that holds what is meant for one reader. The thing itself is not repeated."""
    if not path.endswith(_TEXT):
        return
    todo = "take it out where it came from; the file that was to be written is left as it was"
    mistakes = [Mistake(path, line, f"{what} stands here, for everybody to read", todo) for line, what in leaks(data)]
    if mistakes:
        raise ContentError(mistakes)


def _line(data: bytes, found: re.Match[bytes]) -> int:
    return data.count(b"\n", 0, found.start()) + 1
