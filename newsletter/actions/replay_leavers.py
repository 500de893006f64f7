"""Replay: after a backup was put back, whoever has left since then has left again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.app import App
from newsletter.actions.readers import leavers_path, readers_store
from newsletter.model.subscriber import Act, Mark, Reason, Suppression
from newsletter.readers.replay import Replay, replayed
from newsletter.store import erasing, happenings, leavers, subscribers, suppressions
from newsletter.store.engine import Store, Transaction
from newsletter.store.leavers import Leavers, Leaving

_AT_ONCE = 500  # marks in one transaction
_WHO = "var/leavers.log"

Batch = dict[Mark, list[Leaving]]  # all lines of each of some marks, in order


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the log had to tell the database."""

    lines: int  # that were read
    added: int  # suppressions that the database did not have
    lifted: int  # suppressions of the database that the log knows to be lifted
    unread: tuple[int, ...]  # numbers of lines that are torn or spoilt


def replay_leavers(app: App) -> Replayed:
    """Brings the database up to var/leavers.log: nobody who left, complained or was erased stands as a reader.

    Again, it changes nothing. It makes nobody a reader: who confirmed since the backup was made, and is not in it, has
    to sign up once more.
    """
    log, now = leavers.read(leavers_path(app)), app.clock()
    with readers_store(app) as (store, _):
        batches = (_caught_up_alone(store, batch, now) for batch in _batches(log))
        return _summed(log, [one for batch in batches for one in batch])


def replay_into(connection: Transaction, log: Leavers, now: datetime) -> Replayed:
    """The same in a transaction of `Store.writing_alone`, with a log that lies anywhere."""
    return _summed(log, [one for batch in _batches(log) for one in _caught_up(connection, batch, now)])


def _summed(log: Leavers, done: list[Replay]) -> Replayed:
    added, lifted = sum(len(one.missing) for one in done), sum(len(one.lifting) for one in done)
    return Replayed(len(log.lines), added, lifted, log.unread)


def _batches(log: Leavers) -> Iterator[Batch]:
    by_mark: Batch = {}
    for line in log.lines:
        by_mark.setdefault(line.mark, []).append(line)
    marks = list(by_mark)
    for at in range(0, len(marks), _AT_ONCE):
        yield {mark: by_mark[mark] for mark in marks[at : at + _AT_ONCE]}


def _caught_up_alone(store: Store, by_mark: Batch, now: datetime) -> list[Replay]:
    with store.writing_alone() as connection:
        return _caught_up(connection, by_mark, now)


def _caught_up(connection: Transaction, by_mark: Batch, now: datetime) -> list[Replay]:
    done, rows = list[Replay](), dict[Mark, list[Suppression]]()
    for row in suppressions.of(connection, tuple(by_mark)):
        rows.setdefault(row.mark, []).append(row)
    for mark, lines in by_mark.items():
        todo = replayed(lines, rows.get(mark, ()))
        for row, when in todo.lifting:
            suppressions.lift_one(connection, row, when, _WHO)
        for one in todo.missing:
            reason, lifted_by = one.reason, None if one.lifted is None else _WHO
            if reason is Reason.ERASED:
                erasing.forget(connection, (mark,))
            elif reason is Reason.OPT_OUT and one.lifted is None and (there := subscribers.find(connection, (mark,))):
                subscribers.unsubscribe(connection, there)
            suppressions.add(connection, mark, reason, one.since, lifted=one.lifted, lifted_by=lifted_by)
            act = Act.ERASED if reason is Reason.ERASED else Act.SUPPRESSED
            happenings.write(connection, mark, act, _WHO, now, f"{reason.value} of {one.since:%Y-%m-%d %H:%M} UTC")
        done.append(todo)
    return done
