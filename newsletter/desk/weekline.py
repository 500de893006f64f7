"""The week as one line, which stands on every page: what has come, each deadline, and what stands in the way. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from newsletter.actions.week_board import WeekBoard
from newsletter.actions.week_issue import AtIssue
from newsletter.actions.week_progress import Progress
from newsletter.desk.moments import ago, cities_for, counted, in_city, left, wall
from newsletter.desk.sectionlist import title
from newsletter.model.mailing import DeliveryState, MailingState, Receipt
from newsletter.publication.schedule import City

_NAMED = 3  # blockers; the page of the issue shows all


class Step(Enum):
    """Where in the week we stand."""

    CLOSED = "closed"  # no issue is open
    WRITING = "writing"
    APPROVING = "approving"
    WAITING = "waiting"  # approved, or late
    GOING = "going"  # it leaves, or has left


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One part of the line."""

    name: str
    words: str
    lines: tuple[str, ...] = ()
    state: str = ""  # "ok", "warn", "bad"; "": neither good nor bad
    is_here: bool = False  # we stand here
    path: str | None = None  # where more is said


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLine:
    """The line, in words."""

    title: str  # "No. 128 · Friday 27 November"
    now: str  # all of it in one sentence, for a narrow screen
    cells: tuple[Cell, ...]
    opens: str = ""  # the name of the issue that can be opened now
    as_of: str = ""  # wall time in the first city
    is_old: bool = False  # it is looked at again at this moment
    trouble: str | None = None  # why something here is not known


def week_line(board: WeekBoard, now: datetime, who: str | None = None, *, is_old: bool = False) -> WeekLine:
    """The line as it is at this moment, for this member: their own city's clock comes first."""
    cities = cities_for(board.schedule, who)
    as_of = f"{board.at.astimezone(ZoneInfo(cities[0].zone)):%H:%M}"
    at = board.current
    if at is None:
        cells: tuple[Cell, ...] = (_gathered(board, now, here=True),)
        title = "No issue is planned"
        return WeekLine(title=title, now=f"{title}.", cells=cells, as_of=as_of, is_old=is_old, trouble=board.trouble)
    step = step_of(board, now)
    cells = (
        _gathered(board, now, here=step is Step.CLOSED),
        _cut_off(at, step, now, cities),
        _approve_by(board, at, step, now, cities),
        _send(board, at, step, now, cities),
        _blocks(board, at, step, now, cities),
    )
    return WeekLine(
        title=title_words(at),
        now=_in_short(at, step, cells),
        cells=cells,
        opens=str(at.issue) if not at.is_open and now < at.week.due else "",
        as_of=as_of,
        is_old=is_old,
        trouble=board.trouble,
    )


def step_of(board: WeekBoard, now: datetime) -> Step:
    """Where the issue stands."""
    at = board.current
    if at is None or (not at.is_open and at.mailing is None):
        return Step.CLOSED
    if at.is_sent or (at.mailing is not None and at.mailing.state not in (MailingState.PLANNING, MailingState.READY)):
        return Step.GOING
    if board.progress is not None and board.progress.is_approved:
        return Step.WAITING
    if now < at.week.cut_off:
        return Step.WRITING
    return Step.APPROVING if now < at.week.approve_by else Step.WAITING


def title_words(at: AtIssue) -> str:
    """No. 128 · Friday 27 November."""
    day = at.issue.date
    number = f"No. {at.number} · " if at.number else ""
    return f"{number}{day:%A} {day.day} {day:%B}"


def _gathered(board: WeekBoard, now: datetime, *, here: bool) -> Cell:
    found = board.gathered
    asked = board.glance.pulse.asked if board.glance.pulse else None
    lines = (f"sources asked {ago(now - asked)}" if asked else "no source was asked yet",)
    if found is None:
        return Cell(name="Gathered", words="not known yet", lines=lines, is_here=here)
    words = f"{counted(found.items, 'item')}, {counted(len(found.stories), 'story', 'stories')}"
    return Cell(name="Gathered", words=words, lines=lines, is_here=here, path="/triage")


def _cut_off(at: AtIssue, step: Step, now: datetime, cities: tuple[City, ...]) -> Cell:
    here = step is Step.WRITING
    words, lines = _moment(at.week.cut_off, here, now, cities)
    return Cell(name="Cut-off", words=words, lines=lines, is_here=here)


def _approve_by(board: WeekBoard, at: AtIssue, step: Step, now: datetime, cities: tuple[City, ...]) -> Cell:
    found, path = board.progress, f"/issues/{at.issue}/approve"
    name, here = "Approve by", step is Step.APPROVING
    if found is not None and found.is_approved:
        who = ", ".join(one.name for one in found.signed)
        return Cell(name=name, words="Approved", lines=(who,) if who else (), state="ok", path=path)
    if step is Step.GOING:
        return Cell(name=name, words=in_city(at.week.approve_by, cities[0], now), lines=("done",))
    words, lines = _moment(at.week.approve_by, here, now, cities)
    needed = found.needed if found else board.schedule.approval.needed
    signed = f"{len(found.signed) if found else 0} of {counted(needed, 'signature')}"
    late = at.is_open and now >= at.week.approve_by
    if late:
        words, lines = "Not approved", (f"the deadline passed {ago(now - at.week.approve_by)}",)
    return Cell(
        name=name,
        words=words,
        lines=(*lines, signed) if at.is_open else lines,
        state="bad" if late else "",
        is_here=here,
        path=path if at.is_open else None,
    )


def _send(board: WeekBoard, at: AtIssue, step: Step, now: datetime, cities: tuple[City, ...]) -> Cell:
    path = f"/issues/{at.issue}/delivery"
    if board.receipt is not None and step is Step.GOING:
        return _mailing(board.receipt, now, cities, path)
    if at.is_sent:
        return Cell(name="Sent", words=in_city(at.week.due, cities[0], now), state="ok", is_here=True, path=path)
    here = step is Step.WAITING
    words, lines = _moment(at.week.due, here, now, cities)
    readers = () if board.audience is None else (counted(board.audience.writable, "reader"),)
    late = at.is_open and now >= at.week.due
    if late:
        words, lines = "Due, not sent", (f"since {in_city(at.week.due, cities[0], now)}",)
    return Cell(
        name="Send",
        words=words,
        lines=(*lines, *readers),
        state="bad" if late else "",
        is_here=here,
        path=path if at.is_open else None,
    )


def _mailing(receipt: Receipt, now: datetime, cities: tuple[City, ...], path: str) -> Cell:
    """How it goes, or went."""
    mailing, total = receipt.mailing, receipt.total
    accepted = receipt.of(DeliveryState.ACCEPTED)
    gone = f"{total - receipt.open:,} of {total:,}"
    when = (in_city(mailing.began or mailing.due, cities[0], now),)
    why = (mailing.words,) if mailing.words else ()
    name, words, lines, state = {
        MailingState.SENT: ("Sent", f"{accepted:,} of {total:,} accepted", when, "ok"),
        MailingState.SENDING: ("Sending", gone, (f"since {when[0]}",), ""),
        MailingState.PAUSED: ("Paused", f"{gone} have left", why, "bad"),
        MailingState.UNRESOLVED: (
            "Sent in part",
            f"{receipt.of(DeliveryState.UNKNOWN):,} unknown",
            ("somebody has to decide about them",),
            "warn",
        ),
        MailingState.MISSED: ("Send", "Missed", why or ("nothing has left",), "bad"),
        MailingState.CANCELLED: ("Send", "Cancelled", why, "bad"),
    }.get(mailing.state, ("Send", mailing.state.value, when, ""))
    return Cell(name=name, words=words, lines=lines, state=state, is_here=True, path=path)


def _blocks(board: WeekBoard, at: AtIssue, step: Step, now: datetime, cities: tuple[City, ...]) -> Cell:
    name, path = "Blocks", f"/issues/{at.issue}"
    if step is Step.CLOSED:
        opens = wall(at.week.open, cities[0], now)
        words = f"{_number(at)} opens {opens}" if now < at.week.open else f"{_number(at)} is not open yet"
        return Cell(name=name, words=words, lines=(f"in {left(at.week.open - now)}",) if now < at.week.open else ())
    if step is Step.GOING:
        return Cell(name=name, words="Nothing", lines=("this issue is over",), path=path)
    found = board.progress
    if found is None:
        return Cell(name=name, words="not known", lines=(board.trouble,) if board.trouble else (), path=path)
    if not found.blockers:
        notes = (counted(found.warnings, "warning"),) if found.warnings else ()
        return Cell(name=name, words="Nothing", lines=notes, state="ok", path=path)
    return Cell(name=name, words=block_words(found), lines=tuple(_blamed(found)), state="bad", path=path)


def block_words(found: Progress) -> str:
    """2 findings, 1 empty section."""
    if not found.is_readable:
        return f"{counted(found.findings, 'mistake')} in the files"
    parts = [counted(found.findings, "finding")] if found.findings else []
    parts += [counted(found.empty, "empty section")] if found.empty else []
    return ", ".join(parts)


def _blamed(found: Progress) -> Iterator[str]:
    """Number of the week: Jonas; Video: nobody. A line each, the first few."""
    for one in found.blockers[:_NAMED]:
        what = title(one.section) if one.section else one.places[0].path.rpartition("/")[2]
        yield f"{what}: {one.who.name.split()[0] if one.who else 'nobody'}"
    if len(found.blockers) > _NAMED:
        yield f"and {len(found.blockers) - _NAMED} more"


def _moment(moment: datetime, here: bool, now: datetime, cities: tuple[City, ...]) -> tuple[str, tuple[str, ...]]:
    """A deadline: what is left where we stand before it, else its time."""
    if moment <= now:
        return in_city(moment, cities[0], now), (f"passed {ago(now - moment)}",)
    if here:
        return f"in {left(moment - now)}", tuple(in_city(moment, city, now) for city in cities)
    return in_city(moment, cities[0], now), tuple(in_city(moment, city, now) for city in cities[1:])


def _number(at: AtIssue) -> str:
    return f"No. {at.number}" if at.number else str(at.issue)


def _in_short(at: AtIssue, step: Step, cells: tuple[Cell, ...]) -> str:
    here = next((cell for cell in cells if cell.is_here), cells[0])
    blocks = cells[-1]
    if step is Step.CLOSED:
        return f"{blocks.words}{f', {blocks.lines[0]}' if blocks.lines else ''}"
    also = f" · {blocks.words}" if blocks.state == "bad" else ""
    if step is Step.GOING or here.state == "bad":
        return f"{_number(at)} · {here.name}: {here.words}{also if step is not Step.GOING else ''}"
    calm = " · nothing blocks" if blocks.state == "ok" else " · what blocks is not known"
    return f"{_number(at)} · {here.name.removesuffix(' by')} {here.words}{also or calm}"
