"""The sides of `bench.deliver`: who sends, how it is started, and what its turns came to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.deliver_ready import BOUNCES, Ready, Way
from bench.deliver_sink import Sink, program
from bench.peers import node

ROUNDS = 3

_BENCH = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a side; all but the memory is of one message."""

    seconds: float
    cpu: float  # of all processes that send
    sink: float  # CPU of the server
    worker: float  # MB at its peak; of ours alone, and only where there are worker processes
    ledger: float


@dataclass(frozen=True, slots=True)
class Side:
    """Somebody who sends."""

    name: str
    count: int  # messages in a turn
    send: Callable[[], dict[str, float]]  # seconds and CPU of all of them, memory
    turns: list[Turn] = field(default_factory=list)

    def take_turn(self, server: Sink) -> None:
        """Sends once more."""
        before = server.cpu
        took = self.send()
        seconds, cpu, used = (value / self.count for value in (took["seconds"], took["cpu"], server.cpu - before))
        self.turns.append(Turn(seconds, cpu, used, took.get("worker", 0.0), took.get("ledger", 0.0)))

    @property
    def rate(self) -> float:
        """Messages a second."""
        return 1 / median(turn.seconds for turn in self.turns)

    @property
    def quickest(self) -> float:
        """Messages a second in the best turn."""
        return 1 / min(turn.seconds for turn in self.turns)

    @property
    def cpu(self) -> float:
        """Seconds a message, of all processes that send."""
        return median(turn.cpu for turn in self.turns)

    @property
    def sink(self) -> float:
        """Seconds a message, of the server."""
        return median(turn.sink for turn in self.turns)

    @property
    def worker(self) -> float:
        """MB that a worker took at most."""
        return max(turn.worker for turn in self.turns)

    @property
    def ledger(self) -> float:
        """MB that the ledger's process took at most."""
        return max(turn.ledger for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Field:
    """Where all sides meet: one server, one newsletter, one key."""

    server: Sink
    ready: Ready
    letter: Path  # as the peers read it
    message: Path  # as smtp-source reads it
    key: Path

    def ours(self, port: int, lanes: int, *, signed: bool) -> Side:
        """Ledger and workers, the start of the workers included, to all readers."""

        def send() -> dict[str, float]:
            self.ready.anew(Way(port, lanes, signed))
            return child(sys.executable, "-m", "bench.deliver_ours", "run", str(self.ready.root))

        return Side(f"ours, {kind(signed)}", self.ready.count, send)

    def source(self, count: int, lanes: int, *, keeping: bool) -> Side:
        """Postfix's own program, with the very message: over connections that it keeps, as ours does, or over one for
        each message, as it does by itself."""
        options = ["-d"] if keeping else []
        options += ["-s", str(lanes), "-m", str(count), "-F", str(self.message), "-f", BOUNCES, "-t", "ana@example.org"]
        command = [program("smtp-source"), *options, f"127.0.0.1:{self.server.port}"]
        return Side("smtp-source -d" if keeping else "smtp-source", count, lambda: _timed(command))

    def nodemailer(self, count: int, port: int, lanes: int, *, signed: bool) -> Side:
        """Its pool of connections, and its own signatures."""
        script = str(_BENCH / "nodemailer-peer.cjs")
        command = [node() or "node", script, str(self.letter), str(port), str(count), str(lanes), *self._key(signed)]
        return Side(f"nodemailer, {kind(signed)}", count, lambda: child(*command))

    def python(self, which: str, count: int, *, signed: bool = False) -> Side:
        """ "smtplib" or "django"."""
        command = [sys.executable, "-m", "bench.deliver_peers", which, str(self.letter), str(self.server.port)]
        name = "Django" if which == "django" else f"smtplib{' + dkimpy' if signed else ''}"
        return Side(name, count, lambda: child(*command, str(count), *self._key(signed)))

    def _key(self, signed: bool) -> list[str]:
        return [str(self.key)] if signed else []


def by_turns(sides: Sequence[Side], server: Sink) -> None:
    """In every round each has one turn, so that other work slows all of them alike."""
    for _ in range(ROUNDS):
        for side in sides:
            side.take_turn(server)


def kind(signed: bool) -> str:
    """The same, in a word."""
    return "signed" if signed else "unsigned"


def child(*command: str) -> dict[str, float]:
    """What a process of its own tells at its end. Raises `CalledProcessError` when it fails."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _timed(command: list[str]) -> dict[str, float]:
    """Seconds and CPU of a program, from its start to its end."""
    began = perf_counter()
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return {"seconds": perf_counter() - began, "cpu": used.ru_utime + used.ru_stime}
