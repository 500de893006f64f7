"""newsletter resolve"""

from __future__ import annotations

import getpass

import click

from newsletter.actions.resolve_unknown import resolve_unknown
from newsletter.cli.arguments import AS, IssueArgument, opened
from newsletter.cli.receipts import line
from newsletter.model.issue import IssueId


@click.command("resolve")
@click.argument("issue", metavar="DATE", type=IssueArgument())
@click.option(
    "--unknown",
    type=click.Choice(["accept", "resend"]),
    required=True,
    help="They have got it (the mail server's log says so), or it is handed over once more.",
)
@click.option("--who", "readers", metavar="EMAIL", multiple=True, help="Only this reader; may be given again.")
@click.option("--note", help="How you know, for the log.")
@AS
@click.pass_obj
def command(folder: str, issue: IssueId, unknown: str, readers: tuple[str, ...], note: str | None, who: str) -> None:
    """Decide on copies of which nobody knows whether they arrived.

    The connection was lost, or the sender killed, in the very moment in which the mail server took the message. Look
    into the server's log for the Message-ID that `newsletter receipt --show unknown` names. A copy that is sent again
    has the same Message-ID and the same bytes; most mailboxes show it once.

    \b
    Example:
      newsletter resolve 2026-11-27 --unknown accept --who ana@example.org
    """
    count, receipt = resolve_unknown(
        opened(folder),
        issue,
        who,
        login=getpass.getuser(),
        accept=unknown == "accept",
        readers=readers,
        note=note,
    )
    done = "counted as accepted" if unknown == "accept" else "planned again"
    click.echo(f"{count} {'copy' if count == 1 else 'copies'} {done}: {line(receipt)}")
    if receipt.open:
        click.echo(f"`newsletter resume {issue}` sends {'it' if receipt.open == 1 else 'them'}.")
