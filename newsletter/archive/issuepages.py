"""The pages of the issues: the newest edition at the permanent address, earlier ones below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from newsletter.archive.addresses import image_address, issue_address, page_address
from newsletter.archive.outputs import Archive, Group, Output, key_of
from newsletter.archive.records import Record
from newsletter.archive.slugs import folded
from newsletter.model.archive import ArchivedIssue

TEMPLATE = "site/issue.html"


def issue_pages(archive: Archive) -> Iterator[Group]:
    """The page of each issue and of each earlier edition, the newest issue first, in a group for each year.

    An issue that is not listed yet has its page and is in no list: the issues before and after it do not name it.
    """
    topics = {folded(one.name): page_address(archive.base, *one.parts) for one in archive.topics}
    people = {one.parts[-1]: page_address(archive.base, *one.parts) for one in archive.people}
    years: dict[int, list[_Spread]] = {}
    listed = iter(archive.listed)
    newer: Record | None = None  # the listed one that follows the issue in hand, and the one before it
    older = next(listed, None)
    for record in reversed(archive.records):
        is_listed = older is record
        if is_listed:
            older = next(listed, None)
        spread = _Spread(
            archive,
            record,
            older,
            newer,
            tuple([(one, topics[folded(one)]) for one in record.topics if folded(one) in topics]),
            tuple([(name, people[who]) for who, name in record.people if who in people]),
            is_listed,
        )
        years.setdefault(record.year, []).append(spread)
        if is_listed:
            newer = record
    for year, spreads in years.items():
        key = key_of(archive.around, TEMPLATE, "\1".join([spread.made_of for spread in spreads]))
        yield Group(f"issues of {year}", key, partial(_outputs, spreads))


def _outputs(spreads: Sequence[_Spread]) -> Iterator[Output]:
    return (output for spread in spreads for output in spread.outputs())


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
