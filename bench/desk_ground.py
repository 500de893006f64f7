"""A publication that has been at it for years, for the bench of the desk: items, issues, readers, a mailing."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from bench.archive_weeks import Weeks, due, edition_of
from bench.check import entry_of
from bench.deliver_ready import Way, due_of, made_ready, new_key
from newsletter.actions.app import App, open_app, read_publication
from newsletter.check.runs import marks_of
from newsletter.model.edition import SentIssue
from newsletter.model.identity import New
from newsletter.model.issue import IssueId
from newsletter.model.item import ItemId, Reading
from newsletter.model.mailing import DeliveryState, MailingState
from newsletter.model.source import SourceId, SourceState
from newsletter.publication.folder import Folder
from newsletter.publication.sent import write_sent
from newsletter.store import items, mailings, schema
from newsletter.store.engine import open_store
from newsletter.store.fingerprints import bring_up_to_date

_BATCH = 100  # items that arrive at a time
_OVER = timedelta(days=60)  # all of them


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the desk is measured."""

    app: App  # with a clock that stands two hours before the coming issue is due
    issue: IssueId  # approved, with a row planned for every reader
    sent: IssueId  # one of those that were sent
    item: ItemId
    reader: str
    source: SourceId  # one of sources.yaml


def made(folder: Path, items_there: int, issues: int, readers: int) -> Ground:
    """A publication with so many of each in this folder, which is empty."""
    way = Way(25, 4, signed=False)
    ready, _ = made_ready(folder, readers, new_key(), way)
    ready.anew(way)
    root = ready.root
    now = due_of(root) - timedelta(hours=2)
    sent = _sent(root, folder / "weeks", issues)
    app = open_app(root, clock=lambda: now)
    item = _gathered(app, now, items_there)
    known = SourceId(read_publication(app, Folder(root)).sources[0].id)
    return Ground(app, ready.issue, sent, item, "reader-17@mail-17.example.org", known)


def half_sent(ground: Ground) -> None:
    """Has its issue be on its way: every second copy was accepted within the last minutes, one in a hundred refused."""
    rows, now = schema.deliveries, ground.app.clock()
    with open_store(ground.app.database) as store, store.writing() as connection:
        mailing = mailings.find(connection, ground.issue)
        assert mailing is not None
        began = {"state": MailingState.SENDING.value, "began": now - timedelta(minutes=10)}
        connection.execute(update(schema.mailings).where(schema.mailings.c.id == mailing.id).values(**began))
        done = update(rows).where(rows.c.mailing == mailing.id, rows.c.seq <= mailing.total // 2)
        answered = {"digest": mailing.digest, "attempt": 1, "changed": now - timedelta(minutes=1)}
        connection.execute(done.values(state=DeliveryState.ACCEPTED.value, **answered))
        refused = {"state": DeliveryState.REFUSED.value, "code": 550}
        connection.execute(done.where(rows.c.seq % 100 == 0).values(**refused))


def _sent(root: Path, folder: Path, count: int) -> IssueId:
    weeks = Weeks(folder)
    issue = IssueId(date.min)
    for number in range(1, count + 1):
        week = weeks.week(number)
        edition = edition_of(week, weeks.edition)
        issue = edition.issue
        (root / "content" / "issues" / str(issue)).mkdir(parents=True)
        write_sent(root, SentIssue(edition=edition, html="<p>The mail</p>", text="The mail", due=due(week)))
    return issue


def _gathered(app: App, now: datetime, count: int) -> ItemId:
    chance = random.Random(7)
    source = SourceId("source-0")
    with open_store(app.database) as store:
        for first in range(0, count, _BATCH):
            source = SourceId(f"source-{first // _BATCH % 12}")
            at = now - _OVER * (count - first) / count
            entries = [entry_of(source, first + number, chance) for number in range(min(_BATCH, count - first))]
            state = SourceState(source=source, tried=at)
            items.record(store, source, tuple(New(Reading(one, None)) for one in entries), state, at)
        bring_up_to_date(store, marks_of)  # as at the end of each gathering
        newest = next(iter(items.items(store, source=source)))
    return newest.id
