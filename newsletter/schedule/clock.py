"""The clock: says in time that a job has something to do. It keeps nothing; what is due stands in the database.

APScheduler holds an entry for each job, in memory, and wakes a thread when one is due. When that is, is asked of
`run_job.next_wakes`, for all jobs at once: every half minute, when a job has ended, and whenever somebody says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from newsletter.model.errors import NewsletterError
from newsletter.model.job import Job
from newsletter.schedule.triggers import WhenDue

Wakes = Mapping[Job, datetime | None]  # when there is something to do next, UTC; None: never, as far as can be seen

_LOOK, _BEAT = "look", "beat"  # entries beside those of the jobs
_BEAT_EVERY = timedelta(minutes=1)
_THREADS = 6  # a look and a beat may wait for a server; a job is begun all the same
_LOG = logging.getLogger(__name__)


class Clock:
    """One entry for each job, one for the look at all of them, one for the beat of each minute."""

    def __init__(
        self,
        ask: Callable[[tuple[Job, ...]], Wakes],
        busy: Callable[[Job], bool],
        start: Callable[[Job], object],
        beat: Callable[[], object],
    ) -> None:
        """`ask` says when these jobs have something to do, and may raise a `NewsletterError`: then what was known
        before stands. It is not asked for a job that is `busy`. `start` is given a job as
        often as it is looked at and due; `beat` is called each minute. All of them are called in threads."""
        self._ask, self._busy, self._start = ask, busy, start
        self._wakes: dict[Job, datetime | None] = {}
        self._trouble: str | None = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(_THREADS)},
            # Its own default is to forget what is a second late.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        now = datetime.now(UTC)
        for job in Job:
            trigger = WhenDue(lambda job=job: self._wakes.get(job))  # type: ignore[misc]  # mypy sees no default here
            self._scheduler.add_job(self._attend, trigger, args=[job], id=job.value)
        for name, does, every in ((_LOOK, self._look, None), (_BEAT, beat, _BEAT_EVERY)):
            trigger = WhenDue(lambda: None, every) if every else WhenDue(lambda: None)
            self._scheduler.add_job(does, trigger, id=name, next_run_time=now)

    @property
    def trouble(self) -> str | None:
        """Why it cannot be told what is due, in words; None where all is well."""
        return self._trouble

    def begin(self) -> None:
        self._scheduler.start()

    def end(self) -> None:
        """Nothing is begun any more; what a look or a beat is at is not waited for. A second time is harmless."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def look_now(self) -> None:
        """Something has changed: a job has ended, or the schedule is another."""
        self._scheduler.modify_job(_LOOK, next_run_time=datetime.now(UTC))

    def reckon_anew(self) -> None:
        """The clock on the wall was put forward or back: every time that was reckoned by it is reckoned anew."""
        for name in (*(job.value for job in Job), _LOOK, _BEAT):
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def _look(self) -> None:
        """Asks when each job has something to do, and begins what is due."""
        jobs = tuple(job for job in Job if not self._busy(job))
        try:
            self._wakes.update(self._ask(jobs))
            self._tell(None)
        except NewsletterError as error:
            self._tell(str(error))
        except Exception:  # the top of a thread: what was known before stands
            if self._trouble is None:
                _LOG.exception("it cannot be told what is due")
            self._trouble = "a fault of the program; see the log"
        for job in jobs:
            self._attend(job)
            self._place(job)

    def _attend(self, job: Job) -> None:
        wake = self._wakes.get(job)
        if wake is not None and wake <= datetime.now(UTC) and not self._busy(job):
            self._start(job)

    def _place(self, job: Job) -> None:
        """Puts the entry where its trigger wants it now."""
        entry = self._scheduler.get_job(job.value)
        if entry is not None:
            entry.modify(next_run_time=entry.trigger.get_next_fire_time(None, datetime.now(UTC)))

    def _tell(self, trouble: str | None) -> None:
        """Logs trouble once, and its end."""
        before, self._trouble = self._trouble, trouble
        if trouble and trouble != before:
            _LOG.warning("it cannot be told what is due: %s", trouble)
        elif before and not trouble:
            _LOG.info("it can be told again what is due")
