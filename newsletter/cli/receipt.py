"""newsletter receipt"""

from __future__ import annotations

import csv
import json
import sys

import click
from rich.table import Table
from rich.text import Text

from newsletter.actions.app import App, last_sent_issue
from newsletter.actions.show_receipt import people_of, show_receipt
from newsletter.actions.way_out import read_schedule
from newsletter.cli import receipts
from newsletter.cli.arguments import IssueArgument, opened
from newsletter.cli.terminal import console
from newsletter.model.issue import IssueId
from newsletter.model.mailing import DeliveryState
from newsletter.model.returned import Nature
from newsletter.readers.cells import escaped

_AT_MOST = 200  # people listed on a terminal; a file has all

_STATES = {receipts.named(state).replace(" ", "-"): state for state in DeliveryState}
_NATURES = {nature.value: nature for nature in Nature}
_Wanted = tuple[tuple[DeliveryState, ...], tuple[Nature, ...]]


@click.command("receipt")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.option(
    "--show", metavar="FIGURE", type=click.Choice([*_STATES, *_NATURES, "all"]), help="Name the people behind it."
)
@click.option("--csv", "in_csv", is_flag=True, help="Write them as CSV, without a limit.")
@click.option("--json", "in_json", is_flag=True, help="Print the sum as JSON.")
@click.pass_obj
def command(folder: str, issue: IssueId | None, show: str | None, in_csv: bool, in_json: bool) -> int:
    """Show what became of every reader's copy of an issue: the proof that everyone got it once.

    DATE is the issue's folder, without it the last that was sent. FIGURE is what became of a copy: accepted, refused,
    deferred, expired, suppressed, cancelled, unknown, planned, handing-over; or what came back of it later: hard, soft,
    policy, delayed, complaint, auto-reply, other; or all. Exit status 1 while copies are open or unknown.

    \b
    Example:
      newsletter receipt 2026-11-27
      newsletter receipt 2026-11-27 --show refused
      newsletter receipt 2026-11-27 --show hard
      newsletter receipt 2026-11-27 --show all --csv > receipt.csv
    """
    app = opened(folder)
    name = issue or last_sent_issue(app.root)
    proof = show_receipt(app, name)
    if in_json:
        click.echo(json.dumps(receipts.as_json(proof), ensure_ascii=False, indent=2))
    elif show or in_csv:
        (_write_csv if in_csv else _print_people)(app, name, _wanted(show))
    else:
        console().print(receipts.shown(proof, read_schedule(app).cities, app.clock()))
    return 0 if proof.receipt.closed else 1


def _wanted(show: str | None) -> _Wanted:
    if show in _NATURES:
        return (), (_NATURES[show],)
    return (_STATES[show],) if show in _STATES else tuple(DeliveryState), ()


def _write_csv(app: App, issue: IssueId, wanted: _Wanted) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(receipts.FIELDS)
    with people_of(app, read_schedule(app), issue, *wanted) as people:
        for person in people:
            writer.writerow([escaped(cell) for cell in receipts.row(person)])


def _print_people(app: App, issue: IssueId, wanted: _Wanted) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("reader", "state", "last change (UTC)", "what the server said", "Message-ID", "came back"):
        table.add_column(name, overflow="fold")
    count = 0
    with people_of(app, read_schedule(app), issue, *wanted) as people:
        for count, person in enumerate(people, 1):
            if count > _AT_MOST:
                break
            cells = receipts.row(person)
            table.add_row(*(Text(cells[at]) for at in (1, 3, 5, 6, 7, 9)))
    console().print(table)
    if count > _AT_MOST:
        click.echo(f"The first {_AT_MOST} are shown; add --csv for all of them.")
    elif not count:
        click.echo("Nobody.")
