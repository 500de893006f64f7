"""What a person sees while an issue is sent, and how they stop it."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from newsletter.actions.run_mailing import Watch
from newsletter.deliver.progress import Progress
from newsletter.gather.health import span
from newsletter.model.issue import IssueId

_FIGURES = re.compile(r"\d[\d,.]*")
_LINES = 10  # into a file or a pipe: about so many lines of progress


@contextmanager
def following(issue: IssueId) -> Iterator[Watch]:
    """Shows how far the mailing is: a bar on a terminal, a line now and then where there is none."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[words]}"))
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"Sending {issue}", total=None, words="")

        def show(progress: Progress) -> None:
            total = sum(count for _, count in progress.counts)
            bar.update(task, total=total, completed=total - progress.open, words=words(progress))

        yield show


@contextmanager
def stopping() -> Iterator[Event]:
    """Is set when somebody asks us to stop, by Ctrl-C or SIGTERM: content on its way is finished, the rest stays open.

    A second Ctrl-C does not wait.
    """
    asked = Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise click.Abort
        asked.set()
        click.echo("Stopping after the mails that are on their way ...", err=True)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def told_now(line: str) -> None:
    """Says what is waited for before the first mail."""
    click.echo(line, err=True)


def words(progress: Progress) -> str:
    """How it goes, in a few words: "81/s, 4 minutes left"."""
    parts = [f"{progress.rate:,.0f}/s"] if progress.rate >= 1 else []
    if progress.waits_until is not None and not progress.paced:
        parts.append(f"the next try is at {progress.waits_until:%H:%M} UTC")
    elif progress.left is not None and progress.left.total_seconds() >= 1:
        seconds = progress.left.total_seconds()
        parts.append(f"{span(progress.left)} left" if seconds >= 60 else f"{seconds:.0f} seconds left")
    if progress.pace:
        parts.append(progress.pace)
    if progress.trouble:
        parts.append(progress.trouble)
    return ", ".join(parts)


def _lines() -> Watch:
    """Watches by a line whenever another tenth is done, or there is other trouble or another pace than before."""
    last: tuple[int, str | None, str] = (0, None, "")

    def tell(progress: Progress) -> None:
        nonlocal last
        total = sum(count for _, count in progress.counts)
        done = total - progress.open
        pace = _FIGURES.sub("", progress.pace or "")  # which grow by the second
        step = (done * _LINES // total if total else 0, progress.trouble, pace)
        if step != last:
            last = step
            click.echo(f"{done:,} of {total:,} {words(progress)}".rstrip(), err=True)

    return tell
