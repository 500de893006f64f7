"""newsletter sources"""

from __future__ import annotations

import getpass
import json
from datetime import datetime
from pathlib import Path

import click
from rich.console import Group
from rich.table import Table
from rich.text import Text

from newsletter.actions.add_source import Found, Looked, add_source, look_at
from newsletter.actions.exchange_sources import export_sources, import_sources
from newsletter.actions.list_sources import SourceReport, list_sources
from newsletter.cli.arguments import AS, opened, program
from newsletter.cli.gather import counted
from newsletter.cli.terminal import console
from newsletter.gather.health import Mood, span
from newsletter.model.audit import claimed
from newsletter.model.source import RightsPolicy

COLOURS = {
    Mood.WELL: "green",
    Mood.QUIET: "yellow",
    Mood.FAILING: "bold red",
    Mood.GONE: "bold red",
    Mood.PAUSED: "dim",
    Mood.NEW: "dim",
}
POLICIES = click.Choice([policy.value for policy in RightsPolicy])


@click.group("sources", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Show how every source is doing: last success, last new item, usual rhythm, next try, and errors in words.

    \b
    Example:
      newsletter sources
    """
    if ctx.invoked_subcommand is not None:
        return
    app = opened(ctx.obj)
    reports = list_sources(app)
    if as_json:
        click.echo(json.dumps([_as_json(report) for report in reports], ensure_ascii=False, indent=2))
    else:
        console().print(_shown(reports, app.clock()))


def _shown(reports: tuple[SourceReport, ...], now: datetime) -> Group:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("source", "kind", "asked", "newest", "next", "how it is doing"):
        table.add_column(name, no_wrap=name != "how it is doing", overflow="fold")
    for report in reports:
        words = ", ".join(part for part in (report.health.rhythm, report.health.words) if part)
        state, mood = report.state, report.health.mood
        table.add_row(
            Text(report.source.id, style="bold"),
            report.source.kind.value,
            _ago(state.succeeded if state else None, now),
            _ago(report.newest, now),
            _ahead(state.next_try if state and mood not in (Mood.GONE, Mood.PAUSED) else None, now),
            Text.assemble((mood.value, COLOURS[mood]), f" {words}" if words else ""),
        )
    bad = sum(report.health.mood in (Mood.FAILING, Mood.GONE) for report in reports)
    return Group(table, Text(f"\n{counted(len(reports), 'source')}, {bad} failing or gone."))


def _ago(moment: datetime | None, now: datetime) -> str:
    return "never" if moment is None else f"{span(max(now - moment, now - now))} ago"


def _ahead(moment: datetime | None, now: datetime) -> str:
    return "" if moment is None else "now" if moment <= now else f"in {span(moment - now)}"


def _as_json(report: SourceReport) -> dict[str, object]:
    state = report.state
    return {
        "source": report.source.id,
        "name": report.source.name,
        "kind": report.source.kind.value,
        "address": (state.address if state else None) or report.source.url or report.source.path,
        "rights": report.source.rights.value,
        "mood": report.health.mood.value,
        "words": report.health.words,
        "rhythm": report.health.rhythm,
        "newest": _iso(report.newest),
        "succeeded": _iso(state.succeeded if state else None),
        "brought": _iso(state.brought if state else None),
        "failing_since": _iso(state.failing_since if state else None),
        "failures": state.failures if state else 0,
        "error": state.error if state else None,
        "moved_to": state.address if state else None,
        "next_try": _iso(state.next_try if state else None),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@command.command("add")
@click.argument("url")
@click.option("--id", "name", metavar="ID", help="Its id; else made of its title.")
@click.option("--rights", type=POLICIES, help="What we may do with its words.  [default: summarise and link only]")
@click.option("--take", type=click.IntRange(1), help="Which of the things found to add, by its number.")
@click.option("--preview", is_flag=True, help="Only show what it would bring.")
@AS
@click.pass_obj
def add(folder: str, url: str, name: str | None, rights: str | None, take: int | None, preview: bool, who: str) -> int:
    """Look at an address, find its feed, show what it would bring, and write it into seeds/sources.yaml.

    \b
    Example:
      newsletter sources add https://gazette.example.com --rights "free to quote"
    """
    app = opened(folder)
    looked = look_at(app, url)
    for line in _offers(looked):
        click.echo(line)
    good = [found for found in looked.found if not found.parsed.failure]
    if preview or not good:
        return 0 if good else 1
    feeds = [found for found in good if found.format != "web page"] or good
    if take is None and len(feeds) > 1:
        click.echo(f"\nThere are {len(feeds)}; name one with --take NUMBER.")
        return 1
    if take is not None and take > len(looked.found):
        raise click.BadParameter(f"only {counted(len(looked.found), 'thing')} found", param_hint="--take")
    chosen = looked.found[take - 1] if take is not None else feeds[0]
    source = chosen.with_choices(name, RightsPolicy(rights) if rights else None)
    add_source(app, source, by=claimed(who, getpass.getuser()))
    click.echo(f"\nAdded '{source.id}' to seeds/sources.yaml as '{source.rights.value}'.")
    click.echo(f"Next: {program()} gather {source.id}")
    return 0


def _offers(looked: Looked) -> list[str]:
    lines = [f"! {failure}" for failure in looked.failures]
    if not looked.found:
        lines.append(f"Nothing at {looked.address} can be gathered.")
    for number, found in enumerate(looked.found, 1):
        lines += ["", f"{number}. {found.format}: {found.source.name}  [{found.source.language}]", *_offered(found)]
    return lines


def _offered(found: Found) -> list[str]:
    if found.parsed.failure:
        return [f"   {found.source.url}", f"   cannot be read: {found.parsed.failure}"]
    entries = [reading.entry for reading in found.parsed.readings]
    dates = [entry.published.written if entry.published else "undated" for entry in entries[:5]]
    lines = [f"   {found.source.url}", f"   {counted(len(entries), 'item')}"]
    return lines + [f"   - {date}  {entry.title}" for date, entry in zip(dates, entries, strict=False)]


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@AS
@click.pass_obj
def import_file(folder: str, file: Path, who: str) -> int:
    """Add every feed of an OPML file that is not gathered yet.

    \b
    Example:
      newsletter sources import subscriptions.opml
    """
    imported = import_sources(opened(folder), file.read_bytes(), str(file), by=claimed(who, getpass.getuser()))
    for source in imported.added:
        click.echo(f"  {source.id:<24} {source.url}")
    for words in imported.left_out:
        click.echo(f"! {words}")
    click.echo(
        f"{counted(len(imported.added), 'source')} added as '{RightsPolicy.SUMMARISE.value}', {imported.known} known "
        f"already, {len(imported.left_out)} left out."
    )
    return 0


@command.command("export")
@click.pass_obj
def export(folder: str) -> int:
    """Print all feeds as OPML, for other programs and for another publication.

    \b
    Example:
      newsletter sources export > sources.opml
    """
    click.echo(export_sources(opened(folder)).decode(), nl=False)
    return 0
