"""Feeds to entries: RSS, Atom and RDF by feedparser, the parser of record; JSON Feed by `jsonfeed`.

feedparser gets bytes only: given a string it would open files and addresses. Its own cleaning is switched off, because
every field goes through `text.sanitise` instead. No document type declaration reaches it, so no entity does either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.sax import SAXException, SAXParseException

import feedparser

from newsletter.gather import jsonfeed, stamps
from newsletter.gather.entries import MAX_ENTRIES, Fields, entry_of, link_of
from newsletter.gather.feedclaims import language_tag
from newsletter.gather.parsed import Parsed
from newsletter.gather.xml import entry_slices, without_doctype
from newsletter.model.errors import SourceError
from newsletter.model.item import Author, Original, Reading, Related, Stamp
from newsletter.model.source import Source
from newsletter.text.sanitise import line, paragraphs, plain

_XML = "application/xml"


def read(data: bytes, source: Source, address: str | None = None, charset: str | None = None) -> Parsed:
    """The entries of a feed, in its order, at most `MAX_ENTRIES`. Raises `SourceError` for what is no feed.

    `address` is where it was found, for relative links; `charset` what the server said of its encoding. An ill-formed
    feed gives what can be read of it. Entries that share a GUID all stay: such a GUID names none of them.
    """
    if not data.strip():
        raise SourceError(source.id, "the feed is empty; it is asked for again, remove the source if it stays so")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return jsonfeed.read(data, source, address)
    data = without_doctype(data)
    headers = {"content-type": f"{_XML}; charset={charset}" if charset else _XML}
    # No content-location, which would make relative GUIDs absolute: those are opaque, and must outlive a move.
    parsed = feedparser.parse(data, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    version = parsed.get("version")
    if not version:
        raise SourceError(source.id, _not_a_feed(data))
    feed, entries = parsed.get("feed", {}), parsed.get("entries", [])
    slices = entry_slices(data, len(entries))
    guids = [line(_text(entry, "id")) for entry in entries]
    times = Counter(guids)
    readings = tuple(
        Reading(
            entry_of(_fields(entry, feed, address, guid if times[guid] == 1 else "", rdf=version == "rss10"), source),
            Original(media_type=_XML, data=piece) if piece else None,
        )
        for entry, guid, piece in zip(entries[:MAX_ENTRIES], guids, slices, strict=False)
    )
    return Parsed(
        readings=readings,
        title=plain(_text(feed, "title")) or None,
        language=language_tag(_text(feed, "language")),
        note=_note(parsed, len(entries)),
    )


def _note(parsed: Any, count: int) -> str | None:
    if count > MAX_ENTRIES:
        return f"it has {count:,} entries; the first {MAX_ENTRIES} were read"
    fault = parsed.get("bozo_exception") if parsed.get("bozo") else None
    if fault is None or isinstance(fault, feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType):
        return None
    where = f"line {fault.getLineNumber()}: " if isinstance(fault, SAXParseException) else ""
    what = fault.getMessage() if isinstance(fault, SAXException) else str(fault)
    return f"it is ill-formed ({where}{line(what, 200)}); what could be read of it was"


def _not_a_feed(data: bytes) -> str:
    if b"<html" in data[:2000].lower():
        return "this is a web page, no feed; look for its feed with: newsletter sources add ADDRESS"
    return "this is no RSS, Atom, RDF or JSON feed; check the file, or the address it came from"


def _fields(entry: Any, feed: Any, address: str | None, guid: str, rdf: bool) -> Fields:
    published, updated = _stamp(entry, "published"), _stamp(entry, "updated")
    if rdf and published is None:
        published, updated = updated, None  # RSS 1.0 has one date, dc:date, which feedparser calls the update
    text, summary = _longest(entry), _text(entry, "summary")
    links = [link for link in _list(entry, "links") if _text(link, "rel") == "related"]
    return Fields(
        guid=guid,
        link=link_of(_text(entry, "link"), address),
        title=plain(_text(entry, "title")),
        deck=plain(summary) if summary != text else "",
        authors=tuple(_authors(entry)),
        published=published,
        updated=updated,
        paragraphs=paragraphs(text),
        related=tuple(_related(links, address)),
        language=_language(entry) or _text(feed, "language"),
        rights=plain(_text(entry, "rights") or _text(feed, "rights")),
    )


def _text(group: Any, key: str) -> str:
    # feedparser hands out "published" for a missing "updated"; only what the feed really says is taken.
    value = dict.get(group, key)
    return value if isinstance(value, str) else ""


def _list(group: Any, key: str) -> list[Any]:
    value = dict.get(group, key)
    return value if isinstance(value, list) else []


def _longest(entry: Any) -> str:
    """The longest text the entry carries."""
    return max([*(_text(content, "value") for content in _list(entry, "content")), _text(entry, "summary")], key=len)


def _authors(entry: Any) -> Iterator[Author]:
    for author in _list(entry, "authors"):
        if name := plain(_text(author, "name")):
            yield Author(name=name)


def _related(links: list[Any], address: str | None) -> Iterator[Related]:
    for link in links:
        if url := link_of(_text(link, "href"), address):
            yield Related(plain(_text(link, "title")) or url, url)


def _language(entry: Any) -> str:
    """What the entry says of itself: dc:language, or the xml:lang of its title."""
    detail = dict.get(entry, "title_detail")
    return _text(entry, "language") or (_text(detail, "language") if isinstance(detail, dict) else "")


def _stamp(entry: Any, key: str) -> Stamp | None:
    written = _text(entry, key)
    return stamps.parse(written) if written.strip() else None
