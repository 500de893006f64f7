"""newsletter backup"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from newsletter.actions.back_up import BackedUp, back_up, write_backup
from newsletter.cli.arguments import opened


@click.command("backup")
@click.option(
    "--out", metavar="FILE", help="Into this file, or - for standard output; else into the folder of backups."
)
@click.pass_obj
def command(folder: str, out: str | None) -> None:
    """Make a backup: one file with the database, the publication's files and its keys.

    It may be made at any time, while a mailing runs too. schedule.yaml says where backups are kept and how many
    (`backup:`). The file holds the readers and the keys: whoever has it can write in your name. The secrets of .env are
    not in it; keep them elsewhere.

    \b
    Example:
      newsletter backup --out - | ssh other.example.org "cat > monday.newsletter.tar.gz"
    """
    app = opened(folder)
    if out == "-":
        _tell(write_backup(app, sys.stdout.buffer))
    else:
        _tell(back_up(app, Path(out) if out else None))


def _tell(done: BackedUp) -> None:
    manifest, counts = done.manifest, done.manifest.counts
    to_stream = done.path is None
    what = "A backup" if to_stream else f"{done.path}, {done.octets / 1_000_000:,.1f} MB"
    rows = f"{sum(counts.values()):,} rows of {len(counts)} tables, {counts.get('subscribers', 0):,} readers among them"
    click.echo(f"{what}: {rows}, and {len(manifest.files):,} files.", err=to_stream)
    if manifest.secrets:
        click.echo(f"Not in it, keep them elsewhere: {', '.join(manifest.secrets)}.", err=to_stream)
    for link in manifest.left_out:
        click.echo(f"Not in it, it is a link to a folder: {link}.", err=True)
    for path in done.removed:
        click.echo(f"Taken away, it was the oldest: {path.name}.")
