"""Work that two processes share: all of it is done, whatever becomes of the second one, and it comes to the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from newsletter.actions.publish_archive import publish_archive
from tests.archiving import add_issue, opened, public
from tests.conftest import ROOT

MANY = 250  # issues: more than one process makes alone
LIMIT = 60.0  # seconds

# A process of its own: this one may have threads, and is then not copied.
_WORK = """
import json, os, signal, sys, time
from newsletter.archive.twofold import in_two, is_of_use

us, what, done = os.getpid(), sys.argv[1], []

def work(number):
    if os.getpid() != us and what == "killed" and number > 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if os.getpid() != us and what == "fails":
        raise OSError(28, "No space left on device")
    if what == "fails everywhere":
        raise OSError(28, "No space left on device")
    time.sleep(0.001)
    done.append(number)

assert is_of_use() == (len(os.sched_getaffinity(0)) > 1)
theirs = in_two(200, work, done.clear, lambda: done)
print(json.dumps([done, theirs]))
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("alone")
"""


def worked(what: str) -> subprocess.CompletedProcess[str]:
    """200 pieces of work, where this happens to the second process."""
    command = [sys.executable, "-c", _WORK, what]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False)


def archived(root: Path) -> subprocess.CompletedProcess[str]:
    """The archive built by a process of its own, which tells on stderr how often it was copied."""
    code = (
        "import sys; copies = []\n"
        "sys.addaudithook(lambda event, _: copies.append(1) if event == 'os.fork' else None)\n"
        "from newsletter.cli import main\n"
        "sys.argv = ['newsletter', '-C', sys.argv[1], 'archive']\n"
        "try: main()\n"
        "finally: print(len(copies), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, str(root)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False)


@pytest.fixture
def large(publication: Path) -> Path:
    """The sample with so many issues that two processes make them."""
    for at in range(MANY):
        day = str(date(2025, 1, 1) + timedelta(days=at))
        add_issue(publication, day, number=at + 1, subject=f"Day {at}", topics=(f"topic {at % 7}",))
    return publication


@contextmanager
def with_a_thread() -> Iterator[None]:
    """A thread that waits, so that this process is not copied."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def is_as_one_process_makes_it(root: Path) -> bool:
    """Whether a build from nothing, by this process alone, would leave every file as it is, and no other there."""
    (root / "var" / "archive.json").unlink()
    with with_a_thread():
        return not publish_archive(opened(root), check=True).changed


@pytest.mark.parametrize("what", ["nothing", "killed", "fails"])
def test_everything_is_done_whatever_becomes_of_the_second_process(what: str) -> None:
    """Once where both come to their end, and by the first one where the second was killed or failed; no child is
    left."""
    done = worked(what)
    assert done.stderr == ""
    told, alone = done.stdout.splitlines()
    ours, theirs = json.loads(told)
    assert alone == "alone"
    assert sorted(ours + (theirs or [])) == list(range(200))
    assert (theirs is None) == (what != "nothing" or len(os.sched_getaffinity(0)) == 1)


def test_a_mistake_is_raised_where_the_work_was_asked_for() -> None:
    """As if there were one process."""
    done = worked("fails everywhere")
    assert done.returncode == 1
    assert done.stderr.count("No space left on device") == 1
    assert done.stdout == ""


def test_a_page_that_cannot_be_read_is_told_once_with_its_place(large: Path) -> None:
    """Whichever process was to read it, and all such pages at once."""
    for name in ("2025-01-06", "2025-08-30"):
        (large / "content" / "issues" / name / "sent" / "meta.json").write_text("{", "utf-8")
    done = archived(large)
    assert done.returncode == 1
    assert done.stderr.count("content/issues/2025-01-06/sent") == 1
    assert done.stderr.count("content/issues/2025-08-30/sent") == 1
    assert not (large / "var" / "archive.json").exists()


def test_two_processes_make_the_same_bytes_as_one_whenever_they_were_killed_before(large: Path) -> None:
    """The second process ends with the first one, and the next build waits for that: it leaves no half file, knows all
    that is there, and what it made is what one process makes."""
    code = (
        "import sys; from newsletter.cli import main; sys.argv = ['newsletter', '-C', sys.argv[1], 'archive']; main()"
    )
    command = [sys.executable, "-c", code, str(large)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as build:
        until = time.monotonic() + LIMIT
        issues = large / "public" / "issues"
        while not issues.is_dir() or sum(1 for _ in issues.iterdir()) < 60:
            assert time.monotonic() < until
            assert build.poll() is None
        build.kill()
        build.wait(LIMIT)
    done = archived(large)
    assert done.returncode == 0, done.stderr
    assert int(done.stderr) >= 2 or len(os.sched_getaffinity(0)) == 1
    assert not publish_archive(opened(large)).changed
    assert [path for path in public(large) if path.endswith(".new")] == []
    assert not (large / "var" / "archive.writing").exists()
    assert is_as_one_process_makes_it(large)
