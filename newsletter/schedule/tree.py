"""The processes that `newsletter run` has started: the site, and one for each job that is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from newsletter.model.job import Job
from newsletter.schedule.children import Child, Program, end, kill, start
from newsletter.schedule.kept import Kept
from newsletter.schedule.leash import Leash
from newsletter.schedule.standing import ChildStanding
from newsletter.schedule.workers import Workers

SITE = "site"
PATIENCE = 60.0  # seconds that processes have to end when we are told to: mails on their way are finished
_GRACE = 1.5  # the same for the site when we are killed: whoever is started next wants its port


@dataclass(frozen=True, slots=True)
class SitePlan:
    """The site as a process of its own."""

    words: tuple[str, ...]  # of the command
    host: str  # it listens on
    port: int


class Tree:
    """All of them, from the first `look` until they are ended or we are gone."""

    def __init__(self, program: Program, job_words: Callable[[Job], tuple[str, ...]], site: SitePlan | None) -> None:
        """`job_words` is the command that runs what is due of a job."""
        self._program, self._job_words = program, job_words
        self._leash = Leash()
        self.workers = Workers(self._start_job, monotonic)
        self._site = Kept(SITE, lambda: self._start_site(site), monotonic) if site else None

    def look(self) -> bool:
        """Starts the site where it does not run; whether a process of a job has ended, or may be tried again."""
        if self._site is not None:
            self._site.look()
        return bool(self.workers.reap())

    def standing(self) -> tuple[ChildStanding, ...]:
        """Every process as others may read of it, the site first."""
        found = [ChildStanding(name=one.name, pid=one.process.pid, restarts=0, last_exit=None) for one in self._jobs()]
        if self._site is not None:
            pid = self._site.child.process.pid if self._site.child else None
            site = ChildStanding(name=SITE, pid=pid, restarts=self._site.restarts, last_exit=self._site.last_exit)
            found.insert(0, site)
        return tuple(found)

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
        site = self._site.child if self._site is not None else None
        return [*self._jobs(), *([site] if site is not None else [])]

    def _start_job(self, job: Job) -> Child | None:
        return start(self._program, job.value, self._job_words(job), self._leash, PATIENCE)

    def _start_site(self, site: SitePlan) -> Child | None:
        return start(self._program, SITE, site.words, self._leash, _GRACE)
