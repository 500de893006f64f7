"""The lists of the desk, walked in every way: sources, people, names, past issues, the calendar, jobs, the log, the
team and one's own account."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.desk_ground import LAST, DeskGround, looked
from tests.desking import Desking, desk_of
from tests.living import Clock
from tests.test_desk_sign_in import GOOD
from tests.walking import WAYS, Way, every_way, walking


@pytest.fixture(scope="module")
def desk(desk_ground: DeskGround, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """While the issue is written. A walk changes nothing that another reads, or takes it back."""
    root = Path(shutil.copytree(desk_ground.writing, tmp_path_factory.mktemp("lists") / "publication"))
    with desk_of(root, clock=Clock(desk_ground.now)) as running:
        looked(running)
        yield running


@every_way
def test_a_source_is_found_changed_and_paused(way: Way, desk: Desking, browser: Browser) -> None:
    """Its rhythm as a plot and as a table; a mistake is told beside its field; it is asked no more, and again."""
    words = 41 + WAYS.index(way)  # so that each walk changes it
    with walking(browser, desk, way, "daniel") as daniel:
        daniel.go("/sources", "Sources")
        daniel.unfold("The figures of these weeks as a table")
        expect(daniel.page.get_by_role("row", name=re.compile("^week of ")).first).to_be_visible()
        daniel.fill("Name, id or address holds", "peninsula")
        daniel.press("Find", "Sources")
        expect(daniel.page.locator(".entries tbody tr")).to_have_count(1)
        daniel.follow("The Peninsula Gazette", "The Peninsula Gazette")
        daniel.unfold("The figures as a table")
        daniel.fill("Longest quotation", "many")
        daniel.press("Save", "The Peninsula Gazette", status=422)
        daniel.reads("many", "#e-quote_limit")
        daniel.fill("Longest quotation", str(words))
        daniel.press("Save", "The Peninsula Gazette")
        daniel.reads("The source was saved.", "#messages")
        assert f"quote_limit: {words}\n" in (desk.root / "seeds" / "sources.yaml").read_text("utf-8")
        daniel.press("Pause it", "The Peninsula Gazette")
        daniel.press("Ask it again", "The Peninsula Gazette")
        daniel.go("/sources", "Sources")
        daniel.follow("Add a source", "Add a source")
        daniel.follow("Newsletters in a mailbox (IMAP)", "Add a source")
        daniel.fill("Name", "Letters")
        daniel.press("Add the source", "Add a source", status=422)
        daniel.reads("This is needed")


@every_way
def test_an_author_and_a_name_are_added_and_removed(way: Way, desk: Desking, browser: Browser) -> None:
    """With plain forms; what is wrong stands beside its field, and what was typed stays."""
    ana, bay = f"Ana {way}", f"Calder Bay {way}"
    with walking(browser, desk, way, "priya") as priya:
        priya.go("/people", "People")
        priya.fill("Name", ana)
        priya.fill("Id", "Lin Yue")
        priya.press("Add the card", "People", status=422)
        priya.reads("is not a name of this kind", "#e-id")
        priya.fill("Id", "")
        priya.press("Add the card", "People")
        priya.follow(ana, ana)
        priya.fill("City", "Bergen")
        priya.press("Save", "People")
        expect(priya.page.get_by_role("row", name=ana)).to_contain_text("Bergen")
        priya.follow(ana, ana)
        priya.unfold("Remove this card")
        priya.press("Remove it", "People")
        priya.go("/names", "Names")
        priya.fill("Name", bay)
        priya.fill("Spellings we do not use", f"Kalder {way}\nCalderbay {way}")
        priya.press("Add the name", "Names")
        priya.follow(bay, bay)
        priya.unfold("Remove this name")
        priya.press("Remove it", "Names")
        expect(priya.page.get_by_role("link", name=bay)).to_have_count(0)


@every_way
def test_what_was_and_what_comes_is_looked_up(way: Way, desk: Desking, browser: Browser) -> None:
    """A past issue is found and read, and cannot be changed; a week is left out and taken in again; the jobs; the log
    is filtered, and whole."""
    with walking(browser, desk, way, "daniel") as daniel:
        daniel.go("/issues", "All issues")
        daniel.fill("Words of the subject, a number or a date", "127")
        daniel.press("Search", "All issues")
        link = daniel.page.locator("main th[scope=row] a")
        expect(link).to_have_count(1)
        assert link.get_attribute("href") == f"/issues/{LAST}"
        daniel.follow(link.inner_text(), "Opening", within=daniel.page.locator("main"))
        daniel.reads("This issue has been sent.")
        expect(daniel.page.get_by_label("Subject")).to_be_disabled()
        daniel.go("/calendar", "Calendar")
        daniel.press("Leave Fri 11 Dec 2026 out", "Calendar")
        daniel.reads("Fri 11 Dec 2026 is left out", "#messages")
        daniel.press("Take Fri 11 Dec 2026 in again", "Calendar")
        daniel.go("/jobs", "Jobs")
        daniel.reads("the disk of the backups is full", "main tr")
        daniel.go("/audit", "Audit log")
        daniel.page.get_by_label("Person").select_option("daniel")
        daniel.press("Show", "Audit log")
        daniel.reads("signed in", "main tbody th")
        daniel.follow("Look through it now", "Audit log")
        daniel.reads("The log is whole")


@every_way
def test_the_team_and_ones_own_account(way: Way, desk: Desking, browser: Browser) -> None:
    """A link is made for somebody, which signs them in where it is opened; they choose a password, and see each browser
    that they are signed in with."""
    desk.seconds[0] += 600  # what was tried on other walks is forgotten
    with walking(browser, desk, way, "daniel") as daniel:
        daniel.go("/team", "Team")
        daniel.press("Make a sign-in link for Mei Okafor", "Team")
        link = daniel.page.locator("#link-address").input_value()
    with walking(browser, desk, way) as mei:
        mei.go(link, "Sign in")
        mei.press("Sign in", "Today")
        mei.go("/account", "Your account")
        mei.reads("this one")
        mei.fill("New password", GOOD)
        mei.fill("The same once more", "another one")
        mei.press("Set it", "Your account", status=422)
        mei.reads("not the same", ".error")
    sessions_end(desk)


def sessions_end(desk: Desking) -> None:
    """Mei is signed out everywhere, as she was before."""
    daniel = desk.signed_in("daniel")
    daniel.send(daniel.get("/team"), "/team/mei/sessions/end")
