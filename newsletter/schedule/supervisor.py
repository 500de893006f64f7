"""`newsletter run`: the clock, the processes that it begins, the minute's work, and what can be seen of all three."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

from newsletter.actions.app import App
from newsletter.actions.run_job import next_wakes
from newsletter.actions.system_figures import system_figures
from newsletter.model.errors import NewsletterError
from newsletter.model.job import Job
from newsletter.schedule import standing
from newsletter.schedule.beat import Beat
from newsletter.schedule.children import Program
from newsletter.schedule.clock import Clock, Wakes
from newsletter.schedule.current import Current
from newsletter.schedule.jumps import Jumps, in_words
from newsletter.schedule.metrics import Figures
from newsletter.schedule.standing import Standing
from newsletter.schedule.status import Check, StatusServer, server_answers
from newsletter.schedule.systemd import tell, watchdog_seconds
from newsletter.schedule.tree import PATIENCE, SITE, ServerPlan, Tree
from newsletter.store.engine import Store
from newsletter.store.holding import CLOCK, Holding
from newsletter.store.installation import holder

_TICK = 0.25  # seconds between two rounds
_STUCK = 300.0  # seconds without a look at what is due, after which we call ourselves ill
_LOG = logging.getLogger(__name__)


class Pump(Protocol):
    """Sees to what visitors have asked for, in a thread of its own."""

    def start(self) -> None: ...

    def stop(self, patience: float = 10.0) -> bool: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to run."""

    program: Program
    job_words: Callable[[Job], tuple[str, ...]]  # the command that runs what is due of a job
    servers: tuple[ServerPlan, ...]  # of pages: the site, the desk
    pump: Pump | None  # where there is no site, which has its own
    status_port: int


class Supervisor:
    """One run, from its beginning to its end."""

    def __init__(self, app: App, store: Store, current: Current, plan: Plan) -> None:
        self._app, self._store, self._current, self._plan = app, store, current, plan
        self._since, self._status_address = app.clock(), ""
        self._tree = Tree(plan.program, plan.job_words, plan.servers)
        self._holding = Holding(store, CLOCK, app.root)
        self._beat = Beat(app, self._holding, self._tree.workers.rest)
        self._clock = Clock(self._ask, self._tree.workers.busy, self._tree.workers.begin, self._beat)
        self._looked, self._looked_at, self._ticked = monotonic(), self._since, monotonic()
        self._written: Standing | None = None

    def run(self, stop: threading.Event, ready: Callable[[str], object]) -> int:
        """Runs until `stop` is set; the exit status. `ready` is told where the status server answers.

        Then nothing more is begun, every process is told to finish what it is at, and what has not ended after a
        minute is cut off. Should this be interrupted, they are ended at once. Raises `AlreadyHeld` where another
        process keeps time already, `ConfigError` for a port that is taken.
        """
        with ExitStack() as leaving:
            leaving.enter_context(self._holding)
            leaving.callback(self._tree.kill)
            self._holding.again(self._since)
            server = StatusServer(self._plan.status_port, self._health, self._checks, self._figures())
            leaving.callback(server.stop)
            self._status_address = server.address
            leaving.callback(standing.remove, self._app.root)
            server.start()
            if self._plan.pump is not None:
                self._plan.pump.start()
            leaving.callback(self._clock.end)
            self._clock.begin()
            ready(server.address)
            tell(os.environ, "READY=1")
            self._rounds(stop)
            tell(os.environ, "STOPPING=1")
            return self._end()

    def _rounds(self, stop: threading.Event) -> None:
        """Looks around four times a second, until it is to end."""
        jumps, asleep = Jumps(self._app.clock(), monotonic()), threading.Event()
        pulse, pulsed = watchdog_seconds(os.environ, os.getpid()), 0.0
        while not stop.is_set() and self._beat.replaced is None:
            self._ticked = monotonic()
            if jump := jumps.look(self._app.clock(), self._ticked):
                _LOG.warning("the clock of this machine was put %s; every time is reckoned anew", in_words(jump))
                self._clock.reckon_anew()
            changed, ended = self._current.look(), self._tree.look()
            if changed or ended:
                self._clock.look_now()
            self._write()
            if pulse is not None and self._ticked - pulsed >= pulse and not self._stuck:
                pulsed = self._ticked
                tell(os.environ, "WATCHDOG=1")
            asleep.wait(_TICK)  # not on `stop`: the signal that sets it could find us holding its lock

    def _end(self) -> int:
        """Ends in good order; the exit status."""
        _LOG.info("stopping, after the mails that are on their way")
        self._clock.end()
        self._tree.end()
        if self._plan.pump is not None:
            self._plan.pump.stop(PATIENCE)
        if self._beat.replaced is None:
            return 0
        _LOG.error("another process keeps time now, %s, and this one has ended", self._beat.replaced)
        return 1

    def _ask(self, jobs: tuple[Job, ...]) -> Wakes:
        """When these jobs have something to do, by the schedule that stands."""
        try:
            return next_wakes(self._app, jobs, self._current.schedule)
        finally:  # a database that is away is no clock that stands still
            self._looked, self._looked_at = monotonic(), self._app.clock()

    @property
    def _stuck(self) -> bool:
        """Whether nobody has looked for long at what is due, though somebody should twice a minute."""
        return monotonic() - self._looked > _STUCK

    # What is seen of it

    def _standing(self) -> Standing:
        return Standing(
            pid=os.getpid(),
            since=self._since,
            beat=self._looked_at,
            children=self._tree.standing(),
            mistake=self._current.mistake,
            status=self._status_address,
        )

    def _write(self) -> None:
        now = self._standing()
        if now != self._written:
            standing.write(self._app.root, now)
            self._written = now

    def _figures(self) -> Figures:
        return Figures(
            lambda: system_figures(self._app),
            lambda: (self._standing(), self._beat.holds),
            monotonic,
        )

    def _health(self) -> Check:
        """Whether this process does its rounds. Waits for nothing."""
        silent = monotonic() - self._ticked
        if silent > _STUCK:
            return Check("rounds", False, f"no round was made for {silent:.0f} s; restart `newsletter run`")
        return Check("rounds", True, f"process {os.getpid()} since {self._since:%Y-%m-%d %H:%M} UTC")

    def _checks(self) -> tuple[Check, ...]:
        """What has to be so that the week keeps itself. May wait for database, site and desk."""
        lock = Check("lock", self._beat.holds, "held" if self._beat.holds else "lost; nothing is begun")
        found = [self._database(), lock, self._timekeeping()]
        for server in self._plan.servers:
            base = urlsplit(self._current.schedule.live).path if server.name == SITE else ""
            found.append(server_answers(server.name, server.host, server.port, base))
        return tuple(found)

    def _database(self) -> Check:
        try:
            holder(self._store)
        except NewsletterError as error:
            return Check("database", False, str(error))
        return Check("database", True, "answers")

    def _timekeeping(self) -> Check:
        if self._clock.trouble is not None:
            return Check("clock", False, self._clock.trouble)
        if self._stuck:
            return Check("clock", False, f"nobody has looked at what is due since {self._looked_at:%H:%M} UTC")
        return Check("clock", True, f"looked at {self._looked_at:%Y-%m-%d %H:%M:%S} UTC what is due")
