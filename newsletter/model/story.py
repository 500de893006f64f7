"""Stories and figures: what several outlets tell of one event, and what could be the number of the week."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.model.item import ItemId


@dataclass(frozen=True, slots=True)
class Story:
    """Items of one event, a view computed from the items; a story of one item is one too."""

    items: tuple[ItemId, ...]  # the earliest first
    why: str  # "same story: 3 outlets, 71 % of names and figures shared"; "" for a story of one item
    shared: tuple[str, ...] = ()  # the names and figures that most of its items share, the most telling first
    differing: tuple[str, ...] = ()  # where their figures differ, in words: "84 tons (Gazette), 86 tons (Harbour Wire)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCandidate:
    """A figure found in the items: a candidate for the number of the week."""

    value: str  # as it would be shown: "84", "1.2 billion", "37 %"
    unit: str | None  # "tons", "days"; None where the sentence names none
    sentence: str  # where it stands, whole
    items: tuple[ItemId, ...]  # the items that give it, the earliest first
    why: str  # why it is offered, in words: "two outlets agree; it stands in a headline"


@dataclass(frozen=True, slots=True)
class PastUse:
    """An issue that used an item, or another item of its story."""

    issue: str  # the folder's name
    number: int
    section: str  # the blurb's name: "beyond", "opening"
    why: str  # "the same link", "the same text", "the same title", "the same story: ..."
