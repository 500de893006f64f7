"""Keep watch: whoever is responsible is told of what needs a person, again while it lasts, and when it is over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.actions.alarm_notes import Notes, read_beat, read_notes, write_beat, write_notes
from newsletter.actions.alarm_ways import WEB, Ways, agent, ways_of
from newsletter.actions.app import App
from newsletter.actions.concerns.house import of_database, of_schedule, patience
from newsletter.actions.concerns.kinds import STALLING, Kind, is_said_once, kind_of
from newsletter.actions.home import home_store
from newsletter.actions.look_out import Seen, seen
from newsletter.actions.tell_alarms import Told, keep_changed, tell_by_notice, tell_by_others
from newsletter.actions.way_out import read_schedule
from newsletter.deliver.alarms import compared, settled
from newsletter.model import secrets
from newsletter.model.alarm import Alarm
from newsletter.model.errors import ConfigError, ContentError, NewsletterError
from newsletter.publication.running import Alarms
from newsletter.publication.schedule import Schedule
from newsletter.store import alarms
from newsletter.store.engine import Store
from newsletter.store.errors import AlreadyHeld, StoreError
from newsletter.store.locks import hold

_UNTOLD = timedelta(minutes=5)  # an alarm that no way has carried for so long keeps the heartbeat away
_EARLY = timedelta(seconds=30)  # the beat comes once a minute: half of one early is in time


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What one look came to."""

    open: tuple[Alarm, ...] = ()  # what lasts, the oldest first
    told: tuple[str, ...] = ()  # one line for each message that went out, without any address
    trouble: tuple[str, ...] = ()  # ways that failed, and why nothing could be looked at, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Beaten:
    """What became of a beat."""

    asked: bool  # HEARTBEAT_URL was asked for and answered
    trouble: str | None = None  # why not, where it was due, in words


def keep_watch(app: App) -> Watched:
    """Compares what is wrong with what was told, and tells the difference by every way, at least once.

    To be called once a minute. What people were told is on disk, so that a process that ends loses nothing, and another
    goes on. Raises no `NewsletterError`: what keeps it from looking is told as well, by the ways that need no database.
    """
    notes, schedule, mistake = read_notes(app), None, None
    try:
        schedule = read_schedule(app)
    except ContentError as error:
        mistake = error
    ways = notes.ways if schedule is None else ways_of(schedule)
    if ways is None:
        return Watched(trouble=(f"nobody can be told of anything: {mistake}",))
    repeat = timedelta(hours=(schedule.alarms if schedule else Alarms()).repeat_hours)
    try:
        with home_store(app, "alarms are kept") as store, hold(store, "watch", app.root, app.clock()):
            watched = _with_database(app, store, ways, repeat, notes, _found(app, store, schedule, mistake))
    except AlreadyHeld as error:
        return Watched(trouble=(str(error),))
    except (StoreError, ConfigError) as error:
        return _without_database(app, ways, repeat, notes, error)
    if notes.alarms or notes.ways != ways:
        trouble = write_notes(app, Notes(ways))
        watched = replace(watched, trouble=(*watched.trouble, *([trouble] if trouble else [])))
    return watched


def beat(app: App) -> Beaten:
    """Asks for HEARTBEAT_URL where that is due, as long as clock and sending work and people could be told of all that
    is wrong: whoever waits for it there gives an alarm when it stays away.

    To be called once a minute, after `keep_watch`. Raises no `NewsletterError`.
    """
    address = app.secrets.get(secrets.HEARTBEAT_URL)
    if not address:
        return Beaten(asked=False)
    try:
        every = timedelta(minutes=read_schedule(app).alarms.heartbeat_minutes)
    except ContentError:
        every = timedelta(minutes=Alarms().heartbeat_minutes)
    now, last = app.clock(), read_beat(app)
    if last is not None and timedelta(0) <= now - last < every - _EARLY:
        return Beaten(asked=False)
    try:
        if why := _stalled(app, now):
            return Beaten(asked=False, trouble=f"the heartbeat stays away: {why}")
        from newsletter.fetch.post import Call, hand_over  # an HTTP client, where one is needed

        hand_over(Call(url=address), WEB, agent())
    except NewsletterError as error:
        return Beaten(asked=False, trouble=f"the heartbeat: {error}")
    write_beat(app, now)
    return Beaten(asked=True)


def _found(app: App, store: Store, schedule: Schedule | None, mistake: ContentError | None) -> Seen:
    """What is wrong. Without a schedule nothing can be looked at, and what was wrong still is."""
    if schedule is not None:
        return seen(app, store, schedule)
    return Seen((of_schedule(mistake),) if mistake else (), whole=False)


def _with_database(app: App, store: Store, ways: Ways, repeat: timedelta, notes: Notes, found: Seen) -> Watched:
    now, before = app.clock(), alarms.unfinished(store)
    there = (*before, *_adopted(before, notes))
    lasting = () if found.whole else (one.concern for one in before if one.ended is None)
    wrong = {one.key: one for one in (*lasting, *found.concerns)}
    current = keep_changed(store, before, compared(there, tuple(wrong.values()), now))
    is_copy = any(kind_of(one.concern) is Kind.COPY and one.ended is None for one in current)  # its notices wait
    first = Told(current) if is_copy else tell_by_notice(store, ways, current, repeat, now)
    then = tell_by_others(app, ways, first.alarms, repeat, now)
    done = tuple(settled(one, then.alarms, now, is_said_once) for one in then.alarms)
    after = keep_changed(store, first.alarms, done)
    return Watched(open=_lasting(after), told=(*first.lines, *then.lines), trouble=then.trouble)


def _adopted(before: tuple[Alarm, ...], notes: Notes) -> tuple[Alarm, ...]:
    """What people were told while there was no database, and is not in it yet."""
    known = {(alarm.concern.key, alarm.since) for alarm in before}
    return tuple(one for one in notes.alarms if one.told and (one.concern.key, one.since) not in known)


def _without_database(
    app: App, ways: Ways, repeat: timedelta, notes: Notes, error: StoreError | ConfigError
) -> Watched:
    """The one concern there is then. What was told is noted in a file."""
    now = app.clock()
    current = compared(notes.alarms, (of_database(error),), now)
    told = Told(current)
    if all(now - one.since >= patience(error) for one in current):
        told = tell_by_others(app, ways, current, repeat, now)
    trouble = write_notes(app, Notes(ways, told.alarms)) if told.alarms != notes.alarms or notes.ways != ways else None
    return Watched(
        open=_lasting(told.alarms), told=told.lines, trouble=(str(error), *told.trouble, *filter(None, (trouble,)))
    )


def _lasting(found: tuple[Alarm, ...]) -> tuple[Alarm, ...]:
    return tuple(one for one in found if one.ended is None)


def _stalled(app: App, now: datetime) -> str | None:
    """Why the heartbeat is to stay away, in words; None where all that matters goes on."""
    if noted := read_notes(app).alarms:
        return noted[0].concern.subject
    with home_store(app, "alarms are kept") as store:
        for one in alarms.lasting(store):
            if kind_of(one.concern) in STALLING:
                return one.concern.subject
            if not one.told and now - one.since >= _UNTOLD:
                return f"no way has carried an alarm: {one.concern.subject}"
    return None
