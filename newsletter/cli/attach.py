"""newsletter attach"""

from __future__ import annotations

import getpass
from datetime import date, datetime

import click

from newsletter.actions.attach_item import attach_item
from newsletter.cli.arguments import AS, IssueArgument, agreed, named_or_coming, opened
from newsletter.model.issue import IssueId
from newsletter.model.item import ItemId


@click.command("attach")
@click.argument("item")
@click.argument("section")
@click.option("--issue", metavar="DATE", type=IssueArgument(), help="The issue; else the one in preparation.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The date of an item that has none.")
@AS
@click.pass_obj
def command(folder: str, item: str, section: str, issue: IssueId | None, day: datetime | None, who: str) -> int:
    """Put an item into an issue: its entry into items.yaml, its title, link and outlet into the section's blurb.

    SECTION is the blurb's name, such as beyond, beyond-2 or number; a file that is not there is made. What is already
    written in it stays. For the narrative write opening, and put the mark that is printed behind the sentence.

    \b
    Example:
      newsletter attach gazette-17 beyond
    """
    app = opened(folder)
    on: date | None = day.date() if day else None
    name = named_or_coming(app, issue)
    if not agreed(app, name):
        return 1
    attached = attach_item(app, ItemId(item), section, name, who, on, login=getpass.getuser())
    for path in attached.files:
        click.echo(f"Wrote {path}")
    click.echo(f"{attached.item.id} kept: {attached.cited.title} ({attached.cited.outlet})")
    if attached.cited.published is None:
        click.echo("It has no date: set `published` in items.yaml before the narrative leans on it.")
    click.echo(f"A sentence that leans on it ends in {attached.mark}")
    return 0
