"""The state of the system in figures, for whoever watches it: counts, and times of what happened last."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from newsletter.model.job import Job, Run, RunState
from newsletter.model.mailing import DeliveryState, Mailing
from newsletter.model.notice import NoticeState
from newsletter.model.source import SourceId
from newsletter.model.subscriber import SubscriberState
from newsletter.store import mailings, receipts, runs, schema, subscribers
from newsletter.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the database holds, counted."""

    last_runs: Mapping[Job, Run]  # of each job that ever ran, the one that was due last
    last_successes: Mapping[Job, datetime]  # UTC, when one was done last
    mailing: Mailing | None  # the newest
    copies: tuple[tuple[DeliveryState, int], ...]  # of it
    notices: Mapping[NoticeState, int]
    readers: Mapping[SubscriberState, int]
    sources_failing: int  # asked last without success, or gone for good; but for those that are paused
    alarms_open: int


def figures(store: Store, paused: Collection[SourceId]) -> Figures:
    """All of them, each as it is at some moment of this call. `paused` are the sources that nobody asks."""
    with store.reading() as connection:
        readers = subscribers.count(connection)
        notices = _by_state(connection)
        failing = connection.scalar(_FAILING.where(schema.sources.c.source.not_in(sorted(paused)))) or 0
        alarms = connection.scalar(select(func.count()).select_from(schema.alarms).where(_OPEN)) or 0
        successes = dict(_successes(connection))
        mailing = _newest(connection)
    found = {job: run for job in Job if (run := runs.newest(store, job)) is not None}
    return Figures(
        last_runs=found,
        last_successes=successes,
        mailing=mailing,
        copies=receipts.counts(store, mailing.id) if mailing else (),
        notices=notices,
        readers=readers,
        sources_failing=failing,
        alarms_open=alarms,
    )


_FAILING = (
    select(func.count())
    .select_from(schema.sources)
    .where((schema.sources.c.failures > 0) | schema.sources.c.retired.is_not(None))
)
_OPEN = schema.alarms.c.ended.is_(None)


def _by_state(connection: Connection) -> dict[NoticeState, int]:
    table = schema.notices
    query = select(table.c.state, func.count().label("number")).group_by(table.c.state).order_by(table.c.state)
    found = {row.state: row.number for row in connection.execute(query)}
    return {state: found.get(state.value, 0) for state in NoticeState}


def _successes(connection: Connection) -> Iterator[tuple[Job, datetime]]:
    table = schema.runs
    ended = func.max(case((table.c.state == RunState.DONE.value, table.c.ended)), type_=table.c.ended.type)
    for job, last in connection.execute(select(table.c.job, ended).group_by(table.c.job).order_by(table.c.job)):
        if last is not None:
            yield Job(job), last


def _newest(connection: Connection) -> Mailing | None:
    table = schema.mailings
    row = connection.execute(select(table).order_by(table.c.id.desc()).limit(1)).first()
    return None if row is None else mailings.mailing_of(row)
