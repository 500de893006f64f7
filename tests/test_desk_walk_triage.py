"""Triage, walked in every way: stories are sorted, searched and decided on, one is read to its end and put into the
issue."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.store import items
from newsletter.store.engine import open_store
from tests.desk_ground import DeskGround
from tests.desking import Desking, desk_of
from tests.living import Clock
from tests.test_triage_board import changed
from tests.walking import Walker, Way, every_way, walking

FIRST, SECOND, THIRD = (  # as the list has them
    "Joint readout of the third round of consultations",
    "One line, two customs houses, weekends included",
    "Seven trends that will define everything",
)
LETTERS, PAINTED = "Letters: who will paint the bench?", "Letters: who has painted the bench?"
BLURB = "Joint laboratories sign fewer agreements"


@pytest.fixture
def desk(desk_ground: DeskGround, tmp_path: Path) -> Iterator[Desking]:
    """With the week's stories; one of them has been changed by its outlet."""
    root = Path(shutil.copytree(desk_ground.writing, tmp_path / "publication"))
    with desk_of(root, clock=Clock(desk_ground.now)) as running:
        with open_store(running.app.database) as store:
            (letters,) = (one for one in items.items(store) if one.entry.title == LETTERS)
        now = replace(letters.entry, title=PAINTED)
        changed(running.app, letters.id, now, running.clock())
        yield running


@every_way
def test_stories_are_found_and_decided_on(way: Way, desk: Desking, browser: Browser) -> None:
    """By keys at a desk, by buttons on a phone: kept, taken back, held, rejected with a reason, each in its list
    afterwards. A search finds a story by its words."""
    with walking(browser, desk, way, "mei") as mei:
        mei.go("/triage", "Triage")
        decides(mei, "Keep all 4", "y")
        mei.reads("Kept, 4 items:", ".done")
        takes_back(mei, "Kept, 4 items:")
        decides(mei, "Hold all 4", "h")
        mei.reads("Held, 4 items:", ".done")
        decides(mei, "Keep all 3", "y")
        mei.reads("Kept, 3 items:", ".done")
        rejects(mei, THIRD, "no news in it")
        mei.follow("Kept", "Triage")
        mei.reads(SECOND, ".story h2")
        mei.follow("Rejected", "Triage")
        mei.reads(THIRD, ".story h2")
        mei.reads("no news in it", ".story")
        mei.follow("Held", "Triage")
        mei.reads(FIRST, ".story h2")
        mei.go("/triage", "Triage")
        mei.page.get_by_label("Search words").fill("anchor briefing")
        mei.press("Search", "Triage")
        mei.reads("Waiting at anchor", ".story h2")
        expect(mei.page.locator(".stories").get_by_text(LETTERS)).to_have_count(0)


def decides(walker: Walker, words: str, key: str) -> None:
    """On the story that is first in the list."""
    if walker.way.script and not walker.way.phone:
        expect(walker.page.locator(".story.on")).to_contain_text(words)
        walker.page.keyboard.press(key)
    else:
        walker.act(words, "Triage")


def takes_back(walker: Walker, words: str) -> None:
    """What was decided last."""
    if walker.way.script and not walker.way.phone:
        walker.page.keyboard.press("u")
    else:
        walker.act("Undo", "Triage")
    expect(walker.page.locator(".done", has_text=words)).to_have_count(0)


def rejects(walker: Walker, title: str, why: str) -> None:
    """Without a reason it is not done, and asked for."""
    story = walker.page.locator(".story", has_text=title)
    if walker.way.script and not walker.way.phone:
        expect(walker.page.locator(".story.on")).to_contain_text(title)
        walker.page.keyboard.press("x")
        walker.page.keyboard.press("Tab")  # past the usual reasons
        walker.page.keyboard.type(why)
        walker.page.keyboard.press("Enter")
    else:
        walker.unfold("Reject", story)
        walker.act("Reject all 2", "Triage", status=422)
        walker.reads("Say why", ".story .error")
        walker.fill("In your own words", why, story)
        walker.act("Reject all 2", "Triage")
    walker.reads("Rejected, 2 items:", ".done")


@every_way
def test_an_item_is_read_and_made_a_blurb(way: Way, desk: Desking, browser: Browser) -> None:
    """Its versions, its rights, what its outlet sent; the figures of the week lead to their items; a new section has
    the credit of one, and nothing of its text."""
    with walking(browser, desk, way, "priya") as priya:
        priya.go("/triage?q=bench", "Triage")
        priya.follow("All about it", PAINTED, within=priya.page.locator(".story").first)
        priya.reads("Version 2", "#revisions ~ h3")
        expect(priya.page.locator(".diff").first).to_contain_text("painted")
        priya.reads("summarise and link only")
        priya.go("/triage/figures?q=laboratories", "Figures")
        priya.follow(BLURB, BLURB)
        original = priya.page.get_by_role("link", name="As it was sent").get_attribute("href")
        sent = priya.page.context.request.get(f"{desk.address}{original}")
        assert (sent.status, sent.headers["content-type"].partition(";")[0]) == (200, "text/plain")
        assert "Our yearly count" in sent.text()
        priya.follow("Make a blurb", BLURB)
        priya.page.get_by_label("beyond · a new section").check()
        priya.press("Make the blurb", "Beyond")
        expect(priya.page.get_by_label("Title")).to_have_value(BLURB)
        expect(priya.page.locator("#body")).to_have_value("")
