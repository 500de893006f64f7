"""newsletter calendar"""

from __future__ import annotations

from datetime import datetime, timedelta

import click
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from newsletter.actions.app import read_publication
from newsletter.actions.show_calendar import Planned, Shown, Stand, show_calendar
from newsletter.cli.arguments import in_words, opened
from newsletter.cli.terminal import console
from newsletter.gather.health import span
from newsletter.publication.calendar import in_cities
from newsletter.publication.folder import Folder

_STYLES = {
    Stand.NOT_OPENED: "dim",
    Stand.OPEN: "yellow",
    Stand.APPROVED: "green",
    Stand.MAILING: "bold",
    Stand.SENT: "green",
    Stand.SKIPPED: "dim",
}


@click.command("calendar")
@click.option("--weeks", type=click.IntRange(1, 104), default=6, show_default=True, help="How far ahead.")
@click.pass_obj
def command(folder: str, weeks: int) -> None:
    """Show the coming issues with each deadline on the clock of every city, how far each issue is, and what to look
    out for: clocks that change, holidays, extra issues, and folders that the calendar does not know.

    \b
    Example:
      newsletter calendar --weeks 10
    """
    app = opened(folder)
    schedule = read_publication(app, Folder(app.root)).schedule
    console().print(rendered(show_calendar(app, schedule, weeks)))


def rendered(shown: Shown) -> Group:
    """The calendar as people see it, at most 100 columns wide for two cities."""
    lines = [Text(f"Now         {in_words(shown.now, shown.cities)}", style="dim")]
    if shown.next is not None:
        coming = shown.next
        words = f"{coming.name} of {coming.issue} in {_countdown(coming.at - shown.now)}"
        lines.append(Text.assemble("Next        ", (words, "bold")))
        lines.append(Text(f"            {in_words(coming.at, shown.cities)}"))
    parts: list[RenderableType] = [*lines, Text(), _table(shown)]
    if shown.notices:
        listed = Table.grid(padding=(0, 1, 0, 0))
        for one in shown.notices:
            listed.add_row("-", Text(one.words))
        parts += [Text(), Text("Look out", style="bold yellow"), listed]
    if not shown.at_home:
        parts += [Text(), Text("Approvals and mailings are kept at home, where the database is.", style="dim")]
    return Group(*parts)


def _table(shown: Shown) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    for name in ("issue", "", *(city.name for city in shown.cities), ""):
        table.add_column(name, no_wrap=True)
    for number, planned in enumerate(shown.planned):
        if number:
            table.add_row()
        _add(table, planned, shown)
    return table


def _add(table: Table, planned: Planned, shown: Shown) -> None:
    """Four lines for an issue, its name and how far it is on the left; one for a week that is skipped."""
    stand = _stand(planned, shown.now)
    if planned.stand is Stand.SKIPPED:
        table.add_row(Text(str(planned.issue), style="dim"), stand)
        return
    left = [Text(str(planned.issue), style="bold"), stand]
    for (name, moment), words in zip(planned.deadlines, [*left, Text(), Text()], strict=True):
        coming = shown.next is not None and (shown.next.issue, shown.next.name) == (planned.issue, name)
        style = "bold" if coming else "dim" if moment <= shown.now else ""
        times = [f"{local:%a} {local.day:>2} {local:%b %H:%M}" for _, local in in_cities(moment, shown.cities)]
        table.add_row(words, *(Text(cell, style=style) for cell in (name, *times, _left(moment, shown.now))))


def _stand(planned: Planned, now: datetime) -> Text:
    if planned.stand is Stand.MAILING and planned.mailing is not None:
        return Text(planned.mailing.state.value, style=_STYLES[Stand.MAILING])
    if planned.stand in (Stand.NOT_OPENED, Stand.OPEN) and planned.week.due <= now:
        return Text("not sent", style="bold red")
    return Text(planned.stand.value, style=_STYLES[planned.stand])


def _left(moment: datetime, now: datetime) -> str:
    return f"in {span(moment - now)}" if moment - now > timedelta(0) else f"{span(now - moment)} ago"


def _countdown(left: timedelta) -> str:
    """What is left, in its two largest units: 2 days 1 hour."""
    minutes = left // timedelta(minutes=1)
    counts = (("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60))
    first = next((at for at, (_, count) in enumerate(counts) if count), 2)
    told = [f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in counts[first : first + 2] if count]
    return " ".join(told) or "less than a minute"
