"""JSON Feed 1.1 (jsonfeed.org/version/1.1), which feedparser does not read."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from newsletter.gather import stamps
from newsletter.gather.entries import MAX_ENTRIES, Fields, entry_of, link_of
from newsletter.gather.feedclaims import language_tag
from newsletter.gather.parsed import Parsed
from newsletter.model.errors import SourceError
from newsletter.model.item import Author, Original, Reading, Stamp
from newsletter.model.source import Source
from newsletter.text.sanitise import MAX_TEXT, line, paragraphs, plain


def read(data: bytes, source: Source, address: str | None = None) -> Parsed:
    """The entries of a JSON Feed, in its order. Raises `SourceError` for what is none."""
    try:
        feed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(source.id, f"this is no JSON ({error}); it is asked for again, check its address") from error
    entries = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(entries, list) or "jsonfeed.org/version/" not in str(feed.get("version")):
        raise SourceError(source.id, "this is no JSON Feed; check the file, or the address it came from")
    found = [entry for entry in entries[:MAX_ENTRIES] if isinstance(entry, dict)]
    times = Counter(_guid(entry) for entry in found)
    readings = tuple(
        Reading(
            entry_of(_fields(entry, feed, times[_guid(entry)] == 1, address), source, "JSON Feed"),
            Original(media_type="application/json", data=json.dumps(entry).encode()),
        )
        for entry in found
    )
    too_many = f"it has {len(entries):,} entries; the first {MAX_ENTRIES} were read"
    return Parsed(
        readings=readings,
        title=plain(_text(feed, "title")) or None,
        language=language_tag(_text(feed, "language")),
        note=too_many if len(entries) > MAX_ENTRIES else None,
    )


def _guid(entry: dict[str, Any]) -> str:
    value = entry.get("id")  # some feeds number their entries; the specification has readers take the number as text
    return line(str(value)) if isinstance(value, str | int | float) else ""


def _fields(entry: dict[str, Any], feed: dict[str, Any], unique: bool, address: str | None) -> Fields:
    html, text = _text(entry, "content_html"), _text(entry, "content_text")
    body = paragraphs(html) if html else _blocks(text or _text(entry, "summary"))
    link = _text(entry, "url") or _text(entry, "external_url")
    return Fields(
        guid=_guid(entry) if unique else "",
        link=link_of(link, address),
        title=plain(_text(entry, "title")),
        deck=plain(_text(entry, "summary")) if html or text else "",
        authors=tuple(_authors(entry) or _authors(feed)),
        published=_stamp(entry, "date_published"),
        updated=_stamp(entry, "date_modified"),
        paragraphs=body,
        related=(),
        language=_text(entry, "language") or _text(feed, "language"),
        rights="",
    )


def _blocks(text: str) -> tuple[str, ...]:
    """Plain text as paragraphs."""
    return tuple(block for one in text[:MAX_TEXT].split("\n\n") if (block := line(one, MAX_TEXT)))


def _authors(group: dict[str, Any]) -> list[Author]:
    authors = group.get("authors")
    names = (plain(_text(author, "name")) for author in (authors if isinstance(authors, list) else []))
    return [Author(name=name) for name in names if name]


def _text(group: object, key: str) -> str:
    """The text under a key; "" for anything else, because feeds put numbers and nulls there."""
    value = group.get(key) if isinstance(group, dict) else None
    return value if isinstance(value, str) else ""


def _stamp(entry: dict[str, Any], key: str) -> Stamp | None:
    written = _text(entry, key)
    return stamps.parse(written) if written.strip() else None
