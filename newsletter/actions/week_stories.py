"""The week's stories, grouped once and remembered until an item comes, changes or is purged. Decisions regroup nothing:
a story does not fall apart under the hands of the one who decides on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.latest import Latest
from newsletter.actions.read_inbox import LATE, PAST_ISSUES, fresh_since, is_fresh, past_issues
from newsletter.gather import candidates, stories
from newsletter.gather.uses import PastIssue, past_uses
from newsletter.model import links
from newsletter.model.issue import IssueId
from newsletter.model.item import Entry, Item, ItemId
from newsletter.model.story import FigureCandidate, PastUse, Story
from newsletter.publication import calendar
from newsletter.publication.folder import issue_folder, sent_issues
from newsletter.publication.publication import Publication
from newsletter.store import items, triage_pages
from newsletter.store.engine import Store, open_store
from newsletter.text.shingles import words

SOON = 300  # items that a page waits for: grouping so many takes no longer than showing them
GROUPED = 1_500  # items, the newest: grouping them takes a second or two; in a busier week the rest stand alone
SEARCHED = 600  # characters of a text that a search looks through, beside its titles


@dataclass(frozen=True, slots=True)
class Told:
    """One story of the week."""

    story: Story
    said: str  # in small letters: what a search looks through
    marks: frozenset[str]  # by what past issues may have used it
    copy_of: ItemId | None = None  # the rejected item that it repeats; a copy is a story by itself


@dataclass(frozen=True, slots=True)
class Week:
    """What came since the last issue went out."""

    told: tuple[Told, ...]  # stories of several outlets first, then by what came last; every fresh item in one
    figures: tuple[FigureCandidate, ...]  # the best first, whatever was decided about their items
    sorting: int | None = None  # new items that are being sorted into stories now; None: nothing is

    def story_of(self, item: ItemId) -> Told | None:
        """The story that holds an item; None where it is not of this week."""
        return next((one for one in self.told if item in one.story.items), None)


@dataclass(frozen=True, slots=True)
class Past:
    """What readers were told in the last issues."""

    issues: tuple[PastIssue, ...]
    numbers: tuple[tuple[datetime, int], ...]  # when each was due, and its number; the oldest first
    marks: frozenset[str]  # of all that they used; an entry that has none of them was never used

    def uses(self, entries: tuple[Entry, ...], marks: frozenset[str]) -> tuple[PastUse, ...]:
        """Where they used these entries of one story, the oldest issue first. `marks` are all of theirs."""
        if self.marks.isdisjoint(marks):
            return ()
        found = {use for entry in entries for use in past_uses(entry, entries, self.issues)}
        return tuple(sorted(found, key=lambda use: (use.number, use.section)))

    def number_at(self, moment: datetime) -> int | None:
        """The number of the issue that was in preparation then; None where none of these was."""
        if self.numbers and moment < self.numbers[0][0] and len(self.numbers) == PAST_ISSUES:
            return None
        return next((number for due, number in self.numbers if moment <= due), None)


@dataclass(frozen=True, slots=True)
class _Key:
    """By what the stories of a week are remembered."""

    root: Path
    database: str
    since: datetime
    mark: triage_pages.Mark
    outlets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _PastKey:
    """By what the past issues are remembered."""

    app: App
    stamps: tuple[tuple[IssueId, int], ...]  # when what each of them cites was written


def week_span(app: App, publication: Publication) -> triage_pages.Span:
    """Which items are of this week."""
    since = fresh_since(app, publication)
    return triage_pages.Span(since, since - LATE)


def week_stories(app: App, store: Store, publication: Publication, since: datetime) -> Week:
    """The stories of what was first seen since then. Grouping takes seconds, once after each gathering."""
    return _WEEKS.of(_key(app, store, publication, since))


def week_lately(app: App, store: Store, publication: Publication, since: datetime) -> Week:
    """The same without waiting for more than a few items to be grouped: the week as it was grouped last; where it never
    was, as after a start, each item is a story by itself, known by its title. What is new is grouped meanwhile."""
    key = _key(app, store, publication, since)
    if key.mark.count <= SOON:
        return _WEEKS.of(key)
    week, is_new = _WEEKS.lately(key)
    if is_new and week is not None:
        return week
    titled = triage_pages.titled(store, triage_pages.Span(since, since - LATE))
    if week is None:
        told = tuple(Told(Story((one.id,), ""), one.title.casefold(), frozenset(), one.copy_of) for one in titled)
        return Week(told, (), len(titled))
    known = {item for one in week.told for item in one.story.items}
    return replace(week, sorting=sum(one.id not in known for one in titled))


def _key(app: App, store: Store, publication: Publication, since: datetime) -> _Key:
    outlets = tuple((str(source.id), source.name) for source in publication.sources)
    return _Key(app.root, app.database, since, triage_pages.mark(store, since), outlets)


def past(app: App, publication: Publication) -> Past:
    """What the last issues told, remembered until the list of what one of them cites is written again."""
    sent = [*islice(sent_issues(app.root), PAST_ISSUES)]
    stamps = tuple(_changed(app, issue) for issue in sent)
    dues = tuple(
        (issue, calendar.week(publication.schedule.calendar, issue).due)
        for issue in reversed(sent)
        if calendar.belongs(publication.schedule.calendar, issue)
    )
    return _past(_PastKey(app, stamps), dues)


def _week(key: _Key) -> Week:
    with open_store(key.database) as store:
        seen = items.items(store, since=key.since)
    fresh = tuple(item for item in seen if is_fresh(item, key.since))
    outlets = dict(key.outlets)
    own = tuple(item for item in fresh if item.copy_of is None)
    grouped = stories.stories(own[-GROUPED:], outlets)
    alone = tuple(Story((item.id,), "") for item in own[:-GROUPED])
    by_id = {item.id: item for item in fresh}
    told = [_told(story, by_id, outlets) for story in (*grouped, *alone)]
    told += [_told(Story((item.id,), ""), by_id, outlets, item.copy_of) for item in fresh if item.copy_of is not None]
    told.sort(key=lambda one: _rank(one, by_id), reverse=True)
    return Week(tuple(told), candidates.figures_of(tuple(map(_undecided, own[-GROUPED:])), grouped))


_WEEKS: Latest[_Key, Week] = Latest(_week, lambda key: (key.root, key.database, key.since), most=2)


def _undecided(item: Item) -> Item:
    """The item as if nobody had decided on it: what is offered is chosen when it is shown."""
    return replace(item, decision=None)


def _told(
    story: Story, by_id: Mapping[ItemId, Item], outlets: Mapping[str, str], copy_of: ItemId | None = None
) -> Told:
    entries = [by_id[name].entry for name in story.items]
    parts = (part for entry in entries for part in _searched(entry, outlets))
    return Told(story, "\n".join(parts).casefold(), marks_of(entries), copy_of)


def marks_of(entries: Iterable[Entry]) -> frozenset[str]:
    """By what a past issue may have used these entries: whoever finds one of them there looks closer."""
    return frozenset(mark for entry in entries for mark in _marks(entry.link, entry.digest, entry.title))


def _searched(entry: Entry, outlets: Mapping[str, str]) -> Iterator[str]:
    """What of an entry a search looks through: its title, its outlet and how it begins."""
    yield entry.title
    yield outlets.get(entry.source, entry.source)
    yield from (text for text in (entry.kicker, entry.deck) if text)
    yield from (author.name for author in entry.authors)
    yield " ".join(entry.paragraphs)[:SEARCHED]


def _rank(told: Told, by_id: Mapping[ItemId, Item]) -> tuple[int, datetime]:
    """As the inbox orders stories; equal ones stay in their order."""
    found = [by_id[name] for name in told.story.items]
    return len({item.entry.source for item in found}), max(item.first_seen for item in found)


def _changed(app: App, issue: IssueId) -> tuple[IssueId, int]:
    """An issue, and when the list of what it cites was written; 0 where it has none."""
    path = issue_folder(app.root, issue) / "items.yaml"
    return issue, path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=2)
def _past(key: _PastKey, dues: tuple[tuple[IssueId, datetime], ...]) -> Past:
    issues = past_issues(key.app)
    number = {one.issue: one.number for one in issues}
    numbers = tuple((due, number[str(issue)]) for issue, due in dues if str(issue) in number)
    marks: set[str] = set()
    for issue in issues:
        marks.update(links.canonical(url) for _, url in issue.links)
        for cited in issue.cited:
            marks |= _marks(cited.url, cited.text_digest, cited.title)
    return Past(issues, numbers, frozenset(marks))


def _marks(link: str | None, digest: str, title: str) -> set[str]:
    found = {links.canonical(link)} if link else set()
    return found | ({digest} if digest else set()) | {" ".join(words(title))}
