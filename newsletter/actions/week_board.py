"""The board of the week: what everybody at the desk has to know at every moment, looked up in one go.

Looking takes seconds where much was gathered, so it is done beside the pages and kept; `glance` tells within a
millisecond or two whether what is kept has grown old, and each part that has not is taken over as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import not_
from pathlib import Path

from newsletter.actions.app import App, read_publication
from newsletter.actions.home import home_store
from newsletter.actions.list_jobs import Rota, list_jobs
from newsletter.actions.look_out import seen
from newsletter.actions.page_audit import Verified, verify_audit
from newsletter.actions.preview_issue import files_token
from newsletter.actions.read_inbox import fresh_since
from newsletter.actions.way_out import read_schedule
from newsletter.actions.week_issue import AtIssue, week_issue
from newsletter.actions.week_progress import Progress, week_progress
from newsletter.actions.week_stories import week_stories
from newsletter.model.alarm import Concern
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.item import ItemId
from newsletter.model.mailing import Mailing, MailingState, Receipt
from newsletter.publication.folder import SCHEDULE, Folder, issue_folder, stamp
from newsletter.publication.publication import NAMES, PEOPLE, SOURCES
from newsletter.publication.schedule import Schedule
from newsletter.store import mailings, planning, receipts, weekly
from newsletter.store.engine import Store
from newsletter.store.planning import Audience
from newsletter.store.pulse import Pulse, pulse, untouched_since

LIVELY = timedelta(seconds=5)  # so old a board may be while mails leave
_WHOLE = timedelta(minutes=1)  # and at any other time, for what no glance tells
_CHECKED = timedelta(minutes=15)  # a check says other things a day later, though no file has changed
COUNTED = timedelta(minutes=1)  # readers come and go; counting 100,000 of them takes longer than the rest of a page
_SURVEYED = timedelta(seconds=20)  # whoever decides about one story after another has nothing else looked up
_WANTING = (MailingState.PAUSED, MailingState.UNRESOLVED, MailingState.MISSED)


@dataclass(frozen=True, slots=True)
class Glance:
    """What the files and the database look like from far away: another one when something has changed that counts."""

    files: tuple[tuple[int, int, int] | None, ...]
    pulse: Pulse | None  # None away from home


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What has come since the last issue."""

    since: datetime  # UTC
    items: int
    stories: tuple[tuple[ItemId, ...], ...]  # but for copies of rejected items
    untouched: frozenset[ItemId]  # items that nobody has decided about

    @property
    def to_triage(self) -> int:
        """How many stories have an item that waits for somebody's decision."""
        return sum(map(not_, map(self.untouched.isdisjoint, self.stories)))


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekBoard:
    """The week at one moment."""

    at: datetime  # UTC
    glance: Glance
    schedule: Schedule
    current: AtIssue | None  # what everybody looks at
    coming: AtIssue | None = None  # the next that is due, mostly the same one
    gathered: Gathered | None = None  # None away from home, and while the files have mistakes
    progress: Progress | None = None  # None while the issue is not open, and once it is sent
    checked: tuple[str, Pulse | None, datetime] | None = None  # what `progress` was made from, and when
    receipt: Receipt | None = None  # of the issue's mailing
    others: tuple[Mailing, ...] = ()  # mailings of other issues that want somebody's word
    audience: Audience | None = None  # whom the issue would reach now
    counted: datetime | None = None  # when they were
    answers: int = 0  # that came since the last issue went out
    concerns: tuple[Concern, ...] = ()
    rota: Rota | None = None
    surveyed: datetime | None = None  # when `others`, `answers`, `concerns` and `rota` were looked up
    log: Verified | None = None
    trouble: str | None = None  # why something here is not known, in words

    def lately_counted(self, now: datetime) -> Audience | None:
        """Whom the issue would reach, counted so short ago that it may be told as how it is."""
        return self.audience if _is_fresh(self.counted, now, COUNTED) else None

    def is_old(self, glance: Glance, now: datetime) -> bool:
        """Whether something has changed since, or may have."""
        sending = self.receipt is not None and self.receipt.mailing.state is MailingState.SENDING
        return glance != self.glance or not timedelta(0) <= now - self.at < (LIVELY if sending else _WHOLE)


def glance(app: App, store: Store | None, before: WeekBoard | None) -> Glance:
    """How everything looks now, to be held against what a board was made from. Raises `StoreError`."""
    return _glance(app, store, before.current if before else None, _since(before, app.clock()))


def week_boards(app: App, before: WeekBoard | None = None) -> Iterator[WeekBoard]:
    """The board as it is now, again and again as more of it is known: what counting tells, how the issue stands, the
    stories. What is not known yet is as it was in `before`, and parts that nothing has changed since are taken over.

    Changes nothing. Raises `ContentError` for schedule.yaml, `StoreError`.
    """
    schedule, now = read_schedule(app), app.clock()
    with ExitStack() as opened:
        store = opened.enter_context(home_store(app, "the week is kept")) if app.is_home else None
        standing = week_issue(app, store, schedule, now)
        current = standing.current
        # The glance is taken first, so that what changes meanwhile makes the board an old one.
        seen_now = _glance(app, store, current, _since(before, now))
        board = WeekBoard(at=now, glance=seen_now, schedule=schedule, current=current, coming=standing.coming)
        if before is not None and _turn(before) == _turn(board):
            board = replace(board, progress=before.progress, checked=before.checked, gathered=before.gathered)
        board = replace(board, log=before.log if before else None)
        if store is not None:
            board = _with_database(app, store, board, before)
            yield board
        board = _with_progress(app, store, board, before)
        yield board
        if store is not None:
            board = _with_gathered(app, store, board)
            if (since := _since(board, now)) != _since(before, now):
                board = replace(board, glance=_glance(app, store, current, since))
            yield board


def _since(board: WeekBoard | None, now: datetime) -> datetime:
    return board.gathered.since if board and board.gathered else now


def _glance(app: App, store: Store | None, current: AtIssue | None, since: datetime) -> Glance:
    issue = current.issue if current else None
    return Glance(tuple(_stats(app.root, issue)), pulse(store, issue, since) if store else None)


def _with_progress(app: App, store: Store | None, board: WeekBoard, before: WeekBoard | None) -> WeekBoard:
    """With the issue's own state: while it is made, or how its mailing goes."""
    current = board.current
    if current is None or not current.is_open:
        return replace(board, progress=None)
    if store is not None and current.mailing is not None:
        board = replace(board, receipt=receipts.receipt(store, current.mailing.id))
    if current.is_sent:
        return replace(board, progress=None)
    beat = board.glance.pulse
    key = beat._replace(asked=None, untouched=0, answers=0, mailings=0, imports=0) if beat else None
    checked = (files_token(app, current.issue), key, board.at)
    if before and before.checked and before.progress and checked[:2] == before.checked[:2]:
        same = before.current is not None and before.current.issue == current.issue
        if same and _is_fresh(before.checked[2], board.at, _CHECKED):
            return replace(board, progress=before.progress, checked=before.checked)
    try:
        return replace(board, progress=week_progress(app, current.issue, board.schedule), checked=checked)
    except NewsletterError as error:
        return replace(board, progress=None, trouble=str(error))


def _with_database(app: App, store: Store, board: WeekBoard, before: WeekBoard | None) -> WeekBoard:
    """With what the database counts: readers, answers, jobs, alarms, the log; each not more often than it has to be."""
    audience, counted = (before.audience, before.counted) if before else (None, None)
    if before is None or _imports(before) != _imports(board) or not _is_fresh(counted, board.at, COUNTED):
        audience, counted = planning.audience(store, board.at), board.at
    log = before.log if before else None
    if log is None or not _is_fresh(log.at, board.at, _CHECKED):
        log = verify_audit(app)
    board = replace(board, audience=audience, counted=counted, log=log)
    if before and _is_fresh(before.surveyed, board.at, _SURVEYED) and _mail(before) == _mail(board):
        kept = {name: getattr(before, name) for name in ("others", "answers", "concerns", "rota", "surveyed")}
        return replace(board, **kept)
    issue = board.current.issue if board.current else None
    since = before.gathered.since if before and before.gathered else board.at - timedelta(days=7)
    return replace(
        board,
        surveyed=board.at,
        others=tuple(one for one in mailings.living(store) if one.issue != issue and one.state in _WANTING),
        answers=sum(count for *_, count in weekly.answers_between(store, since, board.at)),
        concerns=seen(app, store, board.schedule).concerns,
        rota=list_jobs(app, board.schedule),
    )


def _is_fresh(at: datetime | None, now: datetime, age: timedelta) -> bool:
    return at is not None and timedelta(0) <= now - at < age


def _mail(board: WeekBoard) -> tuple[object, ...]:
    """What changes when a mailing or an answer does."""
    beat = board.glance.pulse
    return (beat.mailing, beat.mailings, beat.signatures, beat.answers) if beat else ()


def _imports(board: WeekBoard) -> int:
    return board.glance.pulse.imports if board.glance.pulse else 0


def _with_gathered(app: App, store: Store, board: WeekBoard) -> WeekBoard:
    """With the stories of the week, which are told anew when items have come."""
    try:
        publication = read_publication(app, Folder(app.root))
        since = fresh_since(app, publication)
        told = week_stories(app, store, publication, since).told
    except NewsletterError as error:
        return replace(board, gathered=None, trouble=str(error))
    untouched = untouched_since(store, since)
    found = Gathered(
        since=since,
        items=sum(len(one.story.items) for one in told),
        stories=tuple(one.story.items for one in told if one.copy_of is None),
        untouched=untouched,
    )
    return replace(board, gathered=found)


def _turn(board: WeekBoard) -> tuple[IssueId, bool] | None:
    """What begins another week of gathering when it changes."""
    return (board.current.issue, board.current.is_sent) if board.current else None


def _stats(root: Path, issue: IssueId | None) -> Iterator[tuple[int, int, int] | None]:
    """Time, size and place of the files that a member of the team changes, and of the folders they lie in."""
    for path in (SCHEDULE, PEOPLE, NAMES, SOURCES, "content/issues", "var/run.json"):
        yield stamp(root / path)
    if issue is None:
        return
    folder = issue_folder(root, issue)
    yield stamp(folder)
    yield stamp(folder / "images")
    try:
        entries = sorted(os.scandir(folder), key=lambda one: one.name)
    except OSError:  # not opened yet
        return
    for entry in entries:
        yield stamp(entry)
