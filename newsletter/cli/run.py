"""newsletter run"""

from __future__ import annotations

import logging
import sys
from ipaddress import IPv4Network, IPv6Network

import click

from newsletter.actions.home import NotAtHome
from newsletter.cli.arguments import opened
from newsletter.cli.serve import Proxy
from newsletter.model.job import Job

_LOG = logging.getLogger(__name__)


@click.command("run")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Where the site listens.")
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free one."
)
@click.option(
    "--behind",
    metavar="ADDRESS",
    type=Proxy(),
    multiple=True,
    help="A proxy in front of the site, whose word is taken on where visitors come from. May be given again.",
)
@click.option("--no-site", is_flag=True, help="Serve no site: `newsletter serve` does it elsewhere, or none is live.")
@click.option(
    "--status-port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=8081,
    show_default=True,
    help="Where this machine is told how it stands: /health, /ready, /metrics.",
)
@click.option(
    "--log", "style", type=click.Choice(["people", "json"]), default="people", show_default=True, help="How lines read."
)
@click.pass_obj
def command(
    folder: str,
    host: str,
    port: int,
    behind: tuple[IPv4Network | IPv6Network, ...],
    no_site: bool,
    status_port: int,
    style: str,
) -> int:
    """Keep the week: everything that schedule.yaml wants done, when it is due, and the site beside it.

    Each job runs in a process of its own, once for each time it is due, also after a crash or a restart. A change of
    schedule.yaml is taken over while it runs. What needs a person is told by every way that `alarms` names. Ctrl-C or
    SIGTERM ends it, after the mails that are on their way; a second Ctrl-C ends it at once. docs/running.md says more.

    \b
    Example:
      newsletter run --behind 127.0.0.1
    """
    from newsletter.schedule.children import Program
    from newsletter.schedule.current import Current
    from newsletter.schedule.logs import Style, begin_log
    from newsletter.schedule.signals import asked_to_stop
    from newsletter.schedule.supervisor import Plan, Supervisor
    from newsletter.schedule.tree import SitePlan
    from newsletter.serving.listening import listening, port_of
    from newsletter.site.pump import Pump
    from newsletter.store.engine import open_store

    app = opened(folder)
    if not app.is_home:
        raise NotAtHome("the week keeps itself")
    current = Current(app)
    city = current.schedule.cities[0]
    begin_log(Style(style), "run", city)
    site = None
    if not no_site:
        with listening(host, port) as free:  # told now, in words, and not by a process that cannot start
            port = port_of(free)
        words = ("serve", "--host", host, "--port", str(port), *(f"--behind={one}" for one in behind))
        site = SitePlan(words, host, port)
    root = str(app.root.resolve())
    plan = Plan(
        program=Program((sys.executable, "-P", "-m", "newsletter.cli.leashed"), (style, city.name, city.zone, root)),
        job_words=_job_words,
        site=site,
        pump=Pump(app) if no_site else None,
        status_port=status_port,
    )

    def ready(status: str) -> None:
        _LOG.info("%s keeps its week from here on; http://%s/ready tells how it stands", current.schedule.name, status)

    with open_store(app.database) as store, asked_to_stop() as stop:
        return Supervisor(app, store, current, plan).run(stop, ready)


def _job_words(job: Job) -> tuple[str, ...]:
    return ("run-job", job.value, "--clock")
