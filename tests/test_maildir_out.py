"""The transport `files`: what lies in the outbox is whole, on disk, there once, and was handed over."""

from __future__ import annotations

import mailbox
import os
import stat
from pathlib import Path

import pytest

from newsletter.mail.dot import fit
from newsletter.mail.maildir_out import Outbox
from newsletter.model.answer import Answer, Envelope, Phase, SendingRefused

ENVELOPE = Envelope("bounces@news.example.org", "ana@example.org", 100)


def message(identity: str = "<2026-11-27.issue.1.abc@news.example.org>", words: str = "Good morning.") -> bytes:
    return f"To: ana@example.org\r\nMessage-ID: {identity}\r\n\r\n{words}\r\n".encode()


def put(outbox: Outbox, data: bytes) -> Answer:
    assert outbox.begin(ENVELOPE).code == 354
    return outbox.hand_over(fit(data), None).answer


def names(folder: Path) -> list[str]:
    assert list((folder / "tmp").iterdir()) == []
    return sorted(path.name for path in (folder / "new").iterdir())


def test_a_message_lies_in_the_outbox_under_its_message_id_octet_for_octet(tmp_path: Path) -> None:
    """As a mail server would have got it, and Python's own reader of Maildirs finds it."""
    answer = put(Outbox(tmp_path / "var" / "outbox"), message())
    assert (answer.phase, answer.code) == (Phase.DOT, 250)
    folder = tmp_path / "var" / "outbox"
    assert names(folder) == ["2026-11-27.issue.1.abc@news.example.org.eml"]
    assert (folder / "new" / names(folder)[0]).read_bytes() == message()
    (read,) = mailbox.Maildir(folder, create=False)
    assert read["To"] == "ana@example.org"


def test_a_message_that_is_handed_over_again_replaces_itself(tmp_path: Path) -> None:
    """A reader who is sent the same mail again has one of it."""
    outbox = Outbox(tmp_path)
    put(outbox, message(words="First."))
    put(outbox, message(words="Again."))
    assert names(tmp_path) == ["2026-11-27.issue.1.abc@news.example.org.eml"]
    assert b"Again." in (tmp_path / "new" / names(tmp_path)[0]).read_bytes()


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ("<../../etc/passwd@x.test>", "%2E.%2F..%2Fetc%2Fpasswd@x.test"),
        ("<.hidden@x.test>", "%2Ehidden@x.test"),
        ("<a:2,S@x.test>", "a%3A2%2CS@x.test"),
        ("<..>", "%2E."),
    ],
)
def test_a_message_id_never_leaves_the_folder(tmp_path: Path, identity: str, name: str) -> None:
    """Nor does it hide the file, or say flags of a Maildir."""
    put(Outbox(tmp_path), message(identity))
    assert names(tmp_path) == [f"{name}.eml"]


@pytest.mark.parametrize("data", [b"To: ana@example.org\r\n\r\nMessage-ID: <body@x.test>\r\n", message("<>")])
def test_a_message_without_a_message_id_is_refused_before_it_is_written(tmp_path: Path, data: bytes) -> None:
    """A line of the body that looks like one does not count."""
    answer = put(Outbox(tmp_path), data)
    assert (answer.phase, answer.code) == (Phase.CONTENT, 554)
    assert names(tmp_path) == []


def test_the_next_envelope_goes_ahead_and_a_closed_outbox_takes_nothing(tmp_path: Path) -> None:
    """What was begun and abandoned leaves no trace."""
    outbox = Outbox(tmp_path)
    outbox.begin(ENVELOPE)
    ahead = outbox.hand_over(fit(message()), ENVELOPE).ahead
    assert ahead
    assert ahead.code == 354
    outbox.abandon()
    assert not outbox.usable
    late = outbox.hand_over(fit(message("<late@x.test>")), ENVELOPE)
    assert (late.answer.phase, late.answer.code, late.ahead) == (Phase.CONTENT, 0, None)
    assert names(tmp_path) == ["2026-11-27.issue.1.abc@news.example.org.eml"]


def test_a_message_that_cannot_be_written_was_not_begun(tmp_path: Path) -> None:
    """The answer is about the content, before any last dot, so the reader gets it later."""
    outbox = Outbox(tmp_path)
    (tmp_path / "tmp").rmdir()
    (tmp_path / "tmp").write_text("a file where a folder should be")
    answer = put(outbox, message())
    assert (answer.phase, answer.code) == (Phase.CONTENT, 0)
    assert "cannot be written" in answer.said


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    """It is ours to mend."""
    (tmp_path / "outbox").write_text("a file where a folder should be")
    with pytest.raises(SendingRefused, match=r"outbox: .*look who owns it and whether its disk is there"):
        Outbox(tmp_path / "outbox")


def test_the_file_and_its_name_are_on_disk_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is synced while it lies in tmp/, its folder once it lies in new/: watched at the system's own call."""
    seen: list[tuple[bool, int, int]] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        written, shown = (len(list((tmp_path / part).iterdir())) for part in ("tmp", "new"))
        seen.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), written, shown))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    put(Outbox(tmp_path), message())
    assert seen == [(False, 1, 0), (True, 0, 1)]
