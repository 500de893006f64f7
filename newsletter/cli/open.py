"""newsletter open"""

from __future__ import annotations

import getpass

import click

from newsletter.actions.app import read_publication
from newsletter.actions.open_issue import open_issue
from newsletter.cli.arguments import AS, IssueArgument, in_words, opened
from newsletter.model.audit import claimed
from newsletter.model.issue import IssueId
from newsletter.publication.folder import Folder


@click.command("open")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@AS
@click.pass_obj
def command(folder: str, issue: IssueId | None, who: str) -> None:
    """Make the next issue's folder from the calendar and the sections, with a comment on each field.

    DATE names another issue that the calendar knows. Kept and held items stand in its items.yaml, our own new pieces in
    the sections that seeds/sources.yaml names for them. A blurb whose fields are left empty is no part of the issue.

    \b
    Example:
      newsletter open
    """
    app = opened(folder)
    opening = open_issue(app, issue, who, by=claimed(who, getpass.getuser()))
    week, filled = opening.week, opening.filled
    cities = read_publication(app, Folder(app.root)).schedule.cities
    click.echo(f"Made {opening.folder}")
    for what, moment in (("cut-off", week.cut_off), ("approve by", week.approve_by), ("send", week.due)):
        click.echo(f"  {what:<11} {in_words(moment, cities)}")
    for section, item in filled.placed:
        click.echo(f"  {section:<11} our own: {item.entry.title}")
    if filled.cited:
        click.echo(f"  items.yaml  {len(filled.cited)} kept or held: {', '.join(item.id for item in filled.cited)}")
    for item in filled.waiting:
        click.echo(f"  no place for our own {item.id}: {item.entry.title}")
    for reason in filled.left_out:
        click.echo(f"  left out: {reason}", err=True)
    if not opening.from_home:
        click.echo("  What was gathered is not here (no database), so nothing was filled in.")
