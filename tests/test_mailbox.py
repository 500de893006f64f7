"""Mailed newsletters: each comes once, the mailbox stays as it was, and trouble is told in words."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail import arrived, imap, maildir_in
from newsletter.mail.mailbox import MailboxError, read_imap, read_maildir
from newsletter.model.source import Mailbox
from tests import dovecot
from tests.dovecot import PASSWORD, Dovecot


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


def mail(number: int, body: str = "Text.") -> bytes:
    return (
        f"From: wire@example.org\r\nMessage-ID: <{number}@example.org>\r\nSubject: {number}\r\n\r\n{body}\r\n".encode()
    )


def mails(*numbers: int) -> tuple[bytes, ...]:
    return tuple(mail(number) for number in numbers)


# IMAP


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


# Maildir


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / part).mkdir(parents=True)
    return tmp_path / "Maildir"


def drop(maildir: Path, name: str, number: int, mtime: int = 1_700_000_000) -> Path:
    path = maildir / name
    path.write_bytes(mail(number))
    os.utime(path, (mtime, mtime))
    return path


def listing(folder: Path) -> list[tuple[str, int, int]]:
    return sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*"))


def test_a_maildir_gives_each_mail_once(maildir: Path) -> None:
    """Of new/ and of cur/, the oldest first; the folder stays exactly as it was."""
    drop(maildir, "new/2.b.host", 2, 200)
    drop(maildir, "cur/1.a.host:2,S", 1, 100)
    before = listing(maildir)
    first = read_maildir(maildir, None, 10)
    assert (first.mails, first.note) == (mails(1, 2), None)
    assert listing(maildir) == before
    assert read_maildir(maildir, first.cursor, 10) == replace(first, mails=())


def test_a_mail_that_moves_is_not_new(maildir: Path) -> None:
    """A mail program moves it to cur/ and flags it; the file's time may change as well."""
    path = drop(maildir, "new/1.a.host", 1)
    first = read_maildir(maildir, None, 10)
    moved = path.rename(maildir / "cur" / "1.a.host:2,")
    assert read_maildir(maildir, first.cursor, 10).mails == ()
    moved.rename(maildir / "cur" / "1.a.host:2,FS")
    os.utime(maildir / "cur" / "1.a.host:2,FS")
    assert read_maildir(maildir, first.cursor, 10).mails == ()


@pytest.mark.parametrize("mtime", [0, 1_699_999_999, 1_700_000_000, 4_000_000_000])
def test_the_clock_hides_no_mail(maildir: Path, mtime: int) -> None:
    """One that arrives in the same second, one dated before, one dated far ahead: each is new."""
    drop(maildir, "new/1.a.host", 1)
    first = read_maildir(maildir, None, 10)
    drop(maildir, "new/0.z.host", 2, mtime)
    assert read_maildir(maildir, first.cursor, 10).mails == mails(2)


@given(steps=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.booleans()), max_size=6))
def test_however_mails_come_each_is_given_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, bool]]
) -> None:
    """In any order, at any time, with some moved to cur/ in between and whatever the limit of a reading is."""
    maildir = tmp_path_factory.mktemp("mail")
    for part in ("new", "cur"):
        (maildir / part).mkdir()
    cursor, number = None, 0
    got: list[bytes] = []
    for arriving, mtime, moving in [*steps, (0, 0, False), (0, 0, False), *[(0, 0, False)] * 9]:
        for _ in range(arriving):
            number += 1
            drop(maildir, f"new/{number}.x.host", number, mtime)
        found = read_maildir(maildir, cursor, 2)
        cursor = found.cursor
        got += found.mails
        for path in list((maildir / "new").iterdir()) if moving else ():
            path.rename(maildir / "cur" / f"{path.name}:2,S")
    assert sorted(got) == sorted(mails(*range(1, number + 1)))


def test_the_cursor_forgets_what_is_gone(maildir: Path) -> None:
    """So that it never grows beyond the mails that lie there."""
    paths = [drop(maildir, f"new/{at}.a.host", at) for at in range(50)]
    first = read_maildir(maildir, None, 100)
    for path in paths[1:]:
        path.unlink()
    second = read_maildir(maildir, first.cursor, 100)
    assert len(second.cursor) < len(first.cursor) / 10
    assert read_maildir(maildir, second.cursor, 100).mails == ()


def test_a_maildir_that_is_too_full_is_told(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the cursor grows too large to be kept."""
    monkeypatch.setattr(maildir_in, "MAX_FILES", 2)
    for at in range(3):
        drop(maildir, f"new/{at}.a.host", at)
    with pytest.raises(
        MailboxError, match="it holds 3 mails, and 2 can be kept track of; give the newsletters a folder"
    ):
        read_maildir(maildir, None, 10)


def test_what_is_no_mail_is_left_alone(maildir: Path, tmp_path: Path) -> None:
    """Hidden files, half-written ones in tmp/, Maildirs within, folders, links to somewhere else."""
    drop(maildir, "new/1.a.host", 1)
    drop(maildir, "tmp/2.a.host", 2)
    drop(maildir, "new/.hidden", 3)
    (maildir / ".Archive" / "cur").mkdir(parents=True)
    drop(maildir, ".Archive/cur/4.a.host:2,", 4)
    (tmp_path / "secret").write_text("not yours")
    (maildir / "new" / "5.a.host").symlink_to(tmp_path / "secret")
    (maildir / "new" / "6.a.host").symlink_to(maildir / "new" / "6.a.host")
    (maildir / "cur" / "7.a.host").mkdir()
    found = read_maildir(maildir, None, 10)
    assert found.mails == mails(1)
    assert found.note == (
        "new/5.a.host is a link that leaves the Maildir, and is not followed; "
        "new/6.a.host cannot be looked at; mend its permissions; cur/7.a.host is no file"
    )


def test_a_mail_that_is_too_large_is_told_once(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are read."""
    monkeypatch.setattr(maildir_in, "MAX_MAIL", 500)
    drop(maildir, "new/1.a.host", 1)
    (maildir / "new" / "2.a.host").write_bytes(mail(2, "x" * 500))
    found = read_maildir(maildir, None, 10)
    assert found.mails == mails(1)
    assert found.note == "1 mail is larger than 10 MB and left out (2.a.host); read them by hand"
    assert read_maildir(maildir, found.cursor, 10).note is None


def test_a_mail_that_cannot_be_opened_is_read_later(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told each time, and nothing else suffers."""
    drop(maildir, "new/1.a.host", 1)
    locked = drop(maildir, "new/2.a.host", 2)
    opens = Path.open

    def guarded(path: Path, *how: Any) -> Any:  # root may open everything, so permissions alone refuse nothing
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return opens(path, *how)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", guarded)
        first = read_maildir(maildir, None, 10)
    assert first.mails == mails(1)
    assert first.note == "2.a.host cannot be read (Permission denied); mend its permissions"
    assert read_maildir(maildir, first.cursor, 10).mails == mails(2)


@pytest.mark.parametrize("cursor", ["17:204", "maildir:x", "maildir:QUJD", "é"])
def test_the_cursor_of_another_mailbox_starts_afresh(maildir: Path, cursor: str) -> None:
    """Nothing is missed when a source changes its kind."""
    drop(maildir, "new/1.a.host", 1)
    found = read_maildir(maildir, cursor, 10)
    assert found.mails == mails(1)
    assert found.note == "what was read before is not known any more: it is read from the start"


def test_what_is_no_maildir_is_told(tmp_path: Path) -> None:
    """A folder that is not there, or holds something else."""
    with pytest.raises(MailboxError, match=r"it is no Maildir, it has no new/ in it; check the path"):
        read_maildir(tmp_path, None, 10)
    (tmp_path / "out" / "new").mkdir(parents=True)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "new").symlink_to(tmp_path / "out" / "new")
    with pytest.raises(MailboxError, match=r"new/ is a link that leaves it; put a folder there"):
        read_maildir(tmp_path / "in", None, 10)


def test_one_reading_of_a_maildir_is_bounded(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In mails and in octets; what waits is said."""
    for at in range(1, 6):
        drop(maildir, f"new/{at}.a.host", at)
    found = read_maildir(maildir, None, 2)
    assert (found.mails, found.note) == (mails(1, 2), "3 more mails wait for the next reading")
    monkeypatch.setattr(maildir_in, "MAX_READING", 100)
    assert read_maildir(maildir, found.cursor, 2).mails == mails(3)


def test_the_bounds_are_those_that_are_told() -> None:
    """The note says 10 MB."""
    assert arrived.MAX_MAIL == 10_000_000
