"""newsletter send"""

from __future__ import annotations

import getpass

import click

from newsletter.actions.app import App
from newsletter.actions.send_issue import Rehearsal, Sent, rehearse, send_issue
from newsletter.actions.way_out import read_schedule
from newsletter.cli.arguments import AS, IssueArgument, in_words, opened
from newsletter.cli.receipts import line, state_words
from newsletter.cli.sending import following, stopping, told_now
from newsletter.model.issue import IssueId
from newsletter.model.mailing import DeliveryState, MailingState
from newsletter.publication.schedule import City


@click.command("send")
@click.argument("issue", metavar="DATE", type=IssueArgument())
@click.option("--dry-run", is_flag=True, help="Only tell what would be sent, to how many and from where.")
@click.option("--now", "at_once", is_flag=True, help="Send it now, though it is not due yet or was missed.")
@AS
@click.pass_obj
def command(folder: str, issue: IssueId, dry_run: bool, at_once: bool, who: str) -> int:
    """Send an approved issue to every subscriber, once.

    Its bytes are those that were approved. Before it is due it is only planned. First its page and pictures go live, by
    publish.command where there is one, and no mail leaves before the web shows them as they were approved. Ctrl-C
    pauses nothing and loses nothing: the same command goes on where it stopped. When all have got it, the next issue is
    opened. Exit status 1 while copies are open or unknown, or home and feeds could not be published.

    \b
    Example:
      newsletter send 2026-11-27 --dry-run
      newsletter send 2026-11-27
    """
    app = opened(folder)
    cities = read_schedule(app).cities
    if dry_run:
        _tell(rehearse(app, issue), cities)
        return 0
    with following(issue) as watch, stopping() as stop:
        sent = send_issue(
            app, issue, who, login=getpass.getuser(), at_once=at_once, watch=watch, stop=stop, tell=told_now
        )
    return told(app, issue, sent, cities)


def told(app: App, issue: IssueId, sent: Sent, cities: tuple[City, ...]) -> int:
    """Says what a send came to, and gives the exit status."""
    receipt = sent.receipt
    if sent.early:
        click.echo(
            f"{issue} is planned for {receipt.total:,} readers and leaves {in_words(receipt.mailing.due, cities)}."
        )
        click.echo("Send it again then, or with --now.")
        return 0
    click.echo(f"{issue} is {state_words(receipt.mailing)}: {line(receipt)}")
    if unknown := receipt.of(DeliveryState.UNKNOWN):
        copies = "copy has" if unknown == 1 else "copies have"
        click.echo(f"{unknown:,} {copies} an unknown end; see `newsletter receipt {issue} --show unknown`.")
    if receipt.mailing.state is MailingState.SENT and not receipt.total:
        click.echo("Nobody subscribes yet, so nobody got it.")
    if receipt.open:
        click.echo(f"`newsletter resume {issue}` goes on with the {receipt.open:,} that are open.")
    if sent.opened:
        click.echo(f"The next issue is open: {sent.opened.folder.relative_to(app.root)}")
    if sent.trouble:
        click.echo(f"But home and feeds may not show it yet: {sent.trouble}", err=True)
        over = receipt.mailing.state is MailingState.SENT
        again = f"`newsletter send {issue}`" if over else "The next command that goes on with it"
        click.echo(f"{again} tries that again.", err=True)
    return 0 if receipt.closed and not sent.trouble else 1


def _tell(found: Rehearsal, cities: tuple[City, ...]) -> None:
    edition, audience = found.approved.edition, found.audience
    signers = ", ".join(one.who for one in found.approved.signatures)
    click.echo(f"No. {edition.number}, {edition.issue}: {edition.subject}")
    click.echo(f"  edition     {edition.digest[:16]}, approved by {signers}")
    click.echo(f"  due         {in_words(found.due, cities)}")
    click.echo(f"  by          {found.transport}")
    click.echo(f"  readers     {audience.writable:,} would get it")
    left_out = (
        (audience.unconfirmed, "have not confirmed"),
        (audience.paused, "have paused"),
        (audience.unsubscribed, "have left"),
        (audience.suppressed, "must not be written to"),
    )
    for count, why in left_out:
        if count:
            click.echo(f"              {count:,} {why}")
    click.echo("Nothing was sent, planned or written.")
