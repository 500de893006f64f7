"""Workers that are started before their work: taken by the run that follows, and gone where none does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.deliver.spares import Spares
from newsletter.model.mailing import MailingState
from newsletter.store.owning import Owned
from tests.delivering import Clock, run, smtp
from tests.mailing import add_readers, opened, owned, sending
from tests.smtpserver import SmtpServer

COUNT = 40


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Owned]:
    with opened("sqlite", tmp_path) as store, owned(store, tmp_path) as held:
        yield held


def ours() -> set[int]:
    """The processes that this one has started, from the moment of their start on."""
    return set(map(int, Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()))


def test_a_run_is_carried_by_the_workers_that_were_started_ahead(held: Owned) -> None:
    """No other process is started, everyone gets one message, and all have left with the block."""
    add_readers(held.store, *range(COUNT))
    mailing = sending(held)
    with SmtpServer() as server, Spares(held.fileno) as spares:
        before = ours()
        spares.start(2)
        ahead, seen = ours() - before, set[int]()
        clock = Clock(then=lambda _: seen.update(ours() - before))
        assert run(held, mailing, smtp(server.port), clock, processes=2, spares=spares) is MailingState.SENT
    assert len(ahead) == 2
    assert seen <= ahead
    assert len({message.recipients[0] for message in server.messages}) == len(server.messages) == COUNT
    assert ours() & ahead == set()


def test_spares_that_died_or_are_too_few_are_made_up_for(held: Owned) -> None:
    """One was killed while it waited, and none was started for the second seat: others are, and everyone is sent to."""
    add_readers(held.store, *range(COUNT))
    mailing = sending(held)
    with SmtpServer() as server, Spares(held.fileno) as spares:
        before = ours()
        spares.start(1)
        (ahead,) = ours() - before
        os.kill(ahead, 9)
        assert run(held, mailing, smtp(server.port), processes=2, spares=spares) is MailingState.SENT
    assert len({message.recipients[0] for message in server.messages}) == len(server.messages) == COUNT


def test_spares_that_nobody_wants_leave_with_the_block(held: Owned) -> None:
    """And the lock that they hold is free."""
    before = ours()
    with Spares(held.fileno) as spares:
        spares.start(2)
        ahead = ours() - before
        assert len(ahead) == 2
    assert ours() & ahead == set()


def test_spares_leave_when_the_program_dies_that_started_them() -> None:
    """Though it had not told them anything: they notice that nobody is there, and print nothing."""
    program = (
        "import os, sys; from newsletter.deliver.spares import Spares; spares = Spares(None); spares.start(1);"
        "print(spares.take().process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    number = int(died.stdout)  # its standard error was the program's: it is read to its end
    assert died.stderr == ""
    assert died.returncode == -9
    assert not Path(f"/proc/{number}/cmdline").exists() or Path(f"/proc/{number}/cmdline").read_bytes() == b""
