"""newsletter restore"""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from newsletter.actions.restore import Restored, restore
from newsletter.cli.arguments import AS

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("restore")
@click.argument("file", type=_FILE)
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--leavers", "logs", metavar="LOG", type=_FILE, multiple=True, help="A newer leavers.log; may be given again."
)
@click.option("--database", is_flag=True, help="Into the empty database that DATABASE_URL names.")
@AS
def command(file: Path, target: Path, logs: tuple[Path, ...], database: bool, who: str) -> None:
    """Put a publication back from a backup, into a new or empty folder.

    Every file in it is checked first, and it is put back whole or not at all. Nothing is sent from there until you say
    `newsletter claim`; what may have been sent after the backup waits for your word. Whoever has left since stands in
    var/leavers.log of the old folder, or in the copy beside the backups: name it with --leavers, or put it beside FILE.

    \b
    Example:
      newsletter restore weekly-2026-11-23T0440Z.newsletter.tar.gz weekly --leavers old/var/leavers.log
    """
    done = restore(
        file,
        target,
        who,
        login=getpass.getuser(),
        clock=lambda: datetime.now(UTC),
        environment=os.environ,
        logs=logs,
        into_database=database,
    )
    for line in _told(done):
        click.echo(line)
    for line in _warned(done):
        click.echo(line, err=True)
    click.echo("\nWhat comes next:")
    for line in _next(done):
        click.echo(f"  {line}")


def _told(done: Restored) -> Iterator[str]:
    manifest, counts = done.manifest, done.manifest.counts
    rows = f"{sum(counts.values()):,} rows, {counts.get('subscribers', 0):,} readers among them"
    yield f"{done.root} is as it was on {manifest.made:%Y-%m-%d %H:%M} UTC: {rows}, and {len(manifest.files):,} files."
    for log in done.logs:
        yield f"{log} was read: who has left by it is not written to."
    if done.logs and done.newest is not None:
        yield f"The newest line of these logs is of {done.newest:%Y-%m-%d %H:%M} UTC."
    if done.replayed.added:
        yield f"{done.replayed.added:,} of those who have left were readers in the backup still, and are not any more."
    for issue, count in done.put_back.unknown:
        yield f"{issue} was being sent: {count:,} copies may have left since the backup, and wait for your word."
    for issue in done.put_back.missed:
        yield f"{issue} was planned and had not begun; it may have gone out since, and waits for your word."
    if done.put_back.notices:
        yield f"{done.put_back.notices:,} mails of our own that waited are given up; they may have gone since."


def _warned(done: Restored) -> Iterator[str]:
    manifest = done.manifest
    if not done.logs:
        copies = f", or as {manifest.copies}" if manifest.copies else ""
        yield (
            f"\nWARNING: nobody knows who has left since {manifest.made:%Y-%m-%d %H:%M} UTC. To write to somebody who "
            f"has left is against the law in many places.\nThe log that tells lies on {manifest.machine} as "
            f"{manifest.leavers}{copies}.\nPut it beside the backup or name it with --leavers, and restore once more "
            "into another folder; claim only where it is gone for good."
        )
    if done.replayed.unread:
        numbers = ", ".join(str(number) for number in done.replayed.unread[:5])
        yield f"\nWARNING: lines of a log could not be read and were passed over: {numbers}. Look at them."


def _next(done: Restored) -> Iterator[str]:
    manifest = done.manifest
    if manifest.secrets:
        yield f"write into {done.root}/.env, as it was before: {', '.join(manifest.secrets)}"
    yield f"stop the old one for good, if it still runs: {manifest.folder} on {manifest.machine}"
    yield f"newsletter -C {done.root} claim"
    for issue, _ in done.put_back.unknown:
        yield f"newsletter -C {done.root} receipt {issue} --show unknown, then resolve {issue}"
    for issue in done.put_back.missed:
        yield f"newsletter -C {done.root} send {issue} --now, if nobody has got it, or cancel {issue}"
    yield f"newsletter -C {done.root} archive"
