"""Bodies are parsed in processes of their own, which start with the first body that has changed.

A parser works on what strangers sent. There it can neither slow down nor bring down the round: each process has limits
on memory and on the time of one body, and one that dies takes no other body with it.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from enum import Enum
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

from newsletter.gather.parsed import Parsed
from newsletter.model.errors import SourceError
from newsletter.model.source import Source

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess as ParentProcess

MEMORY = 1_500_000_000  # octets of address space for one process
SECONDS = 20  # for one body


class Shape(Enum):
    """How a body is read."""

    FEED = "feed"
    PAGE = "page"
    LIST = "list page"
    DOCUMENT = "document"
    MAIL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One body to be parsed."""

    key: str  # of our own; comes back with what was parsed
    shape: Shape
    source: Source
    data: bytes
    name: str = ""  # of a document's file
    address: str | None = None  # where it was found
    charset: str | None = None  # as the server said


class _TooLong(Exception):
    pass


def parse(job: Job) -> Parsed:
    """What is in a body. Never raises: what cannot be read is told as a value."""
    try:
        return _PARSERS[job.shape](job)
    except SourceError as error:
        return Parsed(failure=error.what)
    except _TooLong:
        return Parsed(failure=f"reading it took longer than {SECONDS} seconds; it is tried again, or remove the source")
    except (MemoryError, RecursionError):
        return Parsed(
            failure="it is too large or too deeply nested to be read; remove the source, or ask its publisher"
        )


# Each parser is imported by the process that needs it: a round in which nothing has changed imports none.


def _feed(job: Job) -> Parsed:
    from newsletter.gather import feeds

    return feeds.read(job.data, job.source, job.address, job.charset)


def _page(job: Job) -> Parsed:
    from newsletter.gather import pages

    reading = pages.read(job.data, job.address, job.source, job.charset)
    return Parsed(readings=(reading,), title=reading.entry.title, language=reading.entry.language)


def _list(job: Job) -> Parsed:
    from newsletter.gather import listpage

    links = listpage.article_links(
        job.data, job.address or job.source.url or "", job.source.links or "a", job.source.id
    )
    return Parsed(links=links)


def _document(job: Job) -> Parsed:
    from newsletter.gather import documents

    return Parsed(readings=(documents.read(job.name, job.data, job.source),))


def _mail(job: Job) -> Parsed:
    from newsletter.gather import mails

    return Parsed(readings=(mails.read(job.data, job.source),))


_PARSERS = {Shape.FEED: _feed, Shape.PAGE: _page, Shape.LIST: _list, Shape.DOCUMENT: _document, Shape.MAIL: _mail}


def _prepare() -> None:
    """The limits of a process that parses. An interrupt from the terminal is for the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, _ring)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    threading.Thread(target=_leave_with, args=(multiprocessing.parent_process(),), daemon=True).start()


def _leave_with(parent: ParentProcess | None) -> None:
    """Ends this process when the one that started it is gone, killed perhaps: nobody else would end it."""
    if parent is not None:
        parent.join()
    os._exit(1)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise _TooLong


def _parse_in_time(job: Job) -> Parsed:
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return parse(job)
    except _TooLong:  # between the parser and here
        return Parsed(failure=f"reading it took longer than {SECONDS} seconds; it is tried again")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Parsers:
    """The processes that parse, as many as asked for; none before the first job."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._jobs: dict[Future[Parsed], Job] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    @property
    def waiting(self) -> int:
        """How many jobs have been handed in and not come back."""
        return len(self._jobs)

    @property
    def full(self) -> bool:
        """Whether every process has work and the next job lies ready: what comes on top only takes memory."""
        return len(self._jobs) >= 3 * self._processes

    def submit(self, job: Job) -> None:
        """Hands a job in."""
        if self._pool is None:
            self._pool = _pool(self._processes)
        self._jobs[self._pool.submit(_parse_in_time, job)] = job

    def finished(self, *, patiently: bool = False) -> Iterator[tuple[str, Parsed]]:
        """What has been parsed since, by the key of its job; waits for one at least when `patiently`."""
        if not self._jobs:
            return
        done, _ = wait(self._jobs, timeout=None if patiently else 0, return_when=FIRST_COMPLETED)
        crashed = False
        for future in done:
            try:
                parsed = future.result()
            except BrokenProcessPool:
                crashed = True
                continue
            yield self._jobs.pop(future).key, parsed
        if crashed:
            yield from self._one_by_one()

    def _one_by_one(self) -> Iterator[tuple[str, Parsed]]:
        """A process died, and with it all jobs that were waiting: each is tried again in a process of its own."""
        jobs = tuple(self._jobs.values())
        self._jobs.clear()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        for job in jobs:
            with _pool(1) as alone:
                try:
                    parsed = alone.submit(_parse_in_time, job).result()
                except BrokenProcessPool:
                    parsed = Parsed(
                        failure="reading it brought the reader down; remove the source, or tell its publisher"
                    )
            yield job.key, parsed


def _pool(processes: int) -> ProcessPoolExecutor:
    # Spawned, not forked: the round has threads, and a fork of a process with threads may hang.
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare)
