"""newsletter move"""

from __future__ import annotations

import getpass

import click

from newsletter.actions.app import read_publication
from newsletter.actions.move_issue import move_issue
from newsletter.cli.arguments import AS, IssueArgument, agreed, in_words, opened
from newsletter.model.audit import claimed
from newsletter.model.issue import IssueId
from newsletter.publication import calendar
from newsletter.publication.folder import Folder


@click.command("move")
@click.argument("issue", metavar="DATE", type=IssueArgument())
@click.argument("to", metavar="NEWDATE", type=IssueArgument())
@AS
@click.pass_obj
def command(folder: str, issue: IssueId, to: IssueId, who: str) -> int:
    """Give an issue in preparation another date of the calendar.

    Its folder is renamed and the date in issue.md written anew; its number and every other byte stay. An extra issue's
    date, as 2026-12-15-visas, stands under calendar: extra: in schedule.yaml first.

    \b
    Example:
      newsletter move 2026-11-27 2026-12-04
    """
    app = opened(folder)
    if not agreed(app, issue):
        return 1
    made = move_issue(app, issue, to, by=claimed(who, getpass.getuser()))
    schedule = read_publication(app, Folder(app.root)).schedule
    week = calendar.week(schedule.calendar, to)
    click.echo(f"Moved to {made}")
    click.echo(f"  send        {in_words(week.due, schedule.cities)}")
    return 0
