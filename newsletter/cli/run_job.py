"""newsletter run-job"""

from __future__ import annotations

import getpass

import click

from newsletter.actions.run_job import CLOCK, next_wake, run_job
from newsletter.cli.arguments import AS, opened
from newsletter.cli.sending import stopping, told_now
from newsletter.model.job import Job, Run, RunState


@click.command("run-job")
@click.argument("name", metavar="JOB", type=click.Choice([job.value for job in Job]))
@click.option("--clock", "by_clock", is_flag=True, help="Only what is due, as `newsletter run` does it.")
@AS
@click.pass_obj
def command(folder: str, name: str, by_clock: bool, who: str) -> int:
    """Run a job now that `newsletter run` would run when it is due.

    Of gather, bounces, archive, tidy, backup and report it is done once more, whenever it was done last. The others
    follow the issues of the calendar: what is due, what waits for another try, and the newest that has failed. Exit
    status 1 where something has failed or was missed.

    \b
    Example:
      newsletter run-job bounces
    """
    app, job = opened(folder), Job(name)
    with stopping() as stop:
        done = run_job(
            app,
            job,
            who=CLOCK if by_clock else who,
            login=getpass.getuser(),
            stop=stop,
            by_hand=not by_clock,
            tell=told_now,
        )
    for run in done:
        click.echo(line(run))
    if not done and not by_clock:
        click.echo(f"Nothing of {name} is due.{_hint(job)}")
        wake = next_wake(app, job)
        click.echo(f"It is next {wake:%Y-%m-%d %H:%M} UTC." if wake else "`newsletter run` would not run it.")
    return 1 if any(run.state in (RunState.FAILED, RunState.MISSED) for run in done) else 0


def line(run: Run) -> str:
    """A run in one line: "send 2026-11-27: done. 12 in all = 12 accepted"."""
    words = f". {run.words}" if run.words else ""
    again = f" It is tried again {run.next_try:%Y-%m-%d %H:%M} UTC." if run.next_try else ""
    return f"{run.job.value} {run.key}: {run.state.value}{words}{again}"


def _hint(job: Job) -> str:
    return " `newsletter send DATE --now` sends an issue before its time." if job is Job.SEND else ""
