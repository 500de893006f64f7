"""newsletter skip"""

from __future__ import annotations

import getpass
import sys

import click

from newsletter.actions.skip_week import Skip, plan_skip, skip_week
from newsletter.cli.arguments import AS, IssueArgument, opened
from newsletter.model.issue import IssueId
from newsletter.publication.lookahead import in_full


@click.command("skip")
@click.argument("issue", metavar="DATE", type=IssueArgument())
@click.option("--undo", is_flag=True, help="Take the week in again.")
@AS
@click.pass_obj
def command(folder: str, issue: IssueId, undo: bool, who: str) -> int:
    """Leave a week out of the calendar: no issue goes out, none is promised to readers, and it uses no number.

    The date is written into schedule.yaml, under calendar: skip:; comments and all else there stay as they are. What
    stands under calendar: extra: is left out by removing it there. The audit log keeps who did it.

    \b
    Example:
      newsletter skip 2026-12-25
    """
    if issue.slug:
        raise click.UsageError(f"{issue} is an extra issue; remove it from calendar: extra: in schedule.yaml")
    app = opened(folder)
    skip = plan_skip(app, issue.date, undo)
    if not _agreed(skip):
        return 1
    skip_week(app, skip, who, login=getpass.getuser())
    if undo:
        click.echo(f"{in_full(skip.day)} has its issue again.")
        return 0
    click.echo(f"{in_full(skip.day)} is skipped. The next issue after it is {skip.next}.")
    if skip.folder:
        click.echo(f"Its folder stays, and does not go out: `newsletter move {issue} {skip.free}` gives it that date.")
    return 0


def _agreed(skip: Skip) -> bool:
    """Whether whoever does it wants to, although signatures may not outlive it."""
    for issue, signature in skip.voids:
        click.echo(f"{signature.who} approved {issue}, which names readers the next issue; this voids that.", err=True)
    if not skip.voids or not sys.stdin.isatty():
        return True
    return click.confirm("Go on?", err=True)
