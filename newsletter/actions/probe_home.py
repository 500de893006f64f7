"""Probes of what only home has: the database, who may send, who is at work, jobs and backups."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.backups import backup_folder, newest_backup
from newsletter.actions.claim import look_at_claim
from newsletter.actions.gather_sources import LOCK as GATHERING
from newsletter.actions.home import home_store
from newsletter.actions.probing import ok, told
from newsletter.model.job import Job
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.publication.schedule import Schedule
from newsletter.store.errors import AlreadyHeld
from newsletter.store.holding import CLOCK
from newsletter.store.locks import hold
from newsletter.store.owning import NAME as SENDING

OLD = timedelta(days=2)  # of a backup
_AT_HOME = "the installation is examined"
_WORK = {
    CLOCK: "the timetable",
    SENDING: "an issue",
    GATHERING: "gathering",
    "notices": "notices",
    "returns": "bounces",
}


def look_at_database(app: App) -> Iterator[Symptom]:
    """Whether the database answers, with the tables of this version of the program."""
    if not app.is_home:
        what = "this copy of the publication has no database"
        todo = "nothing, where this is a clone; else run `newsletter gather` once, or set DATABASE_URL"
        yield told(Check.DATABASE, Level.UNCHECKED, what, todo)
        return
    with home_store(app, _AT_HOME) as store, store.reading():
        kind = "SQLite" if store.on_sqlite else "PostgreSQL"
        yield ok(Check.DATABASE, f"{kind} answers, with the tables that this version needs")


def look_at_installation(app: App) -> Iterator[Symptom]:
    """Whether mail may be sent from here."""
    claiming = look_at_claim(app)
    if claiming.ours:
        yield ok(Check.INSTALLATION, "this is the installation that sends")
    elif claiming.holder is None:
        yield ok(Check.INSTALLATION, "nobody has sent yet; whoever sends first is the one that sends")
    elif claiming.holder.is_nobody:
        what = f"nothing is sent from here: it was put back from a backup of {claiming.holder.words}"
        todo = "run `newsletter claim` here, once that one sends no more"
        yield told(Check.INSTALLATION, Level.FAIL, what, todo)
    else:
        what = f"nothing is sent from here: {claiming.holder.words} is the one that sends"
        todo = "run `newsletter claim` here, once that one sends no more"
        yield told(Check.INSTALLATION, Level.FAIL, what, todo)


def look_at_locks(app: App) -> Iterator[Symptom]:
    """Who is at work. Each lock that is free is held for a moment: there is no other way to know."""
    busy: dict[str, str] = {}
    with home_store(app, _AT_HOME) as store:
        for name in _WORK:
            if store.on_sqlite and not (app.root / "var" / f"{name}.lock").exists():
                continue  # nobody ever took it
            try:
                with hold(store, name, app.root, app.clock()):
                    pass
            except AlreadyHeld as held:
                busy[name] = held.holder
    if CLOCK not in busy:
        what = "nothing runs by itself here: no `newsletter run` is at work"
        yield told(Check.LOCKS, Level.NOTE, what, "start it, and have the system start it: docs/running.md")
    for name, holder in busy.items():
        yield ok(Check.LOCKS, f"{_WORK[name]}: {holder}")


def look_at_jobs(schedule: Schedule) -> Iterator[Symptom]:
    """Which jobs do not run by themselves."""
    if not schedule.jobs.off:
        yield ok(Check.JOBS, f"all {len(Job)} jobs run by themselves")
        return
    several = len(schedule.jobs.off) > 1
    what = f"{', '.join(schedule.jobs.off)} {'do not run by themselves' if several else 'does not run by itself'}"
    level = Level.WARN if {Job.SEND.value, Job.BOUNCES.value, Job.BACKUP.value} & set(schedule.jobs.off) else Level.NOTE
    yield told(Check.JOBS, level, what, "mend `jobs: off:` in schedule.yaml, where that is not on purpose")


def look_at_backup(app: App) -> Iterator[Symptom]:
    """The newest backup, and the place where they are kept."""
    folder, newest = backup_folder(app), newest_backup(app)
    yield _age(folder, newest.made if newest else None, app.clock())
    place = folder if folder.exists() else next(one for one in folder.parents if one.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        what = f"nothing can be written to {folder}"
        yield told(Check.BACKUP, Level.FAIL, what, "look who owns it, or name another as `backup: folder:`")
    elif place.stat().st_dev == app.root.stat().st_dev:
        what = f"{folder} lies on the disk that the publication lies on: what breaks one breaks both"
        yield told(
            Check.BACKUP, Level.NOTE, what, "name a folder on another disk as `backup: folder:`, or copy them away"
        )


def _age(folder: Path, made: datetime | None, now: datetime) -> Symptom:
    if made is None:
        return told(Check.BACKUP, Level.WARN, f"there is no backup in {folder}", "make one: `newsletter backup`")
    what = f"the newest backup is of {made:%Y-%m-%d %H:%M} UTC"
    if now - made > OLD:
        todo = "make one with `newsletter backup`, then see in `newsletter jobs` why none was made"
        return told(Check.BACKUP, Level.WARN, what, todo)
    return ok(Check.BACKUP, what)
