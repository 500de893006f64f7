"""Feed files to items. feedparser gets bytes only: given a string it would open files and addresses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

import feedparser
import nh3

from newsletter.gather import stamps
from newsletter.model.errors import SourceError
from newsletter.model.item import Guid, Item, Stamp
from newsletter.model.source import Source, SourceId
from newsletter.model.urls import NotAnAddress, parse_url

MAX_ENTRIES = 500  # of one feed in one reading; the newest stand first in practice


def parse(data: bytes, source: Source, now: datetime) -> tuple[Item, ...]:
    """The entries of an RSS, Atom or RDF feed, in its order. Raises `SourceError` for what is no feed.

    An ill-formed feed gives what can be read of it. Repeated GUIDs never drop an entry: QUIRK: some feeds give every
    entry the same one, so a GUID that comes again in one feed is replaced by the link.
    """
    if not data.strip():
        raise SourceError(source.id, "the feed is empty; ask for it again, or remove the source")
    parsed = feedparser.parse(data, response_headers={"content-type": "application/xml"})
    version = parsed.get("version")
    if not version:
        raise SourceError(source.id, "this is no RSS, Atom or RDF feed; check the file, or the address it came from")
    language = parsed.get("feed", {}).get("language") or source.language
    entries = parsed.get("entries", [])[:MAX_ENTRIES]
    guids = [entry.get("id", "") for entry in entries]
    return tuple(
        _item(entry, source, language, now, unique=guids.count(guid) == 1, dated_once=version == "rss10")
        for entry, guid in zip(entries, guids, strict=True)
    )


def _item(entry: Any, source: Source, language: str, now: datetime, unique: bool, dated_once: bool) -> Item:
    title = plain(entry.get("title", ""))
    link = link_of(entry.get("link", ""))
    published, updated = _stamp(entry, "published"), _stamp(entry, "updated")
    if dated_once and published is None:
        published, updated = updated, None  # RSS 1.0 has one date, dc:date, which feedparser calls the update
    paragraphs = tuple(paragraphs_of(_html(entry)))
    guid = entry.get("id", "") if unique else ""
    fallback = hashlib.sha256(f"{title}\0{published.written if published else ''}".encode()).hexdigest()
    return Item(
        guid=Guid(guid or link or fallback),
        source=SourceId(source.id),
        title=title or (paragraphs[0][:80] if paragraphs else link) or "(no title)",
        link=link,
        published=published,
        updated=updated,
        authors=tuple(name for author in entry.get("authors", []) if (name := plain(author.get("name", "")))),
        paragraphs=paragraphs,
        language=entry.get("language") or language,
        rights=source.rights,
        first_seen=now,
        digest=text_digest(title, paragraphs),
        warnings=tuple(warnings_of(title, link, published)),
    )


def text_digest(title: str, paragraphs: tuple[str, ...]) -> str:
    """SHA-256 of an item's words, hex: the same words, the same digest."""
    return hashlib.sha256("\n".join((title, *paragraphs)).encode()).hexdigest()


def warnings_of(title: str, link: str | None, published: Stamp | None) -> Iterator[str]:
    """What an editor should know of an entry, in words."""
    if not title:
        yield "the entry has no title"
    if link is None:
        yield "the entry has no address that can be linked to"
    if published is None:
        yield "the entry has no date"
    elif published.wall is None:
        yield f"the date '{published.written}' cannot be read"
    elif published.instant is None:
        yield f"the date '{published.written}' names no zone that is known"


def link_of(written: str) -> str | None:
    """The address, or None for what is none that can be linked to."""
    try:
        return parse_url(written)
    except NotAnAddress:
        return None


def _stamp(entry: Any, key: str) -> Stamp | None:
    # feedparser hands out "published" for a missing "updated"; only what the feed really says is taken.
    written = dict.get(entry, key)
    return stamps.parse(written) if isinstance(written, str) and written.strip() else None


def _html(entry: Any) -> str:
    """The longest text the entry carries."""
    contents = [content.get("value", "") for content in entry.get("content", [])]
    return str(max([*contents, entry.get("summary", "")], key=len))


def paragraphs_of(html: str) -> Iterator[str]:
    """Untrusted HTML as paragraphs of plain text."""
    for part in re.split(r"(?i)</?(?:p|div|li|h[1-6]|blockquote|br)\b[^>]*>", html):
        if text := plain(part):
            yield text


def plain(html: str) -> str:
    """Untrusted HTML as one line of plain text; scripts and styles are dropped with what is in them."""
    return " ".join(unescape(nh3.clean(html, tags=set())).split())
