"""Report: on Monday, the week in figures to those who are responsible."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.issue_letters import told
from newsletter.actions.jobs import JobContext
from newsletter.actions.report_words import report_text
from newsletter.actions.team_mail import team_letter, write_to_team
from newsletter.actions.weekly_report import last_report, weekly_report
from newsletter.model.job import Occasion, Outcome
from newsletter.model.notice import NoticeKind
from newsletter.publication.calendar import in_cities
from newsletter.publication.schedule import Member, Role, Schedule

TEMPLATE = "notice/report.txt"
_RESPONSIBLE = {Role.APPROVER, Role.OPERATOR}


def do(app: App, occasion: Occasion, _context: JobContext) -> Outcome:
    """Writes the week since the last report to approvers and operators, each by their own clock."""
    report = weekly_report(app, last_report(app, occasion.key))
    people = responsible(report.schedule)
    letters = []
    for member in people:
        today = next(local for city, local in in_cities(report.until, report.schedule.cities) if city == member.city)
        values = {"day": f"{today:%A} {today.day} {today:%B}", "report": report_text(report, member.city)}
        letters.append(team_letter(app, report.schedule, TEMPLATE, member, values))
    return told(people, write_to_team(app, occasion, NoticeKind.REPORT, letters))


def responsible(schedule: Schedule) -> tuple[Member, ...]:
    """Those whom a report goes to, in the order of the team."""
    return tuple(one for one in schedule.team if _RESPONSIBLE & set(one.roles))
