"""Sending the sample issue for the tests: an installation with readers and an approved issue, its clock, its server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.import_subscribers import dry_run, import_subscribers
from newsletter.actions.resume_mailing import resume_mailing
from newsletter.actions.run_mailing import Watch
from newsletter.actions.send_issue import Sent, send_issue
from newsletter.model.mailing import DeliveryState, Receipt
from newsletter.publication import calendar, schedule
from newsletter.publication.folder import Folder
from tests.approving import COMING, sign
from tests.conftest import ROOT
from tests.delivering import Clock
from tests.smtpserver import LIMIT

READERS = ROOT / "seeds" / "readers.csv"
COUNT = 12  # people in it


def due_of(app: App) -> datetime:
    """When the coming issue is due."""
    found, _, _ = schedule.read(Folder(app.root))
    assert found
    return calendar.week(found.calendar, COMING).due


def at(app: App, moment: datetime) -> App:
    """The same installation with its clock at a moment; it runs ahead to what a mailing waits for."""
    return replace(app, clock=Clock(now=moment))


def when_due(app: App, **later: float) -> App:
    """The same with its clock at the moment the coming issue is due, or so much later."""
    return at(app, due_of(app) + timedelta(**later))


def bring_in(app: App, path: Path = READERS) -> None:
    """Imports readers."""

    def quiet(_what: str, _done: int, _whole: int) -> None:
        pass

    with dry_run(app, path, quiet) as run:
        import_subscribers(app, run, basis="a test", who="mei", report=quiet)


def more_readers(path: Path, count: int) -> Path:
    """A file with so many invented readers."""
    rows = [f"reader-{number}@example.org,Reader {number}\n" for number in range(1, count + 1)]
    path.write_text("email,name\n" + "".join(rows), "utf-8")
    return path


def over_smtp(app: App, port: int, connections: int = 1) -> None:
    """Writes `sending:` into schedule.yaml: by SMTP, to a server of the tests."""
    lines = ("transport: smtp", "host: 127.0.0.1", f"port: {port}", "tls: none", f"connections: {connections}")
    path = app.root / "schedule.yaml"
    kept = path.read_text("utf-8").partition("\nsending:")[0].rstrip("\n")
    path.write_text("\n  ".join((f"{kept}\nsending:", *lines)) + "\n", "utf-8")


def publishing(app: App, **values: object) -> None:
    """Writes `publish:` into schedule.yaml; what stood there before is kept where nothing else is said."""
    path = app.root / "schedule.yaml"
    kept, _, before = path.read_text("utf-8").partition("\npublish: ")
    there = {**(json.loads(before) if before else {}), **values}
    path.write_text(f"{kept.rstrip()}\npublish: {json.dumps(there)}\n", "utf-8")


def prepared(app: App) -> App:
    """Readers are there, and the coming issue is approved; the same installation, when it is due."""
    bring_in(app)
    sign(app, "mei")
    return when_due(app)


def send(app: App, *, at_once: bool = False) -> Sent:
    """Sends the coming issue."""
    return send_issue(app, COMING, "mei", login="tests", at_once=at_once, watch=watching(app))


def resume(app: App, *, mended: bool = False) -> Sent:
    """Goes on with it."""
    return resume_mailing(app, COMING, "mei", login="tests", mended=mended, watch=watching(app))


def watching(app: App) -> Watch:
    """Lets the installation's clock run ahead."""
    assert isinstance(app.clock, Clock)
    return app.clock.watch


def sums(receipt: Receipt) -> dict[DeliveryState, int]:
    """How many copies are in each state; those without any left out."""
    assert receipt.balanced
    return {state: count for state, count in receipt.counts if count}


@contextmanager
def meanwhile(app: App) -> Iterator[list[Sent | BaseException]]:
    """Sends in another thread while the block runs; afterwards the list holds what came of it."""
    came: list[Sent | BaseException] = []

    def run() -> None:
        try:
            came.append(send(app))
        except BaseException as error:
            came.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield came
    finally:
        thread.join(2 * LIMIT)
        assert not thread.is_alive()
