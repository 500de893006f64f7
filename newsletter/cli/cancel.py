"""newsletter cancel"""

from __future__ import annotations

import getpass

import click

from newsletter.actions.cancel_mailing import cancel_mailing
from newsletter.actions.show_receipt import show_receipt
from newsletter.cli.arguments import AS, IssueArgument, opened
from newsletter.cli.receipts import line
from newsletter.model.issue import IssueId


@click.command("cancel")
@click.argument("issue", metavar="DATE", type=IssueArgument())
@click.option("--note", help="Why, for the receipt and the log.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@AS
@click.pass_obj
def command(folder: str, issue: IssueId, note: str | None, yes: bool, who: str) -> int:
    """End the sending of an issue: whoever has not got it will not get it.

    While nobody has got it yet, the page, its public copy and sent/ are taken back, and the issue can be changed and
    sent again. Else the page stays, and says that not everybody got it.

    \b
    Example:
      newsletter cancel 2026-11-27 --note "the talks were called off"
    """
    app = opened(folder)
    before = show_receipt(app, issue).receipt
    if not yes and not click.confirm(f"{line(before)}. End the sending of {issue}?", err=True):
        click.echo("Nothing was changed.", err=True)
        return 1
    receipt = cancel_mailing(app, issue, who, login=getpass.getuser(), words=note)
    click.echo(f"Cancelled: {line(receipt)}")
    if receipt.mailing.began is None:
        click.echo("Nobody has got it. The page was taken back; the issue can be changed, approved and sent again.")
    return 0
