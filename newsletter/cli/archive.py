"""newsletter archive"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import click

from newsletter.actions.app import open_app
from newsletter.actions.publish_archive import Published, publish_archive
from newsletter.publication.folder import find_root

# Not by way of cli.arguments: what it imports takes longer than finding that nothing has changed.
_SHOWN = 20


@click.command("archive")
@click.option("--check", is_flag=True, help="Write nothing; say what would change, with exit status 1 where it would.")
@click.pass_obj
def command(folder: str, check: bool) -> int:
    """Bring the public archive up to date with what was sent.

    Every issue with sent/ has its page in public/, in today's frame; lists, feeds and the site's own pages follow. Only
    files that change are written, those that nothing leads to any more are removed. A text that went out never changes.

    \b
    Example:
      newsletter archive && newsletter archive --check
    """
    gc.set_threshold(50_000)  # what is remembered of 2,000 issues would be searched for rubbish again and again
    published = publish_archive(open_app(find_root(Path(folder))), check=check, report=_progress)
    if check and published.changed:
        for verb, paths in (("write", published.written), ("remove", published.removed)):
            for path in paths[:_SHOWN]:
                click.echo(f"would {verb} public/{path}")
            if len(paths) > _SHOWN:
                click.echo(f"would {verb} {len(paths) - _SHOWN:,} more")
    click.echo(_sum(published, check))
    return 1 if check and published.changed else 0


def _sum(published: Published, check: bool) -> str:
    files = f"{published.unchanged:,} files unchanged"
    if not published.changed:
        return f"The archive is up to date: {files}."
    done = f"{len(published.written):,} written, {len(published.removed):,} removed"
    return (
        f"Not up to date: {done.replace('written', 'to write').replace('removed', 'to remove')}, {files}."
        if check
        else (f"The archive is in public/: {done}, {files}; {published.took:.1f} s.")
    )


def _progress(made: int, whole: int) -> None:
    if whole > 200 and sys.stderr.isatty() and (made % 50 == 0 or made == whole):
        click.echo(f"\r  {made:,} of {whole:,}", nl=made == whole, err=True)
