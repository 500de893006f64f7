"""newsletter jobs"""

from __future__ import annotations

import json
from datetime import datetime

import click
from rich.console import Group
from rich.table import Table
from rich.text import Text

from newsletter.actions.list_jobs import JobHistory, JobStanding, Rota, list_jobs, list_runs
from newsletter.actions.way_out import read_schedule
from newsletter.cli.arguments import opened
from newsletter.cli.terminal import console
from newsletter.gather.health import span
from newsletter.model.job import Job, Run, RunState
from newsletter.publication.calendar import in_cities

STYLES = {
    RunState.RUNNING: "cyan",
    RunState.WAITING: "yellow",
    RunState.DONE: "green",
    RunState.FAILED: "bold red",
    RunState.MISSED: "bold red",
}
_COUNT = 20


@click.command("jobs")
@click.argument("name", metavar="[JOB]", type=click.Choice([job.value for job in Job]), required=False)
@click.option("--count", type=click.IntRange(1, 1_000), default=_COUNT, show_default=True, help="How many of one JOB.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def command(folder: str, name: str | None, count: int, as_json: bool) -> int:
    """Show what runs by itself: what came of it last, and when it is due next, in every city.

    With JOB: what became of it the last times. `newsletter run` runs them all; `newsletter run-job JOB` runs one now.

    \b
    Example:
      newsletter jobs
      newsletter jobs send
    """
    app = opened(folder)
    if name is None:
        rota = list_jobs(app, read_schedule(app))
        if as_json:
            click.echo(json.dumps([_as_json(one) for one in rota.jobs], ensure_ascii=False, indent=2))
        else:
            console().print(_shown(rota))
        return 0
    history = list_runs(app, Job(name), count)
    if as_json:
        click.echo(json.dumps([_run_as_json(run) for run in history.runs], ensure_ascii=False, indent=2))
    else:
        console().print(_history(history))
    return 0


def _shown(rota: Rota) -> Group:
    times, came = (
        _grid("job", "last", "", "next", *(city.name for city in rota.cities)),
        _grid("job", "what came of it"),
    )
    for one in rota.jobs:
        run = one.current[0] if one.current else one.last
        moment = _next(one)
        state = Text(run.state.value, style=STYLES[run.state]) if run else Text()
        times.add_row(Text(one.job.value, style="bold"), _ago(run, rota.now), state, *_when(one, moment, rota))
        for each in one.current or ((one.last,) if one.last else ()):
            came.add_row(Text(one.job.value, style="bold"), told(each))
    if came.row_count:
        return Group(times, Text(), came)
    return Group(times, Text("\nNothing has run yet. `newsletter run` runs everything by itself."))


def _grid(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _ago(run: Run | None, now: datetime) -> str:
    if run is None:
        return "never"
    return f"{span(now - run.began)} ago" if run.began <= now else "now"


def _next(one: JobStanding) -> datetime | None:
    """When it is done next, a due time or another try; None where it never is."""
    moments = [run.next_try for run in one.current if run.next_try is not None]
    moments += [one.following.due] if one.following else []
    return None if one.off else min(moments, default=None)


def _when(one: JobStanding, moment: datetime | None, rota: Rota) -> tuple[str, ...]:
    if moment is None:
        return ("off" if one.off else "never", *("" for _ in rota.cities))
    words = "now" if moment <= rota.now else f"in {span(moment - rota.now)}"
    return (words, *(f"{local:%a} {local.day} {local:%b %H:%M}" for _, local in in_cities(moment, rota.cities)))


def told(run: Run) -> Text:
    """What there is to say of a run: "done 2026-11-27: 12 in all = 12 accepted"."""
    about = f" {run.key}" if _names_an_issue(run) else ""
    tries = f" (try {run.attempt})" if run.attempt > 1 and run.state is not RunState.DONE else ""
    words = f": {run.words}" if run.words else ""
    return Text.assemble((run.state.value, STYLES[run.state]), about, tries, words)


def _names_an_issue(run: Run) -> bool:
    return run.job in (Job.OPEN, Job.REMIND, Job.CUT_OFF, Job.APPROVAL, Job.LINKS, Job.SEND)


def _history(history: JobHistory) -> Group:
    if not history.runs:
        return Group(Text(f"{history.job.value} has not run yet."))
    first = history.cities[0]
    table = _grid(f"due ({first.name})", "began (UTC)", "by", "what came of it")
    for run in history.runs:
        ((_, local),) = in_cities(run.due, (first,))
        due = f"{local:%a} {local.day} {local:%b %H:%M}"
        table.add_row(due, f"{run.began:%Y-%m-%d %H:%M:%S}", Text(run.who), told(run))
    return Group(table)


def _as_json(one: JobStanding) -> dict[str, object]:
    return {
        "job": one.job.value,
        "off": one.off,
        "last": _run_as_json(one.last) if one.last else None,
        "current": [_run_as_json(run) for run in one.current],
        "next": one.following.due.isoformat() if one.following else None,
        "next_key": one.following.key if one.following else None,
    }


def _run_as_json(run: Run) -> dict[str, object]:
    return {
        "job": run.job.value,
        "key": run.key,
        "due": run.due.isoformat(),
        "state": run.state.value,
        "attempt": run.attempt,
        "began": run.began.isoformat(),
        "ended": run.ended.isoformat() if run.ended else None,
        "next_try": run.next_try.isoformat() if run.next_try else None,
        "words": run.words,
        "who": run.who,
    }
