"""Tidy: what has its time of keeping is forgotten when that is over, and what was left half-written is removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.jobs import JobContext
from newsletter.actions.leftovers import remove_leftovers
from newsletter.actions.send_notices import KEPT
from newsletter.actions.sign_up import forget_unconfirmed
from newsletter.actions.way_out import read_schedule
from newsletter.model.changes import listed
from newsletter.model.job import Occasion, Outcome, RunState
from newsletter.publication.folder import is_sent, issue_ids
from newsletter.store import drafts, kept_texts, notices, returned, runs, sessions, sign_in_links, tidying
from newsletter.store.engine import Store

REMEMBERED = timedelta(days=400)  # runs and alarms: so that a year can be held against the year before
UNWANTED = timedelta(days=30)  # an edition that nobody signed or was the last to look at; what was never saved


def do(app: App, _occasion: Occasion, context: JobContext) -> Outcome:
    """Forgets what nobody needs any more, kind by kind; each is whole, and one that is cut off is done the next day."""
    done = []
    for what, count in _kinds(app):
        done.append((what, count))
        if context.stop.is_set():
            return Outcome(state=RunState.WAITING, words=_words(done), next_try=app.clock())
    return Outcome(state=RunState.DONE, words=_words(done))


def _kinds(app: App) -> Iterator[tuple[str, int]]:
    """What was forgotten, and how many of it, one kind after the other."""
    keep_days = read_schedule(app).sending.returns.keep_days
    yield "sign-up that was never confirmed", forget_unconfirmed(app)
    with home_store(app, "what is old is forgotten") as store:
        now = app.clock()
        yield "mail of ours", notices.purge(store, now - KEPT)
        yield "returned mail", returned.purge(store, now - timedelta(days=keep_days))
        yield "run of a job", runs.purge(store, now - REMEMBERED)
        yield "session that was over", sessions.purge(store, now)
        yield "link to sign in that was over", sign_in_links.purge(store, now)
        yield "alarm", tidying.purge_alarms(store, now - REMEMBERED)
        yield "edition that nobody wanted", tidying.purge_editions(store, now - UNWANTED)
        yield "unsaved text", _drafts(app, store, now - UNWANTED)
        yield "kept text", kept_texts.purge(store, now - REMEMBERED)
    yield "half-written file", remove_leftovers(app)


def _drafts(app: App, store: Store, before: datetime) -> int:
    """What was never saved of issues that nobody writes any more: they were sent, or their folders are gone."""
    writing = {issue for issue in issue_ids(app.root) if not is_sent(app.root, issue)}
    return sum(drafts.purge(store, issue, before) for issue in drafts.issues(store) if issue not in writing)


_SEVERAL = {
    "sign-up that was never confirmed": "sign-ups that were never confirmed",
    "mail of ours": "mails of ours",
    "run of a job": "runs of jobs",
    "session that was over": "sessions that were over",
    "link to sign in that was over": "links to sign in that were over",
    "edition that nobody wanted": "editions that nobody wanted",
}


def _words(done: list[tuple[str, int]]) -> str:
    parts = [f"{count:,} {what if count == 1 else _SEVERAL.get(what, f'{what}s')}" for what, count in done if count]
    return f"forgot {listed(parts)}" if parts else "there was nothing to forget"
