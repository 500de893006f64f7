"""The processes of `newsletter run`: how they are begun, begun again, and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from newsletter.model.job import Job
from newsletter.schedule.children import Child, Program, end, in_words, kill, start
from newsletter.schedule.kept import Kept
from newsletter.schedule.leash import Leash
from newsletter.schedule.patience import Patience
from newsletter.schedule.signals import asked_to_stop
from newsletter.schedule.workers import Workers
from tests.running import LIMIT, until

WAITS = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print(flush=True); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"


def test_patience_doubles_to_a_minute_and_begins_anew_after_one_that_did_well() -> None:
    """1, 2, 4 ... 60 seconds for a process that keeps ending early."""
    patience, waits = Patience(), []
    for _ in range(8):
        patience = patience.after(lived=0.5)
        waits.append(patience.seconds)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert patience.after(lived=600).seconds == 1


class Nursery:
    """Real processes, and a clock of seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.script = WAITS
        self.born: list[Child] = []
        self.room = True

    def ticks(self) -> float:
        return self.seconds

    def start(self, name: str = "child") -> Child | None:
        if not self.room:
            return None
        process = subprocess.Popen([sys.executable, "-S", "-c", self.script], stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        self.born.append(Child(name, process, monotonic()))
        return self.born[-1]

    def last_ends(self, number: int = signal.SIGKILL) -> None:
        self.born[-1].process.send_signal(number)
        self.born[-1].process.wait(LIMIT)


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    kill(nursery.born)
    for child in nursery.born:
        assert child.process.stdout
        child.process.stdout.close()


def test_a_job_has_one_process_at_a_time(nursery: Nursery) -> None:
    """However often it is due; the next one may be begun once that has ended."""
    workers = Workers(lambda job: nursery.start(job.value), nursery.ticks)
    assert [workers.begin(Job.GATHER) for _ in range(3)] == [True, False, False]
    assert [child.name for child in workers.working] == ["gather"]
    nursery.last_ends(signal.SIGTERM)
    assert workers.busy(Job.GATHER)
    assert workers.reap() == (Job.GATHER,)
    nursery.seconds += 3600
    assert workers.begin(Job.GATHER)


def test_a_machine_that_has_slept_does_not_begin_everything_at_once(nursery: Nursery) -> None:
    """Three jobs at a time; the one that sends waits for none of them."""
    workers = Workers(lambda job: nursery.start(job.value), nursery.ticks)
    begun = [job for job in (Job.GATHER, Job.TIDY, Job.BACKUP, Job.ARCHIVE, Job.SEND) if workers.begin(job)]
    assert begun == [Job.GATHER, Job.TIDY, Job.BACKUP, Job.SEND]


def test_a_job_whose_process_was_killed_is_taken_up_again(nursery: Nursery, caplog: pytest.LogCaptureFixture) -> None:
    """After a second, and later each time it happens again; the log says how it ended."""
    workers = Workers(lambda job: nursery.start(job.value), nursery.ticks)
    for pause in (1.0, 2.0, 4.0):
        assert workers.begin(Job.SEND)
        nursery.last_ends()
        assert workers.reap() == (Job.SEND,)
        assert not workers.begin(Job.SEND)
        nursery.seconds += pause - 0.1
        assert workers.reap() == ()
        nursery.seconds += 0.1
        assert workers.reap() == (Job.SEND,)
    assert caplog.messages == ["send has ended by SIGKILL"] * 3


def test_a_job_that_leaves_undone_what_is_due_does_not_spin(nursery: Nursery) -> None:
    """Five seconds lie between two beginnings."""
    workers = Workers(lambda job: nursery.start(job.value), nursery.ticks)
    assert workers.begin(Job.TIDY)
    nursery.last_ends(signal.SIGTERM)
    workers.reap()
    assert not workers.begin(Job.TIDY)
    nursery.seconds += 5
    assert workers.begin(Job.TIDY)


def test_nothing_is_begun_while_the_lock_is_lost_or_there_is_no_room(nursery: Nursery) -> None:
    """And everything again afterwards."""
    workers = Workers(lambda job: nursery.start(job.value), nursery.ticks)
    workers.rest()
    assert not workers.begin(Job.SEND)
    workers.rest(False)
    nursery.room = False
    assert not workers.begin(Job.SEND)
    nursery.room = True
    assert workers.begin(Job.SEND)


def test_the_site_is_kept_running(nursery: Nursery) -> None:
    """Started at the first look, again a second after it was killed, and counted."""
    site = Kept("site", nursery.start, nursery.ticks)
    assert [site.look(), site.look()] == [True, False]
    nursery.last_ends()
    assert site.look()
    assert (site.child, site.restarts, site.last_exit) == (None, 1, -signal.SIGKILL)
    assert not site.look()
    nursery.seconds += 1
    nursery.room = False
    assert not site.look()
    nursery.seconds += 2
    nursery.room = True
    assert site.look()
    assert site.child is nursery.born[-1]


def test_whoever_does_not_end_in_time_is_cut_off(nursery: Nursery) -> None:
    """All are told at once; one that does not listen holds nothing up for long."""
    listening_one = nursery.start()
    nursery.script = DEAF
    deaf = nursery.start()
    assert listening_one
    assert deaf
    assert not end([listening_one, deaf], 0.3)
    assert (listening_one.process.returncode, deaf.process.returncode) == (0, -signal.SIGKILL)
    nursery.script = WAITS
    assert end([one for one in [nursery.start()] if one], LIMIT)


# A child on the leash that leaves when it is told to, and one that does not listen.
LEASHED = """
import signal, sys
from newsletter.schedule.leash import hold_on
def leave(*_):
    sys.exit(7)
signal.signal(signal.SIGTERM, leave if {listens} else signal.SIG_IGN)
hold_on(int(sys.argv[1]), float(sys.argv[2]))
open(sys.argv[3], "w").close()
while True:
    signal.pause()
"""


def test_a_child_ends_when_its_parent_lets_go_of_the_leash(tmp_path: Path) -> None:
    """As if by SIGTERM; one that does not listen when its grace is over. Each stands in a session of its own, which
    Ctrl-C does not reach."""
    leash, children = Leash(), []
    for listens in (True, False):
        program = Program((sys.executable, "-c", LEASHED.format(listens=listens)), ())
        child = start(program, str(tmp_path / f"begun {listens}"), (), leash, 0.2)
        assert child
        children.append(child)
    until(lambda: len(list(tmp_path.iterdir())) == 2)
    assert os.getsid(children[0].process.pid) != os.getsid(0)
    leash.let_go()
    leash.let_go()
    assert [child.process.wait(LIMIT) for child in children] == [7, 70]


def test_a_program_that_cannot_be_started_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """And is none: whoever wanted it tries again later."""
    leash = Leash()
    assert start(Program(("/nowhere/at/all",), ()), "gather", (), leash, 1) is None
    leash.let_go()
    assert caplog.messages == [
        "gather cannot be started: No such file or directory; free memory, or allow more processes"
    ]


def test_how_a_process_ended_is_told_in_words() -> None:
    """By its status, or the name of the signal."""
    assert [in_words(status) for status in (1, -9, -99)] == ["with status 1", "by SIGKILL", "by signal 99"]


def test_the_second_ctrl_c_does_not_wait() -> None:
    """The first, and any SIGTERM, ask for an end in good order."""
    with asked_to_stop() as asked:
        assert not asked.is_set()
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        assert asked.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with asked_to_stop() as asked:
        signal.raise_signal(signal.SIGINT)
        assert asked.is_set()
