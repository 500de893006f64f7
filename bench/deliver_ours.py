"""Our side of `bench.deliver`, in a process of its own: sends the mailing that is ready in a folder, once.

`python -m bench.deliver_ours run ROOT` sends all of it; `... first ROOT` only tells when the first message was taken.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import threading
from datetime import datetime
from pathlib import Path
from time import perf_counter

from bench.deliver_ready import LOGIN, Running, due_of
from newsletter.actions.app import App, coming_issue, open_app, read_publication
from newsletter.actions.demo import WHO
from newsletter.actions.readers import readers_store
from newsletter.actions.run_mailing import run_mailing
from newsletter.actions.send_issue import send_issue
from newsletter.deliver.progress import Progress
from newsletter.model.issue import IssueId
from newsletter.model.mailing import DeliveryState, MailingKind
from newsletter.publication.folder import Folder
from newsletter.store import mailings, receipts
from newsletter.store.owning import own

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
_LOOKED_AT = 5_000  # rows that were answered, among which is the first


def main(what: str, root: Path) -> None:
    app = open_app(root, clock=Running(due_of(root)))
    print(json.dumps(first(app) if what == "first" else run(app)))


def run(app: App) -> dict[str, float]:
    """Seconds of the run, from a mailing that is ready to one that is sent; CPU of ledger and workers in it; the most
    memory that a worker and that the ledger took, in MB."""
    schedule = read_publication(app, Folder(app.root)).schedule
    peaks = Peaks()
    with readers_store(app) as (store, ring), own(store, app.root, app.clock()) as owned:
        mailing = mailings.find(store, coming_issue(app.root), MailingKind.ISSUE)
        assert mailing is not None
        began, cpu = perf_counter(), _cpu()
        run_mailing(app, owned, ring, schedule, mailing, LOGIN, peaks.watch, threading.Event())
        seconds, cpu = perf_counter() - began, _cpu() - cpu
        receipt = receipts.receipt(store, mailing.id)
    assert receipt.of(DeliveryState.ACCEPTED) == receipt.total, receipt
    ledger = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3  # Linux counts in kilobytes
    return {"seconds": seconds, "cpu": cpu, "worker": peaks.worker, "ledger": ledger}


def first(app: App) -> dict[str, float]:
    """Seconds from the call of `send` until the ledger knew that the first message was taken."""
    stop = threading.Event()

    def watch(progress: Progress) -> None:
        if progress.of(DeliveryState.ACCEPTED):
            stop.set()

    issue, asked = coming_issue(app.root), app.clock()
    send_issue(app, issue, WHO, login=LOGIN, watch=watch, stop=stop)
    return {"seconds": (first_taken(app, issue) - asked).total_seconds()}


class Peaks:
    """The most memory that any worker was seen to take."""

    def __init__(self) -> None:
        self.worker = 0.0  # MB

    def watch(self, _progress: Progress) -> None:
        """Looks at all child processes; what it reads of each is the most it ever took."""
        for thread in Path("/proc/self/task").iterdir():
            for pid in _read(thread / "children").split():
                found = _PEAK.search(_read(Path(f"/proc/{pid}/status")))
                self.worker = max(self.worker, int(found[1]) / 1e3 if found else 0.0)


def _read(path: Path) -> str:
    """What the kernel tells of a process or thread; nothing where it has ended meanwhile."""
    try:
        return path.read_text()
    except OSError:
        return ""


def _cpu() -> float:
    """Of this process and of its children that have ended."""
    used = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def first_taken(app: App, issue: IssueId) -> datetime:
    """When the ledger wrote down the first answer of an issue's mailing, of which little was sent."""
    with readers_store(app) as (store, _):
        mailing = mailings.find(store, issue, MailingKind.ISSUE)
        assert mailing is not None
        rows = receipts.people(store, mailing.id, (DeliveryState.ACCEPTED,), 0, _LOOKED_AT)
    return min(row.changed for row in rows if row.changed)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
