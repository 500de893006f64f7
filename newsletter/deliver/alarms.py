"""Alarms on their way: what has to be told now, by which way, and in which words: pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from newsletter.model.alarm import Alarm, Concern, Way

SETTLES = timedelta(minutes=3)  # what is over for so long is told as over; what comes back before has lasted
_GIVEN_UP = timedelta(days=1)  # after it was over, nobody needs to hear of it any more


class News(Enum):
    """What there is to say of an alarm."""

    NEW = "new"
    LASTS = "lasts"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Item:
    """One alarm in a message."""

    news: News
    alarm: Alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one way is to carry now."""

    publication: str
    subject: str  # one line, with the publication's name in front
    text: str  # whole sentences; lines end in a line feed
    items: tuple[Item, ...]

    @property
    def urgent(self) -> bool:
        """Whether somebody has to look: it tells of more than of ends."""
        return any(item.news is not News.OVER for item in self.items)


# What changes


def compared(alarms: Iterable[Alarm], found: Collection[Concern], now: datetime) -> tuple[Alarm, ...]:
    """The alarms as they are now, those that were there first, then the new ones without a number.

    `alarms` are those that are unfinished. A concern that is found no more has ended; one that comes back before its
    end was told has never ended, so that what flickers is told once.
    """
    wanted = {concern.key: concern for concern in found}
    there: list[Alarm] = []
    for alarm in alarms:
        concern = wanted.pop(alarm.concern.key, None)
        if concern is not None:
            there.append(replace(alarm, concern=concern, ended=None))
        elif alarm.ended is None:
            there.append(replace(alarm, ended=now))
        else:
            there.append(alarm)
    new = (Alarm(number=0, concern=concern, since=now) for concern in wanted.values())
    return (*there, *new)


def about(concern: Concern) -> str:
    """What a concern is about, without what is wrong with it: "issue 2026-11-27"; "" where it says nothing of that."""
    return concern.key.partition(" ")[2]


def items_for(
    way: Way, alarms: Collection[Alarm], now: datetime, repeat: timedelta, once: Callable[[Concern], bool]
) -> tuple[Item, ...]:
    """What a way has to tell now: what it has not told yet, what lasts and was told `repeat` ago, what is over.

    `once`: a fact that is told once, neither again while it lasts nor when it is over. An end is told by the ways that
    told of the beginning, once it has stayed away for a while; where something else is wrong with the same thing by
    then, that is the news, and the end is not told.
    """
    busy = {about(alarm.concern) for alarm in alarms if alarm.ended is None} - {""}
    found = ((_news(way, alarm, now, repeat, once), alarm) for alarm in alarms)
    return tuple(
        Item(news, alarm)
        for news, alarm in found
        if news is not None and not (news is News.OVER and about(alarm.concern) in busy)
    )


def told(alarm: Alarm, way: Way, now: datetime) -> Alarm:
    """The alarm, once a way has told of it."""
    when = dict(alarm.told) | {way: now}
    return replace(alarm, told=tuple(when.items()), trouble=None)


def settled(alarm: Alarm, alarms: Collection[Alarm], now: datetime, once: Callable[[Concern], bool]) -> Alarm:
    """The alarm, with its end as told where there is nobody left to tell, or nothing to say: no way ever told of it,
    all did of its end, it is told once, something else is wrong with the same thing, or it is a day ago."""
    if alarm.ended is None or now - alarm.ended < SETTLES:
        return alarm
    busy = about(alarm.concern) in {about(one.concern) for one in alarms if one.ended is None} - {""}
    everybody = all(when >= alarm.ended for _, when in alarm.told)
    over = busy or everybody or once(alarm.concern) or now - alarm.ended > _GIVEN_UP
    return replace(alarm, end_told=over)


def _news(way: Way, alarm: Alarm, now: datetime, repeat: timedelta, once: Callable[[Concern], bool]) -> News | None:
    last = dict(alarm.told).get(way)
    if alarm.ended is not None:
        is_due = last is not None and last < alarm.ended and now - alarm.ended >= SETTLES and not alarm.end_told
        return News.OVER if is_due and not once(alarm.concern) else None
    if last is None:
        return News.NEW
    # A clock that was set back makes nothing wait for the time between.
    is_again = not once(alarm.concern) and abs(now - last) >= repeat
    return News.LASTS if is_again else None


# What is said


def message(publication: str, items: tuple[Item, ...], times: Callable[[datetime], str], place: str) -> Message:
    """One message for all of them, what is new first. `times` puts a moment into words, `place` names this machine."""
    items = tuple(sorted(items, key=lambda item: list(News).index(item.news)))
    parts = [_said(item, times) for item in items]
    head = _subject(items[0])
    more = f" (and {len(items) - 1} more)" if len(items) > 1 else ""
    foot = f"Told by the newsletter program on {place}. `newsletter alarms` shows what lasts."
    return Message(
        publication=publication,
        subject=f"[{publication}] {head}{more}",
        text="\n\n".join((*parts, foot)) + "\n",
        items=items,
    )


def _subject(item: Item) -> str:
    before = {News.NEW: "", News.LASTS: "Still so: ", News.OVER: "Over: "}[item.news]
    return before + item.alarm.concern.subject


def _said(item: Item, times: Callable[[datetime], str]) -> str:
    alarm = item.alarm
    if item.news is News.OVER and alarm.ended is not None:
        return f"Over: {alarm.concern.subject}.\nSeen from {times(alarm.since)} to {times(alarm.ended)}."
    return f"{_subject(item)}.\nSeen since {times(alarm.since)}.\n\n{alarm.concern.text.rstrip()}"
