"""newsletter receipt"""

from __future__ import annotations

import csv
import json
import sys

import click
from rich.table import Table
from rich.text import Text

from newsletter.actions.app import App, last_sent_issue, read_publication
from newsletter.actions.show_receipt import people_of, show_receipt
from newsletter.cli import receipts
from newsletter.cli.arguments import IssueArgument, opened
from newsletter.cli.terminal import console
from newsletter.model.issue import IssueId
from newsletter.model.mailing import DeliveryState
from newsletter.publication.folder import Folder
from newsletter.readers.cells import escaped

_AT_MOST = 200  # people listed on a terminal; a file has all

_STATES = {receipts.named(state).replace(" ", "-"): state for state in DeliveryState}


@click.command("receipt")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.option("--show", metavar="STATE", type=click.Choice([*_STATES, "all"]), help="Name the people behind a figure.")
@click.option("--csv", "in_csv", is_flag=True, help="Write them as CSV, without a limit.")
@click.option("--json", "in_json", is_flag=True, help="Print the sum as JSON.")
@click.pass_obj
def command(folder: str, issue: IssueId | None, show: str | None, in_csv: bool, in_json: bool) -> int:
    """Show what became of every reader's copy of an issue: the proof that everyone got it once.

    DATE is the issue's folder, without it the last that was sent. STATE is one of accepted, refused, deferred, expired,
    suppressed, cancelled, unknown, planned, handing-over, or all. Exit status 1 while copies are open or unknown.

    \b
    Example:
      newsletter receipt 2026-11-27
      newsletter receipt 2026-11-27 --show refused
      newsletter receipt 2026-11-27 --show all --csv > receipt.csv
    """
    app = opened(folder)
    name = issue or last_sent_issue(app.root)
    proof = show_receipt(app, name)
    if in_json:
        click.echo(json.dumps(receipts.as_json(proof), ensure_ascii=False, indent=2))
    elif show or in_csv:
        states = tuple(DeliveryState) if show in (None, "all") else (_STATES[show],)
        (_write_csv if in_csv else _print_people)(app, name, states)
    else:
        cities = read_publication(app, Folder(app.root)).schedule.cities
        console().print(receipts.shown(proof, cities, app.clock()))
    return 0 if proof.receipt.closed else 1


def _write_csv(app: App, issue: IssueId, states: tuple[DeliveryState, ...]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(receipts.FIELDS)
    with people_of(app, issue, states) as people:
        for delivery, message_id in people:
            writer.writerow([escaped(cell) for cell in receipts.row(delivery, message_id)])


def _print_people(app: App, issue: IssueId, states: tuple[DeliveryState, ...]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("reader", "state", "last change (UTC)", "what the server said", "Message-ID"):
        table.add_column(name, overflow="fold")
    count = 0
    with people_of(app, issue, states) as people:
        for count, (delivery, message_id) in enumerate(people, 1):
            if count > _AT_MOST:
                break
            cells = receipts.row(delivery, message_id)
            table.add_row(*(Text(cell) for cell in (cells[1], cells[3], cells[5], cells[6], cells[7])))
    console().print(table)
    if count > _AT_MOST:
        click.echo(f"The first {_AT_MOST} are shown; add --csv for all of them.")
    elif not count:
        click.echo("Nobody.")
