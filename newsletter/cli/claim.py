"""newsletter claim"""

from __future__ import annotations

import getpass

import click

from newsletter.actions.claim import Claiming, claim, look_at_claim
from newsletter.cli.arguments import AS, opened


@click.command("claim")
@AS
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def command(folder: str, who: str, yes: bool) -> int:
    """Make this installation the one that sends.

    A publication is sent from one folder on one machine. A copy of it, a restored backup and a folder that was moved
    send nothing until somebody says here that the other one sends no more. Tells which one that is, then asks.

    \b
    Example:
      newsletter claim --as daniel
    """
    app = opened(folder)
    found = look_at_claim(app)
    if found.ours:
        click.echo(f"This publication is sent from here already: {found.here.words}.")
        return 0
    click.echo(_told(found), err=True)
    if not yes and not click.confirm("Is it to be sent from here from now on?", err=True):
        click.echo("Nothing was changed.", err=True)
        return 1
    claim(app, who, login=getpass.getuser())
    click.echo(f"This publication is sent from here now: {found.here.words}.")
    return 0


def _told(found: Claiming) -> str:
    if found.holder is None:
        return f"This publication has never been sent from anywhere. This is {found.here.words}."
    holder = found.holder
    if holder.is_nobody:
        return (
            f"This publication was put back from the backup of {holder.restored:%Y-%m-%d %H:%M} UTC, made when it was "
            f"sent from {holder.words}.\nThis is {found.here.words}.\n"
            "Make sure that the other one is stopped, or readers may get everything twice. What was due since that "
            "backup never goes out by itself; `newsletter status DATE` tells what waits for your word."
        )
    return (
        f"This publication is sent from {holder.words}, since {holder.claimed:%Y-%m-%d %H:%M} UTC, as {holder.who} "
        f"said.\nThis is {found.here.words}.\n"
        "A copy that has a database of its own does not see this claim: make sure that the other one is stopped, or "
        "readers may get everything twice."
    )
