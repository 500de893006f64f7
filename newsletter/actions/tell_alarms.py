"""Tell alarms: what each way has to say now, in one message, and what came of it."""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.actions.alarm_ways import Ways, tell
from newsletter.actions.app import App
from newsletter.actions.concerns.kinds import is_said_once
from newsletter.deliver.alarms import Message, items_for, message, told
from newsletter.model.alarm import Alarm, Way
from newsletter.model.notice import Notice, NoticeKind
from newsletter.store import alarms, notices
from newsletter.store.engine import Store
from newsletter.text import plain


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling."""

    alarms: tuple[Alarm, ...]  # as they are now
    lines: tuple[str, ...] = ()  # one for each message that went out
    trouble: tuple[str, ...] = ()  # of ways that failed


def message_for(way: Way, ways: Ways, current: Collection[Alarm], repeat: timedelta, now: datetime) -> Message | None:
    """What a way has to say now; None where it has nothing to."""
    items = items_for(way, current, now, repeat, is_said_once)
    return message(ways.publication, items, ways.times, socket.gethostname()) if items else None


def tell_by_notice(store: Store, ways: Ways, current: tuple[Alarm, ...], repeat: timedelta, now: datetime) -> Told:
    """Keeps a mail for each person, and in the same transaction that they were told: `send_notices` sends them."""
    words = message_for(Way.NOTICE, ways, current, repeat, now)
    if words is None or Way.NOTICE not in ways.ways:
        return Told(current)
    after = _after(current, {Way.NOTICE: (words, None)}, now)
    with store.writing_alone() as connection:
        for address in ways.people:
            notices.write(connection, notice_of(words, address, now), (), 0)
        alarms.keep(connection, _changed(current, after))
    return Told(after, (_line(Way.NOTICE, words),))


def tell_by_others(app: App, ways: Ways, current: tuple[Alarm, ...], repeat: timedelta, now: datetime) -> Told:
    """Tells by every way that needs no database, all at once. Nothing is written down."""
    others = [way for way in ways.ways if way is not Way.NOTICE]
    found = ((way, message_for(way, ways, current, repeat, now)) for way in others)
    messages: dict[Way, Message] = {way: words for way, words in found if words}
    outcomes = tell(app, ways, messages) if messages else {}
    lines = tuple(_line(way, messages[way]) for way, trouble in outcomes.items() if trouble is None)
    troubles = tuple(f"no alarm went out by {way.value}: {trouble}" for way, trouble in outcomes.items() if trouble)
    carried = {way: (messages[way], trouble) for way, trouble in outcomes.items()}
    return Told(_after(current, carried, now), lines, troubles)


def keep_changed(store: Store, before: Iterable[Alarm], after: tuple[Alarm, ...]) -> tuple[Alarm, ...]:
    """The alarms as they are now, with their numbers, once what has changed of them is on disk."""
    if not (changed := _changed(before, after)):
        return after
    with store.writing_alone() as connection:
        kept = iter(alarms.keep(connection, changed))
    return tuple(next(kept) if one in changed else one for one in after)


def notice_of(words: Message, address: str, now: datetime) -> Notice:
    """The message as a mail of our own to one person."""
    text = plain.reflow(words.text)
    kind = NoticeKind.ALARM
    return Notice(number=0, kind=kind, address=address, subject=words.subject, text=text, asked=now, next_try=now)


def _after(
    current: Iterable[Alarm], carried: dict[Way, tuple[Message, str | None]], now: datetime
) -> tuple[Alarm, ...]:
    """The alarms once ways have told of them, or have failed to."""
    after = []
    for alarm in current:
        mine = {way: trouble for way, (words, trouble) in carried.items() if _speaks_of(words, alarm)}
        for way, trouble in mine.items():
            alarm = alarm if trouble else told(alarm, way, now)
        failed = "; ".join(f"{way.value}: {trouble}" for way, trouble in mine.items() if trouble)
        after.append(replace(alarm, trouble=failed or None) if mine else alarm)
    return tuple(after)


def _speaks_of(words: Message, alarm: Alarm) -> bool:
    return any(item.alarm.concern.key == alarm.concern.key and item.alarm.since == alarm.since for item in words.items)


def _changed(before: Iterable[Alarm], after: Iterable[Alarm]) -> list[Alarm]:
    there = set(before)
    return [one for one in after if one not in there]


def _line(way: Way, words: Message) -> str:
    return f"an alarm was told by {way.value}: {words.subject}"
