"""Replay: after a backup was put back, whoever has left since then has left again."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.readers import Readers, leavers_path, readers_store
from newsletter.model.subscriber import Act, Mark, Reason, Suppression
from newsletter.readers.replay import Replay, replayed
from newsletter.store import erasing, happenings, leavers, subscribers, suppressions
from newsletter.store.leavers import Leaving

_AT_ONCE = 500  # marks in one transaction
_WHO = "var/leavers.log"


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
    log = leavers.read(leavers_path(app))
    by_mark: dict[Mark, list[Leaving]] = {}
    for line in log.lines:
        by_mark.setdefault(line.mark, []).append(line)
    marks, added, lifted = list(by_mark), 0, 0
    with readers_store(app) as readers:
        for at in range(0, len(marks), _AT_ONCE):
            batch = _caught_up(app, readers, {mark: by_mark[mark] for mark in marks[at : at + _AT_ONCE]})
            added += sum(len(one.missing) for one in batch)
            lifted += sum(len(one.lifting) for one in batch)
    return Replayed(len(log.lines), added, lifted, log.unread)


def _caught_up(app: App, readers: Readers, by_mark: dict[Mark, list[Leaving]]) -> list[Replay]:
    now, done = app.clock(), list[Replay]()
    with readers.store.writing_alone() as connection:
        rows: dict[Mark, list[Suppression]] = {mark: [] for mark in by_mark}
        for row in suppressions.of(connection, tuple(by_mark)):
            rows[row.mark].append(row)
        for mark, lines in by_mark.items():
            todo = replayed(lines, rows[mark])
            for row, when in todo.lifting:
                suppressions.lift_one(connection, row, when, _WHO)
            for one in todo.missing:
                reason, lifted_by = one.reason, None if one.lifted is None else _WHO
                if reason is Reason.ERASED:
                    erasing.forget(connection, (mark,))
                elif (
                    reason is Reason.OPT_OUT and one.lifted is None and (there := subscribers.find(connection, (mark,)))
                ):
                    subscribers.unsubscribe(connection, there)
                suppressions.add(connection, mark, reason, one.since, lifted=one.lifted, lifted_by=lifted_by)
                act = Act.ERASED if reason is Reason.ERASED else Act.SUPPRESSED
                happenings.write(connection, mark, act, _WHO, now, f"{reason.value} of {one.since:%Y-%m-%d %H:%M} UTC")
            done.append(todo)
    return done
