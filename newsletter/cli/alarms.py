"""newsletter alarms"""

from __future__ import annotations

from datetime import datetime

import click
from rich.text import Text

from newsletter.actions.list_alarms import AlarmList, list_alarms
from newsletter.actions.try_alarms import named, try_alarms
from newsletter.cli.arguments import opened
from newsletter.cli.terminal import console
from newsletter.model.alarm import Alarm


@click.command("alarms")
@click.option("--try", "trying", is_flag=True, help="Tell an alarm that means nothing, by every way.")
@click.option("--last", type=click.IntRange(0), default=5, show_default=True, help="How many that are over to show.")
@click.pass_obj
def command(folder: str, trying: bool, last: int) -> int:
    """Show what needs a person now, who was told of it and how, and what was over last. Exit status 1 while something
    is wrong.

    What each alarm means, and what to do, stands in docs/alarms.md. With --try, everybody who is told of alarms gets
    one that says it is a test; exit status 1 where a way does not work.

    \b
    Example:
      newsletter alarms
      newsletter alarms --try
    """
    app = opened(folder)
    if trying:
        trials = try_alarms(app)
        for trial in trials:
            click.echo(f"{trial.way}: {'' if trial.worked else 'FAILED, '}{trial.came}")
        return 0 if all(trial.worked for trial in trials) else 1
    found = list_alarms(app, last)
    _print(found)
    return 1 if found.lasting or found.unseen else 0


def _print(found: AlarmList) -> None:
    out = console()
    for alarm in found.lasting:
        out.print(Text(f"{alarm.concern.subject}", style="bold red"))
        out.print(Text(f"  seen since {found.ways.times(alarm.since)}; {_told(alarm)}", style="dim"))
        _print_text(alarm.concern.text)
    for concern in found.unseen:
        out.print(Text(concern.subject, style="bold red"))
        out.print(Text("  nobody was told yet; `newsletter run` does that, once a minute", style="dim"))
        _print_text(concern.text)
    if not found.lasting and not found.unseen:
        click.echo("Nothing is wrong.")
    if found.ended:
        click.echo("\nOver:")
        for alarm in found.ended:
            until = _short(alarm.ended) if alarm.ended else ""
            click.echo(f"  {_short(alarm.since)} to {until} UTC  {alarm.concern.subject}; {_told(alarm)}")
    ways = [named(way, found.ways) for way in found.ways.ways] + (["a heartbeat"] if found.heartbeat else [])
    click.echo(f"\nPeople are told by {', '.join(ways)}.")


def _print_text(text: str) -> None:
    for line in text.splitlines():
        click.echo(f"  {line}".rstrip())
    click.echo()


def _told(alarm: Alarm) -> str:
    """By which ways, and when last; and why one has failed."""
    told = [f"{way.value} {_short(when)}" for way, when in alarm.told]
    words = f"told by {', '.join(told)} UTC" if told else "nobody was told"
    return f"{words}; failed: {alarm.trouble}" if alarm.trouble else words


def _short(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
