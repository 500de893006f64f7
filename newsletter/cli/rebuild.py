"""newsletter rebuild"""

from __future__ import annotations

import json

import click

from newsletter.actions.rebuild_issue import rebuild_issue
from newsletter.actions.way_out import read_schedule
from newsletter.cli.arguments import IssueArgument, opened
from newsletter.cli.differences import as_json, shown
from newsletter.cli.terminal import console
from newsletter.model.issue import IssueId


@click.command("rebuild")
@click.argument("issue", metavar="DATE", type=IssueArgument())
@click.option("--json", "in_json", is_flag=True, help="Print everything as JSON.")
@click.pass_obj
def command(folder: str, issue: IssueId, in_json: bool) -> int:
    """Hold an issue that was sent against what its files make of it today.

    Says "identical", or what differs: words, sections, pictures, files. Nothing is written, and what went out stays as
    it is. To repeat an old theme or an old version of the program, check out the commit of that week first.

    \b
    Example:
      newsletter rebuild 2026-11-20
    """
    app = opened(folder)
    rebuilt = rebuild_issue(app, issue)
    if in_json:
        document = {"issue": str(issue), "identical": rebuilt.identical, "difference": as_json(rebuilt.difference)}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    elif rebuilt.identical:
        click.echo(
            f"{issue} is identical: today's files make the very edition that was sent, {rebuilt.edition.digest[:16]}."
        )
    if not in_json and (rebuilt.difference.files or not rebuilt.identical):
        console().print(shown(rebuilt.difference, read_schedule(app).cities))
    return 0 if rebuilt.identical else 1
