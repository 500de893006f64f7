"""newsletter serve"""

from __future__ import annotations

import logging
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

import click

from newsletter.actions.home import NotAtHome
from newsletter.cli.arguments import opened
from newsletter.publication.schedule import Schedule


class Proxy(click.ParamType[IPv4Network | IPv6Network]):
    """An IP address, or a network of them."""

    name = "address"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> IPv4Network | IPv6Network:
        try:
            return ip_network(str(value))
        except ValueError:
            self.fail(f"'{value}' is no IP address; write it as 127.0.0.1, or a network as 10.0.0.0/24", param, ctx)


@click.command("serve")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free one."
)
@click.option(
    "--behind",
    metavar="ADDRESS",
    type=Proxy(),
    multiple=True,
    help="A proxy in front of it, whose word is taken on where visitors come from. May be given again.",
)
@click.pass_obj
def command(folder: str, host: str, port: int, behind: tuple[IPv4Network | IPv6Network, ...]) -> None:
    """Serve the archive and the pages where readers sign up, answer, change and leave.

    It answers for the addresses in schedule.yaml, and for this machine's own. A web server with a certificate belongs
    in front of it: docs/hosting.md. Mails that follow from a visit leave at once. Ctrl-C or SIGTERM ends it, after the
    answers that are on their way.

    \b
    Example:
      newsletter serve --port 8080 --behind 127.0.0.1
    """
    from newsletter.actions.publish_archive import publish_archive
    from newsletter.serving.listening import address_of, listening
    from newsletter.serving.server import local_names, serve
    from newsletter.site.application import application
    from newsletter.site.live import Live
    from newsletter.site.pump import Pump

    app = opened(folder)
    if not app.is_home:
        raise NotAtHome("readers sign up")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    listener = listening(host, port)
    if not (app.root / "public" / "index.html").exists():
        publish_archive(app)
    pump = Pump(app)
    live = Live(app, behind=behind, pump=pump)
    pump.start()
    try:
        served = application(live, local_names(listener))
        serve(served, listener, lambda: _tell(live.schedule, address_of(listener)))
    finally:
        pump.stop()
        live.close()


def _tell(schedule: Schedule, address: str) -> None:
    click.echo(f"{schedule.name}: http://{address}{urlsplit(schedule.site).path}/")
    click.echo(f"  to the world it is {schedule.site}/, and readers sign up at {schedule.live}/subscribe")
    click.echo("  Ctrl-C ends it")
