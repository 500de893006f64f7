"""A job's process that is killed, at any moment of its run: the next start goes on, and nobody gets anything twice."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.app import App, open_app
from newsletter.actions.run_job import run_job
from newsletter.actions.show_receipt import show_receipt
from newsletter.model.job import Job, Run, RunState
from newsletter.model.mailing import DeliveryState
from newsletter.store.errors import AlreadyHeld
from tests.approving import COMING, sign
from tests.conftest import SOAK, opened
from tests.jobs import timed
from tests.postgres import KINDS, fresh_database
from tests.sending import COUNT, bring_in, due_of, over_smtp, sums
from tests.smtpserver import SmtpServer

SHARES = [number / 40 for number in range(41)] if SOAK else [0.0, 0.4, 0.6, 0.8, 1.0]
TWINS = 1_000 if SOAK else 2  # whole sends with each database, each started twice
_LONG = 60.0  # seconds that nothing here takes

# Children are forked from a clean process that has imported this module already.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.test_jobs_killed"])


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@dataclass(slots=True)
class Fuse:
    """A clock that waiting moves, and that kills its process when it is looked at for so many a time."""

    now: datetime
    left: int  # looks
    looks: int = 0

    def __call__(self) -> datetime:
        self.looks += 1
        if self.looks > self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def run_and_die(root: Path, begin: datetime, looks: int) -> None:
    """What the killed process does. Without being killed it says how often it looked at the clock."""
    fuse = Fuse(begin, looks)
    run_job(open_app(root, fuse), Job.SEND, login="tests", wait=fuse.wait)
    (root / "looks").write_text(str(fuse.looks), "ascii")


def child(root: Path, begin: datetime, looks: int) -> int | None:
    """How such a process ended."""
    process = PROCESSES.Process(target=run_and_die, args=(root, begin, looks))
    process.start()
    process.join(_LONG)
    return process.exitcode


@pytest.fixture(scope="module")
def looks(pristine_sender: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How often a run that nobody kills looks at the clock."""
    root = Path(shutil.copytree(pristine_sender, tmp_path_factory.mktemp("whole") / "publication"))
    with SmtpServer() as server:
        over_smtp(opened(root), server.port)
        assert child(root, due_of(opened(root)) - timedelta(minutes=3), 1_000_000) == 0
        assert len(server.messages) == COUNT
    return int((root / "looks").read_text("ascii"))


@pytest.mark.soak
@pytest.mark.parametrize("share", SHARES)
def test_killed_anywhere_in_its_run_the_next_start_brings_it_to_an_end(
    sender: App, server: SmtpServer, looks: int, share: float
) -> None:
    """Claimed, planned, waiting, sending or about to write what came of it: every reader has one copy at most, and the
    sum closes; whoever has none is shown as unknown to a person."""
    over_smtp(sender, server.port)
    due = due_of(sender)
    assert child(sender.root, due - timedelta(minutes=3), round(share * (looks - 3)) + 1) == -signal.SIGKILL
    desk = timed(sender, due)
    desk.clock.step = timedelta(milliseconds=100)
    desk.follow(Job.SEND, due + timedelta(minutes=2))
    per_reader = [len(messages) for messages in server.by_recipient().values()]
    assert set(per_reader) <= {1}
    counts = sums(show_receipt(desk.app, COMING).receipt)
    assert sum(counts.values()) == COUNT
    assert set(counts) <= {DeliveryState.ACCEPTED, DeliveryState.UNKNOWN}
    assert counts.get(DeliveryState.UNKNOWN, 0) <= 1  # one for each connection
    (run,) = desk.kept(Job.SEND)
    assert run.state is (RunState.WAITING if DeliveryState.UNKNOWN in counts else RunState.DONE)


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_of_two_that_start_on_the_second_one_sends(
    kind: str, pristine: Path, pristine_sender: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With both databases: everyone has one copy, and the other start is told who is at it or finds nothing to do."""
    for turn in range(TWINS):
        root = Path(shutil.copytree(pristine if kind == "postgresql" else pristine_sender, tmp_path / f"{turn}"))
        with ExitStack() as opening:
            server = opening.enter_context(SmtpServer())
            app = opened(root)
            if kind == "postgresql":
                monkeypatch.setenv("DATABASE_URL", opening.enter_context(fresh_database(kind, root)))
                bring_in(app)
                sign(app, "mei")
            over_smtp(app, server.port)
            _start_twice(app)
            assert [len(messages) for messages in server.by_recipient().values()] == [1] * COUNT
        shutil.rmtree(root)


def _start_twice(app: App) -> None:
    desk, meeting = timed(app, due_of(app)), threading.Barrier(2)

    def start() -> tuple[Run, ...]:
        meeting.wait(_LONG)
        try:
            return desk.run(Job.SEND)
        except AlreadyHeld:
            return ()

    with ThreadPoolExecutor(2) as two:
        came = [one.result() for one in [two.submit(start) for _ in range(2)]]
    assert [run.state for done in came for run in done] == [RunState.DONE]
    assert len(desk.kept(Job.SEND)) == 1
