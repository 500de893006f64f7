"""Today: what each of the team has to do now, whoever looks in front; what blocks, what ran, what is wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.week_board import WeekBoard
from newsletter.actions.week_progress import Blocker
from newsletter.desk.jobsview import Ran, ran
from newsletter.desk.moments import ago, cities_for, counted, in_city, left, sentence, wall
from newsletter.desk.sectionlist import title
from newsletter.desk.weekline import Step, step_of
from newsletter.model.alarm import Concern
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Mailing, MailingState
from newsletter.publication.schedule import Member, Role

_RUNS = 6
_WANTS = {
    MailingState.PAUSED: "is paused: go on with it, or end it",
    MailingState.UNRESOLVED: "has copies that nobody knows the fate of: decide about them",
    MailingState.MISSED: "was missed: send it late, or end it",
}


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that one person can do now."""

    what: str
    path: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of the team, and what lies with them."""

    name: str
    here: str  # their city, and what its clocks say
    todos: tuple[Todo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocking:
    """What keeps the issue from being approved."""

    title: str
    who: str
    what: str
    path: str
    places: tuple[tuple[str, str], ...]  # what is the matter and what to do, a sentence each


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One deadline, on every clock."""

    name: str
    times: tuple[str, ...]  # in the order of `cities`
    left: str
    is_past: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """An alarm that stands, in words."""

    subject: str
    text: str  # what, since when, and what can be done; lines end in a line feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The whole page."""

    title: str  # of the issue
    cities: tuple[str, ...]
    mine: tuple[Todo, ...]
    shared: tuple[Todo, ...]  # for whoever comes first
    people: tuple[Person, ...]  # the others with something to do
    blocking: tuple[Blocking, ...]
    calm: str  # why nothing blocks, in a sentence; "" where something does, or nobody can tell
    deadlines: tuple[Deadline, ...]
    runs: tuple[Ran, ...]
    wrong: tuple[Wrong, ...]
    is_watched: bool  # the alarms could be looked at
    is_known: bool  # how the issue stands was looked at; False in the first seconds, and where it could not be


def today(board: WeekBoard, now: datetime, me: Member) -> Today:
    """What the page says to this member at this moment."""
    cities = cities_for(board.schedule, me.id)
    found = board.progress
    at = board.current
    others = [one for one in board.schedule.team if one.id != me.id]
    people = [Person(name=one.name, here=_clock(board, one, now), todos=tuple(_todos(board, one))) for one in others]
    blockers = found.blockers if found else ()
    runs = sorted((run for one in _standings(board, now) for run in one), key=lambda run: run.at, reverse=True)
    return Today(
        title=_number(board),
        cities=tuple(city.name for city in cities),
        mine=tuple(_todos(board, me)),
        shared=tuple(_shared(board, me)),
        people=tuple(one for one in people if one.todos),
        blocking=tuple(_blocking(at.issue, one) for one in blockers) if at else (),
        calm=_calm(board, now),
        deadlines=tuple(
            Deadline(
                name=name,
                times=tuple(wall(moment, city, now) for city in cities),
                left=f"in {left(moment - now)}" if moment > now else ago(now - moment),
                is_past=moment <= now,
            )
            for name, moment in _deadlines(board)
        ),
        runs=tuple(runs[:_RUNS]),
        wrong=tuple(Wrong(subject=one.subject, text=_for_people(one)) for one in board.concerns),
        is_watched=board.rota is not None,
        is_known=found is not None or step_of(board, now) in (Step.CLOSED, Step.GOING),
    )


def section_path(issue: IssueId, section: str | None) -> str:
    """Where a section is written; without one, the page of the issue."""
    return f"/issues/{issue}/sections/{section}" if section else f"/issues/{issue}"


def _todos(board: WeekBoard, member: Member) -> Iterator[Todo]:
    """What lies with this person alone, the most pressing first."""
    at, found = board.current, board.progress
    if at is None or found is None:
        return
    for one in found.blockers:
        if one.who is not None and one.who.id == member.id:
            yield Todo(f"{_title(one)}: {one.what}", section_path(at.issue, one.section), _first(one))
    may = any(one.id == member.id for one in found.may_sign)
    if may and not found.is_approved and not found.blockers:
        yield Todo(f"Look at {_number(board)} and sign it", f"/issues/{at.issue}/approve", found.missing)


def _shared(board: WeekBoard, me: Member) -> Iterator[Todo]:
    """What whoever has the office for it can do, shown to them."""
    at, found = board.current, board.progress
    if at is not None and found is not None and Role.APPROVER in me.roles:
        for one in found.blockers:
            if one.who is None:
                what = f"{_title(one)}: {one.what}, and nobody is named for it"
                yield Todo(what, section_path(at.issue, one.section), _first(one))
    if {Role.APPROVER, Role.OPERATOR} & set(me.roles):
        for mailing in _mailings(board):
            yield Todo(f"The mailing of {mailing.issue} {_WANTS[mailing.state]}", f"/issues/{mailing.issue}/delivery")
    if Role.OPERATOR in me.roles and board.concerns:
        yield Todo(f"{counted(len(board.concerns), 'alarm')} to look at", "#health")
    if Role.WRITER in me.roles and board.gathered is not None and (waiting := board.gathered.to_triage):
        yield Todo(f"{counted(waiting, 'story waits', 'stories wait')} in triage", "/triage")


def _mailings(board: WeekBoard) -> tuple[Mailing, ...]:
    own = board.receipt.mailing if board.receipt else None
    mine = (own,) if own is not None and own.state in _WANTS else ()
    return (*mine, *board.others)


def _calm(board: WeekBoard, now: datetime) -> str:
    at, found = board.current, board.progress
    step = step_of(board, now)
    if at is None:
        return "The calendar knows no issue for two months."
    if step is Step.CLOSED:
        if at.week.open <= now:
            return f"{_number(board)} is not open yet. Whoever writes can open it with the button above."
        city = cities_for(board.schedule, None)[0]
        return f"{_number(board)} opens {in_city(at.week.open, city, now)}. Until then there is nothing to do for it."
    if step is Step.GOING:
        return f"{_number(board)} is on its way, or has arrived. The next issue opens after it."
    if found is None or found.blockers:
        return ""
    if found.is_approved:
        return f"{_number(board)} is approved and goes out by itself."
    return f"Nothing blocks {_number(board)}. It waits for {found.missing or 'its signatures'}."


def _deadlines(board: WeekBoard) -> tuple[tuple[str, datetime], ...]:
    if board.current is None:
        return ()
    week = board.current.week
    opens = () if board.current.is_open else (("Opens", week.open),)
    return (*opens, ("Cut-off", week.cut_off), ("Approve by", week.approve_by), ("Send", week.due))


def _standings(board: WeekBoard, now: datetime) -> Iterator[tuple[Ran, ...]]:
    for one in board.rota.jobs if board.rota else ():
        yield tuple(ran(run, now) for run in ((*one.current, one.last) if one.last else one.current))


def _blocking(issue: IssueId, one: Blocker) -> Blocking:
    return Blocking(
        title=_title(one),
        who=one.who.name if one.who else "nobody is named",
        what=one.what,
        path=section_path(issue, one.section),
        places=tuple((sentence(place.what), sentence(place.todo)) for place in one.places),
    )


def _title(one: Blocker) -> str:
    return title(one.section) if one.section else one.places[0].path.rpartition("/")[2]


def _first(one: Blocker) -> str:
    if not one.places:
        return ""
    more = f" (and {counted(len(one.places) - 1, 'more', 'more')})" if len(one.places) > 1 else ""
    return f"{one.places[0].what}{more}"


def _number(board: WeekBoard) -> str:
    at = board.current
    return f"No. {at.number}" if at and at.number else "the issue"


def _clock(board: WeekBoard, member: Member, now: datetime) -> str:
    city = next(city for city in board.schedule.cities if city.name == member.city)
    return f"{city.name}, {wall(now, city, now)}"


def _for_people(concern: Concern) -> str:
    """Without the line that leads to the manual, which has no place here."""
    return concern.text.partition("\nMore: ")[0].strip() + "\n"
