"""Newsletters mailed to an IMAP mailbox: each comes once, the mailbox stays as it was, and trouble is told in words."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from newsletter.mail import arrived, imap
from newsletter.mail.mailbox import MailboxError, read_imap
from newsletter.model.source import Mailbox
from tests import dovecot
from tests.dovecot import PASSWORD, Dovecot
from tests.mailed import mail, mails


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """One Dovecot for all tests of this file; each test has a user of its own."""
    with dovecot.running() as running:
        yield running


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    return re.sub(r"\W+", "-", request.node.name)[:60].strip("-")


@pytest.fixture
def mailbox(server: Dovecot, user: str) -> Mailbox:
    return Mailbox(host="127.0.0.1", user=user, port=server.port, tls=False)


def test_each_mail_comes_once(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """A reading begins behind the last one; without new mail it brings none and keeps its cursor."""
    server.deliver(user, *mails(1, 2))
    first = read_imap(mailbox, PASSWORD, None, 10)
    assert (first.mails, first.note) == (mails(1, 2), None)
    server.deliver(user, *mails(3))
    second = read_imap(mailbox, PASSWORD, first.cursor, 10)
    assert second.mails == mails(3)
    third = read_imap(mailbox, PASSWORD, second.cursor, 10)
    assert (third.mails, third.cursor, third.note) == ((), second.cursor, None)


def test_an_empty_mailbox_has_a_cursor(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """What comes later is new."""
    empty = read_imap(mailbox, PASSWORD, None, 10)
    assert (empty.mails, empty.note) == ((), None)
    server.deliver(user, *mails(1))
    assert read_imap(mailbox, PASSWORD, empty.cursor, 10).mails == mails(1)


def test_a_mailbox_stays_as_it_was(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """No mail is marked as read, moved or deleted; not even \\Recent is taken from the owner's program."""
    server.deliver(user, *mails(1, 2))
    read_imap(mailbox, PASSWORD, None, 10)
    with server.as_user(user) as box:
        assert [one.flags for one in box.fetch(mark_seen=False)] == [("\\Recent",), ("\\Recent",)]
        assert box.folder.status()["UNSEEN"] == 2


def test_a_folder_made_anew_is_read_from_the_start(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """Its UIDs mean other mails now; the operator is told, and nothing is missed."""
    with server.as_user(user) as box:
        box.folder.create("News")
    server.deliver(user, *mails(1, 2, 3), folder="News")
    before = read_imap(replace(mailbox, folder="News"), PASSWORD, None, 10)
    with server.as_user(user) as box:
        box.folder.delete("News")
        box.folder.create("News")
    server.deliver(user, *mails(4), folder="News")
    after = read_imap(replace(mailbox, folder="News"), PASSWORD, before.cursor, 10)
    assert after.mails == mails(4)
    assert after.note == "the server has numbered the folder anew (UIDVALIDITY): it is read from the start"
    assert after.cursor.partition(":")[0] != before.cursor.partition(":")[0]


def test_two_hundred_mails_come_in_batches(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """In order, none twice, none left out; what waits is said."""
    server.deliver(user, *mails(*range(200)))
    cursor, notes = None, []
    got: list[bytes] = []
    for _ in range(3):
        found = read_imap(mailbox, PASSWORD, cursor, 80)
        cursor = found.cursor
        got += found.mails
        notes.append(found.note)
    assert tuple(got) == mails(*range(200))
    assert notes == ["120 more mails wait for the next reading", "40 more mails wait for the next reading", None]


def test_the_same_mail_twice_comes_twice(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """Two copies are two mails here; their Message-ID, untouched, tells them for one later."""
    server.deliver(user, *mails(1, 1))
    assert read_imap(mailbox, PASSWORD, None, 10).mails == mails(1, 1)


def test_a_mail_arrives_as_it_was_sent(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """Octet by octet: what looks like the protocol, odd bytes, a body without an end of line."""
    odd = b"Subject: \xff\xfe {5}\r\n\r\n* 1 FETCH (UID 9 BODY[] {3}\r\n)\r\nA1 OK done\r\n\tcaf\xe9"
    server.deliver(user, odd, *mails(2))
    assert read_imap(mailbox, PASSWORD, None, 10).mails == (odd, *mails(2))


def test_a_deleted_mail_is_no_trouble(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """Gaps between the numbers are usual; "*" gives the last mail again, which is not read again."""
    server.deliver(user, *mails(1, 2, 3))
    first = read_imap(mailbox, PASSWORD, None, 10)
    server.deliver(user, *mails(4, 5))
    with server.as_user(user) as box:
        box.delete(["2", "4"])
    second = read_imap(mailbox, PASSWORD, first.cursor, 10)
    assert second.mails == mails(5)
    with server.as_user(user) as box:
        box.delete(["5"])
    assert read_imap(mailbox, PASSWORD, second.cursor, 10).mails == ()


def test_a_mail_that_is_too_large_is_left_and_told(
    server: Dovecot, mailbox: Mailbox, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not fetched; the others are; the next reading does not come back to it."""
    monkeypatch.setattr(imap, "MAX_MAIL", 1_000)
    server.deliver(user, mail(1), mail(2, "x" * 1_000), mail(3))
    found = read_imap(mailbox, PASSWORD, None, 10)
    assert found.mails == mails(1, 3)
    assert found.note == "1 mail is larger than 10 MB and left out (UID 2); read them by hand"
    assert read_imap(mailbox, PASSWORD, found.cursor, 10).note is None


def test_one_reading_is_bounded(server: Dovecot, mailbox: Mailbox, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In octets as well as in mails; at least one comes each time."""
    monkeypatch.setattr(imap, "MAX_READING", 2 * len(mail(1)))
    server.deliver(user, *mails(1, 2, 3))
    first = read_imap(mailbox, PASSWORD, None, 10)
    assert first.mails == mails(1, 2)
    assert first.note == "1 more mail waits for the next reading"
    assert read_imap(mailbox, PASSWORD, first.cursor, 10).mails == mails(3)


def test_a_wrong_password_is_told_without_it(server: Dovecot, mailbox: Mailbox) -> None:
    """Where, what, what to do."""
    with pytest.raises(
        MailboxError, match=r"mailbox INBOX on 127.0.0.1:\d+: the server refuses .*; check `user`"
    ) as told:
        read_imap(mailbox, "correct horse", None, 10)
    assert "correct horse" not in str(told.value)


def test_a_password_that_a_server_repeats_is_not_told(server: Dovecot, mailbox: Mailbox) -> None:
    """Whatever a server says goes into a log."""
    with (
        dovecot.wire(server.port, change=(b"Authentication failed", b"Not known: correct horse")) as port,
        pytest.raises(MailboxError) as told,
    ):
        read_imap(replace(mailbox, port=port), "correct horse", None, 10)
    assert "Not known: …" in str(told.value)
    assert told.value.__suppress_context__


@pytest.mark.parametrize("password", ["pässwort", "", 'a "quoted\\" one', "x" * 5_000])
def test_an_odd_password_is_refused_by_the_server_only(server: Dovecot, mailbox: Mailbox, password: str) -> None:
    """It travels as it is, and is wrong."""
    with pytest.raises(MailboxError, match=r"the server refuses|the connection was lost"):
        read_imap(mailbox, password, None, 10)


@pytest.mark.parametrize("password", ["a\r\nA1 DELETE INBOX", "a\0"])
def test_a_password_carries_no_command(server: Dovecot, mailbox: Mailbox, password: str) -> None:
    """A line break in it would begin the next one."""
    with pytest.raises(MailboxError, match="its password holds a line break or another control character; remove it"):
        read_imap(mailbox, password, None, 10)


def test_a_missing_folder_is_told_with_those_that_are_there(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """So that the right one can be written."""
    with server.as_user(user) as box:
        box.folder.create("Newsletters")
    with pytest.raises(MailboxError, match=r"there is no such folder.*; write one of: Newsletters, INBOX"):
        read_imap(replace(mailbox, folder="Newsleters"), PASSWORD, None, 10)


def test_a_folder_has_any_name(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """Letters beyond ASCII, a quote, an ampersand."""
    for name in ("Rundbriefe & Notizen", "通讯", 'the "press"'):
        with server.as_user(user) as box:
            box.folder.create(name)
        server.deliver(user, *mails(1), folder=name)
        assert read_imap(replace(mailbox, folder=name), PASSWORD, None, 10).mails == mails(1)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.6, 0.99])
def test_a_connection_cut_in_the_middle_loses_nothing(
    server: Dovecot, mailbox: Mailbox, user: str, share: float
) -> None:
    """It is told in words, wherever it happens; the next reading brings every mail."""
    server.deliver(user, *(mail(number, "x" * 400) for number in range(60)))
    with (
        dovecot.wire(server.port, cut_after=int(share * 30_000)) as port,
        pytest.raises(MailboxError, match=r"hung up|the connection was lost.*nothing is lost"),
    ):
        read_imap(replace(mailbox, port=port), PASSWORD, None, 100)
    assert len(read_imap(mailbox, PASSWORD, None, 100).mails) == 60


def test_a_server_that_falls_silent_is_left(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """After the time given for one answer."""
    server.deliver(user, *(mail(number, "x" * 400) for number in range(60)))
    with (
        dovecot.wire(server.port, mute_after=10_000) as port,
        pytest.raises(MailboxError, match=r"the server fell silent for 0.3 seconds"),
    ):
        read_imap(replace(mailbox, port=port), PASSWORD, None, 100, timeout=0.3)


def test_a_reading_has_a_deadline(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """Also when each single answer comes in time."""
    server.deliver(user, *(mail(number, "x" * 400) for number in range(60)))
    with (
        dovecot.wire(server.port, mute_after=10_000) as port,
        pytest.raises(MailboxError, match=r"reading it took longer than 0.3 seconds"),
    ):
        read_imap(replace(mailbox, port=port), PASSWORD, None, 100, deadline=0.3)


def test_a_server_cannot_announce_more_than_memory_holds(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """The announcement is refused before anything is set aside for it."""
    server.deliver(user, mail(1, "x" * 400))
    size = len(mail(1, "x" * 400))
    with (
        dovecot.wire(server.port, change=(b"{%d}" % size, b"{90000000000}")) as port,
        pytest.raises(MailboxError, match=r"it announced 90000000000 octets in one piece"),
    ):
        read_imap(replace(mailbox, port=port), PASSWORD, None, 10)


def test_marks_that_others_set_meanwhile_confuse_nothing(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """A server may mention them between the mails it was asked for."""
    server.deliver(user, *mails(1, 2))
    with dovecot.wire(server.port, change=(b"* 2 FETCH", b"* 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH")) as port:
        assert read_imap(replace(mailbox, port=port), PASSWORD, None, 10).mails == mails(1, 2)


def test_a_mail_that_a_server_does_not_give_is_told(server: Dovecot, mailbox: Mailbox, user: str) -> None:
    """With its number; the others come, and the next reading goes on behind it."""
    server.deliver(user, *mails(1, 2))
    with dovecot.wire(server.port, change=(b"(UID 1 BODY[]", b"(UID 9 BODY[]")) as port:
        found = read_imap(replace(mailbox, port=port), PASSWORD, None, 10)
    assert (found.mails, found.cursor.partition(":")[2]) == (mails(2), "2")
    assert found.note == "1 mail could not be had (UID 1): deleted just now, or damaged"


def test_a_mail_may_be_named_behind_its_text() -> None:
    """The order of what a server tells of a mail is its own."""
    assert imap._by_uid([(b"1 (BODY[] {4}", b"Text"), b" UID 7)", b"2 (FLAGS ())"]) == {7: b"Text"}


def test_nobody_listens(mailbox: Mailbox) -> None:
    """And no such host: the two mistakes of a new source."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(MailboxError, match="nothing listens there; check `host` and `port`"):
        read_imap(replace(mailbox, port=port), PASSWORD, None, 10)
    with pytest.raises(MailboxError, match="there is no such host; check `host`"):
        read_imap(replace(mailbox, host="mail..example.org", tls=True), PASSWORD, None, 10)


def test_what_is_no_imap_server_is_told(server: Dovecot, mailbox: Mailbox) -> None:
    """Another service on the port."""
    with (
        dovecot.wire(server.port, change=(b"* OK", b"220 ok")) as port,
        pytest.raises(MailboxError, match=r"what answers there is no IMAP server|hung up before"),
    ):
        read_imap(replace(mailbox, port=port), PASSWORD, None, 10)


def test_a_mailbox_elsewhere_is_read_with_tls_only(mailbox: Mailbox) -> None:
    """A password in the clear is for this machine alone; nothing is connected to."""
    with pytest.raises(MailboxError, match="without TLS, which would show the password .*; remove `tls: false`"):
        read_imap(replace(mailbox, host="mail.example.org"), PASSWORD, None, 10)


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Dovecot, mailbox: Mailbox) -> None:
    """The password is not sent."""
    with pytest.raises(MailboxError, match=r"its certificate is not to be trusted \(self-signed certificate\)"):
        read_imap(replace(mailbox, host="localhost", port=server.tls_port, tls=True), PASSWORD, None, 10)


def test_a_certificate_for_another_host_is_refused(
    server: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though its signer is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    with pytest.raises(MailboxError, match=r"its certificate is not to be trusted \(IP address mismatch"):
        read_imap(replace(mailbox, host="127.0.0.1", port=server.tls_port, tls=True), PASSWORD, None, 10)


def test_mail_comes_over_tls(server: Dovecot, mailbox: Mailbox, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a server whose certificate names it and is signed by somebody the machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    server.deliver(user, *mails(1))
    found = read_imap(replace(mailbox, host="localhost", port=server.tls_port, tls=True), PASSWORD, None, 10)
    assert found.mails == mails(1)


def test_a_port_without_tls_is_told(server: Dovecot, mailbox: Mailbox) -> None:
    """The port of the other kind is the usual mistake."""
    with pytest.raises(MailboxError, match=r"TLS could not begin .*; 993 is the usual port"):
        read_imap(replace(mailbox, host="localhost", tls=True), PASSWORD, None, 10)


def test_the_bounds_are_those_that_are_told() -> None:
    """The note says 10 MB."""
    assert arrived.MAX_MAIL == 10_000_000
