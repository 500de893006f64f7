"""What became of each time at which a job was due. A row is the claim: whoever inserts it does the work, nobody else.

A change of a row is a compare-and-set on its state and attempt, so that one whose right was lost writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update

from newsletter.model.job import Job, Run, RunState
from newsletter.store import schema
from newsletter.store.engine import Store

_TABLE = schema.runs
_UNFINISHED = (RunState.RUNNING.value, RunState.WAITING.value)


def claim(store: Store, run: Run) -> bool:
    """Whether this run is ours: of all who bring one of the same job and key, ever, one gets True, and its row is on
    disk then."""
    statement = store.upsert(_TABLE).values(_values(run)).returning(_TABLE.c.key)
    with store.writing() as connection:
        return connection.execute(statement).first() is not None


def change(store: Store, before: Run, after: Run) -> bool:
    """Whether the row was still as `before` has it, in state and attempt; it is as `after` says then."""
    row = (_TABLE.c.job == before.job.value, _TABLE.c.key == before.key)
    same = (_TABLE.c.state == before.state.value, _TABLE.c.attempt == before.attempt)
    with store.writing() as connection:
        return connection.execute(update(_TABLE).where(*row, *same).values(_values(after))).rowcount == 1


def find(store: Store, job: Job, key: str) -> Run | None:
    """The run of this occasion, or None."""
    with store.reading() as connection:
        row = connection.execute(select(_TABLE).where(_TABLE.c.job == job.value, _TABLE.c.key == key)).first()
    return None if row is None else _run(row)


def newest(
    store: Store, job: Job, states: Collection[RunState] = tuple(RunState), *, before: datetime | None = None
) -> Run | None:
    """The run that was due last of those in these states, or None. `before`: of those that were due earlier."""
    wanted = [_TABLE.c.job == job.value, _TABLE.c.state.in_([state.value for state in states])]
    wanted += [] if before is None else [_TABLE.c.due < before]
    query = select(_TABLE).where(*wanted).order_by(_TABLE.c.due.desc(), _TABLE.c.key.desc()).limit(1)
    with store.reading() as connection:
        row = connection.execute(query).first()
    return None if row is None else _run(row)


def newest_first(store: Store, job: Job, count: int) -> tuple[Run, ...]:
    """So many runs of a job, those that were due last, the newest in front."""
    query = select(_TABLE).where(_TABLE.c.job == job.value).order_by(_TABLE.c.due.desc(), _TABLE.c.key.desc())
    with store.reading() as connection:
        return tuple(map(_run, connection.execute(query.limit(count))))


def unfinished(store: Store, job: Job | None = None) -> tuple[Run, ...]:
    """Those that are running or wait for another try, the one that was due first in front. Without `job`: of all."""
    query = select(_TABLE).where(_TABLE.c.state.in_(_UNFINISHED))
    query = query if job is None else query.where(_TABLE.c.job == job.value)
    with store.reading() as connection:
        return tuple(map(_run, connection.execute(query.order_by(_TABLE.c.due, _TABLE.c.job, _TABLE.c.key))))


def since(store: Store, moment: datetime, job: Job | None = None) -> tuple[Run, ...]:
    """Those that were due then or later, the first in front. Without `job`: of all."""
    query = select(_TABLE).where(_TABLE.c.due >= moment)
    query = query if job is None else query.where(_TABLE.c.job == job.value)
    with store.reading() as connection:
        return tuple(map(_run, connection.execute(query.order_by(_TABLE.c.due, _TABLE.c.job, _TABLE.c.key))))


def lately(store: Store, job: Job, moment: datetime) -> tuple[Run, ...]:
    """The runs of a job that were due then or later, and those that are not over, the first due in front."""
    wanted = or_(_TABLE.c.due >= moment, _TABLE.c.state.in_(_UNFINISHED))
    query = select(_TABLE).where(_TABLE.c.job == job.value, wanted).order_by(_TABLE.c.due, _TABLE.c.key)
    with store.reading() as connection:
        return tuple(map(_run, connection.execute(query)))


def born(store: Store) -> datetime | None:
    """When the first job of this installation began that is still remembered, UTC; None: none ever did."""
    with store.reading() as connection:
        row = connection.execute(select(_TABLE.c.began).order_by(_TABLE.c.began).limit(1)).first()
    return None if row is None else row.began


def purge(store: Store, before: datetime) -> int:
    """Forgets those that were due before then and are over, but for the newest of each job; how many."""
    last = select(_TABLE.c.job, func.max(_TABLE.c.due).label("due")).group_by(_TABLE.c.job).subquery()
    newest = select(last.c.due).where(last.c.job == _TABLE.c.job).scalar_subquery()
    over = (_TABLE.c.due < before, _TABLE.c.state.not_in(_UNFINISHED), _TABLE.c.due < newest)
    with store.writing() as connection:
        return connection.execute(delete(_TABLE).where(*over)).rowcount


def _values(run: Run) -> dict[str, Any]:
    return {
        "job": run.job.value,
        "key": run.key,
        "due": run.due,
        "state": run.state.value,
        "attempt": run.attempt,
        "failures": run.failures,
        "began": run.began,
        "ended": run.ended,
        "next_try": run.next_try,
        "words": run.words,
        "who": run.who,
    }


def _run(row: Row[Any]) -> Run:
    return Run(
        job=Job(row.job),
        key=row.key,
        due=row.due,
        state=RunState(row.state),
        attempt=row.attempt,
        failures=row.failures,
        began=row.began,
        ended=row.ended,
        next_try=row.next_try,
        words=row.words,
        who=row.who,
    )
