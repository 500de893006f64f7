"""newsletter resume"""

from __future__ import annotations

import getpass

import click

from newsletter.actions.resume_mailing import resume_mailing
from newsletter.actions.way_out import read_schedule
from newsletter.cli.arguments import AS, IssueArgument, opened
from newsletter.cli.send import told
from newsletter.cli.sending import following, stopping, told_now
from newsletter.model.issue import IssueId


@click.command("resume")
@click.argument("issue", metavar="DATE", type=IssueArgument())
@click.option("--mended", is_flag=True, help="Those who have not got it get the edition that was approved since.")
@AS
@click.pass_obj
def command(folder: str, issue: IssueId, mended: bool, who: str) -> int:
    """Go on sending an issue that is paused: only to those who have not got it.

    A mistake found in the middle: pause, mend the files, approve the issue once more, and resume with --mended.

    \b
    Example:
      newsletter resume 2026-11-27 --mended
    """
    app = opened(folder)
    cities = read_schedule(app).cities
    with following(issue) as watch, stopping() as stop:
        sent = resume_mailing(
            app, issue, who, login=getpass.getuser(), mended=mended, watch=watch, stop=stop, tell=told_now
        )
    return told(app, issue, sent, cities)
