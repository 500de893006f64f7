"""Processes of ours: started on the leash, told to end, and ended."""

from __future__ import annotations

import logging
import signal
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic

from newsletter.schedule.leash import Leash

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Program:
    """How a command of ours is begun as a child: `start` adds its words."""

    before: tuple[str, ...]  # interpreter and module; then follow the leash's end, the grace and the name
    after: tuple[str, ...]  # how it writes its log, and its publication


@dataclass(frozen=True, slots=True)
class Child:
    """A process that was started."""

    name: str  # as logs and the standing call it: "site", or that of a job
    process: subprocess.Popen[bytes]
    began: float  # seconds of a clock that never goes back

    @property
    def lived(self) -> float:
        """Seconds since it was started."""
        return monotonic() - self.began


def start(program: Program, name: str, words: Sequence[str], leash: Leash, grace: float) -> Child | None:
    """A command in a process of its own; None where the machine has no room for one, which is logged.

    It stands in a session of its own: Ctrl-C is for the one who started it, who tells it. `grace` is how many seconds
    it may take to end once that one is gone.
    """
    command = [*program.before, str(leash.end), str(grace), name, *program.after, *words]
    try:
        process = subprocess.Popen(  # noqa: S603  (ourselves)
            command, pass_fds=[leash.end], stdin=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as error:
        _LOG.error("%s cannot be started: %s; free memory, or allow more processes", name, error.strerror)
        return None
    return Child(name, process, monotonic())


def end(children: Iterable[Child], patience: float) -> bool:
    """Tells all to finish what they are at, and cuts off who has not after `patience` seconds; whether none was."""
    left = list(children)
    for child in left:
        child.process.send_signal(signal.SIGTERM)
    until, cut = monotonic() + patience, False
    for child in left:
        try:
            child.process.wait(max(until - monotonic(), 0))
        except subprocess.TimeoutExpired:
            cut = True
            _LOG.warning("%s does not end within %d seconds and is cut off", child.name, patience)
            kill([child])
    return not cut


def kill(children: Iterable[Child]) -> None:
    """Ends them at once."""
    for child in children:
        child.process.kill()
        child.process.wait()


def in_words(status: int) -> str:
    """How a process ended: "with status 1", "by SIGKILL"."""
    if status >= 0:
        return f"with status {status}"
    try:
        return f"by {signal.Signals(-status).name}"
    except ValueError:
        return f"by signal {-status}"
