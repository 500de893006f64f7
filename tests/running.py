"""The whole system for the tests: `newsletter run` in a process of its own, as an operator starts it.

with running(publication) as system:
    assert system.ready()["ready"]
    system.process.send_signal(signal.SIGTERM)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TypeVar

from newsletter.model.job import Job
from tests.conftest import ROOT

LIMIT = 60.0  # seconds that nothing here takes
_GLANCE = 0.05  # seconds between two looks
T = TypeVar("T")


def until(look: Callable[[], T | None], limit: float = LIMIT) -> T:
    """What `look` gives once it gives something; fails where that takes too long."""
    end = time.monotonic() + limit
    while not (found := look()):
        assert time.monotonic() < end, f"waited {limit} s in vain for {look}"
        time.sleep(_GLANCE)
    return found


def alive(pid: int) -> bool:
    """Whether this process does anything still; one whose parent has not missed it yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@dataclass
class System:
    """It runs, or has run."""

    root: Path
    process: subprocess.Popen[bytes]
    log: Path  # of JSON lines

    def standing(self) -> dict[str, Any] | None:
        """var/run.json; None: it is not there, or of a run before this one."""
        try:
            found: dict[str, Any] = json.loads((self.root / "var" / "run.json").read_text("utf-8"))
        except FileNotFoundError:
            return None
        return found if found["pid"] == self.process.pid else None

    def child(self, name: str) -> dict[str, Any] | None:
        """How this child stands, while it has a process."""
        children = (self.standing() or {"children": []})["children"]
        return next((one for one in children if one["name"] == name and one["pid"]), None)

    def ask(self, path: str, host: str | None = None) -> tuple[int, str]:
        """What the status server answers; (0, "") before there is one."""
        standing = self.standing()
        if standing is None:
            assert self.process.poll() is None, self.log.read_text("utf-8")
            return 0, ""
        connection = HTTPConnection(standing["status"], timeout=LIMIT)
        try:
            connection.request("GET", path, headers={"Host": host or standing["status"]})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def ready(self) -> dict[str, Any]:
        """What /ready says as soon as it says so."""

        def look() -> dict[str, Any] | None:
            status, body = self.ask("/ready")
            return json.loads(body) if status == 200 else None

        return until(look)

    def said(self) -> list[dict[str, Any]]:
        """The lines of the log so far. Each is an object of JSON."""
        whole = self.log.read_text("utf-8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def words(self, speaker: str) -> str:
        """What one of them has said so far."""
        return "\n".join(one["words"] for one in self.said() if one["from"] == speaker)


@contextmanager
def running(root: Path, *options: str) -> Iterator[System]:
    """The command with these options, on ports that are free; ended with all its children at the latest with the block.

    A few jobs alone run by themselves: `only` says which.
    """
    number = len(list(root.parent.glob("run-*.log")))
    log = root.parent / f"run-{number}.log"
    command = [sys.executable, "-m", "newsletter", "-C", str(root), "run", "--port", "0"]
    command += ["--desk-port", "0", "--status-port", "0"]
    with log.open("wb") as file:
        process = subprocess.Popen([*command, "--log", "json", *options], cwd=ROOT, stdout=file, stderr=file)
    system = System(root, process, log)
    try:
        yield system
    finally:
        pids = [one["pid"] for one in (system.standing() or {"children": []})["children"] if one["pid"]]
        process.kill()
        process.wait(LIMIT)
        for pid in pids:
            until(lambda pid=pid: not alive(pid))  # type: ignore[misc]  # the leash holds them


def only(root: Path, *jobs: str) -> None:
    """Lets no other jobs run by themselves than these."""
    off = [job.value for job in Job if job.value not in jobs]
    path = root / "schedule.yaml"
    path.write_text(f"{path.read_text('utf-8')}\njobs: {json.dumps({'off': off})}\n", "utf-8")


def kill(pid: int) -> None:
    """Ends a process as an operator would with -9."""
    with suppress(ProcessLookupError):
        os.kill(pid, 9)
