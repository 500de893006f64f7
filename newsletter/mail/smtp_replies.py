"""What a mail server says, read from octets. Source: RFC 5321 4.2 and 4.5.3.1.5, RFC 2034, RFC 3463."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from newsletter.model.answer import Answer, Phase

MAX_LINE = 4_096  # octets; RFC 5321 4.5.3.1.5 allows 512, some servers take more
MAX_LINES = 100
MAX_SAID = 500  # characters of an `Answer`

_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?\Z", re.DOTALL)
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}(?=\s|\Z)")


class Garbled(Exception):
    """These octets are not what a mail server says. The text is what came, printable."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of one or more lines."""

    code: int
    lines: tuple[str, ...]  # without the code; printable


def take(buffer: bytearray) -> Reply | None:
    """Takes the first reply off the buffer; None while it is not all there. Raises `Garbled`."""
    if buffer.find(b"\n") == len(buffer) - 1 < MAX_LINE and buffer[3:4] == b" ":  # one line, as nearly all are
        known = _one_line(bytes(buffer))
        buffer.clear()
        return known
    lines: list[str] = []
    start = 0
    while (end := buffer.find(b"\n", start, start + MAX_LINE)) >= 0:
        line = bytes(buffer[start:end]).removesuffix(b"\r")
        found = _LINE.match(line)
        if found is None or len(lines) == MAX_LINES:
            raise Garbled(printable(line))
        lines.append(printable(found[3] or b""))
        start = end + 1
        if found[2] != b"-":
            del buffer[:start]
            return Reply(int(found[1]), tuple(lines))
    begun = bytes(buffer[start : start + MAX_LINE])
    if len(begun) == MAX_LINE or (begun and not b"2" <= begun[:1] <= b"5"):
        raise Garbled(printable(begun))
    return None


@lru_cache(maxsize=256)  # a server says the same three things about every message
def _one_line(line: bytes) -> Reply:
    found = _LINE.match(line.removesuffix(b"\n").removesuffix(b"\r"))
    if found is None:
        raise Garbled(printable(line))
    return Reply(int(found[1]), (printable(found[3]),))


@lru_cache(maxsize=256)
def answered(phase: Phase, reply: Reply) -> Answer:
    """A reply as a value. The enhanced status is believed where its class is that of the code (RFC 2034 4)."""
    found = _STATUS.match(reply.lines[0])
    status = found[0] if found and found[1] == str(reply.code)[0] else None
    first, *rest = reply.lines
    # Servers that say a status say it on each line.
    rest = [line.removeprefix(status).strip() if status else line for line in rest]
    return Answer(phase, reply.code, status, " ".join(filter(None, (first, *rest)))[:MAX_SAID].strip())


def unanswered(phase: Phase, words: str) -> Answer:
    """That there was no answer, or none that makes sense, in our words."""
    return Answer(phase, 0, None, words[:MAX_SAID])


def printable(said: bytes) -> str:
    """What came, on one line, without anything that a terminal or a page would heed."""
    text = said[: 2 * MAX_SAID].decode("utf-8", "replace")
    if text.isprintable() and "  " not in text and len(text) <= MAX_SAID:  # as nearly all are
        return text.strip()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:MAX_SAID]
