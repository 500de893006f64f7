"""newsletter pause"""

from __future__ import annotations

import getpass

import click

from newsletter.actions.pause_mailing import pause_mailing
from newsletter.cli.arguments import AS, IssueArgument, opened
from newsletter.cli.receipts import line
from newsletter.model.issue import IssueId


@click.command("pause")
@click.argument("issue", metavar="DATE", type=IssueArgument())
@click.option("--note", help="Why, for the receipt and the log.")
@AS
@click.pass_obj
def command(folder: str, issue: IssueId, note: str | None, who: str) -> None:
    """Stop sending an issue until somebody resumes it.

    Messages that are on their way are finished, one at most for each connection; everybody else waits.

    \b
    Example:
      newsletter pause 2026-11-27 --note "wrong link in the video section"
    """
    receipt = pause_mailing(opened(folder), issue, who, login=getpass.getuser(), words=note)
    click.echo(f"Paused: {line(receipt)}")
    click.echo(f"`newsletter resume {issue}` goes on, `newsletter cancel {issue}` ends it.")
