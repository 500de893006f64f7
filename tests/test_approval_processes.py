"""Approving in several processes: two who sign at once, and one that is killed half way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.approved_edition import approved_edition, proposal
from newsletter.store import approvals, audit
from newsletter.store.engine import open_store
from tests.approving import COMING, at_home, rules, sign
from tests.conftest import opened

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.test_approval_processes"])


@pytest.fixture
def home(publication: Path) -> Iterator[App]:
    with at_home(publication) as app:
        yield app


def sign_elsewhere(root: Path, who: str, go: object) -> None:
    """What another process does."""
    app = opened(root)
    digest = proposal(app, COMING).edition.digest
    go.wait(60)  # type: ignore[attr-defined]
    sign(app, who, digest)


def test_two_who_sign_at_once_both_have_signed(home: App) -> None:
    """In two processes, with one key between them."""
    rules(home.root, "{needed: 2}")
    go = PROCESSES.Barrier(2)
    both = [PROCESSES.Process(target=sign_elsewhere, args=(home.root, who, go)) for who in ("mei", "daniel")]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
        assert one.exitcode == 0
    found = proposal(home, COMING).standing
    assert {one.who for one in found.counted} == {"mei", "daniel"}
    with open_store(home.database) as store:
        assert audit.verify(store) is None
        assert [one.number for one in approvals.signatures(store, COMING)] == [1, 2]


def die_half_way(root: Path) -> None:
    """What a process does that is killed between the signature and its line in the log."""
    approvals.audit.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[attr-defined]
    sign(opened(root), "mei")


def test_a_signature_that_is_killed_half_way_has_written_nothing(home: App) -> None:
    """Bytes, look, signature and log are there together or not at all; then it can be given again."""
    process = PROCESSES.Process(target=die_half_way, args=(home.root,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    database = sqlite3.connect(home.root / "var" / "newsletter.db")
    for table in ("editions", "approvals", "looks", "audit"):
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    database.close()
    assert sign(home, "mei").standing.complete
    assert approved_edition(home, COMING)
