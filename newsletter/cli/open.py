"""newsletter open"""

from __future__ import annotations

import click

from newsletter.actions.app import read_publication
from newsletter.actions.open_issue import open_issue
from newsletter.cli.arguments import IssueArgument, in_words, opened
from newsletter.model.issue import IssueId
from newsletter.publication.folder import Folder


@click.command("open")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.pass_obj
def command(folder: str, issue: IssueId | None) -> None:
    """Make the next issue's folder from the calendar and the sections, with a comment on each field.

    DATE names another issue that the calendar knows. A blurb whose fields are left empty is no part of the issue.

    \b
    Example:
      newsletter open
    """
    app = opened(folder)
    issue, week, made = open_issue(app, issue)
    cities = read_publication(app, Folder(app.root)).schedule.cities
    click.echo(f"Made {made}")
    for what, moment in (("cut-off", week.cut_off), ("approve by", week.approve_by), ("send", week.due)):
        click.echo(f"  {what:<11} {in_words(moment, cities)}")
