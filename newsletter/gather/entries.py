"""What a feed says of one entry, made an `Entry`: the rules that all kinds of feeds share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.gather import addresses
from newsletter.gather.rights import notice_in
from newsletter.model.item import Author, Entry, Passage, Related, Rights, Stamp, text_digest
from newsletter.model.source import RightsPolicy, Source, SourceId

MAX_ENTRIES = 500  # of one feed in one reading; the newest stand first in practice
MAX_DECK = 400  # characters; a longer summary is a text of its own
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What the feed says, in plain text; "" and () where it says nothing."""

    guid: str
    link: str | None  # see `link_of`
    title: str
    deck: str
    authors: tuple[Author, ...]
    published: Stamp | None
    updated: Stamp | None
    paragraphs: tuple[str, ...]
    related: tuple[Related, ...]
    language: str  # as written
    rights: str  # what it says of its rights


def entry_of(fields: Fields, source: Source, method: str = "feed") -> Entry:
    """The entry. Its title is never empty; its rights are the source's, made stricter by what it says of them."""
    notice, policy, text = notice_in(fields.paragraphs)
    if notice is None and fields.rights:
        notice, policy, _ = notice_in((fields.rights,))
    title = fields.title or (text[0][:80] if text else "") or fields.link or "(no title)"
    deck = fields.deck if 0 < len(fields.deck) <= MAX_DECK and fields.deck not in " ".join(text) else None
    return Entry(
        source=SourceId(source.id),
        guid=fields.guid or None,
        link=fields.link,
        title=title,
        deck=deck,
        authors=fields.authors,
        published=fields.published,
        updated=fields.updated,
        passages=(Passage(None, text),) if text else (),
        related=fields.related,
        language=fields.language if _LANGUAGE.fullmatch(fields.language) else source.language,
        rights=rights_of(source, notice, policy),
        method=method,
        warnings=tuple(_warnings(fields)),
        digest=text_digest(title, text),
    )


def rights_of(source: Source, notice: str | None, policy: RightsPolicy | None) -> Rights:
    """The source's policy, made stricter by a notice. What is ours stays ours."""
    if policy is None or source.rights is RightsPolicy.OURS:
        return Rights(source.rights)
    return Rights(source.rights.stricter(policy), notice)


def link_of(written: str, base: str | None = None) -> str | None:
    """The absolute address without what tracks its readers, or None for what is none that can be linked to.

    `base` is the feed's own address, for a relative link.
    """
    return addresses.link_of(written, base) if written.strip() else None


def _warnings(fields: Fields) -> Iterator[str]:
    if not fields.title:
        yield "the entry has no title"
    if fields.link is None:
        yield "the entry has no address that can be linked to"
    published = fields.published
    if published is None:
        yield "the entry has no date"
    elif published.wall is None:
        yield f"the date '{published.written}' cannot be read"
    elif published.instant is None:
        yield f"the date '{published.written}' names no zone that is known"
