"""Send: an approved issue reaches everyone once, and nothing else ever leaves."""

from __future__ import annotations

import email
import email.policy
import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.cancel_mailing import cancel_mailing
from newsletter.actions.claim import claim
from newsletter.actions.installation import NotThisInstallation
from newsletter.actions.mailing_of import NotNow
from newsletter.actions.pause_mailing import pause_mailing
from newsletter.actions.publish_issue import page_of
from newsletter.actions.read_audit import read_audit
from newsletter.actions.readers import leavers_path, readers_store
from newsletter.actions.resolve_unknown import resolve_unknown
from newsletter.actions.send_issue import Missed, Sent, rehearse
from newsletter.actions.show_receipt import people_of, show_receipt
from newsletter.actions.tell_story import tell_story
from newsletter.actions.unsubscribe_reader import unsubscribe_reader
from newsletter.actions.way_out import read_schedule
from newsletter.model.approval import NotApproved
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.mailing import DeliveryState, MailingState, Pause
from newsletter.model.subscriber import Reason
from newsletter.publication.sent import sent_digests
from newsletter.store import leavers
from newsletter.store.errors import AlreadyHeld
from tests.approving import COMING, edit, in_issue, sign
from tests.conftest import SOAK, opened
from tests.sending import (
    COUNT,
    at,
    bring_in,
    due_of,
    meanwhile,
    more_readers,
    over_smtp,
    resume,
    send,
    sums,
    when_due,
)
from tests.smtpserver import Gate, SmtpServer, hang_up, say, usual

ACCEPTED, PLANNED, UNKNOWN = DeliveryState.ACCEPTED, DeliveryState.PLANNED, DeliveryState.UNKNOWN
CANCELLED, SUPPRESSED = DeliveryState.CANCELLED, DeliveryState.SUPPRESSED


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def outbox(app: App) -> list[EmailMessage]:
    paths = sorted((app.root / "var" / "outbox" / "new").iterdir())
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]


def state_of(app: App) -> MailingState:
    return show_receipt(app, COMING).receipt.mailing.state


# The whole way


def test_an_approved_issue_reaches_everyone_and_the_next_one_opens(sender: App) -> None:
    """One message each, by name; the page and sent/ are there; the sum closes; the log says who."""
    done = send(sender)
    assert sums(done.receipt) == {ACCEPTED: COUNT}
    assert done.receipt.mailing.state is MailingState.SENT
    letters = outbox(sender)
    assert len({letter["To"] for letter in letters}) == len({letter["Message-ID"] for letter in letters}) == COUNT
    ana = next(letter for letter in letters if letter["To"] == "ana@example.org")
    assert "Dear Ana," in ana.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert ana["Date"].datetime == due_of(sender)
    assert ana["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent_digests(sender.root, COMING) == (done.receipt.mailing.digest,)
    assert "<article" in page_of(sender, COMING).read_text("utf-8")
    assert done.opened
    assert done.opened.issue == IssueId(date(2026, 12, 4))
    assert [entry.deed.act for entry in read_audit(sender, COMING).entries][-2:] == ["approve", "send"]


def test_the_unsubscribe_link_of_a_mail_takes_its_reader_off(sender: App) -> None:
    """The token names the reader, and nobody else leaves."""
    send(sender)
    letter = next(one for one in outbox(sender) if one["To"] == "wei@example.com")
    token = letter["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    left = unsubscribe_reader(sender, token)
    assert left.subscriber
    assert left.subscriber.address == "wei@example.com"
    assert rehearsed(sender) == COUNT - 1


def rehearsed(app: App) -> int:
    from newsletter.store import planning

    with readers_store(app) as readers:
        return planning.audience(readers.store, app.clock()).writable


def test_sending_again_sends_nothing(sender: App) -> None:
    """What is sent is sent."""
    send(sender)
    with pytest.raises(NotNow, match="is sent; `newsletter receipt 2026-11-27` shows who got it"):
        send(sender)
    assert len(outbox(sender)) == COUNT


def test_what_was_cut_off_behind_the_last_mail_is_made_up_for(sender: App) -> None:
    """The disk was full when the next issue was to be opened: the same command opens it, and sends nothing."""
    opened = send(sender).opened
    assert opened
    shutil.rmtree(opened.folder)
    again = send(sender)
    assert again.opened
    assert again.opened.issue == opened.issue
    assert len(outbox(sender)) == COUNT


def test_what_nobody_has_approved_does_not_leave(home: App) -> None:
    """Neither a row, nor sent/, nor a page is made."""
    bring_in(home)
    with pytest.raises(NotApproved, match="nobody has signed it"):
        send(when_due(home))
    assert sent_digests(home.root, COMING) == ()
    with pytest.raises(ConfigError, match="nothing of 2026-11-27 has been sent"):
        show_receipt(home, COMING)


def test_what_was_changed_after_the_approval_does_not_leave(sender: App) -> None:
    """The gate names the file."""
    edit(in_issue(sender.root, "number.md"), "90", "91")
    with pytest.raises(NotApproved, match=r"number\.md"):
        send(sender)
    assert sent_digests(sender.root, COMING) == ()


def test_a_dry_run_tells_and_writes_nothing(sender: App) -> None:
    """Who would get it, and what was approved."""
    found = rehearse(sender, COMING)
    assert (found.audience.writable, found.audience.unsubscribed) == (COUNT, 0)
    assert found.due == due_of(sender)
    assert sent_digests(sender.root, COMING) == ()
    with pytest.raises(ConfigError, match="nothing of 2026-11-27 has been sent or planned"):
        show_receipt(sender, COMING)


# Time


def test_before_its_time_it_is_planned_and_nothing_is_seen_of_it(sender: App) -> None:
    """Readers who confirm until it is due get it too."""
    early = at(sender, due_of(sender) - timedelta(hours=2))
    done = send(early)
    assert done.early
    assert sums(done.receipt) == {PLANNED: COUNT}
    assert sent_digests(sender.root, COMING) == ()
    bring_in(early, more_readers(sender.root / "more.csv", 3))
    assert sums(send(sender).receipt) == {ACCEPTED: COUNT + 3}


def test_after_the_grace_it_waits_for_a_person(sender: App) -> None:
    """Nothing leaves, again and again, until somebody says so; then its Date is the moment they did."""
    late = when_due(sender, minutes=61)
    for _ in range(2):
        with pytest.raises(Missed, match="was missed: it was due .* with `newsletter send 2026-11-27 --now`"):
            send(late)
    assert state_of(late) is MailingState.MISSED
    assert not page_of(late, COMING).exists()
    assert sums(send(late, at_once=True).receipt) == {ACCEPTED: COUNT}
    assert {letter["Date"].datetime for letter in outbox(late)} == {late.clock()}


def test_within_the_grace_it_goes(sender: App) -> None:
    """An hour is enough for a machine that was restarted."""
    assert sums(send(when_due(sender, minutes=59)).receipt) == {ACCEPTED: COUNT}


def test_what_had_begun_is_not_missed(sender: App, server: SmtpServer) -> None:
    """It goes on hours later, with the Date it began with."""
    over_smtp(sender, server.port)
    server.at("DOT", hang_up(keeps=True), after=4, times=1)
    gate = Gate()
    server.at("DOT", usual(gate=gate), after=2, times=1)
    with meanwhile(sender) as came:
        gate.wait()
        pause_mailing(sender, COMING, "mei", login="tests")
        gate.open()
    assert isinstance(came[0], Sent)
    later = when_due(sender, hours=5)
    done = resume(later)
    assert done.receipt.open == 0
    assert {message_date(one.content) for one in server.messages} == {due_of(sender)}


def message_date(content: bytes) -> object:
    return email.message_from_bytes(content, policy=email.policy.default)["Date"].datetime


def test_an_empty_audience_is_sent_with_nobody(home: App) -> None:
    """It ends cleanly and the next issue opens."""
    sign(home, "mei")
    done = send(when_due(home))
    assert (done.receipt.total, done.receipt.mailing.state) == (0, MailingState.SENT)
    assert done.opened


# Pause, cancel, resume


def stopped_in_the_middle(sender: App, server: SmtpServer, after: int = 3) -> Sent:
    """A mailing that somebody paused while the server took the message behind so many."""
    over_smtp(sender, server.port)
    gate = Gate()
    server.at("DOT", usual(gate=gate), after=after, times=1)
    with meanwhile(sender) as came:
        gate.wait()
        pause_mailing(sender, COMING, "mei", login="tests", words="a wrong link")
        gate.open()
    (done,) = came
    assert isinstance(done, Sent)
    return done


def test_a_pause_holds_between_two_messages(sender: App, server: SmtpServer) -> None:
    """The one on its way is finished; resumed, the others get it, each once."""
    done = stopped_in_the_middle(sender, server)
    assert sums(done.receipt) == {ACCEPTED: 4, PLANNED: COUNT - 4}
    assert (done.receipt.mailing.pause, done.receipt.mailing.words) == (Pause.PERSON, "a wrong link")
    assert done.opened is None
    with pytest.raises(NotNow, match="is paused: a wrong link; go on with `newsletter resume 2026-11-27`"):
        send(sender)
    again = resume(sender)
    assert sums(again.receipt) == {ACCEPTED: COUNT}
    assert again.opened
    assert {len(messages) for messages in server.by_recipient().values()} == {1}


def test_a_mended_edition_goes_to_the_rest_alone(sender: App, server: SmtpServer) -> None:
    """Who had it keeps the first, all others get the second only; both stand in sent/ and in the receipt."""
    first = stopped_in_the_middle(sender, server)
    edit(in_issue(sender.root, "number.md"), "90", "91")
    sign(sender, "daniel")
    done = resume(sender, mended=True)
    digests = sent_digests(sender.root, COMING)
    assert digests[0] == first.receipt.mailing.digest != digests[1] == done.receipt.mailing.digest
    assert dict(done.receipt.editions) == {digests[0]: 4, digests[1]: COUNT - 4}
    bodies = [one.content for one in server.messages]
    assert [b"91" in text_of(body) for body in bodies] == [False] * 4 + [True] * (COUNT - 4)
    assert "91" in page_of(sender, COMING).read_text("utf-8")
    assert {one.who for one in show_receipt(sender, COMING).signatures} == {"mei", "daniel"}


def text_of(content: bytes) -> bytes:
    """The first lines of the number of the week in the text part."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body
    text: str = body.get_content()
    return text.partition("NUMBER OF THE WEEK")[2][:400].encode()


def test_without_a_newer_approval_there_is_nothing_mended(sender: App, server: SmtpServer) -> None:
    """A changed file that nobody signed does not go to the rest."""
    stopped_in_the_middle(sender, server)
    with pytest.raises(NotNow, match="has no newer approved edition"):
        resume(sender, mended=True)
    edit(in_issue(sender.root, "number.md"), "90", "91")
    with pytest.raises(NotApproved, match=r"number\.md"):
        resume(sender, mended=True)
    assert state_of(sender) is MailingState.PAUSED


def test_a_file_that_is_changed_in_the_middle_changes_no_mail(sender: App, server: SmtpServer) -> None:
    """Resumed without --mended, the rest gets the very bytes that were signed."""
    stopped_in_the_middle(sender, server)
    edit(in_issue(sender.root, "number.md"), "90", "91")
    done = resume(sender)
    assert sums(done.receipt) == {ACCEPTED: COUNT}
    assert not any(b"91" in text_of(one.content) for one in server.messages)


def test_cancelled_before_the_first_mail_nothing_is_left_of_it(sender: App) -> None:
    """Files can be changed, approved and sent as if nothing had been."""
    send(at(sender, due_of(sender) - timedelta(hours=1)))
    receipt = cancel_mailing(sender, COMING, "mei", login="tests", words="called off")
    assert sums(receipt) == {CANCELLED: COUNT}
    assert not page_of(sender, COMING).exists()
    assert sent_digests(sender.root, COMING) == ()
    assert sums(send(sender).receipt) == {ACCEPTED: COUNT}


def test_cancelled_in_the_middle_it_is_over(sender: App, server: SmtpServer) -> None:
    """Who got it got it; the page stays; nobody else ever gets it."""
    stopped_in_the_middle(sender, server)
    receipt = cancel_mailing(sender, COMING, "mei", login="tests")
    assert sums(receipt) == {ACCEPTED: 4, CANCELLED: COUNT - 4}
    assert page_of(sender, COMING).exists()
    with pytest.raises(NotNow, match="was cancelled in the middle"):
        send(sender)
    with pytest.raises(NotNow, match="only one that is paused can be resumed"):
        resume(sender)


def test_who_leaves_in_the_middle_does_not_get_it(sender: App, server: SmtpServer) -> None:
    """Their row says why."""
    done = stopped_in_the_middle(sender, server)
    with people_of(sender, read_schedule(sender), COMING, (PLANNED,)) as people:
        leaver = next(iter(people))[0]
    unsubscribe_reader(sender, leaver.mark)
    again = resume(sender)
    assert sums(again.receipt) == {ACCEPTED: COUNT - 1, SUPPRESSED: 1}
    assert leaver.address not in server.by_recipient()
    assert done.receipt.mailing.id == again.receipt.mailing.id


# What nobody can know


def test_a_copy_that_may_have_arrived_waits_for_a_person(sender: App, server: SmtpServer) -> None:
    """It is never sent again by itself; said to have arrived, the issue is sent."""
    over_smtp(sender, server.port)
    server.at("DOT", hang_up(keeps=True), to="ana@example.org")
    done = send(sender)
    assert sums(done.receipt) == {ACCEPTED: COUNT - 1, UNKNOWN: 1}
    assert done.receipt.mailing.state is MailingState.UNRESOLVED
    with pytest.raises(NotNow, match="waits for a decision"):
        send(sender)
    count, receipt = resolve_unknown(sender, COMING, "mei", login="tests", accept=True, readers=["Ana@example.org"])
    assert (count, sums(receipt), receipt.mailing.state) == (1, {ACCEPTED: COUNT}, MailingState.SENT)


def test_sent_again_it_is_the_same_message(sender: App, server: SmtpServer) -> None:
    """The same Message-ID and the same bytes, so that most mailboxes show it once; even if a newer key came since."""
    over_smtp(sender, server.port)
    server.at("DOT", hang_up(keeps=True), to="ana@example.org", times=1)
    send(sender)
    resolve_unknown(sender, COMING, "mei", login="tests", accept=False, note="not in the server's log")
    keys = sender.root / "var" / "keys"
    keys.write_text("k2:a newer key of thirty-two octets\n".replace(" ", "-") + keys.read_text("ascii"), "ascii")
    done = send(sender)
    assert sums(done.receipt) == {ACCEPTED: COUNT}
    first, second = server.by_recipient()["ana@example.org"]
    assert first.content == second.content


def test_a_decision_about_somebody_who_is_not_unknown_is_refused(sender: App, server: SmtpServer) -> None:
    """With the way to see who is."""
    over_smtp(sender, server.port)
    server.at("DOT", hang_up(keeps=True), to="ana@example.org", times=1)
    send(sender)
    with pytest.raises(ConfigError, match="0 of 1 had an unknown copy"):
        resolve_unknown(sender, COMING, "mei", login="tests", accept=True, readers=["wei@example.com"])


# Ours to mend


def test_a_server_that_refuses_us_pauses_the_mailing(sender: App, server: SmtpServer) -> None:
    """No reader is blamed; mended, everyone gets it."""
    over_smtp(sender, server.port)
    server.at("MAIL", say("550 5.7.1 sender not allowed"), times=1)
    done = send(sender)
    assert sums(done.receipt).get(ACCEPTED, 0) == 0
    assert done.receipt.mailing.pause is Pause.PROVIDER
    assert "sender not allowed" in str(done.receipt.mailing.words)
    server.usual_again()
    later = when_due(sender, minutes=20)
    assert sums(resume(later).receipt) == {ACCEPTED: COUNT}


def test_an_address_that_does_not_exist_is_barred_for_good(sender: App, server: SmtpServer) -> None:
    """In the database and in the log that outlives it, once; a server that dislikes us bars nobody."""
    over_smtp(sender, server.port)
    server.at("RCPT", say("550 5.1.1 no such user"), to="ana@example.org")
    server.at("RCPT", say("550 5.7.1 looks like spam"), to="wei@example.com")
    assert sums(send(sender).receipt) == {ACCEPTED: COUNT - 2, DeliveryState.REFUSED: 2}
    lines = leavers.read(leavers_path(sender)).lines
    assert [line.reason for line in lines] == [Reason.HARD_BOUNCE]
    assert rehearsed(sender) == COUNT - 1
    assert any("no such user" in str(line) for line in tell_story(sender, "ana@example.org").lines)


def test_what_was_mended_before_the_first_mail_is_the_only_edition(sender: App, server: SmtpServer) -> None:
    """The server had refused us before anybody got anything: what stood in sent/ then is no edition of the issue."""
    over_smtp(sender, server.port)
    server.at("MAIL", say("550 5.7.1 sender not allowed"), times=1)
    first = send(sender).receipt.mailing.digest
    assert sent_digests(sender.root, COMING) == (first,)
    edit(in_issue(sender.root, "number.md"), "90", "91")
    sign(sender, "mei")
    done = resume(when_due(sender, minutes=20))
    assert sums(done.receipt) == {ACCEPTED: COUNT}
    assert sent_digests(sender.root, COMING) == (done.receipt.mailing.digest,) != (first,)


def test_cancelled_while_a_sender_waits_for_the_server_the_page_is_taken_back(sender: App, server: SmtpServer) -> None:
    """The sender that runs closes what whoever cancelled could not."""
    over_smtp(sender, server.port)
    gate = Gate()
    server.at("MAIL", usual(gate=gate), times=1)
    with meanwhile(sender) as came:
        gate.wait()
        cancel_mailing(sender, COMING, "mei", login="tests")
        gate.open()
    assert isinstance(came[0], Sent)
    assert sums(came[0].receipt) == {CANCELLED: COUNT}
    assert sent_digests(sender.root, COMING) == ()
    assert not page_of(sender, COMING).exists()


def test_two_at_once_send_once(sender: App, server: SmtpServer) -> None:
    """The second is told by whom."""
    over_smtp(sender, server.port)
    gate = Gate()
    server.at("DOT", usual(gate=gate), after=2, times=1)
    with meanwhile(sender) as came:
        gate.wait()
        with pytest.raises(AlreadyHeld, match="sending is running already"):
            send(sender)
        gate.open()
    assert isinstance(came[0], Sent)
    assert sums(came[0].receipt) == {ACCEPTED: COUNT}
    assert {len(messages) for messages in server.by_recipient().values()} == {1}


def test_a_copied_installation_sends_nothing_until_it_claims(sender: App, tmp_path: Path) -> None:
    """Folder and database together, as a backup that was put back elsewhere."""
    send(at(sender, due_of(sender) - timedelta(hours=1)))
    copy = when_due(opened(Path(shutil.copytree(sender.root, tmp_path / "copy"))))
    with pytest.raises(NotThisInstallation):
        send(copy)
    assert not (copy.root / "var" / "outbox").exists()
    claim(copy, "mei", login="tests")
    assert sums(send(copy).receipt) == {ACCEPTED: COUNT}


def test_a_start_after_a_crash_goes_on_where_the_page_was_written(sender: App) -> None:
    """sent/ and page are there, no mail is: nothing is written twice, everybody gets it."""
    from newsletter.actions.approved_edition import approved_edition
    from newsletter.actions.publish_issue import publish_issue

    publish_issue(sender, approved_edition(sender, COMING).edition)
    assert sums(send(sender).receipt) == {ACCEPTED: COUNT}
    assert len(sent_digests(sender.root, COMING)) == 1


# The long way


@pytest.mark.soak
def test_a_wrong_link_found_in_the_middle(sender: App, server: SmtpServer, tmp_path: Path) -> None:
    """After three tenths the mailing is paused and mended; both sums close, and nobody has both."""
    count = 20_000 if SOAK else 100
    bring_in(sender, more_readers(tmp_path / "readers.csv", count - COUNT))
    done = stopped_in_the_middle(sender, server, after=count * 3 // 10 - 1)
    edit(in_issue(sender.root, "number.md"), "90", "91")
    sign(sender, "mei")
    again = resume(sender, mended=True)
    assert sums(done.receipt)[ACCEPTED] == count * 3 // 10
    assert sums(again.receipt) == {ACCEPTED: count}
    assert [number for _, number in again.receipt.editions] in ([30, 70], [70, 30], [6_000, 14_000], [14_000, 6_000])
    assert {len(messages) for messages in server.by_recipient().values()} == {1}
    meta = json.loads((sender.root / "content/issues/2026-11-27/sent/2/meta.json").read_text("utf-8"))
    assert meta["digest"] == again.receipt.mailing.digest
