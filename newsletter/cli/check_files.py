"""newsletter check-files"""

from __future__ import annotations

import click

from newsletter.actions.check_files import check_files
from newsletter.cli.arguments import opened


@click.command("check-files")
@click.pass_obj
def command(folder: str) -> int:
    """Tell everything that is written wrong in the publication's files, as file:line: what; what to do.

    Reads schedule.yaml, people, names, sources, templates and every issue. Writes nothing.

    \b
    Example:
      newsletter -C weekly check-files
    """
    checked = check_files(opened(folder))
    for mistake in checked.mistakes:
        click.echo(str(mistake))
    count = len(checked.mistakes)
    summary = f"{count} mistake{'' if count == 1 else 's'}" if count else "No mistakes"
    click.echo(f"{summary} in {checked.files} files, {checked.issues} issues.", err=bool(count))
    return 1 if count else 0
