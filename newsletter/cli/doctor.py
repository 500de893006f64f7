"""newsletter doctor"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from ipaddress import ip_address

import click
from rich.table import Table
from rich.text import Text

from newsletter.actions.doctor import examine
from newsletter.actions.go_live import patiently
from newsletter.actions.probing import Extent
from newsletter.cli.arguments import opened
from newsletter.cli.terminal import console
from newsletter.model.symptom import Level, Symptom

_STYLES = {
    Level.OK: "green",
    Level.UNCHECKED: "dim",
    Level.NOTE: "cyan",
    Level.WARN: "yellow",
    Level.FAIL: "bold red",
}
_COUNTED = {
    Level.FAIL: ("failure", "failures"),
    Level.WARN: ("warning", "warnings"),
    Level.NOTE: ("note", "notes"),
    Level.UNCHECKED: ("thing not checked", "things not checked"),
}


class NameServer(click.ParamType[tuple[str, int]]):
    """The address of a name server, with its port where that is not 53."""

    name = "address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        found = re.fullmatch(
            r"(?:\[([0-9A-Fa-f:]+)\]|([0-9.]+)|([0-9A-Fa-f]*:[0-9A-Fa-f:]+))(?::(\d{1,5}))?", str(value)
        )
        try:
            host = str(ip_address(next(filter(None, found.groups()[:3])) if found else ""))
            return host, int(found[4] or 53) if found else 53
        except ValueError:
            self.fail(f"'{value}' is no address of a name server; write it as 192.0.2.53 or 127.0.0.1:5353", param, ctx)


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Ask nothing beyond this machine.")
@click.option("--round-trip", "round_trip", is_flag=True, help="Send a mail round: to us, as bounces come to us.")
@click.option("--resolver", metavar="IP:PORT", type=NameServer(), help="The name server to ask; else this machine's.")
@click.pass_obj
def command(folder: str, offline: bool, round_trip: bool, resolver: tuple[str, int] | None) -> int:
    """Check everything that sending depends on: files, secrets, DNS, mail server, site, clock, disk, backups, alarms.

    Each finding says what to do about it. Nothing is changed; only --round-trip sends a mail, to the address of
    bounces. Names for examples, such as example.org, are not looked up, but at a name server that you name. Exit status
    1 when something that people rely on does not work.

    \b
    Example:
      newsletter doctor --round-trip
    """
    extent = Extent(offline=offline, round_trip=round_trip, resolver=resolver)
    app, stop = opened(folder), threading.Event()
    try:
        found = examine(app, extent, patiently(stop))
    finally:
        stop.set()
    console().print(_table(found))
    click.echo(_sum(found))
    return 1 if any(one.level is Level.FAIL for one in found) else 0


def _table(found: Iterable[Symptom]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    last = None
    for one in found:
        words = Text(one.what, style="dim" if one.level is Level.UNCHECKED else "")
        if one.todo:
            words.append("\n-> ", style="green").append(one.todo, style="")
        name = one.check.value if one.check is not last else ""
        table.add_row(Text(name, style="bold"), Text(one.level.value, style=_STYLES[one.level]), words)
        last = one.check
    return table


def _sum(found: tuple[Symptom, ...]) -> str:
    levels = [one.level for one in found]
    counts = [(level, levels.count(level)) for level in _COUNTED]
    parts = [f"{count} {_COUNTED[level][count != 1]}" for level, count in counts if count]
    return f"{', '.join(parts) or 'All is well'}."
