"""newsletter test"""

from __future__ import annotations

import getpass

import click
from rich.table import Table

from newsletter.actions.test_issue import MOST, Tested, test_issue
from newsletter.cli.arguments import AS, IssueArgument, named_or_coming, opened
from newsletter.cli.terminal import console
from newsletter.model.issue import IssueId


@click.command("test")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.option(
    "--to", "typed", metavar="ADDRESS,...", required=True, multiple=True, help=f"Who gets it; {MOST} at most."
)
@AS
@click.pass_obj
def command(folder: str, issue: IssueId | None, typed: tuple[str, ...], who: str) -> int:
    """Send an issue as it stands to a few addresses, marked as a test.

    DATE is the name of the issue's folder; without it, the issue in preparation. It need not be approved. Its links to
    unsubscribe and to preferences only show what they would do. The audit log says who asked. Exit status 1 when an
    address was not accepted.

    \b
    Example:
      newsletter test 2026-11-27 --to mei@example.org,daniel@example.org
    """
    app = opened(folder)
    addresses = [address for one in typed for address in one.split(",") if address.strip()]
    tested = test_issue(app, named_or_coming(app, issue), addresses, who, login=getpass.getuser())
    click.echo(f"{tested.edition.issue}, edition {tested.edition.digest[:16]}: {tested.subject}")
    console().print(_table(tested))
    return 0 if all(one.accepted for one in tested.outcomes) else 1


def _table(tested: Tested) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("address", "outcome", "what the server said"):
        table.add_column(heading)
    for one in tested.outcomes:
        table.add_row(one.address, "accepted" if one.accepted else "NOT SENT", str(one.answer))
    return table
