"""Delivery at the desk: sent by a process of its own, paused, gone on with, cancelled; receipt; unknown copies."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Page

from newsletter.actions.app import App
from newsletter.actions.read_audit import read_audit
from newsletter.actions.show_receipt import show_receipt
from newsletter.actions.start_sending import is_at_it, last_words
from newsletter.desk.wording import countdown, cut, span_words
from newsletter.model.mailing import DeliveryState, MailingState
from newsletter.store import ledger, mailings, receipts
from newsletter.store.engine import open_store
from newsletter.store.owning import own
from tests.approving import COMING, edit, in_issue
from tests.browser import AXE
from tests.desking import Client, Desking, Reply, desk_of
from tests.living import Clock
from tests.mailing import add_readers, at, begin, owned, rows, sending, verdict
from tests.mailing import opened as store_of
from tests.postgres import KINDS
from tests.sending import COUNT, over_smtp, send, sums
from tests.smtpserver import LIMIT, Gate, SmtpServer, hang_up, say, usual

ISSUE = f"/issues/{COMING}"
DELIVERY = f"{ISSUE}/delivery"
START, UNKNOWN = f"{DELIVERY}/start", f"{DELIVERY}/unknown"
S = DeliveryState
EVIL = "550 5.1.1 <script>alert(1)</script> \u202eevil " + "x" * 400


@pytest.fixture
def server(sender: App) -> Iterator[SmtpServer]:
    """A mail server, which schedule.yaml names."""
    with SmtpServer() as running:
        over_smtp(sender, running.port)
        yield running


@pytest.fixture
def desk(sender: App) -> Iterator[Desking]:
    """The desk of an installation with readers and an approved issue, at the moment the issue is due. What it begins
    has ended when the test is over."""
    with desk_of(sender.root, clock=Clock(sender.clock())) as running:
        yield running
    until(lambda: not is_at_it(sender, COMING))


def until(is_so: Callable[[], bool]) -> None:
    """Waits for something that comes about by itself."""
    pause, left = Event(), LIMIT
    while not is_so():
        assert left > 0, "it does not come about"
        pause.wait(0.05)
        left -= 0.05


def words(reply: Reply) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", reply.text))


def state(app: App) -> MailingState | None:
    with open_store(app.database) as store:
        mailing = mailings.find(store, COMING)
    return None if mailing is None else mailing.state


def is_over(app: App) -> bool:
    return state(app) in (MailingState.SENT, MailingState.UNRESOLVED)


def begin_now(client: Client) -> Reply:
    return client.send(client.get(DELIVERY), START, {"start": "now", "sure": "yes"})


def beats(desk: Desking, seconds: float) -> None:
    """`newsletter run` has said so long ago that it runs."""
    beat = desk.clock.now - timedelta(seconds=seconds)
    (desk.root / "var" / "run.json").write_text(json.dumps({"beat": beat.isoformat()}), "utf-8")


# Before


def test_the_page_says_when_it_leaves_and_that_nothing_sends_it_by_itself(desk: Desking) -> None:
    """The time on every clock, what is left, the readers, the signer; without a clock, that a person has to send it."""
    desk.clock.forward(hours=-5, minutes=-30)
    page = words(desk.signed_in("mei").get(DELIVERY))
    for told in ("in 5 hours 30 minutes", "Fri 27 Nov 08:00 New York", f"{COUNT} readers", "Approved by Mei Okafor"):
        assert told in page
    assert "No clock runs on this machine" in page


@pytest.mark.parametrize(("seconds", "says"), [(20, "sends it at that moment by itself"), (600, "No clock runs")])
def test_the_clock_is_believed_while_it_says_that_it_runs(desk: Desking, seconds: float, says: str) -> None:
    """Its word of seconds ago counts; one of ten minutes ago is that of a clock that has stopped."""
    beats(desk, seconds)
    assert says in words(desk.signed_in("mei").get(DELIVERY))


def test_what_is_not_approved_is_not_begun(desk: Desking) -> None:
    """The page says why and offers nothing; a form made by hand begins nothing, and says why."""
    edit(in_issue(desk.root, "issue.md"), "two trade teams", "two delegations")
    mei = desk.signed_in("mei")
    page = mei.get(DELIVERY)
    assert "The approval of Mei Okafor is void" in words(page)
    assert "newsletter diff" not in words(page)
    assert 'value="now"' not in page.text
    answer = mei.send(page, START, {"start": "now", "sure": "yes"})
    assert answer.status == 409
    assert "Nothing was begun" in words(answer)
    assert not is_at_it(desk.app, COMING)
    assert state(desk.app) is None


def test_sending_wants_a_tick(desk: Desking) -> None:
    """What has left cannot be taken back: the form alone is not enough."""
    mei = desk.signed_in("mei")
    answer = mei.send(mei.get(DELIVERY), START, {"start": "now"})
    assert answer.status == 422
    assert "tick the box first" in words(answer)
    assert state(desk.app) is None


@pytest.mark.parametrize("path", ["start", "pause", "cancel", "unknown"])
def test_only_approvers_touch_a_delivery(desk: Desking, path: str) -> None:
    """Whoever writes sees the page, with no button on it, and is refused whatever they send."""
    priya = desk.signed_in("priya")
    page = priya.get(DELIVERY)
    assert page.status == 200
    assert "<main" in page.text
    assert "<form" not in page.text.partition("<main")[2]
    assert priya.send(page, f"{DELIVERY}/{path}", {"start": "now", "sure": "yes"}).status == 403
    assert state(desk.app) is None


# Sending


def test_it_is_sent_by_a_process_that_outlives_the_desk(sender: App, server: SmtpServer) -> None:
    """Pressed twice, one process is begun, and says so the second time; the desk ends in the middle; everybody gets it,
    once. The log says who pressed, proved by the desk."""
    gate = Gate()
    server.at("DOT", usual(gate=gate), times=1)
    with desk_of(sender.root, clock=Clock(sender.clock())) as desk:
        mei = desk.signed_in("mei")
        page = mei.get(DELIVERY)
        assert begin_now(mei).status == 303
        gate.wait()
        second = mei.follow(mei.send(page, START, {"start": "go_on"}))
        assert "being sent already; nothing was begun twice" in words(second)
        moving = mei.get(f"{DELIVERY}/progress")
        assert "Sending" in words(moving)
        assert 'hx-trigger="every 2s"' in moving.text
    gate.open()
    until(lambda: state(sender) is MailingState.SENT)
    until(lambda: not is_at_it(sender, COMING))
    assert len(server.messages) == COUNT == len(server.by_recipient())
    deeds = [entry.deed for entry in read_audit(sender, COMING).entries if entry.deed.act == "start"]
    assert [(one.who, one.note) for one in deeds] == [("mei (signed in)", f"newsletter send {COMING} --now")]
    said = " ".join(last_words(sender, COMING))
    assert "12 accepted" in said
    assert "@" not in said.replace("...@", "")


def test_what_the_process_met_is_told_on_the_page(desk: Desking) -> None:
    """While another sender has the right to send, the process ends with who has it, and nothing is handed over; the
    page shows its words, and the button is there again."""
    mei = desk.signed_in("mei")
    with open_store(desk.app.database) as store, own(store, desk.root, desk.clock.now):
        assert begin_now(mei).status == 303
        until(lambda: not is_at_it(desk.app, COMING))
        page = mei.get(DELIVERY)
    assert "What the last process said" in words(page)
    assert f"process {os.getpid()} since" in words(page)
    assert 'value="now"' in page.text
    assert state(desk.app) is None


def test_it_is_paused_in_the_middle_and_gone_on_with(desk: Desking, server: SmtpServer) -> None:
    """The page says what a pause waits for; going on brings it to whoever has not got it, and to nobody twice."""
    gate = Gate()
    server.at("DOT", usual(gate=gate), after=2, times=1)
    mei = desk.signed_in("mei")
    begin_now(mei)
    gate.wait()
    paused = mei.send(mei.get(DELIVERY), f"{DELIVERY}/pause", {"note": "a wrong link"})
    gate.open()
    told = words(mei.follow(paused))
    assert "It waits until somebody presses “Go on”" in told
    assert "a wrong link" in told
    until(lambda: not is_at_it(desk.app, COMING))
    assert 0 < len(server.messages) < COUNT
    mei.send(mei.get(DELIVERY), START, {"start": "resume"})
    until(lambda: state(desk.app) is MailingState.SENT)
    assert [len(got) for got in server.by_recipient().values()] == [1] * COUNT
    deeds = [entry.deed for entry in read_audit(desk.app, COMING).entries if entry.deed.act == "pause"]
    assert [(one.who, one.note) for one in deeds] == [("mei (signed in)", "a wrong link")]


def test_it_is_cancelled_in_the_middle(desk: Desking, server: SmtpServer) -> None:
    """Only with a tick; whoever has not got it never will, and the receipt closes."""
    gate = Gate()
    server.at("DOT", usual(gate=gate), after=1, times=1)
    mei = desk.signed_in("mei")
    begin_now(mei)
    gate.wait()
    page = mei.get(DELIVERY)
    assert mei.send(page, f"{DELIVERY}/cancel", {"note": "called off"}).status == 422
    cancelled = mei.send(page, f"{DELIVERY}/cancel", {"note": "called off", "sure": "yes"})
    gate.open()
    assert cancelled.status == 303
    until(lambda: not is_at_it(desk.app, COMING))
    receipt = show_receipt(desk.app, COMING).receipt
    assert receipt.closed
    assert receipt.of(S.CANCELLED) == COUNT - receipt.of(S.ACCEPTED) > 0
    assert "cancelled" in words(mei.get(DELIVERY))
    deeds = [entry.deed for entry in read_audit(desk.app, COMING).entries if entry.deed.act == "cancel"]
    assert [(one.who, one.note) for one in deeds] == [("mei (signed in)", "called off")]


def test_the_part_that_moves_asks_for_the_whole_page_when_it_is_another(desk: Desking, sender: App) -> None:
    """A part without the frame; once the state is another than its page knows, the answer has the page loaded anew."""
    mei = desk.signed_in("mei")
    part = mei.get(f"{DELIVERY}/progress?stamp=none-before-free")
    assert "<html" not in part.text
    assert "hx-refresh" not in part.headers
    send(sender)
    assert mei.get(f"{DELIVERY}/progress?stamp=none-before-free").headers["hx-refresh"] == "true"


def test_a_browser_sends_and_sees_it_end_by_itself(
    desk: Desking, server: SmtpServer, new_page: Callable[..., Page]
) -> None:
    """Pressed in a real browser of 390 px; the page moves on by itself until it shows the receipt. axe-core finds
    nothing, before and after, in light and in dark."""
    page = new_page(viewport={"width": 390, "height": 844}, bypass_csp=True)
    page.unroute("**/*")
    desk.sign_in(page.context, "mei")
    page.goto(f"{desk.address}{DELIVERY}")
    page.get_by_text("Send now").first.click()
    assert violations(page) == []
    page.get_by_label("Yes, now").check()
    page.get_by_role("button", name="Send now").click()
    page.get_by_role("heading", name="Receipt").wait_for(timeout=LIMIT * 1000)
    page.get_by_role("heading", name="Sent", exact=True).wait_for(timeout=LIMIT * 1000)
    until(lambda: not is_at_it(desk.app, COMING))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto("about:blank")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{desk.address}{DELIVERY}")
    assert violations(page) == []
    assert len(server.messages) == COUNT


def violations(page: Page) -> list[str]:
    """What axe-core finds on a page."""
    page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate("axe.run(document, {iframes: false}).then(one => one.violations.map(v => v.id))")
    return found


# After


def test_the_receipt_adds_up_and_says_why_some_refused(
    sender: App, server: SmtpServer, new_page: Callable[..., Page]
) -> None:
    """Every state with its meaning; refusals by domain and answer, with words of strangers that stay words and are
    cut; the plot with its figures as a table; who did what."""
    server.at("RCPT", say(EVIL), to="ana@example.org")
    server.at("RCPT", say("552 5.2.2 mailbox full"), to="wei@example.com")
    assert sums(send(sender).receipt) == {S.ACCEPTED: COUNT - 2, S.REFUSED: 2}
    with desk_of(sender.root, clock=Clock(sender.clock())) as desk:
        page = desk.signed_in("priya").get(DELIVERY)
        told = words(page)
        for one in (f"accepted{COUNT - 2}", "the sum closes", "closed", "552 5.2.2", "example.com", "sending began"):
            assert one in told.replace(" ", "") or one in told
        assert "<script>alert(1)" not in page.text
        assert "<bdi>5.1.1 &lt;script&gt;alert(1)" in page.text
        assert "\u202e" not in page.text
        assert "x" * 241 not in page.text
        assert re.search('<svg[^>]* class="plot', page.text)
        assert "The figures as a table" in told
        shown = new_page(viewport={"width": 390, "height": 844}, java_script_enabled=False)
        shown.unroute("**/*")
        desk.sign_in(shown.context, "mei")
        shown.goto(f"{desk.address}{DELIVERY}")
        assert shown.evaluate("document.documentElement.scrollWidth") <= 390
        assert shown.locator("svg.plot").bounding_box()["height"] > 100  # type: ignore[index]  # it is drawn


def test_unknown_copies_are_decided_on_one_by_one_and_all(sender: App, server: SmtpServer) -> None:
    """What is left out is told beside its field with all that was typed; one is counted as arrived, the rest is sent
    once more, by a process of its own, with the same Message-ID."""
    lost = ("ana@example.org", "wei@example.com")
    for address in lost:
        server.at("DOT", hang_up(keeps=True), to=address, times=1)
    send(sender)
    assert show_receipt(sender, COMING).receipt.of(S.UNKNOWN) == 2
    with desk_of(sender.root, clock=Clock(sender.clock())) as desk:
        mei = desk.signed_in("mei")
        page = mei.get(UNKNOWN)
        assert all(address in words(page) for address in lost)
        wrong = mei.send(page, UNKNOWN, {"whom": "ticked", "decision": "accept", "note": "it stands in the log"})
        assert wrong.status == 422
        assert "Tick at least one copy" in words(wrong)
        assert 'value="it stands in the log"' in wrong.text
        fields = {"whom": "ticked", "reader": lost[0], "decision": "accept", "note": "it stands in the log"}
        assert "1 copy is counted as accepted" in words(mei.follow(mei.send(page, UNKNOWN, fields)))
        rest = mei.follow(mei.send(page, UNKNOWN, {"whom": "all", "decision": "resend", "note": "not in the log"}))
        assert "1 copy is planned again" in words(rest)
        assert "Go on" in words(rest)
        mei.send(rest, START, {"start": "go_on"})
        until(lambda: state(sender) is MailingState.SENT)
        until(lambda: not is_at_it(sender, COMING))
        assert "There is nothing to decide" in words(mei.get(UNKNOWN))
    got = server.by_recipient()
    assert [len(got[address]) for address in lost] == [1, 2]
    assert len({one.message_id for one in got[lost[1]]}) == 1
    notes = [entry.deed.note for entry in read_audit(sender, COMING).entries if entry.deed.act == "resolve"]
    assert notes == ["1 unknown: accept; it stands in the log", "1 unknown: resend; not in the log"]


# Test mails


def test_a_test_mail_goes_to_oneself_and_others(desk: Desking, server: SmtpServer) -> None:
    """Writers may; one's own address stands in the field; what the server said of each is text of a stranger."""
    server.at("RCPT", say(EVIL), to="evil@example.com")
    priya = desk.signed_in("priya")
    page = priya.get(f"{ISSUE}/test")
    assert "\npriya@focus.example.org</textarea>" in page.text
    done = priya.send(page, f"{ISSUE}/test", {"to": "priya@focus.example.org\r\nevil@example.com"})
    assert done.status == 200
    assert "1 of 2 not sent" in words(done)
    assert "<script>alert(1)" not in done.text
    assert [one.recipients for one in server.messages] == [("priya@focus.example.org",)]
    deed = read_audit(desk.app, COMING).entries[-1].deed
    assert (deed.act, deed.who) == ("test", "priya (signed in)")


@pytest.mark.parametrize("typed", ["", "no address", ",".join(f"r{n}@example.org" for n in range(21))])
def test_what_cannot_be_tested_is_told_beside_the_field(desk: Desking, typed: str) -> None:
    """None, a wrong one, more than twenty: nothing is sent, and what was typed stands there still."""
    mei = desk.signed_in("mei")
    answer = mei.send(mei.get(f"{ISSUE}/test"), f"{ISSUE}/test", {"to": typed})
    assert answer.status == 422
    assert 'aria-invalid="true"' in answer.text
    assert f">\n{typed}</textarea>" in answer.text


# Words and sums


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0, "now"), (40, "in 40 seconds"), (720, "in 12 minutes"), (154_800, "in 1 day 19 hours"), (-3_600, "1 hour ago")],
)
def test_a_countdown_has_two_units_at_most(seconds: float, says: str) -> None:
    """Days with hours, hours with minutes, else one unit."""
    now = datetime(2026, 11, 25, 13, tzinfo=UTC)
    assert countdown(now + timedelta(seconds=seconds), now) == says
    assert span_words(timedelta(seconds=abs(seconds))) in says.replace("now", "0 seconds")


def test_words_of_strangers_are_one_short_line_that_is_printed() -> None:
    """No line breaks, no marks that turn the direction of text, and no more than a page has room for."""
    assert cut("a\r\n\u202eb\x00c") == "a b c"
    assert len(cut("x" * 500)) == 240


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_counted_by_time_and_by_answer(kind: str, tmp_path: Path) -> None:
    """By minutes, by ten seconds, since a moment; and by state, domain and answer, the largest group first."""
    with store_of(kind, tmp_path) as store, owned(store, tmp_path) as held:
        add_readers(store, *range(6))
        mailing = sending(held)
        begin(held, mailing, 1, 2, 3, 4)
        stand = rows(store, mailing)
        came = (S.ACCEPTED, S.REFUSED, S.REFUSED)
        verdicts = [verdict(stand[seq], what) for seq, what in enumerate(came, 1)]
        ledger.commit(held, mailing.id, verdicts[:1], (), at(1))
        ledger.commit(held, mailing.id, verdicts[1:], (), at(2) + timedelta(seconds=35))
        told = receipts.changes_in_time(store, mailing.id)
        assert (S.ACCEPTED, at(1), 1) in [(one.state, one.at, one.count) for one in told]
        assert [one.count for one in told if one.state is S.REFUSED and one.at == at(2)] == [2]
        finely = receipts.changes_in_time(store, mailing.id, finely=True, since=at(2))
        assert [(one.state, one.at, one.count) for one in finely] == [(S.REFUSED, at(2) + timedelta(seconds=30), 2)]
        groups = receipts.answered_alike(store, mailing.id, (S.REFUSED,), 10)
        assert sum(one.count for one in groups) == 2
        assert {one.domain for one in groups} == {"example.org"}
        assert receipts.answered_alike(store, mailing.id, (S.EXPIRED,), 10) == ()
