"""Inbox: what was gathered since the last issue went out, as stories, for the editors to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from newsletter.actions.app import App, read_publication
from newsletter.gather import candidates, stories
from newsletter.gather.uses import PastIssue, past_uses
from newsletter.model.issue import IssueId
from newsletter.model.item import Item, ItemId, Triage
from newsletter.model.source import Source, SourceId
from newsletter.model.story import FigureCandidate, PastUse, Story
from newsletter.publication import calendar, issuefiles
from newsletter.publication.folder import Folder, sent_issues
from newsletter.publication.publication import Publication
from newsletter.store import items
from newsletter.store.engine import open_store

LATE = timedelta(
    days=7
)  # what came out this long before the last issue may still be news; older entries of a feed are not
WITHOUT_PAST = timedelta(days=14)  # how far back a publication looks that has sent nothing yet
PAST_ISSUES = 25  # how many are looked through for earlier use


@dataclass(frozen=True, slots=True)
class Card:
    """One story with its items, the earliest first, and the issues that told it before."""

    story: Story
    items: tuple[Item, ...]
    uses: tuple[PastUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """What waits for the editors."""

    now: datetime
    since: datetime  # the last issue sent; what was seen since then is fresh
    cards: tuple[Card, ...]  # stories of several outlets first, then by what came last
    kept: tuple[Item, ...]  # for the coming issue
    held: tuple[Item, ...]  # for a later one, however old
    older: int  # items first seen since, but out long before; left aside
    folded: int  # copies of rejected items that came since
    rejected: int  # items rejected by a person since
    figures: tuple[FigureCandidate, ...]  # candidates for the number of the week, the best first
    sources: dict[SourceId, Source]


def read_inbox(app: App) -> Inbox:
    """Everything new since the last issue was sent. Changes nothing."""
    publication = read_publication(app, Folder(app.root))
    now = app.clock()
    since = fresh_since(app, publication)
    with open_store(app.database) as store:
        seen = items.items(store, since=since)
        held = items.items(store, states=frozenset({Triage.HELD}))
        kept = items.items(store, states=frozenset({Triage.KEPT}), since=since)
    fresh = tuple(item for item in seen if is_fresh(item, since))
    new = tuple(item for item in fresh if item.state is Triage.NEW)
    outlets = {source.id: source.name for source in publication.sources}
    told = stories.stories(tuple(item for item in fresh if item.state is not Triage.REJECTED), outlets)
    by_id = {item.id: item for item in fresh}
    past = past_issues(app)
    cards = [card for story in told if (card := _card(story, by_id, past))]
    folded = sum(item.decision is None and item.copy_of is not None for item in fresh)
    return Inbox(
        now=now,
        since=since,
        cards=tuple(sorted(cards, key=_rank, reverse=True)),
        kept=kept,
        held=held,
        older=len(seen) - len(fresh),
        folded=folded,
        rejected=sum(item.state is Triage.REJECTED for item in fresh) - folded,
        figures=candidates.figures_of(new, told),
        sources={SourceId(source.id): source for source in publication.sources},
    )


def is_fresh(item: Item, since: datetime) -> bool:
    """Whether it may be news: a feed that is asked for the first time shows all that it still has."""
    published = item.entry.published
    return published is None or published.instant is None or published.instant >= since - LATE


def _card(story: Story, by_id: dict[ItemId, Item], past: tuple[PastIssue, ...]) -> Card | None:
    """The story, unless everybody has decided on all of it."""
    found = tuple(by_id[name] for name in story.items)
    if all(item.state is not Triage.NEW for item in found):
        return None
    entries = tuple(item.entry for item in found)
    uses = {use for entry in entries for use in past_uses(entry, entries, past)}
    return Card(story, found, tuple(sorted(uses, key=lambda use: (use.issue, use.section))))


def _rank(card: Card) -> tuple[int, datetime]:
    return len({item.entry.source for item in card.items}), max(item.first_seen for item in card.items)


def fresh_since(app: App, publication: Publication) -> datetime:
    """When the last issue was due that has been sent: what came since then is fresh."""
    for issue in sent_issues(app.root):
        if calendar.belongs(publication.schedule.calendar, issue):
            return calendar.week(publication.schedule.calendar, issue).due
    return app.clock() - WITHOUT_PAST


def past_issues(app: App) -> tuple[PastIssue, ...]:
    """The last issues that were sent: what each linked to and leaned on."""
    last = [*islice(sent_issues(app.root), PAST_ISSUES)]
    return tuple(past for issue in reversed(last) if (past := _past_issue(app, issue)))


def _past_issue(app: App, issue: IssueId) -> PastIssue | None:
    files, _ = issuefiles.read(Folder(app.root), issue)
    if files.matter is None:
        return None
    links = ((blurb.name, getattr(blurb.fields, "url", None)) for blurb in files.blurbs)
    return PastIssue(
        issue=str(issue),
        number=files.matter.number,
        links=tuple((name, url) for name, url in links if url),
        cited=files.items,
    )
