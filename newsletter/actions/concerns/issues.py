"""Issues whose time has come: not approved, not begun, missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.concerns.kinds import Kind, concern
from newsletter.actions.concerns.view import View
from newsletter.model.alarm import Concern
from newsletter.model.approval import living
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId, Week
from newsletter.model.job import Job, RunState
from newsletter.model.mailing import Mailing, MailingState
from newsletter.publication import calendar
from newsletter.publication.folder import is_sent, issue_ids
from newsletter.publication.timetable import issues_between
from newsletter.store import approvals, mailings, runs

NOT_BEGUN = timedelta(minutes=2)  # after it was due
_BEHIND, _AHEAD = timedelta(days=7), timedelta(days=8)  # how far from today issues are looked at
_NEW = (MailingState.PLANNING, MailingState.READY, MailingState.SENDING)


def of_issues(view: View) -> Iterator[Concern]:
    """What is wrong with issues that should be approved, on their way or sent by now, the earliest issue first."""
    weeks = view.schedule.calendar
    for issue in issues_between(weeks, (view.now - _BEHIND).date(), (view.now + _AHEAD).date()):
        week = calendar.week(weeks, issue)
        mailing = mailings.find(view.store, issue)
        if view.now < week.approve_by or _is_over(view, issue, mailing):
            continue
        if found := _of_issue(view, week, mailing):
            yield found


def _is_over(view: View, issue: IssueId, mailing: Mailing | None) -> bool:
    """Whether nothing is to be done for it: sent, cancelled, or mailed by somebody else; or it is under way or paused,
    which its mailing tells."""
    if mailing is None:
        return is_sent(view.app.root, issue)
    return mailing.began is not None or mailing.state not in (*_NEW, MailingState.MISSED)


def _of_issue(view: View, week: Week, mailing: Mailing | None) -> Concern | None:
    due = week.due if mailing is None else max(week.due, mailing.due)  # it may have been put off, as by a resume
    too_late = due + timedelta(minutes=view.schedule.sending.grace_minutes)
    if mailing is not None and mailing.state is MailingState.MISSED:
        return _missed(view, week, mailing.words or "nothing had left in time")
    if view.now >= too_late:
        run = runs.find(view.store, Job.SEND, str(week.issue))
        if run is not None and run.state is RunState.MISSED:
            return _missed(view, week, run.words)
        return None if mailing is None else _missed(view, week, "nothing of it has left")
    trouble = _not_approved(view, week.issue)
    if trouble is not None:
        return _unapproved(view, week, too_late, trouble)
    is_tried = view.was(Kind.PAUSED_UNREACHABLE, str(week.issue)) is not None  # which its mailing tells
    return None if is_tried or view.now < due + NOT_BEGUN else _not_begun(view, week, too_late)


def _not_approved(view: View, issue: IssueId) -> str | None:
    """Why it may not be sent, in words; None where it may. Assembles nothing where nobody has signed."""
    if issue not in issue_ids(view.app.root):
        return f"there is no folder content/issues/{issue} yet"
    if not living(approvals.signatures(view.store, issue)):
        return "nobody has signed it"
    try:
        approved_edition(view.app, issue)
    except NewsletterError as error:
        return str(error)
    return None


def _unapproved(view: View, week: Week, too_late: datetime, trouble: str) -> Concern:
    issue, due = week.issue, view.now >= week.due
    todo = (
        f"`newsletter status {issue}` shows whom it waits for, `newsletter check {issue}` what stands in the way",
        f"`newsletter approve {issue}` signs it; deputies may sign as well now",
        f"`newsletter skip {issue}` if there is to be none this week",
    )
    if not due:
        subject = f"The issue of {issue} is not approved, and its deadline has passed"
        what: tuple[str, ...] = (
            f"It was to be approved by {view.times(week.approve_by)}, and is due {view.times(week.due)}.",
            f"It is not: {trouble}.",
            "Nothing that is not approved is ever sent.",
        )
        return concern(Kind.NOT_APPROVED, str(issue), subject, what, todo)
    subject = f"The issue of {issue} is due, and it is not approved"
    what = (
        f"It was due {view.times(week.due)}, and may not be sent: {trouble}.",
        f"Approved before {view.times(too_late)}, it goes out by itself. After that it waits for a person.",
    )
    return concern(Kind.DUE_NOT_APPROVED, str(issue), subject, what, todo)


def _not_begun(view: View, week: Week, too_late: datetime) -> Concern:
    run = runs.find(view.store, Job.SEND, str(week.issue))
    so_far = f"The job `send` says: {run.words}." if run and run.words else "The job `send` has said nothing yet."
    what = (
        f"The issue of {week.issue} is approved and was due {view.times(week.due)}. No mail of it has left.",
        so_far,
        f"It goes out as soon as it can, until {view.times(too_late)}. After that it waits for a person.",
    )
    todo = (
        "`newsletter jobs` shows whether the clock runs, and what the job `send` waits for",
        f"`newsletter send {week.issue}` sends it from a terminal, and says what stands in the way",
        "`newsletter doctor` looks at mail server, addresses and disk",
    )
    subject = f"The issue of {week.issue} is due, and no mail has left"
    return concern(Kind.NOT_BEGUN, str(week.issue), subject, what, todo)


def _missed(view: View, week: Week, words: str) -> Concern:
    issue = week.issue
    what = (
        f"The issue of {issue} was due {view.times(week.due)}: {words}.",
        "It is not sent any more by itself, for readers do not expect it now. Nobody has got it.",
    )
    todo = (
        f"`newsletter send {issue} --now` sends it late, once it is approved",
        f"`newsletter move {issue} DATE` makes it an issue of another date",
        f"`newsletter cancel {issue}` ends it, where a mailing of it was planned",
    )
    return concern(Kind.MISSED, str(issue), f"The issue of {issue} was missed", what, todo)
