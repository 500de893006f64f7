"""Approving and sending, walked in every way: from a change that voids a signature to the receipt of a real sending."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.actions.app import App
from newsletter.actions.start_sending import is_at_it
from tests.approving import COMING, rules
from tests.desk_ground import UNKNOWN, DeskGround
from tests.desking import Desking, desk_of
from tests.living import Clock
from tests.sending import COUNT, over_smtp
from tests.smtpserver import SmtpServer, hang_up
from tests.test_desk_approve import clear_owner
from tests.test_desk_delivery import is_over, until
from tests.walking import WAIT, Walker, Way, every_way, walking

ISSUE = f"/issues/{COMING}"
APPROVE, TEST, DELIVERY = f"Approve {COMING}", f"Test mail of {COMING}", f"Delivery of {COMING}"
UNKNOWN_COPIES = f"Unknown copies of {COMING}"
LOST = "ana@example.org"


@pytest.fixture
def server(sender: App) -> Iterator[SmtpServer]:
    """A mail server, which schedule.yaml names."""
    with SmtpServer() as running:
        over_smtp(sender, running.port)
        yield running


@pytest.fixture
def desk(sender: App, server: SmtpServer) -> Iterator[Desking]:
    """Two have to sign and Mei has; five hours and a half before the issue is due."""
    rules(sender.root, "{needed: 2}")
    clear_owner(sender.root)
    with desk_of(sender.root, clock=Clock(sender.clock())) as running:
        running.clock.forward(hours=-5.5)
        yield running


@pytest.fixture
def desk_when_due(sender: App, server: SmtpServer) -> Iterator[Desking]:
    """The issue is approved, and due. What is begun has ended when the walk is over."""
    with desk_of(sender.root, clock=Clock(sender.clock())) as running:
        yield running
    until(lambda: not is_at_it(sender, COMING))


@every_way
def test_two_sign_and_it_waits_for_its_hour(way: Way, desk: Desking, server: SmtpServer, browser: Browser) -> None:
    """A change voids what was signed, and says so; both sign what it is now; a test mail comes; the page tells when it
    leaves, on the clocks of both cities."""
    with walking(browser, desk, way, "priya") as priya:
        priya.go(f"{ISSUE}/sections/opening", "Opening")
        priya.fill("Preheader", "A calendar instead of a text.")
        saves_over_an_approval(priya)
        priya.reads("The approval of Mei Okafor holds no longer.", "#messages")
    with walking(browser, desk, way, "mei") as mei:
        mei.go(f"{ISSUE}/approve", APPROVE)
        mei.reads("Mei Okafor", ".voided")
        mei.fill("Note, kept beside your name (may be empty)", "read on the train")
        mei.press("Approve this edition", APPROVE)
        mei.reads("It needs one more signature", "#messages")
    with walking(browser, desk, way, "daniel") as daniel:
        daniel.go(f"{ISSUE}/approve", APPROVE)
        daniel.press("Approve this edition", APPROVE)
        daniel.reads("It is approved.", "#messages")
        daniel.follow("Test mail", TEST)
        daniel.press("Send the test mail", TEST)
        daniel.reads("accepted", "main [role=status]")
        assert [one.recipients for one in server.messages] == [("daniel@focus.example.org",)]
        daniel.go(f"{ISSUE}/delivery", DELIVERY)
        for words in ("in 5 hours 30 minutes", "Fri 27 Nov 08:00 New York", "Fri 27 Nov 21:00 Hong Kong"):
            daniel.reads(words, ".rest")
        daniel.unfold("Send now")
        daniel.seen(DELIVERY)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_it_is_sent_and_its_receipt_closes(
    script: bool, server: SmtpServer, desk_when_due: Desking, browser: Browser
) -> None:
    """Everybody is sent a copy by a process of its own, which is why this walk is taken twice and no oftener; its pages
    are seen at every width. The fate of the copy that nobody knows about is decided by hand."""
    server.at("DOT", hang_up(keeps=True), to=LOST, times=1)
    with walking(browser, desk_when_due, Way(phone=script, script=script), "daniel") as daniel:
        daniel.go(f"{ISSUE}/delivery", DELIVERY)
        daniel.unfold("Send now")
        daniel.page.get_by_label("Yes, now").check()
        daniel.press("Send now", DELIVERY)
        stays(daniel, desk_when_due)
        daniel.reads("11 of 12")
        daniel.unfold("The figures as a table")
        expect(daniel.page.locator(".plotted tbody tr:visible").first).to_be_visible()
        daniel.seen_at_every_width(DELIVERY)
        daniel.follow("Decide", UNKNOWN_COPIES)
        daniel.seen_at_every_width(UNKNOWN_COPIES)
        daniel.page.get_by_label(LOST).check()
        decides(daniel, "those that are ticked above", "They have got it")
        daniel.reads("1 copy is counted as accepted", "#messages")
        daniel.reads("closed", ".rest")
    assert len(server.messages) == COUNT


def saves_over_an_approval(walker: Walker) -> None:
    """Whose signature a save takes away is said first: beside the button while one types, or by the first press."""
    if walker.way.script:
        walker.page.keyboard.press("Tab")
    else:
        walker.press("Save", "Opening")
    walker.reads("voids the approval of Mei Okafor", "#voids")
    walker.press("Save" if walker.way.script else "Save all the same", "Opening")


def stays(walker: Walker, desk: Desking) -> None:
    """Until it has ended: the page moves on by itself, or when one looks again."""
    if not walker.way.script:
        until(lambda: is_over(desk.app))
        walker.follow("Look again", DELIVERY)
    expect(walker.page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=WAIT)
    expect(walker.page.get_by_role("heading", name="Waits for a decision")).to_be_visible(timeout=WAIT)


def decides(walker: Walker, whom: str, what: str) -> None:
    """On all the copies that nobody knows about."""
    walker.page.get_by_label(whom).check()
    walker.page.get_by_label(what).check()
    walker.fill("How you know", "the server's log")
    walker.press("Decide", DELIVERY)


@pytest.fixture
def halted(desk_ground: DeskGround, tmp_path: Path) -> Iterator[Desking]:
    """After a sending that could not tell of two copies whether they arrived."""
    root = Path(shutil.copytree(desk_ground.sent, tmp_path / "publication"))
    with desk_of(root, clock=Clock(desk_ground.after)) as running:
        yield running


@every_way
def test_a_sending_is_gone_on_with_or_ended(way: Way, halted: Desking, browser: Browser) -> None:
    """Today leads to what waits; a copy is planned once more, and then the rest is called off: who has got it is
    counted, who has not is told of in the receipt, which closes."""
    with walking(browser, halted, way, "mei") as mei:
        mei.go(f"{ISSUE}/delivery", DELIVERY)
        mei.follow("Decide", UNKNOWN_COPIES)
        for address in UNKNOWN:
            mei.page.get_by_label(address).check()
        decides(mei, "those that are ticked above", "Send it once more")
        mei.reads("2 copies are planned again", "#messages")
        mei.reads("Whoever has not got it gets it; nobody gets it twice.")
        mei.unfold("Cancel")
        mei.page.get_by_label("Why, for the receipt and the log").last.fill("a wrong list")
        mei.page.get_by_label("Yes, end it").check()
        mei.press("Cancel the sending", DELIVERY)
        mei.reads("cancelled", ".sums")
        mei.reads("closed", ".rest")
        mei.reads("a wrong list")
