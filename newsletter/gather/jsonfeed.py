"""JSON Feed 1.1 (jsonfeed.org/version/1.1), which feedparser does not read."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from newsletter.gather import stamps
from newsletter.gather.feeds import MAX_ENTRIES, link_of, paragraphs_of, plain, text_digest, warnings_of
from newsletter.model.errors import SourceError
from newsletter.model.item import Guid, Item, Stamp
from newsletter.model.source import Source, SourceId


def parse(data: bytes, source: Source, now: datetime) -> tuple[Item, ...]:
    """The entries of a JSON Feed, in its order. Raises `SourceError` for what is none."""
    try:
        feed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(source.id, f"this is no JSON ({error}); ask for the feed again") from error
    entries = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(entries, list) or "jsonfeed.org/version/" not in str(feed.get("version")):
        raise SourceError(source.id, "this is no JSON Feed; check the file, or the address it came from")
    language = _text(feed, "language") or source.language
    return tuple(_item(entry, source, language, now) for entry in entries[:MAX_ENTRIES] if isinstance(entry, dict))


def _item(entry: dict[str, Any], source: Source, language: str, now: datetime) -> Item:
    title = plain(_text(entry, "title"))
    link = link_of(_text(entry, "url") or _text(entry, "external_url"))
    published = _stamp(entry, "date_published")
    html, text = _text(entry, "content_html"), _text(entry, "content_text") or _text(entry, "summary")
    paragraphs = tuple(paragraphs_of(html)) if html else tuple(" ".join(one.split()) for one in text.split("\n\n"))
    paragraphs = tuple(one for one in paragraphs if one)
    authors = entry.get("authors")
    names = (_text(author, "name") for author in (authors if isinstance(authors, list) else []))
    return Item(
        guid=Guid(str(entry.get("id") or "") or link or text_digest(title, paragraphs)),
        source=SourceId(source.id),
        title=title or (paragraphs[0][:80] if paragraphs else link) or "(no title)",
        link=link,
        published=published,
        updated=_stamp(entry, "date_modified"),
        authors=tuple(plain(name) for name in names if name),
        paragraphs=paragraphs,
        language=_text(entry, "language") or language,
        rights=source.rights,
        first_seen=now,
        digest=text_digest(title, paragraphs),
        warnings=tuple(warnings_of(title, link, published)),
    )


def _text(group: object, key: str) -> str:
    """The text under a key; "" for anything else, because feeds put numbers and nulls there."""
    value = group.get(key) if isinstance(group, dict) else None
    return value if isinstance(value, str) else ""


def _stamp(entry: dict[str, Any], key: str) -> Stamp | None:
    written = _text(entry, key)
    return stamps.parse(written) if written.strip() else None
