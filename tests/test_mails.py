"""Mailed newsletters become entries, without what is about their one reader; no mail crashes the reader."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.gather import documents, mails
from newsletter.model.errors import SourceError
from newsletter.model.item import Author, Entry, Passage, Related, Rights
from newsletter.model.source import RightsPolicy, SourceKind
from tests.conftest import ROOT
from tests.gathering import source

LETTER = (ROOT / "tests" / "documents" / "tide-letter.eml").read_bytes()
BOX = source(id="letters", kind=SourceKind.MAILDIR, url=None, path="mail", rights=RightsPolicy.QUOTE)


def mail(text: str = "The text of the letter, one sentence.", **headers: str) -> Entry:
    message = EmailMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return mails.read(message.as_bytes(), BOX).entry


def test_a_mailed_newsletter_becomes_an_entry() -> None:
    """Message-ID, sender's name, date and subject; the HTML part as text; the page on the web as link."""
    reading = mails.read(LETTER, BOX)
    entry = reading.entry
    assert (entry.guid, entry.link) == ("<issue-31.4711@tideletter.example>", "https://tideletter.example/31")
    assert (entry.title, entry.authors) == ("The Tide Letter: two gauges, one sea", (Author(name="Anaïs Quint"),))
    assert entry.published is not None
    assert entry.published.instant == datetime(2026, 11, 19, 9, 5, tzinfo=UTC)
    assert entry.passages == (
        Passage(None, ("Dear readers, the week had two high waters, and the harbour boards signed for one of them.",)),
        Passage(
            "The gauge that nobody owns",
            ("It was paid for by both boards, which is why neither repairs it. A fisherman cleans it with a broom.",),
        ),
    )
    assert (entry.method, entry.language, entry.rights) == ("mail", "en", Rights(RightsPolicy.QUOTE))
    assert entry.warnings == ()
    assert reading.original is not None
    assert (reading.original.media_type, reading.original.data) == ("message/rfc822", LETTER)


def test_nothing_about_the_one_reader_is_kept() -> None:
    """No address to leave by, no pixel, no link that counts clicks; a piece behind such a link keeps its name."""
    entry = mails.read(LETTER, BOX).entry
    assert entry.related == (
        Related("Nine meetings and a dinner: the minutes", "https://quayreview.example.org/2026/nine-meetings"),
        Related("A pilot's view of the southern quay", None),
    )
    shown = str(entry).replace(str(entry.guid), "")
    assert not any(
        sign in shown for sign in ("4711", "leave", "nsubscribe", "open/", "click", "browser", "Quay Street")
    )


def test_the_plain_part_is_read_where_there_is_no_other() -> None:
    """Its lines are joined, its foot is cut off."""
    text = (
        "The week had two high waters, and the harbour boards signed for one of\n"
        "them. The other one came all the same.\n\n--\nUnsubscribe: https://tideletter.example/leave?who=17\n"
    )
    entry = mail(text, Subject="Two waters", From="letter@tideletter.example")
    assert entry.paragraphs[0].startswith(
        "The week had two high waters, and the harbour boards signed for one of them."
    )
    assert "leave" not in str(entry.passages)
    assert (entry.authors, entry.link, entry.guid) == ((), None, None)


def test_a_link_that_may_be_personal_is_no_link() -> None:
    """An address with a query or a token leads to one reader's copy."""
    for address in (
        "https://l.example/v?u=17",
        "https://l.example/v/aGVsbG8td29ybGQtdGhpcy1pcy1tZQ/x",
        "mailto:x@y.test",
    ):
        data = LETTER.replace(b"https://tideletter.example/31?utm_source=mail", address.encode())
        assert mails.read(data, BOX).entry.link is None


def test_the_foot_may_forbid() -> None:
    """A notice below the links to leave is obeyed, though it is no part of the text."""
    data = LETTER.replace(b"Our mailing address: 3 Quay Street", b"This newsletter may not be republished.")
    assert mails.read(data, BOX).entry.rights.policy is RightsPolicy.SUMMARISE


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("From", b'=?utf-8?q?=ff=fe?= <x@y.test>, "a" <b'),
        ("From", b"\xff\xfe <x@"),
        ("Subject", b"=?no-such?b?!!!?="),
        ("Subject", b"x" * 100_000),
        ("Subject", b"a\r\n b\0c"),
        ("Date", b"Thu, 99 Foo 2026 99:99:99 +9999"),
        ("Message-ID", b"<<<@@@"),
        ("Message-ID", b"[" * 2_000),
        ("Content-Type", b"text/html; charset*0*=%; boundary="),
        ("Content-Type", b"multipart/mixed"),
        ("Content-Transfer-Encoding", b"base64; quoted"),
    ],
)
def test_hostile_headers_crash_nothing(header: str, value: bytes) -> None:
    """An entry of plain text, or a `SourceError`."""
    data = header.encode() + b": " + value + b"\r\nSubject: Two waters\r\n\r\nThe text of the letter, one sentence.\r\n"
    try:
        entry = mails.read(data, BOX).entry
    except SourceError:
        return
    assert entry.title
    assert not set("\r\n\0") & set(entry.title)


def test_a_wrong_charset_loses_a_letter_at_most() -> None:
    """A part that lies about its charset is read all the same."""
    data = b"Subject: x\r\nContent-Type: text/plain; charset=no-such\r\n\r\nThe caf\xe9 on the quay is open again.\r\n"
    assert mails.read(data, BOX).entry.paragraphs == ("The café on the quay is open again.",)


def test_an_attachment_is_no_text() -> None:
    """The text is what a mail program would show."""
    message = EmailMessage()
    message["Subject"] = "Two waters"
    message.set_content("The text of the letter, one sentence.")
    message.add_attachment("<p>Not the letter</p>", subtype="html", filename="a.html")
    assert mails.read(message.as_bytes(), BOX).entry.paragraphs == ("The text of the letter, one sentence.",)


def test_a_mail_of_a_thousand_parts_is_read() -> None:
    """Its first text counts; the rest costs nothing."""
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nThe text of the letter, one sentence.\r\n"
    data = b"Subject: Parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 1_000 + b"--b--\r\n"
    assert mails.read(data, BOX).entry.paragraphs == ("The text of the letter, one sentence.",)


def test_a_mail_of_too_many_parts_is_told() -> None:
    """Taking it apart would hold up everything else."""
    data = b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 30_000
    with pytest.raises(SourceError, match="too many parts;"):
        mails.read(data, BOX)


def test_a_mail_in_a_mail_in_a_mail_is_told() -> None:
    """Nesting without end is a `SourceError`, not a crash."""
    data = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(3_000))
    with pytest.raises(SourceError, match=r"^letters: .*;"):
        mails.read(data, BOX)


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"Subject: x\r\nContent-Type: image/png\r\n\r\nxyz", b"\0" * 50])
def test_a_mail_without_text_is_told(data: bytes) -> None:
    """With what to do."""
    with pytest.raises(SourceError, match=r"^letters: .*;"):
        mails.read(data, BOX)


def test_a_mail_may_be_dropped_as_a_file() -> None:
    """It keeps its Message-ID as identity."""
    assert documents.read("letter.eml", LETTER, BOX).entry.guid == "<issue-31.4711@tideletter.example>"


@given(cut=st.integers(0, len(LETTER)), octets=st.binary(max_size=30), at=st.integers(0, len(LETTER)))
def test_a_mangled_mail_is_an_entry_or_told(cut: int, octets: bytes, at: int) -> None:
    """Cut short, or with octets put in anywhere."""
    try:
        entry = mails.read((LETTER[:at] + octets + LETTER[at:])[:cut], BOX).entry
    except SourceError:
        return
    assert entry.title
