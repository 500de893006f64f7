"""Letters about an issue before a deadline: each of the team is told what is theirs, and who is done hears nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from newsletter.actions.app import App
from newsletter.actions.issue_waits import Task, Waits, approvers
from newsletter.actions.team_mail import (
    about,
    day_and_time,
    issue_day,
    local_times,
    team_letter,
    write_to_team,
)
from newsletter.model.changes import listed
from newsletter.model.job import Occasion, Outcome, RunState
from newsletter.model.notice import NoticeKind
from newsletter.publication.calendar import in_cities
from newsletter.publication.schedule import Member


def tell_team(app: App, occasion: Occasion, template: str, waits: Waits, people: Iterable[Member]) -> Outcome:
    """Writes to each of these people once, in the order of the team, and says to whom.

    The template is given what is theirs to do, what is nobody's and what is others', and whether they may sign.
    """
    if waits.over:
        return Outcome(state=RunState.DONE, words=f"{waits.over}, so nobody was written to")
    ids = {one.id for one in people}
    wanted = [one for one in waits.schedule.team if one.id in ids]
    if not wanted:
        return Outcome(state=RunState.DONE, words="nothing is missing, so nobody was written to")
    letters = [team_letter(app, waits.schedule, template, one, _values(app, waits, one)) for one in wanted]
    return told(wanted, write_to_team(app, occasion, NoticeKind.REMINDER, letters))


def told(wanted: Iterable[Member], written: Iterable[Member]) -> Outcome:
    """DONE, with the names of those who were written to."""
    names, new = [one.name for one in wanted], [one.name for one in written]
    if not names:
        return Outcome(state=RunState.DONE, words="there is nobody of the team to write to")
    words = f"wrote to {listed(new)}" if new else f"{listed(names)} had been written to before"
    return Outcome(state=RunState.DONE, words=words)


def those_who_can_help(waits: Waits) -> tuple[Member, ...]:
    """Owners of what stands in the way and those who may sign; all approvers where a task is nobody's."""
    return (*waits.owners, *waits.signers, *approvers_for_nobodys(waits))


def approvers_for_nobodys(waits: Waits) -> tuple[Member, ...]:
    """All approvers, where somebody has to be found for a task."""
    return approvers(waits.schedule) if waits.nobodys else ()


def _values(app: App, waits: Waits, member: Member) -> dict[str, object]:
    week, cities, now = waits.week, waits.schedule.cities, app.clock()
    mine, signs = waits.of(member), member in waits.signers
    others = [one for one in waits.tasks if one.who is not None and one.who.id != member.id]
    values: dict[str, object] = {
        "id": member.id,
        "issue": str(waits.issue),
        "day": issue_day(waits.issue),
        "is_there": waits.is_there,
        "is_weekly": not waits.issue.slug,
        "mine": "".join(_lines(mine)),
        "nobodys": "".join(_lines(waits.nobodys)) if signs or member in approvers(waits.schedule) else "",
        "others": "".join(f"- {one.who.name}: {one.what}\n" for one in others if one.who),
        "signs": signs,
        "missing": waits.missing,
        "releases": member.id == waits.schedule.approval.in_charge,
        "free": not waits.tasks,
        "grace": waits.schedule.sending.grace_minutes,
    }
    for name, moment in (("cut_off", week.cut_off), ("approve_by", week.approve_by), ("due", week.due)):
        own = next(local for city, local in in_cities(moment, cities) if city == member.city)
        values |= {name: local_times(moment, member.city, cities), f"{name}_short": day_and_time(own)}
        values[f"{name}_left"] = about(moment - now) if moment > now else ""
    return values


def _lines(tasks: Iterable[Task]) -> Iterator[str]:
    for task in tasks:
        yield f"- {task.what}\n"
        yield from (f"    {one}\n" for one in task.places)
        if task.more:
            yield f"    ... and {task.more} more\n"
