"""The figures of the system as Prometheus reads them. All names begin with `newsletter_`; times are Unix seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from newsletter import __version__
from newsletter.actions.system_figures import SystemFigures
from newsletter.model.errors import NewsletterError
from newsletter.model.job import RunState
from newsletter.schedule.standing import Standing
from newsletter.schedule.tree import DESK, SITE
from newsletter.store.figures import Figures as Counted

_KEPT = 10.0  # seconds that figures are given again: who asks more often learns nothing, and readers are many


@dataclass(frozen=True, slots=True)
class Measured:
    """What there is to tell. `figures` is None where the database could not be asked."""

    standing: Standing
    holds: bool  # whether we hold the clock's lock
    figures: SystemFigures | None


class Figures(Collector):
    """Asks for the figures when it is scraped, at most so often."""

    def __init__(
        self,
        measure: Callable[[], SystemFigures],
        standing: Callable[[], tuple[Standing, bool]],
        ticks: Callable[[], float],
    ) -> None:
        self._measure, self._standing, self._ticks = measure, standing, ticks
        self._lock = threading.Lock()
        self._last: SystemFigures | None = None
        self._asked: float | None = None

    def collect(self) -> Iterator[Metric]:
        standing, holds = self._standing()
        yield from metrics_of(Measured(standing, holds, self._figures()))

    def _figures(self) -> SystemFigures | None:
        with self._lock:
            if self._asked is None or self._ticks() - self._asked >= _KEPT:
                try:
                    self._last = self._measure()
                except (NewsletterError, OSError):  # which `newsletter_database_up` tells
                    self._last = None
                self._asked = self._ticks()
            return self._last


def page(collector: Collector) -> bytes:
    """The figures as text (Prometheus text format 0.0.4)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    return generate_latest(registry)


def metrics_of(measured: Measured) -> Iterator[Metric]:
    """Every figure, with its help text."""
    info = InfoMetricFamily("newsletter_build", "The program that runs.")
    info.add_metric((), {"version": __version__})
    yield info
    now = measured.standing
    yield _one("start_time_seconds", "When `newsletter run` was started.", now.since.timestamp())
    yield _one("beat_time_seconds", "When the clock last looked at what is due.", now.beat.timestamp())
    yield _one("clock_lock_held", "1 while this process is the one that keeps time.", measured.holds)
    yield _one("schedule_mistake", "1 while schedule.yaml has a mistake and an older one stands.", bool(now.mistake))
    restarts = [((child.name,), child.restarts) for child in now.children if child.name in (SITE, DESK)]
    yield _each("child_restarts", "How often a process was started again since the start.", ("child",), restarts)
    yield _one("database_up", "1 while the database answers.", measured.figures is not None)
    if measured.figures is not None:
        yield from _of_jobs(measured.figures.counted)
        yield from _of_mailing(measured.figures.counted)
        yield from _of_house(measured.figures)


def _of_jobs(counted: Counted) -> Iterator[Metric]:
    done = (((job.value,), at.timestamp()) for job, at in counted.last_successes.items())
    yield _each("job_last_success_time_seconds", "When a run of each job was done last.", ("job",), done)
    due = (((job.value,), run.due.timestamp()) for job, run in counted.last_runs.items())
    yield _each("job_last_due_time_seconds", "When the last run of each job was due.", ("job",), due)
    states = (
        ((job.value, state.value), run.state is state) for job, run in counted.last_runs.items() for state in RunState
    )
    yield _each("job_last_result", "1 for the state of each job's last run.", ("job", "state"), states)


def _of_mailing(counted: Counted) -> Iterator[Metric]:
    mailing, labels = counted.mailing, ("issue", "state")
    state = [((str(mailing.issue), mailing.state.value), 1.0)] if mailing else []
    yield _each("mailing_state", "The newest mailing: 1 for its state.", labels, state)
    copies = [((str(mailing.issue), row.value), number) for row, number in counted.copies] if mailing else []
    yield _each("mailing_copies", "The newest mailing: copies in each state.", labels, copies)


def _of_house(found: SystemFigures) -> Iterator[Metric]:
    counted = found.counted
    notices = (((notice.value,), number) for notice, number in counted.notices.items())
    yield _each("notices", "Mails of our own to one person, by state.", ("state",), notices)
    readers = (((reader.value,), number) for reader, number in counted.readers.items())
    yield _each("readers", "Readers by what they said last.", ("state",), readers)
    yield _one("sources_failing", "Sources that could not be read at the last try.", counted.sources_failing)
    yield _one("alarms_open", "Alarms that are not over.", counted.alarms_open)
    yield _one("disk_free_bytes", "Room on the disk that the publication lies on.", found.disk_free)
    made = [((), found.newest_backup.timestamp())] if found.newest_backup else []
    yield _each("backup_time_seconds", "When the newest backup was made.", (), made)


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"newsletter_{name}", words, value=float(value))


def _each(name: str, words: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    family = GaugeMetricFamily(f"newsletter_{name}", words, labels=labels)
    for of, value in values:
        family.add_metric(of, float(value))
    return family
