"""The processes that `newsletter run` has started: the site, the desk, and one for each job that is due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

from newsletter.model.job import Job
from newsletter.schedule.children import Child, Program, end, kill, start
from newsletter.schedule.kept import Kept
from newsletter.schedule.leash import Leash
from newsletter.schedule.standing import ChildStanding
from newsletter.schedule.workers import Workers

SITE, DESK = "site", "desk"
PATIENCE = 60.0  # seconds that processes have to end when we are told to: mails on their way are finished
_GRACE = 1.5  # the same for a server when we are killed: whoever is started next wants its port


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """A server of pages as a process of its own."""

    name: str  # SITE or DESK
    words: tuple[str, ...]  # of the command
    host: str  # it listens on
    port: int


class Tree:
    """All of them, from the first `look` until they are ended or we are gone."""

    def __init__(
        self, program: Program, job_words: Callable[[Job], tuple[str, ...]], servers: Sequence[ServerPlan]
    ) -> None:
        """`job_words` is the command that runs what is due of a job."""
        self._program, self._job_words = program, job_words
        self._leash = Leash()
        self.workers = Workers(self._start_job, monotonic)
        self._servers = [Kept(one.name, partial(self._start_server, one), monotonic) for one in servers]

    def look(self) -> bool:
        """Starts servers that do not run; whether a process of a job has ended, or may be tried again."""
        for server in self._servers:
            server.look()
        return bool(self.workers.reap())

    def standing(self) -> tuple[ChildStanding, ...]:
        """Every process as others may read of it, servers first."""
        jobs = [ChildStanding(name=one.name, pid=one.process.pid, restarts=0, last_exit=None) for one in self._jobs()]
        return (*(_standing(server) for server in self._servers), *jobs)

    def end(self) -> None:
        """Begins nothing more, and ends them in good order: mails on their way are finished, within a minute."""
        self.workers.rest()
        end(self._all(), PATIENCE)

    def kill(self) -> None:
        """Ends whatever is left at once."""
        self.workers.rest()
        kill(self._all())
        self._leash.let_go()

    def _jobs(self) -> list[Child]:
        return sorted(self.workers.working, key=lambda one: one.name)

    def _all(self) -> list[Child]:
        return [*self._jobs(), *(server.child for server in self._servers if server.child is not None)]

    def _start_job(self, job: Job) -> Child | None:
        return start(self._program, job.value, self._job_words(job), self._leash, PATIENCE)

    def _start_server(self, server: ServerPlan) -> Child | None:
        return start(self._program, server.name, server.words, self._leash, _GRACE)


def _standing(server: Kept) -> ChildStanding:
    pid = server.child.process.pid if server.child else None
    return ChildStanding(name=server.name, pid=pid, restarts=server.restarts, last_exit=server.last_exit)
