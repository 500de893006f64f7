"""A desk that is killed on its way through the files of an issue: the issue is whole, and doing it again does it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from newsletter.actions.add_blurb import add_blurb
from newsletter.actions.app import App, read_issue
from newsletter.actions.assign_section import assign_section
from newsletter.actions.change_matter import Matter
from newsletter.actions.kept_texts import kept_texts
from newsletter.actions.order_sections import order_sections
from newsletter.actions.remove_blurb import remove_blurb
from newsletter.actions.save_text import look_at_text, save_text
from newsletter.actions.section_files import sections_there
from newsletter.store import audit
from newsletter.store.engine import open_store
from newsletter.store.errors import StoreError
from tests.approving import COMING, at_home, edit, in_issue, sign
from tests.conftest import opened

PROCESSES = multiprocessing.get_context("fork")
FILE, LOG = "pathlib.Path.replace", "newsletter.store.audit.write"


@pytest.fixture
def app(publication: Path) -> Iterator[App]:
    """The sample publication with its database, and an order of its own for the coming issue."""
    with at_home(publication) as app:
        names = ", ".join(sections_there(app, COMING))
        edit(in_issue(app.root, "issue.md"), "owners:", f"sections: [{names}]\nowners:")
        read_issue(app, COMING)
        yield app


def ordered(app: App) -> None:
    names = sections_there(app, COMING)
    order_sections(app, COMING, (names[0], *reversed(names[1:])), look_at_text(app, COMING, "opening").digest, "mei")


def assigned(app: App) -> None:
    assign_section(app, COMING, "quote", "daniel", look_at_text(app, COMING, "opening").digest, "mei")


def added(app: App) -> None:
    add_blurb(app, COMING, "note", "note", "mei")


def removed(app: App) -> None:
    remove_blurb(app, COMING, "quote", look_at_text(app, COMING, "quote").digest, "mei")


def saved(app: App) -> None:
    file = look_at_text(app, COMING, "quote")
    save_text(app, COMING, "quote", f"{file.text.rstrip()}\n\nOne line more.\n", file.digest, "mei")


def _do_and_die(root: Path, does: Callable[[App], None], step: str, times: int) -> None:
    """Does it, and is killed when it comes to a step for the so-manieth time."""
    owner, _, name = step.rpartition(".")
    real = Path if owner == "pathlib.Path" else import_module(owner)
    before, left = getattr(real, name), [times]

    def counted(*args: object, **named: object) -> object:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return before(*args, **named)

    setattr(real, name, counted)
    does(opened(root))


@dataclass(frozen=True)
class Deed:
    """Something that is done to the files of an issue."""

    does: Callable[[App], None]
    is_done: Callable[[App], bool]


DEEDS = {
    "save": Deed(saved, lambda app: "One line more." in _read(app, "quote.md")),
    "order": Deed(ordered, lambda app: _places(app)[1] == sections_there(app, COMING)[-1]),
    "assign": Deed(assigned, lambda app: "quote: daniel" in _read(app, "issue.md")),
    "add": Deed(added, lambda app: "note" in _places(app)),
    "remove": Deed(removed, lambda app: "quote" not in _places(app) + sections_there(app, COMING)),
}


def _read(app: App, name: str) -> str:
    return in_issue(app.root, name).read_text("utf-8")


def _places(app: App) -> tuple[str, ...]:
    return Matter(app, COMING).order or ()


@pytest.mark.parametrize("act", DEEDS)
def test_what_the_log_cannot_take_is_not_done(app: App, act: str) -> None:
    """Every file is as it was, until it can take it."""
    sign(app, "mei")
    folder = in_issue(app.root, "issue.md").parent
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with closing(sqlite3.connect(app.root / "var" / "newsletter.db")) as other:
        other.executescript("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
        with pytest.raises(StoreError):
            DEEDS[act].does(app)
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
        other.executescript("DROP TRIGGER full")
    DEEDS[act].does(app)
    assert DEEDS[act].is_done(app)


@pytest.mark.parametrize(
    ("act", "step", "times"),
    [
        ("save", FILE, 1),
        ("save", LOG, 1),
        ("order", FILE, 1),
        ("order", LOG, 1),
        ("assign", LOG, 1),
        ("add", FILE, 1),
        ("add", FILE, 2),
        ("add", LOG, 1),
        ("remove", FILE, 1),
        ("remove", "pathlib.Path.unlink", 1),
        ("remove", LOG, 1),
        ("remove", "newsletter.store.drafts.end", 1),
    ],
)
def test_killed_at_any_step_nothing_is_lost_and_it_can_be_done_again(app: App, act: str, step: str, times: int) -> None:
    """Every text stands in its file or among the kept ones; the log is whole; nobody holds anything locked.

    Where a section was given no place, or has one no more, issue.md says so in words, and moving or removing it mends
    that.
    """
    deed, text = DEEDS[act], look_at_text(app, COMING, "quote").text
    sign(app, "mei")
    process = PROCESSES.Process(target=_do_and_die, args=(app.root, deed.does, step, times))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    there = look_at_text(app, COMING, "quote").text or kept_texts(app, COMING)[0].text
    assert there.startswith(text.rstrip())
    with open_store(app.database) as store:
        assert audit.verify(store) is None
        assert [one.deed.act for one in audit.entries(store)] == ["approve"]
    if not deed.is_done(app):
        again = ordered if in_issue(app.root, "note.md").exists() else deed.does
        again(app)
    assert deed.is_done(app)
    read_issue(app, COMING)
    assert len(kept_texts(app, COMING)) == (act == "remove")
