"""What a parser made of one body: a value, because it crosses from one process to another."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.model.item import Reading


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link to an article."""

    url: str  # absolute http(s) address, without a fragment
    title: str  # the words of the link, plain; "" where it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Entries in the order of the source, or the links of a list page, or why there are none."""

    readings: tuple[Reading, ...] = ()
    links: tuple[FoundLink, ...] = ()
    title: str | None = None  # of the feed, the page or the document, in plain text
    language: str | None = None  # that it claims, BCP 47
    note: str | None = None  # what an operator should know though it was read, in words
    failure: str | None = None  # why it could not be read, in words
