"""Today, walked in every way: where the week stands, who has to do what, what is wrong, and where each of it leads."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import ISSUE
from tests.desk_ground import DeskGround, looked
from tests.desking import Desking, desk_of
from tests.living import Clock
from tests.walking import Walker, Way, every_way, walking


@pytest.fixture(scope="module")
def desk(desk_ground: DeskGround, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """While the issue is written: one finding blocks it, a job has failed, stories wait."""
    root = Path(shutil.copytree(desk_ground.writing, tmp_path_factory.mktemp("today") / "publication"))
    with desk_of(root, clock=Clock(desk_ground.now)) as running:
        looked(running)
        yield running


@every_way
def test_today_leads_to_whatever_waits(way: Way, desk: Desking, browser: Browser) -> None:
    """The week on the clock of both cities; what blocks, with whose it is and the words that do; alarms with what to
    do. Each link of it leads to its page."""
    with walking(browser, desk, way, "mei") as mei:
        mei.go("/", "Today")
        week(mei)
        mei.reads("Yours, Mei")
        mei.reads("1 finding blocks", ".blocks")
        mei.reads("16 words in a row stand the same", ".blocks")
        for city in ("New York", "Hong Kong"):
            expect(mei.page.get_by_role("columnheader", name=city)).to_be_visible()
        mei.unfold("backup")
        mei.reads("What can be done:", ".wrong")
        mei.follow("Opening: 1 finding blocks", "Opening")
        mei.go("/", "Today")
        mei.follow("stories wait in triage", "Triage")
        mei.go("/", "Today")
        mei.follow("The calendar of the next weeks", "Calendar")
        mei.go("/", "Today")
        mei.follow("All jobs", "Jobs")
        mei.reads("the disk of the backups is full", "main tr")


def week(walker: Walker) -> None:
    """The line of the week: on a phone a sentence that it stands behind."""
    line = walker.page.locator(".week ol.line:visible")
    if walker.way.phone:
        expect(line).to_have_count(0)
        walker.unfold("No. 128")
    expect(line).to_have_count(1)
    for words in ("Gathered", "Cut-off", "Approve by", "Send", "Blocks"):
        expect(line.get_by_text(words, exact=True)).to_be_visible()
    expect(line).to_contain_text("Thu 17:00 New York")
    expect(line).to_contain_text("Fri 06:00 Hong Kong")


def test_each_link_of_today_has_its_page(desk: Desking, browser: Browser) -> None:
    """Those of the week and of the menus as well."""
    mei = desk.signed_in("mei")
    with walking(browser, desk, Way(phone=False, script=True), "mei") as shown:
        shown.go("/", "Today")
        paths = shown.page.eval_on_selector_all("a[href^='/']", "all => all.map((one) => one.getAttribute('href'))")
    assert {f"/issues/{ISSUE}/sections/opening", "/jobs", "/calendar", "/triage", "/audit", "/account"} <= set(paths)
    assert {path: mei.get(path).status for path in paths if mei.get(path).status not in (200, 303)} == {}
