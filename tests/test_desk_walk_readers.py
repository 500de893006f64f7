"""Readers and their answers, walked in every way: counted, found, told of, brought in, and printed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.actions.take_answer import take_answer
from newsletter.model.reader_answer import Typed
from tests.conftest import ISSUE
from tests.desk_ground import LAST, DeskGround
from tests.desking import Desking, desk_of
from tests.living import Clock
from tests.walking import WAYS, Way, every_way, walking

GRETA = "greta.faulkner@example.org"


@pytest.fixture(scope="module")
def desk(desk_ground: DeskGround, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """With readers who came over some weeks, and an answer for each walk. A walk changes nothing that another reads."""
    root = Path(shutil.copytree(desk_ground.writing, tmp_path_factory.mktemp("readers") / "publication"))
    with desk_of(root, clock=Clock(desk_ground.now)) as running:
        assert LAST is not None
        for way in WAYS:
            typed = Typed(name=f"Reader {way}", place="Brno", text=f"{way}: nine days", consents=True)
            take_answer(running.app, running.office.schedule, LAST, typed, "Yes.")
        yield running


@every_way
def test_a_reader_is_found_and_told_of(way: Way, desk: Desking, browser: Browser) -> None:
    """How many there are and how that went, as a plot and as a table; one by their name, with their story."""
    with walking(browser, desk, way, "daniel") as daniel:
        daniel.go("/readers", "Readers")
        daniel.unfold("The figures as a table")
        expect(daniel.page.locator(".plotted tbody tr:visible").first).to_be_visible()
        daniel.fill("Address or name", "faulkner")
        daniel.page.get_by_label("State").select_option("unsubscribed")
        daniel.press("Search", "Readers")
        daniel.reads("No reader is like that.")
        daniel.page.get_by_label("State").select_option("")
        daniel.press("Search", "Readers")
        daniel.follow(GRETA, GRETA)
        daniel.reads(f"{GRETA} gets the next issue.")
        daniel.unfold("Erase everything about them")
        daniel.fill("Type the address again", "greta@example.org")  # not hers
        daniel.press("Erase them", GRETA, status=422)
        daniel.reads("Nothing was erased")


@every_way
def test_a_list_is_brought_in(way: Way, desk: Desking, browser: Browser) -> None:
    """First it is shown what it would do; then, on a ground that is told, its readers are there. One of them asks to be
    written to no more."""
    ana = f"ana.{way}@example.com"
    rows = f"Email,Name\n{ana},Ana {way}\nno address,Bo\n".encode()
    with walking(browser, desk, way, "daniel") as daniel:
        daniel.go("/readers", "Readers")
        daniel.follow("Bring readers in", "Bring readers in")
        daniel.press("Show what it would do", "Bring readers in", status=422)
        daniel.reads("Choose a file", ".error")
        daniel.page.get_by_label("The file").set_input_files(
            {"name": "fair.csv", "mimeType": "text/csv", "buffer": rows}
        )
        daniel.press("Show what it would do", "Bring readers in")
        daniel.reads("This is what it would do")
        daniel.fill("On which ground may these people be written to?", "our fair")
        daniel.press("Bring them in", "Readers")
        daniel.reads("1 reader is new", "#messages")
        daniel.fill("Address or name", ana)
        daniel.press("Search", "Readers")
        daniel.follow(ana, ana)
        daniel.reads("on this ground: our fair")
        daniel.fill("They asked to be written to no more. How?", "her letter")
        daniel.press("Unsubscribe them", ana)
        daniel.reads("is not written to any more", "#messages")


@every_way
def test_an_answer_is_put_into_the_issue(way: Way, desk: Desking, browser: Browser) -> None:
    """None ticked is told; the one that is ticked stands in the section of readers' words."""
    with walking(browser, desk, way, "priya") as priya:
        priya.go(f"/answers?issue={LAST}", "Answers")
        put = f"Put the ticked ones into the issue of {ISSUE}"
        priya.press(put, "Answers", status=422)
        priya.reads("no answer is chosen")
        priya.page.get_by_label(f"Reader {way}").check()
        priya.press(put, "You wrote")
        expect(priya.page.locator("#section-form")).to_contain_text(f"{way}: nine days")
        priya.go(f"/answers?issue={LAST}", "Answers")
        expect(priya.page.get_by_label(f"Reader {way}")).to_be_disabled()
