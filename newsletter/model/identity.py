"""By what an item is recognised when its source is read again, and what a reading changes."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.model.item import ItemId, Reading


@dataclass(frozen=True, slots=True)
class Known:
    """A stored item as its source last described it, reduced to what it is recognised by."""

    id: ItemId
    guid: str | None
    link: str | None  # as its entry has it
    title: str
    published: str | None  # as the source wrote it
    digest: str  # of its words


@dataclass(frozen=True, slots=True)
class New:
    """A reading that is none of the known items."""

    reading: Reading
    copy_of: ItemId | None = None  # the rejected item that it repeats
    likeness: str | None = None  # why it is taken for a copy, in words


@dataclass(frozen=True, slots=True)
class Changed:
    """A known item that its source describes differently now."""

    item: ItemId
    reading: Reading
