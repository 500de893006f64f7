"""Items: what was gathered, and what an issue keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from newsletter.model.shape import Day, Line, Slug, Url, file_shape
from newsletter.model.source import RightsPolicy, SourceId

Guid = NewType("Guid", str)  # opaque, compared exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time as a source claims it. Unknown stays unknown."""

    written: str  # as the source wrote it
    wall: datetime | None  # naive; None when the text could not be read
    zone: str | None  # as written: an offset or a name; None when the source named none
    instant: datetime | None  # aware, UTC; only when the zone is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed or one document, as its source last described it."""

    guid: Guid  # Atom id, else RSS guid, else the link, else a digest of title and date
    source: SourceId
    title: str  # plain text, entities resolved; never empty
    link: str | None  # absolute http(s) address; None for a document without one
    published: Stamp | None  # what the source claims
    updated: Stamp | None
    authors: tuple[str, ...]  # as the source names them, in its order
    paragraphs: tuple[str, ...]  # plain text
    language: str  # BCP 47: the entry's, else the feed's, else the source's
    rights: RightsPolicy
    first_seen: datetime  # our clock, UTC
    digest: str  # SHA-256 of title and paragraphs, hex
    warnings: tuple[str, ...] = ()  # what could not be read, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What one round brought: the outcome per source is a value, so one bad source stops no other."""

    items: tuple[Item, ...]  # in the order of sources.yaml, then the source's own
    failures: tuple[tuple[SourceId, str], ...]  # why a source could not be read, in words


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
