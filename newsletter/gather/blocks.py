"""What every reader of documents makes first: a text as blocks, beside what the document says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from newsletter.model.item import Author, Stamp


class Kind(Enum):
    """What a block is, as far as its form tells."""

    HEADING = "heading"  # marked as one: <h2>, "## ", larger type
    PARAGRAPH = "paragraph"
    ITEM = "item"  # of a list
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or list item: plain text on one line, never empty."""

    text: str
    kind: Kind = Kind.PARAGRAPH
    url: str | None = None  # where the block leads, when all of it is one link
    level: int = 0  # of a heading: 1 is the headline


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a document says about itself outside its text: in metadata, headers, marked parts; empty where nothing."""

    guid: str | None = None
    link: str | None = None
    title: str = ""
    kicker: str | None = None
    deck: str | None = None
    label: str | None = None
    authors: tuple[Author, ...] = ()
    published: Stamp | None = None
    updated: Stamp | None = None
    language: str | None = None
    notice: str | None = None  # a rights notice outside the text, which forbids
    related: tuple[Block, ...] = ()  # links to other pieces that stand beside the text
