"""newsletter upgrade"""

from __future__ import annotations

import click

from newsletter.actions.upgrade_store import upgrade
from newsletter.cli.arguments import opened


@click.command("upgrade")
@click.pass_obj
def command(folder: str) -> None:
    """Bring the database to what this version of the program needs, after a backup of it was made.

    Stop `newsletter run` and `newsletter serve` first, install the new version, then say this. It is done whole or not
    at all. Other commands refuse a database of an older version, and change nothing.

    \b
    Example:
      newsletter upgrade
    """
    done = upgrade(opened(folder))
    if done.before == done.after:
        click.echo(f"There is nothing to upgrade: the database stands at step {done.after}, as this version needs it.")
        return
    if done.backup is not None:
        click.echo(f"The backup from before is {done.backup.path}; it stays until you take it away.")
    before = "nothing" if done.before is None else f"step {done.before}"
    click.echo(f"The database was brought from {before} to step {done.after}.")
