"""What readers answer to the question of an issue, on the web: kept for the editors, never published by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from newsletter.model.issue import IssueId
from newsletter.model.shape import unfit_character

LONGEST_NAME = 80  # characters, of the name and of the place
LONGEST_ANSWER = 2_000  # characters, a line end counted as one, as in the field of a form


class Slip(Enum):
    """What is wrong with an answer as it was typed; who typed it can mend each."""

    NO_NAME = "no-name"
    LONG_NAME = "long-name"
    LONG_PLACE = "long-place"
    NO_TEXT = "no-text"
    LONG_TEXT = "long-text"
    NO_CONSENT = "no-consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """An answer as somebody typed it. `tidied` first, then `slips`."""

    name: str
    place: str
    text: str
    consents: bool  # to the words that stood beside the box


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderAnswer:
    """An answer that is kept. No address is: it cannot be told which of our readers it is from."""

    number: int  # from 1; 0 before it is kept
    issue: IssueId
    question: str  # as it stood above the form
    at: datetime  # our clock, UTC
    name: str  # as the reader wants to be named; one line
    place: str | None  # where they write from; one line
    text: str  # may hold line ends
    words: str  # that they agreed to, in full (GDPR Art. 7 (1))


def tidied(typed: Typed) -> Typed:
    """The same with names on one line each, LF line ends, and without the characters that no text of ours may hold."""
    lines = typed.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(_fit(line).rstrip() for line in lines).strip()
    return Typed(name=_on_one_line(typed.name), place=_on_one_line(typed.place), text=text, consents=typed.consents)


def slips(typed: Typed) -> tuple[Slip, ...]:
    """All that keeps a tidied answer from being taken, in the order of the form; empty for a good one."""
    return tuple(_slips(typed))


def _slips(typed: Typed) -> Iterator[Slip]:
    if not typed.text:
        yield Slip.NO_TEXT
    if len(typed.text) > LONGEST_ANSWER:
        yield Slip.LONG_TEXT
    if not typed.name:
        yield Slip.NO_NAME
    if len(typed.name) > LONGEST_NAME:
        yield Slip.LONG_NAME
    if len(typed.place) > LONGEST_NAME:
        yield Slip.LONG_PLACE
    if not typed.consents:
        yield Slip.NO_CONSENT


def _on_one_line(text: str) -> str:
    return " ".join(_fit(text.replace("\r", " ").replace("\n", " ")).split())


def _fit(text: str) -> str:
    """The text without controls, lone surrogates and noncharacters, nearly always the very same."""
    if unfit_character(text) is None:
        return text
    return "".join(" " if one in "\u2028\u2029" else one for one in text if one in "\u2028\u2029" or _is_fit(one))


def _is_fit(character: str) -> bool:
    return unfit_character(character) is None
