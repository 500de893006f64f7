"""newsletter desk"""

from __future__ import annotations

import getpass
import logging
import time
from ipaddress import IPv4Network, IPv6Network

import click

from newsletter.actions.home import NotAtHome
from newsletter.cli.arguments import opened
from newsletter.cli.serve import Proxy

PORT = 8082
_LONGEST_WAIT = 5.0  # seconds for a database that another process holds: who waits at a page gets words, and the text


@click.command("desk")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes any free one."
)
@click.option(
    "--behind",
    metavar="ADDRESS",
    type=Proxy(),
    multiple=True,
    help="A proxy in front of it, whose word is taken on where requests come from. May be given again.",
)
@click.option("--link", "name", metavar="NAME", help="Print an address that signs this member of the team in, and end.")
@click.pass_obj
def command(folder: str, host: str, port: int, behind: tuple[IPv4Network | IPv6Network, ...], name: str | None) -> None:
    """Serve the desk: the pages where the editorial team works, from triage to the receipt.

    It answers to this machine's own names, and to `desk` in schedule.yaml, which a web server with a certificate passes
    on: docs/desk.md. While nobody has a password, it prints an address where the first of the team chooses one.
    --link helps somebody who cannot sign in while no mail leaves. Ctrl-C or SIGTERM ends it.

    \b
    Example:
      newsletter desk
      newsletter desk --link mei
    """
    from newsletter.actions.sign_in_links import first_secret
    from newsletter.desk.application import application
    from newsletter.desk.office import Office
    from newsletter.serving.listening import address_of, listening
    from newsletter.serving.server import local_names, serve
    from newsletter.store.engine import staying_open

    app = opened(folder)
    if not app.is_home:
        raise NotAtHome("the desk stands")
    if name is not None:
        _tell_link(folder, name, host, port)
        return
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    listener = listening(host, port)
    office = Office(app, behind=behind)
    try:

        def ready() -> None:
            base = office.schedule.desk or f"http://{address_of(listener)}"
            click.echo(f"{office.schedule.name}, the desk: http://{address_of(listener)}/")
            if (secret := first_secret(app, app.clock())) is not None:
                click.echo(f"  nobody has a password yet; the first one is chosen at {base}/first/{secret}")
            click.echo("  Ctrl-C ends it")

        with staying_open(time.monotonic, _LONGEST_WAIT):
            serve(application(office, local_names(listener)), listener, ready)
    finally:
        office.close()


def _tell_link(folder: str, name: str, host: str, port: int) -> None:
    """The address that signs somebody in once, for whoever is at the keyboard of this machine."""
    from newsletter.actions.accounts import member_named
    from newsletter.actions.sign_in_links import make_link
    from newsletter.actions.way_out import read_schedule
    from newsletter.model.audit import claimed
    from newsletter.model.errors import ConfigError

    app = opened(folder)
    schedule = read_schedule(app)
    member = member_named(schedule, name)
    if member is None:
        team = ", ".join(one.id for one in schedule.team) or "nobody"
        raise ConfigError("link", f"the team in schedule.yaml has no '{name}'; it is: {team}")
    base = schedule.desk or f"http://{f'[{host}]' if ':' in host else host}:{port}"
    secret = make_link(app, member.id, app.clock(), claimed(member.id, getpass.getuser()))
    click.echo(f"{base}/sign-in/{secret}")
    click.echo(f"  signs {member.name} in once, within a quarter of an hour", err=True)
