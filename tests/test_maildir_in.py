"""Newsletters mailed to a Maildir: each comes once, the folder stays as it was, and trouble is told in words."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail import maildir_in
from newsletter.mail.mailbox import MailboxError, read_maildir
from tests.mailed import mail, mails


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
