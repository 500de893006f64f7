"""Links: asked for again before an issue goes out. Whoever wrote or signs one that has died is told, once."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.actions.app import App
from newsletter.actions.dead_links import DeadLink, Looked, keep_looked, look_for_dead_links
from newsletter.actions.issue_letters import told
from newsletter.actions.issue_waits import approvers, issue_waits, owner_of, owners_of
from newsletter.actions.jobs import JobContext
from newsletter.actions.team_mail import about, issue_day, local_times, team_letter, write_to_team
from newsletter.actions.way_out import read_schedule
from newsletter.model.issue import IssueId
from newsletter.model.job import Occasion, Outcome, RunState
from newsletter.model.notice import NoticeKind
from newsletter.publication import calendar
from newsletter.publication.folder import is_sent, issue_ids
from newsletter.publication.schedule import Member

TEMPLATE = "notice/links.txt"


def do(app: App, occasion: Occasion, _context: JobContext) -> Outcome:
    """Looks at every link of the issue, and tells its owner and all approvers of those that have died since.

    Raises `NobodyAnswers` where there is no network, so that it is tried again.
    """
    issue = occasion.issue
    assert issue is not None, occasion
    if is_sent(app.root, issue) or issue not in issue_ids(app.root):
        why = "it has gone out" if is_sent(app.root, issue) else "its folder is not there"
        return Outcome(state=RunState.DONE, words=f"{why}, so no link was asked for")
    looked = look_for_dead_links(app, issue)
    outcome = _tell(app, occasion, issue, looked) if looked.died else None
    keep_looked(app, looked)  # behind the mails: one that is killed in between finds the same links dead again
    words = f"{len(looked.found)} links, {len(looked.died) or 'none'} of them died"
    words += f", {looked.silent} gave no answer" if looked.silent else ""
    return Outcome(state=RunState.DONE, words=f"{words}; {outcome.words}" if outcome else words)


def _tell(app: App, occasion: Occasion, issue: IssueId, looked: Looked) -> Outcome:
    schedule = read_schedule(app)
    owners = owners_of(app, issue, schedule)
    theirs = {who.id for one in looked.died for who in _writers(one, owners)}
    wanted = [one for one in schedule.team if one.id in theirs or one in approvers(schedule)]
    due = calendar.week(schedule.calendar, issue).due
    approved = issue_waits(app, issue).over is not None
    letters = []
    for member in wanted:
        values = {
            "approved": approved,
            "issue": str(issue),
            "day": issue_day(issue),
            "due": local_times(due, member.city, schedule.cities),
            "due_left": about(due - app.clock()),
            "several": len(looked.died) > 1,
            "links": "".join(_lines(one, owners) for one in looked.died),
            "silent": looked.silent,
        }
        letters.append(team_letter(app, schedule, TEMPLATE, member, values))
    return told(wanted, write_to_team(app, occasion, NoticeKind.REMINDER, letters))


def _writers(link: DeadLink, owners: Mapping[str, Member]) -> tuple[Member, ...]:
    found = (owner_of(one.section, owners) for one in link.places if one.section)
    return tuple({one.id: one for one in found if one is not None}.values())


def _lines(link: DeadLink, owners: Mapping[str, Member]) -> str:
    """The link, what was found, and where it stands."""
    first = link.places[0]
    where = f"{first.spot.path}, line {first.spot.line}" if first.spot.line else first.spot.path
    others = f", and {len(link.places) - 1} more" if len(link.places) > 1 else ""
    names = " and ".join(one.name for one in _writers(link, owners))
    said = f"{link.seen.said}{f': {link.seen.final}' if link.seen.final else ''}"
    return f"- {link.seen.url}\n    {said}\n    {where}{others}{f' ({names})' if names else ''}\n"
