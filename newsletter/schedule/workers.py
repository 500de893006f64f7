"""The processes that do the jobs: one at most for each job, begun when it is due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.model.job import Job
from newsletter.schedule.children import Child, in_words
from newsletter.schedule.patience import Patience

_LOG = logging.getLogger(__name__)
_AT_ONCE = 3  # beside the one that sends, which waits for no other; a machine after a long sleep has all to do at once
_APART = 5.0  # seconds between the beginnings of two, should one leave undone what was due


@dataclass(slots=True)
class _Tried:
    """The last process of a job."""

    began: float  # seconds of a clock that never goes back
    patience: Patience  # with a job whose processes end otherwise than with status 0, over and over
    again: float | None = None  # when the next one may be begun after such an end, by the same clock


class Workers:
    """Processes for jobs, begun by `start`, which gives None where there is no room for one."""

    def __init__(self, start: Callable[[Job], Child | None], ticks: Callable[[], float]) -> None:
        self._start, self._ticks = start, ticks
        self._lock = threading.Lock()
        self._working: dict[Job, Child] = {}
        self._tried: dict[Job, _Tried] = {}
        self._resting = False

    @property
    def working(self) -> tuple[Child, ...]:
        """Those that are at it, in no order."""
        with self._lock:
            return tuple(self._working.values())

    def busy(self, job: Job) -> bool:
        """Whether a process is at this job. One that has ended counts until it was `reap`ed."""
        with self._lock:
            return job in self._working

    def begin(self, job: Job) -> bool:
        """Begins a process for a job that has something to do, unless one is at it; whether it did.

        After one that was killed or has failed the next waits a second, and longer each time.
        """
        with self._lock:
            others = sum(one is not Job.SEND for one in self._working)
            crowded = others >= _AT_ONCE and job is not Job.SEND
            if self._resting or job in self._working or crowded or not self._may(job):
                return False
            child = self._start(job)
            if child is None:
                return False
            patience = self._tried[job].patience if job in self._tried else Patience()
            self._tried[job] = _Tried(self._ticks(), patience)
            self._working[job] = child
            return True

    def reap(self) -> tuple[Job, ...]:
        """The jobs of which one has ended since the last time, or may be tried again from now on after it failed."""
        with self._lock:
            ended = [(job, child) for job, child in self._working.items() if child.process.poll() is not None]
            for job, child in ended:
                del self._working[job]
                self._note(job, child)
            again = [job for job, tried in self._tried.items() if tried.again and tried.again <= self._ticks()]
            for job in again:
                self._tried[job].again = None
        return (*(job for job, _ in ended), *again)

    def rest(self, resting: bool = True) -> None:
        """Begins nothing from now on, or again."""
        with self._lock:
            self._resting = resting

    def _note(self, job: Job, child: Child) -> None:
        tried, status = self._tried[job], child.process.returncode
        if status == 0:
            tried.patience = Patience()
            return
        tried.patience = tried.patience.after(child.lived)
        tried.again = self._ticks() + tried.patience.seconds
        _LOG.warning("%s has ended %s", job.value, in_words(status))

    def _may(self, job: Job) -> bool:
        tried = self._tried.get(job)
        if tried is None:
            return True
        if tried.patience.early:
            return tried.again is None or tried.again <= self._ticks()
        return self._ticks() - tried.began >= _APART
