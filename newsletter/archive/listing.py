"""The lists of the archive: by year, topic, person and number; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsletter.archive.addresses import page_address
from newsletter.archive.records import Record
from newsletter.archive.slugs import folded, slugs

NEWEST = 52  # so many issues a list shows on its first page: a year of them


@dataclass(frozen=True, slots=True)
class Listed:
    """A name that issues are listed under."""

    name: str  # as the newest of them writes it
    parts: tuple[str, ...]  # of its address: topics, tariffs
    records: tuple[Record, ...]  # the newest first

    @property
    def is_long(self) -> bool:
        """Whether its first page cannot show all of them, so that each year has one."""
        return len(self.records) > NEWEST


def by_year(records: Iterable[Record]) -> dict[int, tuple[Record, ...]]:
    """The issues of each year, the newest year first, in the order they are given in."""
    found: dict[int, list[Record]] = {}
    for record in records:
        found.setdefault(record.year, []).append(record)
    return {year: tuple(found[year]) for year in sorted(found, reverse=True)}


def by_topic(newest_first: Sequence[Record]) -> tuple[Listed, ...]:
    """The topics of the issues, by name. Spellings that differ in capitals only are one topic."""
    names: dict[str, str] = {}
    found: dict[str, list[Record]] = {}
    for record in newest_first:
        for name, key in {folded(topic): topic for topic in reversed(record.topics)}.items():
            names.setdefault(name, key)
            found.setdefault(name, []).append(record)
    given = slugs(topic for record in reversed(newest_first) for topic in record.topics)
    listed = (Listed(names[key], ("topics", given[key]), tuple(records)) for key, records in found.items())
    return tuple(sorted(listed, key=lambda one: (folded(one.name), one.name)))


def by_person(newest_first: Sequence[Record]) -> tuple[Listed, ...]:
    """The people of the issues, by name."""
    names: dict[str, str] = {}
    found: dict[str, list[Record]] = {}
    for record in newest_first:
        for who, name in dict(record.people).items():
            names.setdefault(who, name)
            found.setdefault(who, []).append(record)
    listed = (Listed(names[who], ("people", who), tuple(records)) for who, records in found.items())
    return tuple(sorted(listed, key=lambda one: (folded(one.name), one.parts)))


def years_of(years: Mapping[int, Sequence[Record]], base: str, *parts: str) -> tuple[tuple[int, int, str], ...]:
    """Year, how many issues, and where they are listed, below the page that `parts` name."""
    return tuple((year, len(found), page_address(base, *parts, str(year))) for year, found in years.items())


def places_of(years: Iterable[int], base: str, *parts: str) -> tuple[tuple[int, None, str], ...]:
    """The same without the counts, for pages that only lead there: they need not be made anew for each new issue."""
    return tuple((year, None, page_address(base, *parts, str(year))) for year in years)


def counted(listed: Iterable[Listed], base: str) -> tuple[tuple[str, int, str], ...]:
    """Name, how many issues, and where they are listed."""
    return tuple((one.name, len(one.records), page_address(base, *one.parts)) for one in listed)
