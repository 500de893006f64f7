"""Requests under way: each waits for its host, goes, follows its redirects in new turns, and ends as one outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from newsletter.fetch import errand as errands
from newsletter.fetch.answer import Failure, Fault, Limits, Outcome, Request
from newsletter.fetch.errand import Errand
from newsletter.fetch.turns import Turns
from newsletter.fetch.wire import Wire


class Dispatch:
    """Runs errands over a wire, `limits.connections` at a time. Lives inside one event loop.

    A redirect gives its connection and its turn back and queues up for the host it leads to, so that many feeds that
    moved to one host ask it one after another, and nobody waits while holding something.
    """

    def __init__(
        self,
        wire: Wire,
        limits: Limits,
        now: datetime,
        hand_over: Callable[[Outcome | Exception], None],
        may_begin: Callable[[], bool],
    ) -> None:
        """`hand_over` takes each outcome, or a mistake of ours; `may_begin` says whether there is room for another."""
        self._wire = wire
        self._limits = limits
        self._now = now
        self._hand_over = hand_over
        self._may_begin = may_begin
        self._turns: Turns[Errand] = Turns(limits.per_host)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def submit(self, request: Request) -> None:
        """Queues a request up. Call `go_on` after the last of several."""
        try:
            errand = errands.begin(request, self._limits.seconds)
        except Fault as fault:
            self._hand_over(_failure(request, fault))
        else:
            self._turns.add(errand.host, errand)

    def go_on(self) -> None:
        """Begins as many requests as there is room for."""
        while not self._is_closed and len(self._tasks) < self._limits.connections and self._may_begin():
            errand = self._turns.next()
            if errand is None:
                return
            task = asyncio.get_running_loop().create_task(self._run(errand, errand.host))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Drops what is under way."""
        self._is_closed = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.go_on()

    async def _run(self, errand: Errand, host: str) -> None:
        try:
            outcome: Outcome | Exception | None = await self._exchange(errand)
        except Exception as mistake:  # a bug of ours: told to whoever waits, who would otherwise wait for ever
            outcome = mistake
        self._turns.end(host)
        if outcome is None:
            self._turns.add(errand.host, errand)
        else:
            self._hand_over(outcome)

    async def _exchange(self, errand: Errand) -> Outcome | None:
        """The outcome, or None when the errand goes on elsewhere."""
        headers = errand.headers()
        if not self._turns.is_wanted(errand.host):
            headers["Connection"] = "close"  # nobody comes after us: no idle connections to a thousand hosts
        try:
            reply = await self._wire.get(errand.url, headers, errand.allowance)
            if errands.follow(errand, reply, self._limits.redirects):
                return None
        except Fault as fault:
            return _failure(errand.request, fault)
        return errands.answer(errand, reply, self._now)


def _failure(request: Request, fault: Fault) -> Failure:
    return Failure(key=request.key, kind=fault.kind, what=fault.what)
