"""newsletter subscribers"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.export_subscribers import export_subscribers
from newsletter.actions.import_subscribers import DryRun, Report, dry_run, import_subscribers
from newsletter.actions.list_subscribers import list_subscribers, show_subscriber
from newsletter.actions.reader_words import about, effect_lines, facts, state_words
from newsletter.actions.tell_story import tell_story
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.cli.arguments import AS, opened, program
from newsletter.cli.terminal import console
from newsletter.model.audit import claimed
from newsletter.model.subscriber import Reason, SubscriberState

STATE = click.option(
    "--state", type=click.Choice([one.value for one in SubscriberState]), help="Only those in this state."
)
TAG = click.option("--tag", metavar="TAG", help="Only those with this tag.")
EMAIL = click.argument("email")


@click.group("subscribers")
def command() -> None:
    """Look after the readers: bring them in from a file, list them, and say of each why they get an issue or not.

    \b
    Example:
      newsletter subscribers import readers.csv --basis "signed up at our fair, 2026"
    """


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--basis", metavar="WORDS", help="On which ground these people may be written to; it is kept.")
@click.option("--yes", is_flag=True, help="Do not ask; --basis must be given.")
@AS
@click.pass_obj
def import_file(folder: str, file: Path, basis: str | None, yes: bool, who: str) -> int:
    """Bring in the readers of a CSV file, once it was shown what that would change.

    The first line names the columns: Email, and any of Name, First name, Last name, Language, Zone, Tags, State,
    Subscribed, Confirmed, Source, as other systems spell them. Who has left, complained, bounced or was erased stays
    out. Bad rows are written beside the file, as NAME.rejected.csv, with line and reason.

    \b
    Example:
      newsletter subscribers import readers.csv --basis "signed up at our fair, 2026"
    """
    if yes and not basis:
        raise click.UsageError('--yes wants --basis: the ground on which they may be written to, as "signed up at ..."')
    app = opened(folder)
    with _progress() as report, dry_run(app, file, report) as run:
        for line in about(run):
            click.echo(line)
        console().print(_table(run))
        if run.rejected:
            click.echo(f"The bad rows stand in {run.rejected}, with line and reason.")
        if not run.effect.new and not run.effect.filled:
            click.echo("There is nothing to bring in.")
            return 0
        if not yes:
            basis = basis or click.prompt("On which ground may these people be written to?", err=True)
            if not click.confirm("Bring them in?", err=True):
                click.echo("Nothing was changed.", err=True)
                return 1
        done, effect = import_subscribers(app, run, basis=basis or "", who=who, report=report)
    click.echo(f"Import {done.number}: {_people(effect.new)} new, {_people(effect.filled)} got facts.")
    return 0


def _table(run: DryRun) -> Table:
    effect = run.effect
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    table.add_column()
    for number, what in effect_lines(effect):
        table.add_row(f"{number:,}", Text(what))
    table.add_row(f"{run.bad:,}", "bad rows")
    table.add_row(f"{run.doubles:,}", "rows that repeat the address of another")
    return table


@contextmanager
def _progress() -> Iterator[Report]:
    """A bar on the terminal for each part of the work, gone when it is done; nothing where no person looks."""
    terminal = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal)
    task = bars.add_task("")

    def report(what: str, done: int, total: int) -> None:
        bars.update(task, description=what, completed=done, total=total)
        (bars.stop if done >= total else bars.start)()  # a question follows: the terminal is free then

    try:
        yield report
    finally:
        bars.stop()


@command.command("export")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Else it is printed.")
@STATE
@TAG
@AS
@click.pass_obj
def export(folder: str, out: Path | None, state: str | None, tag: str | None, who: str) -> int:
    """Write the readers as CSV, safe to open in a spreadsheet; `import` reads it back. The audit log keeps who has
    taken them, and how many.

    \b
    Example:
      newsletter subscribers export --out readers.csv
    """
    app, wanted, by = opened(folder), SubscriberState(state) if state else None, claimed(who, getpass.getuser())
    if out is None:
        export_subscribers(app, lambda line: click.echo(line.encode(), nl=False), by=by, state=wanted, tag=tag)
        return 0
    # With the mark that tells spreadsheets that it is UTF-8.
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        count = export_subscribers(app, file.write, by=by, state=wanted, tag=tag)
    click.echo(f"{_people(count)} in {out}.")
    return 0


@command.command("list")
@STATE
@TAG
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many to show.")
@click.pass_obj
def list_them(folder: str, state: str | None, tag: str | None, limit: int) -> int:
    """Show readers, and how many there are of each state.

    \b
    Example:
      newsletter subscribers list --tag press
    """
    found = list_subscribers(opened(folder), limit, state=SubscriberState(state) if state else None, tag=tag)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("address", "name", "language", "tags", "state"):
        table.add_column(name, overflow="fold")
    for one in found.listed:
        reader = one.subscriber
        row = (reader.address, reader.name or "", reader.language or "", ", ".join(reader.tags), state_words(one))
        table.add_row(*map(Text, row))
    if found.listed:
        console().print(table)
    if found.more:
        click.echo(f"There are more; `{program()} subscribers export` writes all of them.")
    click.echo(", ".join(f"{number:,} {one.value}" for one, number in found.counts.items()) + ".")
    return 0


@command.command("show")
@EMAIL
@click.pass_obj
def show(folder: str, email: str) -> int:
    """Show what is kept about one address.

    \b
    Example:
      newsletter subscribers show ana@example.org
    """
    known = show_subscriber(opened(folder), email)
    if known.subscriber is None and not known.suppressions:
        click.echo(f"Nothing is kept about {email}.", err=True)
        return 1
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts(known):
        table.add_row(name, Text(value))
    console().print(table)
    return 0


@command.command("why")
@EMAIL
@click.pass_obj
def why(folder: str, email: str) -> int:
    """Tell whether an address gets the next issue, and the whole story of how that came.

    \b
    Example:
      newsletter subscribers why ana@example.org
    """
    told = tell_story(opened(folder), email)
    click.echo(told.first)
    for line in told.lines:
        click.echo(f"  {line.at:%Y-%m-%d %H:%M}  {line.words}")
    return 0


@command.command("leave")
@EMAIL
@click.option("--note", metavar="TEXT", help="How they asked for it.")
@AS
@click.pass_obj
def leave(folder: str, email: str, note: str | None, who: str) -> int:
    """Unsubscribe somebody who asked for it by mail or on the telephone.

    An address that nobody here has is noted as well: no import brings it in.

    \b
    Example:
      newsletter subscribers leave ana@example.org --note "her mail of 25 November"
    """
    left = suppress_reader(opened(folder), email, Reason.OPT_OUT, who=who, note=note)
    had = "had left before; nothing was changed" if left.already else "is not written to any more"
    unknown = "" if left.subscriber else " It is the address of no reader."
    click.echo(f"{email} {had}.{unknown}")
    return 0


@command.command("erase")
@EMAIL
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--note", metavar="TEXT", help="What is to be kept beside it; no name and no address.")
@AS
@click.pass_obj
def erase(folder: str, email: str, yes: bool, note: str | None, who: str) -> int:
    """Forget a reader: every word goes, and the address is not written to any more. This cannot be undone.

    \b
    Example:
      newsletter subscribers erase ana@example.org
    """
    app = opened(folder)
    if not yes and not click.confirm(f"Forget everything about {email}? This cannot be undone.", err=True):
        click.echo("Nothing was changed.", err=True)
        return 1
    known = erase_reader(app, email, by=who, note=note)
    what = "Everything about it is gone" if known else "Nothing was kept about it"
    click.echo(f"{what}; it is not written to, and no import brings it in.")
    return 0


def _people(number: int) -> str:
    return f"{number:,} reader{'' if number == 1 else 's'}"
