"""newsletter audit"""

from __future__ import annotations

import json

import click
from rich.table import Table
from rich.text import Text

from newsletter.actions.audit_words import done
from newsletter.actions.read_audit import Log, read_audit
from newsletter.cli.arguments import IssueArgument, opened
from newsletter.cli.terminal import console
from newsletter.model.audit import Entry
from newsletter.model.issue import IssueId


@click.command("audit")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.option("--json", "in_json", is_flag=True, help="Print everything as JSON.")
@click.pass_obj
def command(folder: str, issue: IssueId | None, in_json: bool) -> int:
    """Show who did what, and whether anybody has changed the log since. Exit status 1 where somebody has.

    DATE is the name of an issue's folder; without it, the whole log is shown. Who it was is what they said on the
    command line, with the login they said it from.

    \b
    Example:
      newsletter audit 2026-11-27
    """
    log = read_audit(opened(folder), issue)
    if in_json:
        click.echo(json.dumps(_as_json(log), ensure_ascii=False, indent=2))
    else:
        if log.entries:
            console().print(_table(log))
        click.echo(_summary(log))
    if log.broken is not None:
        words = f"The log is broken at entry {log.broken}: it was changed, or an entry is missing."
        click.echo(f"{words} Put the database beside its last backup and see who could write to it.", err=True)
    return 0 if log.broken is None else 1


def _summary(log: Log) -> str:
    if log.last is None:
        return "The log is empty."
    count = f"{len(log.entries)} of {log.last.number}" if len(log.entries) < log.last.number else str(log.last.number)
    whole = "whole" if log.broken is None else "NOT WHOLE"
    return f"{count} {'entry' if count == '1' else 'entries'}; the log is {whole} and ends with {log.last.chain[:16]}."


def _table(log: Log) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), expand=False)
    for style in ("dim", "dim", "", "bold", "", ""):
        table.add_column(style=style, overflow="fold")
    for entry in log.entries:
        table.add_row(*(Text(cell) for cell in _cells(entry)))
    return table


def _cells(entry: Entry) -> tuple[str, ...]:
    deed = entry.deed
    about = " ".join(filter(None, (str(deed.issue) if deed.issue else None, deed.digest[:16] if deed.digest else None)))
    when = f"{deed.happened:%Y-%m-%d %H:%M} UTC"
    return str(entry.number), when, deed.who, done(deed.act), about, deed.note or ""


def _as_json(log: Log) -> dict[str, object]:
    return {
        "whole": log.broken is None,
        "broken": log.broken,
        "entries": [
            {
                "number": entry.number,
                "happened": entry.deed.happened.isoformat(),
                "who": entry.deed.who,
                "act": entry.deed.act,
                "issue": str(entry.deed.issue) if entry.deed.issue else None,
                "digest": entry.deed.digest,
                "note": entry.deed.note,
                "chain": entry.chain,
            }
            for entry in log.entries
        ],
    }
