"""newsletter init"""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.actions.init_publication import init_publication
from newsletter.cli.arguments import program


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help="What the newsletter is called.")
def command(folder: Path, name: str | None) -> None:
    """Make a new publication in DIR, begun from the sample: change it file by file into your own.

    \b
    Example:
      newsletter init weekly --name "The Weekly Strait"
    """
    made = init_publication(folder, name)
    click.echo(f"Made {made}")
    click.echo("Next: put your own names into schedule.yaml, then")
    click.echo(f"  {program()} -C {folder} check-files")
    click.echo(f"  {program()} -C {folder} build --out {folder}/var/build")
