"""What is to be written for a reading of a source: decided from what is there, without touching the database."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from newsletter.model.identity import Changed, New
from newsletter.model.item import Entry, Reading, Triage
from newsletter.model.source import SourceId
from newsletter.store.entries import to_json
from newsletter.store.errors import UnknownItem
from newsletter.store.names import Name, name_of
from newsletter.store.originals import Packed

Row = dict[str, Any]
Told = tuple[New | Changed, str]  # a change, and the identity of its entry
KEY = ("source", "number")
CHANGING = ("guid", "link", "title", "published", "digest", "identity", "changed", "version")  # with each version


@dataclass(slots=True)
class Stored:
    """An item as it stands, or as it will stand once the plan is carried out."""

    version: int
    entry: str | None  # JSON; None: purged
    identity: str


@dataclass(slots=True)
class Plan:
    """What is there, and the rows to be written."""

    packed: Packed
    now: datetime
    numbers: dict[SourceId, int]  # the newest of each source
    taken: dict[str, Name]  # by identity
    stored: dict[Name, Stored]
    added: dict[Name, Row] = field(default_factory=dict)
    changed: dict[Name, Row] = field(default_factory=dict)
    versions: list[Row] = field(default_factory=list)

    def take(self, source: SourceId, told: Iterable[Told]) -> tuple[Name, ...]:
        """Plans for these changes; the item of each. Raises `UnknownItem` for a change to an item that never was."""
        # Those that have changed come first: they leave identities to new ones.
        changed_first = sorted(enumerate(told), key=lambda one: isinstance(one[1][0], New))
        placed = {at: self._place(source, change, identity) for at, (change, identity) in changed_first}
        return tuple(placed[at] for at in sorted(placed))

    def _place(self, source: SourceId, change: New | Changed, identity: str) -> Name:
        if isinstance(change, Changed):
            name = name_of(change.item)
            if name is None or name not in self.stored:
                raise UnknownItem(change.item)
        else:
            name = self.taken.get(identity)
            if name is None or self.stored[name].identity != identity:
                return self._add(source, change, identity)
        self._describe(name, change.reading, identity)  # a new one, too: recorded meanwhile, perhaps with another deck
        return name

    def _add(self, source: SourceId, change: New, identity: str) -> Name:
        number = self.numbers[source] = self.numbers[source] + 1
        name = (source, number)
        if identity in self.taken:  # by an item that has left it; the database learns of both at once
            identity = _sha256(f"{identity}{number}")
        self.taken[identity] = name
        self.stored[name] = Stored(0, None, identity)
        self.added[name] = {
            "source": source,
            "number": number,
            "first_seen": self.now,
            "appeared": _appeared(change.reading.entry, self.now),
            "triage": (Triage.NEW if change.copy_of is None else Triage.REJECTED).value,
            "decision": 0,
            "copy_of": change.copy_of,
            "likeness": change.likeness,
        }
        self._describe(name, change.reading, identity)
        return name

    def _describe(self, name: Name, reading: Reading, identity: str) -> None:
        """One version more, unless the entry is the one that is there."""
        item, entry = self.stored[name], to_json(reading.entry)
        if item.entry == entry:
            return
        if self.taken.setdefault(identity, name) == name:  # else it keeps the identity it has
            item.identity = identity
        item.version, item.entry = item.version + 1, entry
        key: Row = dict(zip(KEY, name, strict=True))
        original = self.packed.digest_of(reading.original)
        self.versions.append(key | {"version": item.version, "seen": self.now, "entry": entry, "original": original})
        described = _described(reading.entry) | {
            "identity": item.identity,
            "changed": self.now,
            "version": item.version,
        }
        if name in self.added:
            self.added[name] |= described
        else:
            self.changed[name] = key | described


def with_identities(source: SourceId, changes: Iterable[New | Changed]) -> Iterator[Told]:
    """Each change with the identity of its entry: all that it is recognised by, and its words.

    Two processes that read a source at once give an entry the same identity, so it is recorded once. Less than all of
    it would fold entries into one that whoever read them has told apart: there are sites that give all their entries
    one GUID, or the address of one page. For the same reason a second new entry of one reading that looks like another
    has an identity of its own.
    """
    seen: Counter[str] = Counter()
    for change in changes:
        written = json.dumps([source, *_described(change.reading.entry).values()])
        at = seen[written] if isinstance(change, New) else 0
        seen[written] += isinstance(change, New)
        yield change, _sha256(f"{written}{at}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _described(entry: Entry) -> Row:
    """What an item is recognised by, as its newest version has it."""
    return {
        "guid": entry.guid,
        "link": entry.link,
        "title": entry.title,
        "published": entry.published.written if entry.published else None,
        "digest": entry.digest,
    }


def _appeared(entry: Entry, first_seen: datetime) -> datetime:
    instant = entry.published.instant if entry.published else None
    return first_seen if instant is None else min(instant, first_seen)
