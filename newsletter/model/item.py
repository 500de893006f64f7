"""Items: what was gathered, what editors decided about it, and what an issue keeps of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import NewType

from newsletter.model.shape import Day, Line, Slug, Url, file_shape
from newsletter.model.source import RightsPolicy, SourceId

ItemId = NewType("ItemId", str)  # the source's id and a number, "gazette-17": editors type it


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time as a source claims it. Unknown stays unknown."""

    written: str  # as the source wrote it
    wall: datetime | None  # naive; None when the text could not be read
    zone: str | None  # as written: an offset or a name; None when the source named none
    instant: datetime | None  # aware, UTC; only when the zone is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Someone a source names as a writer; role and institution only where it says them."""

    name: str
    role: str | None = None
    institution: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Paragraphs under one label: "Description", "Impact", a section heading; None where there is none."""

    label: str | None
    paragraphs: tuple[str, ...]  # plain text


@dataclass(frozen=True, slots=True)
class Related:
    """Another piece that a source points to; `url` is None where it only names it."""

    title: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Rights:
    """What may be done with an item: its source's policy, made stricter by a notice found in its text."""

    policy: RightsPolicy
    notice: str | None = None  # the notice, as written; it stands in no passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed, a page, a document or a mail, as its source describes it now. All texts are plain.

    Plain means: entities resolved, no markup, white space folded, no control or direction-changing character. It is
    still not HTML: whoever shows it escapes it.
    """

    source: SourceId
    guid: str | None  # the source's own identity, opaque; None where it gives none, or gives several entries the same
    link: str | None  # absolute http(s) address; None for a document without one
    title: str  # never empty
    kicker: str | None = None  # the short line above the headline
    deck: str | None = None  # the sentence below it
    label: str | None = None  # what the source calls this kind of text: "Brief", "Opinion"
    authors: tuple[Author, ...] = ()
    published: Stamp | None = None  # what the source claims
    updated: Stamp | None = None
    dates_in_text: tuple[date, ...] = ()  # offered for an undated entry, never applied
    passages: tuple[Passage, ...] = ()
    related: tuple[Related, ...] = ()
    language: str  # BCP 47: the entry's, else the feed's, else the source's
    rights: Rights
    method: str  # how the text was taken out, in words: "feed", "web page", "PDF"
    warnings: tuple[str, ...] = ()  # what an editor should know, in words
    digest: str  # SHA-256 of title and paragraphs, hex

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text without its labels."""
        return tuple(paragraph for passage in self.passages for paragraph in passage.paragraphs)


def text_digest(title: str, paragraphs: Iterable[str]) -> str:
    """SHA-256 of an entry's words, hex: the same words, the same digest."""
    return hashlib.sha256("\n".join((title, *paragraphs)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What the source sent, untouched."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry beside what it was read from; None where that was too large to keep."""

    entry: Entry
    original: Original | None


class Triage(Enum):
    """Where an item stands with the editors."""

    NEW = "new"
    KEPT = "kept"  # for the coming issue
    HELD = "held"  # for a later one
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided about an item, and why. Decisions are added, never changed."""

    state: Triage
    who: str  # a claim on the command line; the desk proves it
    when: datetime  # our clock, UTC
    why: str | None = None  # always there for REJECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry as we know it: with a name, a history and what was decided."""

    id: ItemId
    entry: Entry  # as last described
    first_seen: datetime  # our clock, UTC
    changed: datetime  # when the entry last changed; first_seen when it never did
    versions: int  # 1: never changed
    decision: Decision | None  # the last one; None: new
    copy_of: ItemId | None = None  # the rejected item that this one repeats, under which it is folded
    likeness: str | None = None  # why it is taken for a copy, in words

    @property
    def state(self) -> Triage:
        """Where it stands; a copy of a rejected item is rejected until somebody says otherwise."""
        if self.decision is not None:
            return self.decision.state
        return Triage.REJECTED if self.copy_of is not None else Triage.NEW


@file_shape
class CitedItem:
    """An item an issue leans on, as items.yaml keeps it; never its text."""

    id: Slug  # what a mark such as [^reuters-3] names
    outlet: Line
    title: Line
    url: Url
    published: Day | None = None  # the outlet's own date; None: undated
    updated: Day | None = None
    rights: RightsPolicy
    text_digest: str = ""  # SHA-256 of the gathered text, hex; empty when it was never gathered
