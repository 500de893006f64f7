"""Entries as JSON documents: what is written is read back, by every later version of the program."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from newsletter.model.item import Author, Entry, Passage, Related, Rights, Stamp
from newsletter.model.source import RightsPolicy, SourceId
from newsletter.store.errors import StoreError

_VERSION = 1
_PLAIN = ("source", "guid", "link", "title", "kicker", "deck", "label", "language", "method", "digest")


def to_json(entry: Entry) -> str:
    """The entry as one JSON object, the same text for the same entry. Lone surrogates stay as they are."""
    document = {
        "version": _VERSION,
        **{name: getattr(entry, name) for name in _PLAIN},
        "authors": [[author.name, author.role, author.institution] for author in entry.authors],
        "published": _stamp(entry.published),
        "updated": _stamp(entry.updated),
        "dates_in_text": [day.isoformat() for day in entry.dates_in_text],
        "passages": [[passage.label, passage.paragraphs] for passage in entry.passages],
        "related": [[related.title, related.url] for related in entry.related],
        "rights": [entry.rights.policy.value, entry.rights.notice],
        "warnings": entry.warnings,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Entry:
    """The entry of a document. Raises `StoreError` for one that another version of the program has written."""
    document: dict[str, Any] = json.loads(text)
    if document["version"] != _VERSION:
        what = f"an item is kept in form {document['version']}, which this version of the program cannot read"
        raise StoreError(f"{what}; install the newer version again")
    policy, notice = document["rights"]
    return Entry(
        source=SourceId(document["source"]),
        guid=document["guid"],
        link=document["link"],
        title=document["title"],
        kicker=document["kicker"],
        deck=document["deck"],
        label=document["label"],
        authors=tuple(Author(name=name, role=role, institution=house) for name, role, house in document["authors"]),
        published=_read_stamp(document["published"]),
        updated=_read_stamp(document["updated"]),
        dates_in_text=tuple(date.fromisoformat(day) for day in document["dates_in_text"]),
        passages=tuple(Passage(label, tuple(paragraphs)) for label, paragraphs in document["passages"]),
        related=tuple(Related(title, url) for title, url in document["related"]),
        language=document["language"],
        rights=Rights(RightsPolicy(policy), notice),
        method=document["method"],
        warnings=tuple(document["warnings"]),
        digest=document["digest"],
    )


def _stamp(stamp: Stamp | None) -> list[str | None] | None:
    if stamp is None:
        return None
    return [stamp.written, _time(stamp.wall), stamp.zone, _time(stamp.instant)]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read_stamp(parts: list[str | None] | None) -> Stamp | None:
    if parts is None:
        return None
    written, wall, zone, instant = parts
    return Stamp(written=str(written), wall=_read_time(wall), zone=zone, instant=_read_time(instant))


def _read_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
