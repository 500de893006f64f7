"""Evidence: what an issue is held against when it is checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from newsletter.model.issue import IssueNumber
from newsletter.model.item import CitedItem, Entry, ItemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An item that an issue cites, and what its source said."""

    cited: CitedItem
    item: ItemId | None  # its name in the inbox; None: it was never gathered here
    entry: Entry | None  # its text; None: it is not here, so nothing can be held against it
    quote_limit: int  # words of one quotation; 0: no limit
    forgotten: bool = False  # the text was gathered here once and is no longer kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """An item of the store that shares a run of words with the issue, cited or not."""

    item: ItemId
    outlet: str  # the name of its source
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLink:
    """A link of an earlier issue."""

    url: str  # canonical
    issue: str  # the folder's name
    number: IssueNumber
    date: date
    title: str  # the words of the link there


class LinkState(Enum):
    """What came of asking for a link."""

    ANSWERS = "answers"
    MOVED = "moved"  # redirects to another address
    GONE = "gone"  # 404, 410 or no such host, on two tries
    BLOCKED = "blocked"  # a wall against robots, or one that asks to sign in: nothing can be said
    UNREACHABLE = "unreachable"  # no answer, or a server's fault: nothing can be said
    SAMPLE = "sample"  # a reserved name (RFC 2606), which is never looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSeen:
    """One link as it was found when it was last asked for."""

    url: str  # as the issue writes it
    state: LinkState
    said: str  # what happened, in words: "404 Not Found", "no such host"
    final: str | None = None  # where it led, for MOVED
    title: str | None = None  # of the page, plain text; None where it has none or was not read
    seen: datetime  # aware, UTC
