"""Which entries of a reading are new, which are known and have changed: GUID, else link, else title and date.

Pure: a reading and what is stored of its source go in, what must be recorded comes out. Everything a feed can get
wrong about its own identities is answered here, and nowhere else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from newsletter.model import links
from newsletter.model.identity import Changed, Known, New
from newsletter.model.item import Reading
from newsletter.text import shingles

# A text of so many words does not come about twice by chance; a shorter one ("Office closed today") does.
LONG = 25


def match(readings: tuple[Reading, ...], known: tuple[Known, ...]) -> tuple[New | Changed, ...]:
    """What a reading of one source brings, in its order; what is known and has the same words brings nothing.

    `known` is of the same source, its dates as their source wrote them. No entry is lost: each is
    new, or the one stored item that it continues, and no two of a batch continue the same. Words decide what changed:
    a link or an id that is made afresh for each fetch makes no version.

    QUIRKS, each with its answer: a GUID that comes twice, in the batch or among what is stored, identifies nothing; the
    same GUID with another link, another title and another date is another entry; so is the same link with all else
    other; an address that several entries share, or a site's front page, identifies only beside the title; ids, or
    links, that change with each fetch leave the other marks to decide, in the last resort the words themselves.
    """
    batch = _once(readings)
    taken = _pairs(batch, tuple(replace(one, link=_canonical(one.link)) for one in known))
    changes: list[New | Changed] = []
    for at, one in enumerate(batch):
        stored = taken.get(at)
        if stored is None:
            changes.append(New(one.reading))
        elif stored.digest != one.reading.entry.digest:
            changes.append(Changed(stored.id, one.reading))
    return tuple(changes)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What identifies an entry of the batch, beside the entry."""

    reading: Reading
    guid: str | None
    link: str | None  # canonical
    title: str
    published: str | None
    digest: str


def _once(readings: tuple[Reading, ...]) -> tuple[_Marks, ...]:
    """The batch without its exact repetitions: the same words, the same date, and the same link or GUID."""
    seen: set[tuple[str, str | None, str]] = set()
    kept = []
    for reading in readings:
        entry = reading.entry
        published = entry.published.written if entry.published else None
        link = _canonical(entry.link)
        one = _Marks(reading, entry.guid or None, link, entry.title, published, entry.digest)
        mark = link or one.guid
        if mark is not None:
            if (mark, published, one.digest) in seen:
                continue
            seen.add((mark, published, one.digest))
        kept.append(one)
    return tuple(kept)


def _canonical(link: str | None) -> str | None:
    return links.canonical(link) if link else None


def _pairs(batch: tuple[_Marks, ...], known: tuple[Known, ...]) -> dict[int, Known]:
    """Which stored item each entry continues, by its place in the batch. The most alike find each other first."""
    telling = _Telling(batch, known)
    found = sorted(
        (-telling.likeness(one, known[stored]), at, stored)
        for at, one in enumerate(batch)
        for stored in telling.candidates(one)
        if telling.same(one, known[stored])
    )
    pairs: dict[int, Known] = {}
    used: set[int] = set()
    for _, at, stored in found:
        if at not in pairs and stored not in used:
            pairs[at] = known[stored]
            used.add(stored)
    return pairs


class _Telling:
    """Which marks tell entries apart, given all of a batch and all that is stored."""

    def __init__(self, batch: tuple[_Marks, ...], known: tuple[Known, ...]) -> None:
        all_of = (batch, known)
        self._guids = _unique(*([one.guid for one in some] for some in all_of))
        self._links = {
            link for link in _unique(*([one.link for one in some] for some in all_of)) if not links.is_front_page(link)
        }
        self._by: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for at, stored in enumerate(known):
            for key in self._keys(stored):
                self._by[key].append(at)

    def _keys(self, one: _Marks | Known) -> Iterator[tuple[str, ...]]:
        yield "digest", one.digest
        if one.guid in self._guids:
            yield "guid", str(one.guid)
        if one.link is not None:
            yield ("link", one.link) if one.link in self._links else ("link", one.link, one.title)
        if one.published is not None:
            yield "title", one.title, one.published

    def candidates(self, one: _Marks) -> set[int]:
        """The places of the stored items that share a mark with this entry."""
        return {at for key in self._keys(one) for at in self._by.get(key, ())}

    def same(self, one: _Marks, stored: Known) -> bool:
        """Whether this entry may be what that item has become."""
        if one.digest == stored.digest:
            return _same_words(one, stored)
        other_guid, other_link = _other(one.guid, stored.guid), _other(one.link, stored.link)
        same_title, same_date = one.title == stored.title, one.published == stored.published
        if one.guid is not None and one.guid == stored.guid and one.guid in self._guids:
            return one.link == stored.link or same_title or same_date
        if one.link is not None and one.link == stored.link:
            if one.link in self._links:
                return not other_guid or same_title or same_date
            return same_title and same_date and (one.published is not None or not other_guid)
        return same_title and same_date and one.published is not None and not (other_guid and other_link)

    def likeness(self, one: _Marks, stored: Known) -> int:
        """How much speaks for it: the words before all, then GUID, link, title, date in this order."""
        # That the words come first is what makes a second reading of the same bring nothing: see the tests.
        guid = one.guid is not None and one.guid == stored.guid
        link = one.link is not None and one.link == stored.link
        same = (one.digest == stored.digest, guid, link, one.title == stored.title, one.published == stored.published)
        return sum(weight for weight, is_same in zip((16, 8, 4, 2, 1), same, strict=True) if is_same)


def _same_words(one: _Marks, stored: Known) -> bool:
    """Whether an entry with the very words of a stored item is that item, and not the next of its kind."""
    if one.guid is not None and one.guid == stored.guid:
        return True
    if one.link is not None and one.link == stored.link:
        # "Office closed", at the site's front page, with a new id and a new date: the same words, another day.
        is_next = _other(one.guid, stored.guid) and _other(one.published, stored.published)
        return not (is_next and links.is_front_page(one.link)) or _is_long(one)
    if one.published is not None and one.published == stored.published:
        return True
    return _is_long(one) or not (_other(one.link, stored.link) or _other(one.published, stored.published))


def _is_long(one: _Marks) -> bool:
    return sum(len(shingles.words(paragraph)) for paragraph in one.reading.entry.paragraphs) >= LONG


def _other(one: str | None, stored: str | None) -> bool:
    """Whether both are there and contradict each other."""
    return one is not None and stored is not None and one != stored


def _unique(*batches: list[str | None]) -> set[str]:
    """The marks that none of the lists holds twice."""
    counts = [Counter(mark for mark in marks if mark is not None) for marks in batches]
    return {mark for count in counts for mark in count if all(each[mark] <= 1 for each in counts)}
