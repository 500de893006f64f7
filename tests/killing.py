"""Senders that are killed: processes that send a mailing, and one who kills them at any moment and starts new ones."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from newsletter.deliver import ledger
from newsletter.model.mailing import MailingId, MailingState
from newsletter.store import mailings
from newsletter.store.engine import open_store
from newsletter.store.errors import AlreadyHeld
from newsletter.store.owning import own
from tests.delivering import smtp, work_of

LANES, WORKERS = 4, 2
LONG = 120.0  # seconds that nothing here takes
_GLANCE = 0.002  # seconds between two looks at how far the server has come

# Children are forked from a clean process that has imported this module already.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.killing"])


def send(address: str, root: Path, port: int, processes: int) -> None:
    """What a sender's process does: waits for the right to send, and sends what is to be sent."""
    os.setpgid(0, 0)
    never = threading.Event()
    with open_store(address) as store:
        while True:
            try:
                with own(store, root, datetime.now(UTC)) as held:
                    mailing = mailings.get(store, MailingId(1))
                    if mailing.state is MailingState.SENDING:
                        ledger.run(
                            held,
                            mailing,
                            work_of(mailing.id, smtp(port), lanes=LANES, processes=processes),
                            clock=lambda: datetime.now(UTC),
                            jitter=lambda: 0.0,
                            watch=lambda _: None,
                            stop=never,
                        )
                return
            except AlreadyHeld:
                never.wait(0.05)  # somebody else is at it, or has just been killed


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server in a process of its own, which nobody kills. Each message it takes is a line of its log first."""

    port: int
    log: Path

    @property
    def taken(self) -> int:
        """How many messages so far."""
        return self.log.read_bytes().count(b"\n") if self.log.exists() else 0

    def lines(self) -> list[tuple[str, str, str]]:
        """Message-ID, recipient and digest of each message."""
        found = [line.split(" ") for line in self.log.read_text().splitlines()]
        return [(identity, recipient, digest) for identity, recipient, digest in found]


@contextmanager
def mail_server(folder: Path, delay: float) -> Iterator[Server]:
    """The server, for as long as the block runs. `delay`: seconds before each message is answered."""
    log = folder / "server.log"
    command = [sys.executable, "-m", "tests.smtpserver", "--log", str(log), "--delay", str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Server(int(process.stdout.readline()), log)
        finally:
            process.stdin.close()
            process.wait(LONG)


@dataclass(frozen=True, slots=True)
class Job:
    """What senders are to do."""

    address: str  # of the database
    root: Path  # where the lock lies
    server: Server
    processes: int  # that hold the lanes; 0: threads of the sender's own


class Senders:
    """Processes that all try to send the same mailing; whoever is killed is replaced."""

    def __init__(self, job: Job, count: int) -> None:
        self._arguments = (job.address, job.root, job.server.port, job.processes)
        self._all = [self._start() for _ in range(count)]

    def _start(self) -> BaseProcess:
        process: BaseProcess = PROCESSES.Process(target=send, args=self._arguments)
        process.start()
        return process

    def kill_one(self, dice: Random) -> str:
        """Ends a sender or one of its workers, as an operator would with -9. Says which it was."""
        victim = dice.choice(self._all)
        assert victim.pid is not None
        workers = workers_of(victim.pid)
        if workers and dice.random() < 0.4:
            with suppress(ProcessLookupError):  # it has left just now
                os.kill(dice.choice(workers), signal.SIGKILL)
            return "worker"
        victim.kill()
        victim.join(LONG)
        self._all[self._all.index(victim)] = self._start()
        return "ledger"

    def pause(self, seconds: float) -> bool:
        """Waits a moment; whether a sender has come to its end."""
        self._all[0].join(seconds)
        return any(process.exitcode is not None for process in self._all)

    def finish(self) -> None:
        """Waits for all of them."""
        for process in self._all:
            process.join(LONG)
            assert process.exitcode == 0, f"a sender ended with {process.exitcode}"

    def end(self) -> None:
        """Ends whatever is left, workers too."""
        for process in self._all:
            for pid in (*workers_of(process.pid or 0), process.pid or 0):
                with suppress(ProcessLookupError):
                    if pid and process.exitcode is None:
                        os.kill(pid, signal.SIGKILL)
            process.join(LONG)


def send_and_kill(job: Job, *, rows: int, kills: int, senders: int, seed: int) -> Counter[str]:
    """Sends a mailing of so many rows under so many kills, until all is settled. Says what was killed how often.

    The kills are spread over the whole mailing: each comes after some more messages, and a moment that may fall
    anywhere in a commit, a message or the start of a process.
    """
    dice, killed = Random(seed), Counter[str]()
    working, server = Senders(job, senders), job.server
    try:
        while killed.total() < kills:
            per_kill = (rows - server.taken) / (kills - killed.total() + 1)
            wanted = server.taken + dice.uniform(0, 2 * per_kill)
            while server.taken < wanted and not working.pause(_GLANCE):
                pass
            if working.pause(dice.uniform(0, 0.02)):
                break
            killed[working.kill_one(dice)] += 1
        working.finish()
    finally:
        working.end()
    return killed


def workers_of(pid: int) -> list[int]:
    """The worker processes of a sender."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [
            int(one) for one in children if b"newsletter.deliver.worker" in Path(f"/proc/{one}/cmdline").read_bytes()
        ]
    except OSError:  # it has ended
        return []
