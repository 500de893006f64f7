"""The workers as the ledger has them: started, started anew when they die, and sent home."""

from __future__ import annotations

import subprocess
from socket import socket, socketpair
from threading import Thread

from newsletter.deliver.spares import Spares, start_worker
from newsletter.deliver.work import Work
from newsletter.deliver.worker import start_lanes

_GRACE = 2.0  # seconds for all workers that carry nothing to leave by themselves
_LONGEST = 1_200.0  # seconds that content whose Go was given may take: the limits of RFC 5321 4.5.3.2, and some
_FRUITLESS = 3  # starts of a worker in a row that came to nothing


class Crew:
    """Seats, each with a worker and its lanes. A worker is a process, or threads of this one where `processes` is 0."""

    def __init__(self, work: Work, lock: int | None, spares: Spares | None = None) -> None:
        """`lock` is the descriptor of the sending lock, which workers inherit: it is free when all of them are gone.

        `spares` are taken before others are started.
        """
        self._work, self._lock, self._spares = work, lock, spares or Spares(lock)
        self._job = work.to_bytes()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._threads: list[Thread] = []
        self._fruitless: dict[int, int] = {}
        self.seats = range(max(1, min(work.processes, work.lanes)))

    def hire(self, seat: int) -> list[socket]:
        """A worker for this seat: the ledger's ends of its lanes. None at all once it has died thrice for nothing, or
        where the machine has no room for another process."""
        if self._fruitless.get(seat, 0) >= _FRUITLESS:
            return []
        self._fruitless[seat] = self._fruitless.get(seat, 0) + 1
        self._reap(seat)
        pairs = [socketpair() for _ in range(self._work.lanes)[seat :: len(self.seats)]]
        mine, theirs = [ours for ours, _ in pairs], [their for _, their in pairs]
        if not self._work.processes:
            self._threads += start_lanes(self._work, theirs)
        elif process := self._process(theirs):
            self._processes[seat] = process
        else:
            _close(mine)
            return []
        for ours in mine:
            ours.setblocking(False)
        return mine

    def bears_fruit(self, seat: int) -> None:
        """A message was carried by this worker: should it die, another is worth trying."""
        self._fruitless[seat] = 0

    def dismiss(self, carrying: bool) -> None:
        """Waits until all are gone, who have been told so. Who is `carrying` content is given the time that takes;
        else nothing is lost with one that hangs in a connection."""
        grace = _LONGEST if carrying else _GRACE / (len(self._processes) or len(self._threads) or 1)
        for process in self._processes.values():
            try:
                process.wait(grace)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        for thread in self._threads:
            thread.join(grace)

    def _process(self, theirs: list[socket]) -> subprocess.Popen[bytes] | None:
        spare = self._spares.take() or start_worker(self._lock)
        if spare is None:
            _close(theirs)
            return None
        Thread(target=spare.give, args=(theirs, self._job), daemon=True).start()  # the ledger waits for no worker
        return spare.process

    def _reap(self, seat: int) -> None:
        """A worker that has lost all its lanes is of no use, should it still be there."""
        if process := self._processes.pop(seat, None):
            process.kill()
            process.wait()


def _close(ends: list[socket]) -> None:
    for end in ends:
        end.close()
