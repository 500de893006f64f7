"""What a file says of readers, before it is known who of them is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, NewType

InstantText = NewType("InstantText", str)  # UTC as the database keeps it, "2026-11-25T13:00:00.000000+00:00"


class Incoming(NamedTuple):
    """One row of a file, checked. A million of them are made in one go and none is kept: hence no dataclass, and times
    that are texts, which take a tenth of the time to write down."""

    line: int  # where its row begins, from 1
    address: str  # addr-spec, ASCII
    name: str | None
    language: str | None  # BCP 47
    zone: str | None  # IANA name
    tags: tuple[str, ...]  # sorted, each once
    asked: InstantText | None
    confirmed: InstantText | None
    page: str  # where they asked, as the file says it, else the file and line

    # Every text is one line of printable characters.


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row of a file that brings nobody."""

    line: int  # where it begins, from 1
    reason: str  # what is wrong and what to do, one clause, no full stop
    cells: tuple[str, ...]  # as they were read
