"""newsletter report"""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import click

from newsletter.actions.app import App
from newsletter.actions.report_words import report_text
from newsletter.actions.way_out import read_schedule
from newsletter.actions.weekly_report import last_report, weekly_report
from newsletter.cli.arguments import opened
from newsletter.text import plain


@click.command("report")
@click.option(
    "--since",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The first day that is told of; without it, since the last report, else for a week.",
)
@click.pass_obj
def command(folder: str, since: datetime | None) -> int:
    """Print the week in figures: what went out and what came of it, readers, answers, sources, and what comes next.

    It is what approvers and operators get by mail on Mondays. Nothing is changed and nobody is written to.

    \b
    Example:
      newsletter report --since 2026-11-01
    """
    app = opened(folder)
    begins = last_report(app) if since is None else _begins(app, since)
    if begins >= app.clock():
        raise click.BadParameter(f"{since:%Y-%m-%d} has not begun yet; name an earlier day", param_hint="--since")
    report = weekly_report(app, begins)
    click.echo(plain.reflow(report_text(report, report.schedule.cities[0].name)), nl=False)
    return 0


def _begins(app: App, day: datetime) -> datetime:
    """Midnight of a day where issues are sent."""
    zone = ZoneInfo(read_schedule(app).calendar.send.zone)
    return datetime.combine(day.date(), time(), zone).astimezone(UTC)
