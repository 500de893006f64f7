"""Many requests at once for callers that know nothing of asyncio. One slow or hostile server delays nobody else."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from types import TracebackType

from newsletter.fetch.answer import Answer, Limits, Outcome, Request
from newsletter.fetch.dispatch import Dispatch
from newsletter.fetch.guard import Guard
from newsletter.fetch.wire import Lookup, Wire, system_lookup

# A look-up at a dead name server holds its thread for many seconds; those of other hosts must not wait for it.
_LOOKUPS = 32


class Fetcher:
    """Asks for what is submitted and hands over the outcomes as they come.

    with Fetcher(guard, limits, agent, now) as fetcher:
        fetcher.submit(request)
        for outcome in fetcher.outcomes(): ...

    To be used once, from one thread. The event loop runs in a thread of its own between entering and leaving; who
    leaves early drops what is under way, and every connection is closed.
    """

    def __init__(
        self, guard: Guard, limits: Limits, agent: str, now: datetime, *, lookup: Lookup = system_lookup
    ) -> None:
        """`agent` is the User-Agent; `now`, with a zone, is what dates in answers are reckoned from."""
        self._guard = guard
        self._limits = limits
        self._agent = agent
        self._now = now
        self._lookup = lookup
        self._open = 0  # submitted and not handed over yet
        self._submitted: deque[Request] = deque()  # on their way into the loop
        self._finished: SimpleQueue[Outcome | BaseException] = SimpleQueue()
        self._ahead: Outcome | BaseException | None = None  # taken from `_finished`, not handed over yet
        self._is_stalled = False  # the loop begins nothing more until an outcome is taken

    def __enter__(self) -> Fetcher:
        started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(started,), name="fetch")
        self._thread.start()
        started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tell(lambda: self._left.set())
        self._thread.join()
        self._finished.put(RuntimeError("the fetcher has been left; nothing more comes"))

    def submit(self, request: Request) -> None:
        """Takes a request on, also while the outcomes are being read. What is wrong with it comes as its outcome."""
        self._open += 1
        self._submitted.append(request)
        if len(self._submitted) == 1:
            self._tell(self._begin)

    def outcomes(self) -> Iterator[Outcome]:
        """One outcome for each request, in order of completion, until all that was submitted has been handed over.

        An exception from here is a mistake of ours, never of a server; it comes again when asked again.
        """
        while self._open:
            outcome, self._ahead = self._ahead or self._finished.get(), None
            if isinstance(outcome, BaseException):
                self._finished.put(outcome)
                raise outcome
            self._open -= 1
            if isinstance(outcome, Answer) and self._wire.is_large(outcome.body):
                self._tell(self._wire.make_room)
            if self._is_stalled:
                self._tell(self._dispatch.go_on)
            yield outcome

    def is_quiet(self, seconds: float) -> bool:
        """Whether something is still asked for, and nothing comes of it within so many seconds."""
        if self._open and self._ahead is None:
            with suppress(Empty):
                self._ahead = self._finished.get(timeout=seconds)
        return bool(self._open) and self._ahead is None

    def _tell(self, what: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop has broken down; `outcomes` says why
            self._loop.call_soon_threadsafe(what)

    def _run(self, started: threading.Event) -> None:
        """The thread's whole life."""
        self._loop.set_default_executor(ThreadPoolExecutor(_LOOKUPS, "lookup"))
        try:
            self._loop.run_until_complete(self._serve(started))
        except BaseException as error:  # handed to the caller's thread, which would otherwise wait for ever
            self._finished.put(error)
        finally:
            # Not by asyncio.run, which would wait for look-ups that nobody needs any more.
            self._loop.close()
            started.set()

    async def _serve(self, started: threading.Event) -> None:
        self._left = asyncio.Event()
        self._wire = Wire(self._guard, self._limits, self._agent, self._lookup)
        self._dispatch = Dispatch(self._wire, self._limits, self._now, self._finished.put, self._may_begin)
        started.set()
        try:
            await self._left.wait()
        finally:
            await self._dispatch.close()
            await self._wire.close()
            await asyncio.sleep(0)  # a transport closes its socket one turn of the loop after it was told to

    def _begin(self) -> None:
        while self._submitted:
            self._dispatch.submit(self._submitted.popleft())
        self._dispatch.go_on()

    def _may_begin(self) -> bool:
        # Set before looking: whoever takes an outcome in between sees it and wakes us.
        self._is_stalled = True
        self._is_stalled = self._finished.qsize() >= self._limits.waiting
        return not self._is_stalled


def get(
    request: Request, guard: Guard, limits: Limits, agent: str, now: datetime, *, lookup: Lookup = system_lookup
) -> Outcome:
    """The outcome of one request. For many, a `Fetcher` is far quicker."""
    with Fetcher(guard, limits, agent, now, lookup=lookup) as fetcher:
        fetcher.submit(request)
        return next(fetcher.outcomes())
