"""newsletter bounces"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from newsletter.actions.show_returned import Back, Whole, list_returned, show_returned
from newsletter.actions.take_returns import read_returns, take_returns
from newsletter.actions.undo_returned import undo_returned
from newsletter.cli import returns
from newsletter.cli.arguments import AS, IssueArgument, opened
from newsletter.cli.receipts import CAME_BACK
from newsletter.cli.terminal import console
from newsletter.deliver.returned.table import FIELDS
from newsletter.model.issue import IssueId


@click.group("bounces")
def command() -> None:
    """Look after what comes back: bounces, complaints, automatic answers.

    A reader is not written to any more after one complaint, one hard bounce, or soft bounces in several issues in a
    row; never because a server dislikes us or what we wrote.

    \b
    Example:
      newsletter bounces fetch
      newsletter bounces list 2026-11-27
    """


@command.command("fetch")
@click.pass_obj
def fetch(folder: str) -> int:
    """Read the mailbox or Maildir that `sending: returns:` in schedule.yaml names, and act on what is new in it.

    No mail is marked, moved or deleted. What is no bounce, complaint or automatic answer is only counted.

    \b
    Example:
      newsletter bounces fetch
    """
    for line in returns.told(take_returns(opened(folder))):
        click.echo(line)
    return 0


@command.command("list")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many to show.")
@click.pass_obj
def list_them(folder: str, issue: IssueId | None, limit: int) -> int:
    """Show what came back last, the newest first, of one issue or of all.

    \b
    Example:
      newsletter bounces list 2026-11-27
    """
    found = list_returned(opened(folder), limit, issue)
    if not found:
        click.echo("Nothing has come back.")
        return 0
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("number", "taken (UTC)", "nature", "status", "reader", "what followed", "the mail says"):
        table.add_column(name, overflow="fold")
    for one in found:
        fact = one.fact
        cells = (str(fact.number), f"{fact.taken:%Y-%m-%d %H:%M}", fact.report.nature.value, fact.report.status or "")
        table.add_row(*map(Text, (*cells, _reader(one), _followed(one), fact.report.said)))
    console().print(table)
    return 0


@command.command("show")
@click.argument("number", type=click.IntRange(1))
@click.option("--raw", is_flag=True, help="Print the mail itself.")
@click.pass_obj
def show(folder: str, number: int, raw: bool) -> int:
    """Show all that is known of one of them, or the mail it was read from.

    \b
    Example:
      newsletter bounces show 12 --raw
    """
    whole = show_returned(opened(folder), number)
    if raw:
        if whole.mail is None:
            click.echo("The mail is not kept any more.", err=True)
            return 1
        sys.stdout.buffer.write(whole.mail)
        return 0
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _facts(whole):
        table.add_row(name, Text(value))
    console().print(table)
    return 0


@command.command("undo")
@click.argument("email")
@click.option("--note", metavar="TEXT", help="Why; it is kept in the log. No name and no address.")
@AS
@click.pass_obj
def undo(folder: str, email: str, note: str | None, who: str) -> int:
    """Write to an address again that bounced or complained. Whoever has left or was erased is not touched.

    \b
    Example:
      newsletter bounces undo ana@example.org --note "their server was down all day"
    """
    done = undo_returned(opened(folder), email, who, login=getpass.getuser(), note=note)
    if done.left:
        left = ", ".join(dict.fromkeys(one.reason.value for one in done.left))
        click.echo(f"{email} is still not written to: {left}. Only a new sign-up of theirs changes that.", err=True)
    if not done.lifted:
        click.echo(f"Nothing that came back keeps anybody from writing to {email}; nothing was changed.", err=True)
        return 1
    click.echo(f"Lifted for {email}: {', '.join(dict.fromkeys(one.reason.value for one in done.lifted))}.")
    return 0


@command.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def read(folder: str, files: tuple[Path, ...]) -> int:
    """Say of returned mails in files what they are. Nothing is kept, and nobody is suppressed.

    \b
    Example:
      newsletter bounces read returned/*.eml
    """
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in FIELDS:
        table.add_column(name, overflow="fold")
    for cells in read_returns(opened(folder), ((path.name, path.read_bytes()) for path in files)):
        table.add_row(*map(Text, cells))
    console().print(table)
    return 0


def _reader(one: Back) -> str:
    return one.reader or one.fact.report.address or "?"


def _followed(one: Back) -> str:
    fact = one.fact
    if fact.consequence is None:
        return "" if fact.proof is not None else "no copy of ours is proved"
    return f"{fact.consequence.value}{', undone' if fact.undone else ''}"


def _facts(whole: Whole) -> Iterator[tuple[str, str]]:
    fact, report = whole.back.fact, whole.back.fact.report
    told = {
        "taken": f"{fact.taken:%Y-%m-%d %H:%M} UTC",
        "nature": f"{report.nature.value}: {CAME_BACK[report.nature]}",
        "status": report.status,
        "the mail says": report.said,
        "about": report.address,
        "read from": report.how,
        "reader": whole.back.reader,
        "issue": whole.issue and f"{whole.issue}, copy {fact.seq}",
        "proved by": fact.proof.value if fact.proof else "nothing: nobody is suppressed for it",
        "followed": fact.consequence and f"not written to any more: {fact.consequence.value}",
        "undone": fact.undone and f"{fact.undone:%Y-%m-%d %H:%M} UTC, by {fact.undone_by}",
        "the mail": "not kept any more" if whole.mail is None else f"{len(whole.mail):,} octets; --raw prints it",
    }
    yield from ((name, value) for name, value in told.items() if value)
