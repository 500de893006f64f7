"""Signing in and out, walked in every way: by a password, by a link that came by mail, to the page that was wanted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.desking import Desking, desk_of
from tests.living import text_of
from tests.sending import over_smtp
from tests.smtpserver import SmtpServer
from tests.test_desk_sign_in import GOOD, OTHER, WRONG, in_schedule, password
from tests.walking import Walker, Way, every_way, walking

NAME = "Name, or mail address"


@dataclass(frozen=True)
class Door:
    """A desk, and the mail server that its links leave by."""

    desk: Desking
    mails: SmtpServer


@pytest.fixture(scope="module")
def door(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Where Mei has a password and Priya has none."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("door") / "publication"))
    with SmtpServer() as mails, desk_of(root) as desk:
        over_smtp(desk.app, mails.port)
        in_schedule(desk, "\nabout:", f"\ndesk: {desk.address}\nabout:")
        password(desk, "mei")
        yield Door(desk, mails)


@every_way
def test_a_password_leads_to_the_page_that_was_wanted(way: Way, door: Door, browser: Browser) -> None:
    """A wrong one is told, with the name kept and the password not; the right one leads on. Once signed out, no page is
    shown any more, not even the one that was shown last."""
    door.desk.seconds[0] += 600  # what was tried on other walks is forgotten
    with walking(browser, door.desk, way) as mei:
        mei.go("/audit?issue=2026-11-27", "Sign in")
        mei.fill(NAME, "mei")
        mei.fill("Password", WRONG)
        mei.press("Sign in", "Sign in", status=422)
        mei.reads("do not belong together", "main [role=alert]")
        expect(mei.page.get_by_label(NAME)).to_have_value("mei")
        expect(mei.page.get_by_label("Password")).to_have_value("")
        mei.fill("Password", GOOD)
        mei.press("Sign in", "Audit log")
        assert mei.page.url.endswith("/audit?issue=2026-11-27")
        leaves(mei, "Mei Okafor")
        mei.page.go_back()
        mei.seen("Sign in")


@every_way
def test_a_link_that_was_mailed_signs_in_and_sets_a_password(way: Way, door: Door, browser: Browser) -> None:
    """Asked for by name, opened from the mail; its button signs in, once. The password that is chosen with it is good
    the next time."""
    door.desk.seconds[0] += 600
    with walking(browser, door.desk, way) as priya:
        priya.go("/", "Sign in")
        priya.fill(NAME, "priya")
        priya.press("Mail me a link", "Sign in")
        priya.reads("on its way", "#messages")
        link = mailed(door)
        priya.go(link, "Sign in")
        priya.reads("Hello, Priya Lindqvist", "h1")
        priya.unfold("Set a new password as well")
        priya.fill("New password", "short")
        priya.fill("The same once more", "short")
        priya.press("Sign in", "Sign in", status=422)
        priya.reads("5 characters are too few", ".field .error")
        priya.fill("New password", OTHER)
        priya.fill("The same once more", OTHER)
        priya.press("Sign in", "Today")
        leaves(priya, "Priya Lindqvist")
        priya.go(link, "Sign in", status=410)
        priya.reads("was used before")
        priya.go("/", "Sign in")
        priya.fill(NAME, "priya@focus.example.org")
        priya.fill("Password", OTHER)
        priya.press("Sign in", "Today")


def leaves(walker: Walker, name: str) -> None:
    """By the menu of one's name."""
    walker.unfold(name)
    walker.press("Sign out", "Sign in")
    assert [one["name"] for one in walker.page.context.cookies()] == ["form"]


def mailed(door: Door) -> str:
    """The address in the mail that comes next."""
    mail = door.mails.wait_for(1)[-1]
    door.mails.messages.clear()
    assert mail.recipients == ("priya@focus.example.org",)
    found = re.search(rf"{re.escape(door.desk.address)}/sign-in/\S+", text_of(mail))
    assert found, text_of(mail)
    return found[0]
