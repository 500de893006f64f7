"""The calendar in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from newsletter.actions.show_calendar import Planned, Shown, Stand
from newsletter.actions.skip_week import Skip
from newsletter.desk.issuesview import mailing_words
from newsletter.desk.moments import ago, cities_for, left, wall
from newsletter.publication.lookahead import in_full
from newsletter.publication.schedule import Schedule

_NEAR = timedelta(days=6)
_STANDS = {
    Stand.NOT_OPENED: "none",
    Stand.OPEN: "warn",
    Stand.APPROVED: "ok",
    Stand.MAILING: "now",
    Stand.SENT: "ok",
    Stand.SKIPPED: "none",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A deadline on every clock."""

    name: str
    times: tuple[str, ...]
    left: str
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWeek:
    """A week of the calendar."""

    name: str  # of the issue's folder
    day: str
    state: str
    word: str
    path: str  # of the issue's page; "" before it is open
    lines: tuple[Line, ...]  # none for a week that is skipped
    is_skipped: bool
    may_change: bool  # it is a weekly one that has not gone out, so that it can be left out


def weeks(shown: Shown, schedule: Schedule, who: str) -> tuple[PlannedWeek, ...]:
    """The weeks by date, the clock of this member's city first."""
    cities = cities_for(schedule, who)

    def line(planned: Planned, at: int) -> Line:
        name, moment = planned.deadlines[at]
        is_next = shown.next is not None and (shown.next.issue, shown.next.name) == (planned.issue, name)
        return Line(
            name=name[:1].upper() + name[1:],
            times=tuple(wall(moment, city, shown.now) for city in cities),
            left=_left(moment - shown.now),
            is_next=is_next,
        )

    def week(planned: Planned) -> PlannedWeek:
        skipped = planned.stand is Stand.SKIPPED
        mailing = planned.mailing
        state, word = _STANDS[planned.stand], planned.stand.value
        if planned.stand is Stand.MAILING and mailing:
            state, word = mailing_words(mailing.state)
        if planned.stand in (Stand.NOT_OPENED, Stand.OPEN) and planned.week.due <= shown.now:
            state, word = "bad", "not sent"
        closed = planned.stand in (Stand.NOT_OPENED, Stand.SKIPPED)
        return PlannedWeek(
            name=str(planned.issue),
            day=in_full(planned.issue.date),
            state=state,
            word=word,
            path="" if closed else f"/issues/{planned.issue}",
            lines=() if skipped else tuple(line(planned, at) for at in range(len(planned.deadlines))),
            is_skipped=skipped,
            may_change=not planned.issue.slug and planned.stand not in (Stand.SENT, Stand.MAILING),
        )

    return tuple(map(week, shown.planned))


def _left(time: timedelta) -> str:
    """Of what is near; further away the date says more."""
    if abs(time) > _NEAR:
        return ""
    return f"in {left(time)}" if time > timedelta(0) else ago(-time)


def voided(plan: Skip, schedule: Schedule) -> tuple[str, ...]:
    """Whose approval it voids, a sentence each."""
    names = {member.id: member.name for member in schedule.team}
    return tuple(
        f"{names.get(one.who, one.who)} has approved the issue of {issue}, which tells readers when the next one comes."
        for issue, one in plan.voids
    )
