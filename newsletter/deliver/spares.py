"""Workers that are started before there is work for them: a start takes longer than all else before a first mail."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from socket import send_fds, socket, socketpair
from types import TracebackType
from typing import Self

from newsletter.model.secrets import without_secrets


@dataclass(frozen=True, slots=True)
class Spare:
    """A worker that has begun, and waits to be told what to do."""

    process: subprocess.Popen[bytes]
    job: socket  # our end of what it is told over

    def give(self, ends: list[socket], work: bytes) -> None:
        """Gives it its lanes, of which nothing is left here, and its work. Waits until it takes them."""
        with self.job, suppress(OSError):  # one that has died meanwhile is noticed by its lanes
            try:
                send_fds(self.job, [b"\0"], [end.fileno() for end in ends])
            finally:
                for end in ends:
                    end.close()
            self.job.sendall(work)


class Spares:
    """Workers for a run that is about to begin. Those that it does not take leave with the block."""

    def __init__(self, lock: int | None) -> None:
        """`lock` is the descriptor of the sending lock, which workers inherit: it is free when all of them are gone."""
        self._lock = lock
        self._waiting: list[Spare] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for spare in self._waiting:
            spare.job.close()
            spare.process.kill()  # it has nothing to lose
            spare.process.wait()
        self._waiting.clear()

    def start(self, count: int) -> None:
        """Starts so many, as far as the machine has room for them."""
        self._waiting += filter(None, (start_worker(self._lock) for _ in range(count)))

    def take(self) -> Spare | None:
        """One of them; None when there is none left."""
        return self._waiting.pop(0) if self._waiting else None


def start_worker(lock: int | None) -> Spare | None:
    """Another worker; None where the machine has no room for a process."""
    ours, job = socketpair()
    try:
        process = subprocess.Popen(  # noqa: S603  (ourselves, with a number as argument)
            [sys.executable, "-P", "-m", f"{__package__}.worker", str(job.fileno())],
            pass_fds=[job.fileno()] if lock is None else [job.fileno(), lock],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=without_secrets(os.environ),
            start_new_session=True,  # Ctrl-C is for the ledger alone
        )
    except OSError:
        ours.close()
        return None
    finally:
        job.close()
    return Spare(process, ours)
