"""The pages of the issues: the newest edition at the permanent address, earlier ones below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from newsletter.archive.addresses import image_address, issue_address, page_address
from newsletter.archive.listing import by_year
from newsletter.archive.outputs import Archive, Group, Output, key_of, keys_of
from newsletter.archive.records import Record
from newsletter.archive.slugs import folded
from newsletter.model.archive import ArchivedIssue

TEMPLATE = "site/issue.html"


def issue_pages(archive: Archive) -> Iterator[Group]:
    """The page of each issue and of each earlier edition, the newest issue first, in a group for each year.

    An issue that is not listed yet has its page and is in no list: the issues before and after it do not name it.
    """
    led = _Led(
        {folded(one.name): page_address(archive.base, *one.parts) for one in archive.topics},
        {one.parts[-1]: page_address(archive.base, *one.parts) for one in archive.people},
    )
    newer: Record | None = None  # the listed one that follows the year in hand
    for year, records in by_year(reversed(archive.records)).items():
        listed = archive.years.get(year, ())
        older = next((found[0] for before, found in archive.years.items() if before < year), None)
        around = [one.key if one else "" for one in (newer, older)]
        told = [(one.name, one.note) for one in records if one.note]
        key = key_of(
            archive.around, TEMPLATE, keys_of(records), around, [one.name for one in listed], told, led.of_all(records)
        )
        yield Group(f"issues of {year}", key, partial(_outputs, archive, records, listed, newer, older, led))
        newer = listed[-1] if listed else newer


def _outputs(
    archive: Archive,
    records: Sequence[Record],
    listed: Sequence[Record],
    newer: Record | None,
    older: Record | None,
    led: _Led,
) -> Iterator[Output]:
    """The pages of a year. `newer` and `older` are the listed issues around it."""
    behind = iter((*listed, older))
    older = next(behind)
    for record in records:
        is_listed = older is record
        if is_listed:
            older = next(behind)
        yield from _Spread(archive, record, older, newer, *led.of(record), is_listed).outputs()
        if is_listed:
            newer = record


@dataclass(frozen=True, slots=True)
class _Led:
    """Where the names of an issue lead."""

    topics: Mapping[str, str]  # addresses by folded name, of those that have a page
    people: Mapping[str, str]  # by id

    def of(self, record: Record) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
        """Name and address of each topic and of each of the people."""
        topics, people = self.topics, self.people
        return (
            tuple([(one, topics[folded(one)]) for one in record.topics if folded(one) in topics]),
            tuple([(name, people[who]) for who, name in record.people if who in people]),
        )

    def of_all(self, records: Sequence[Record]) -> list[str | None]:
        """The addresses alone, of many issues; the names stand in their records."""
        found = [self.topics.get(folded(one)) for record in records for one in record.topics]
        return found + [self.people.get(who) for record in records for who, _ in record.people]


@dataclass(frozen=True, slots=True)
class _Spread:
    """An issue and everything that its pages say beside it."""

    archive: Archive
    record: Record
    older: Record | None
    newer: Record | None
    topics: tuple[tuple[str, str], ...]  # name and address
    people: tuple[tuple[str, str], ...]
    is_listed: bool

    @property
    def address(self) -> str:
        return issue_address(self.archive.base, self.record.name)

    @property
    def made_of(self) -> str:
        """Another text whenever its pages could be others."""
        around = [one.key if one else "" for one in (self.record, self.older, self.newer)]
        led = [part for pair in (*self.topics, *self.people) for part in pair]
        return "\0".join([*around, self.record.note or "", "listed" if self.is_listed else "", *led])

    def outputs(self) -> Iterator[Output]:
        """The newest edition's page and those of the earlier ones."""
        archive, record, address = self.archive, self.record, self.address
        for edition, issue in enumerate((record.issue, *record.earlier)):  # 0 is the newest
            number = edition or record.issue.editions
            values, article = partial(self._values, issue, number), partial(self._article, number)
            place = f"{address}{edition}/" if edition else address
            yield archive.page(place, TEMPLATE, f"{edition}\0{self.made_of}", values, article)

    def _article(self, edition: int) -> Mapping[str, str]:
        return {"article": self.archive.files.article(self.record, edition)}

    def _values(self, issue: ArchivedIssue, edition: int) -> Mapping[str, object]:
        archive, card, is_newest = self.archive, issue.card, edition == issue.editions
        asks = issue.question is not None and self.newer is None
        return {
            "title": issue.subject,
            "description": issue.preheader,
            "card": archive.absolute(image_address(archive.base, card.name)) if card else None,
            "indexed": is_newest and self.is_listed,
            "issue": issue,
            "edition": edition,
            "newest_address": self.address,
            "earlier": tuple((one, f"{self.address}{one}/") for one in range(1, edition)) if is_newest else (),
            "previous": archive.row(self.older) if self.older else None,
            "next": archive.row(self.newer) if self.newer else None,
            "topics": self.topics,
            "people": self.people,
            "answer": f"{archive.site.live}/answer/{issue.issue}" if asks else None,
        }
