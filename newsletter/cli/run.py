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
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Where site and desk listen.")
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free one."
)
@click.option(
    "--behind",
    metavar="ADDRESS",
    type=Proxy(),
    multiple=True,
    help="A proxy in front of site and desk, whose word is taken on where visitors come from. May be given again.",
)
@click.option("--no-site", is_flag=True, help="Serve no site: `newsletter serve` does it elsewhere, or none is live.")
@click.option(
    "--desk-port", metavar="N", type=click.IntRange(0, 65535), default=8082, show_default=True, help="The desk's."
)
@click.option("--no-desk", is_flag=True, help="Serve no desk: `newsletter desk` does it elsewhere, or nobody needs it.")
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
    desk_port: int,
    no_desk: bool,
    status_port: int,
    style: str,
) -> int:
    """Keep the week: everything that schedule.yaml wants done, when it is due, and the site and the desk beside it.

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
    from newsletter.schedule.tree import DESK, SITE, ServerPlan
    from newsletter.site.pump import Pump
    from newsletter.store.engine import open_store

    app = opened(folder)
    if not app.is_home:
        raise NotAtHome("the week keeps itself")
    current = Current(app)
    city = current.schedule.cities[0]
    begin_log(Style(style), "run", city)
    servers = []
    for wanted, name, words, at, option in (
        (not no_site, SITE, "serve", port, "--port"),
        (not no_desk, DESK, "desk", desk_port, "--desk-port"),
    ):
        if wanted:
            at = _free(host, at, option)
            more = (f"--behind={one}" for one in behind)
            servers.append(ServerPlan(name, (words, "--host", host, "--port", str(at), *more), host, at))
    root = str(app.root.resolve())
    plan = Plan(
        program=Program((sys.executable, "-P", "-m", "newsletter.cli.leashed"), (style, city.name, city.zone, root)),
        job_words=_job_words,
        servers=tuple(servers),
        pump=Pump(app) if no_site else None,
        status_port=status_port,
    )

    def ready(status: str) -> None:
        _LOG.info("%s keeps its week from here on; http://%s/ready tells how it stands", current.schedule.name, status)

    with open_store(app.database) as store, asked_to_stop() as stop:
        return Supervisor(app, store, current, plan).run(stop, ready)


def _job_words(job: Job) -> tuple[str, ...]:
    return ("run-job", job.value, "--clock")


def _free(host: str, port: int, option: str) -> int:
    """The port that a server may take. Raises `ConfigError` now, in words, and not in a process that cannot start."""
    from newsletter.model.errors import ConfigError
    from newsletter.serving.listening import listening, port_of

    try:
        with listening(host, port) as free:
            return port_of(free)
    except ConfigError as error:
        raise ConfigError("port", str(error).replace("--port", option)) from error
