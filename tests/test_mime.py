"""The message on the wire: what goes in comes out again, by two readers, whatever a reader's name may be."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mail import headers, mime
from newsletter.mail.mime import Heading, compile_letter, splice
from newsletter.model.errors import HeaderRefused
from newsletter.model.letter import Letter, Part, Place, Slot, Slotted
from tests.conftest import SOAK
from tests.independent import parse_mail

HEADING = Heading(
    sender_name="Focus This Week",
    sender_address="weekly@focus.example.org",
    reply_to="editor@focus.example.org",
    subject="Two capitals, one table",
    list_name="Focus This Week",
    list_id="weekly.focus.example.org",
    feedback_id="2026-11-27:issue:weekly:focus.example.org",
)
LONG = "Meanwhile the ports are reading the calendar in their own way, 港口也是。" * 40
TEXT = Slotted((f"Focus This Week\n.\nFrom here on = there\n{LONG}\n", Slot.GREETING, "\n\ntrailing blanks  \n"))
HTML = Slotted(
    (
        f"<p>{LONG}</p>\n<p>",
        Slot.GREETING,
        '</p><a href="',
        Slot.UNSUBSCRIBE_URL,
        '">leave</a> <a href="',
        Slot.PREFERENCES_URL,
        '">change</a>\n',
    )
)
DUE = datetime(2026, 11, 27, 13, tzinfo=UTC)
VALUES = {
    Slot.GREETING: "Dear Ana,",
    Slot.UNSUBSCRIBE_URL: "https://focus.example.org/u/token",
    Slot.PREFERENCES_URL: "https://focus.example.org/p/token",
    Slot.TO: "ana@example.org",
    Slot.DATE: format_datetime(DUE),
    Slot.MESSAGE_ID: "<2026-11-27.issue.1.mac@focus.example.org>",
    Slot.LIST_UNSUBSCRIBE: "<https://focus.example.org/u/token>",
}

# Anything a person can put into a form field: every character but the line breaks and the NUL that no header may hold.
any_value = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), min_size=1, max_size=2000)
ascii_value = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=240)


@pytest.fixture(scope="module")
def letter() -> Letter:
    return compile_letter(HEADING, TEXT, HTML)


def built_slowly(values: dict[Slot, str]) -> EmailMessage:
    """The same message, made anew by the standard library."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = f"{HEADING.sender_name} <{HEADING.sender_address}>"
    message["To"] = values[Slot.TO]
    message["Subject"] = HEADING.subject
    message["Date"] = values[Slot.DATE]
    message.set_content(TEXT.fill(values), cte="quoted-printable")
    escaped = {slot: html.escape(value) for slot, value in values.items()}
    message.add_alternative(HTML.fill(escaped), subtype="html", cte="quoted-printable")
    return message


def parsed(message: bytes) -> EmailMessage:
    found = message_from_bytes(message, policy=policy.SMTP)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def bodies(message: EmailMessage) -> list[str]:
    return [part.get_content() for part in message.iter_parts()]


@settings(max_examples=100_000 if SOAK else 2_000)
@given(name=any_value, address=ascii_value, token=ascii_value)
def test_a_spliced_message_says_what_the_slow_way_says(name: str, address: str, token: str) -> None:
    """Any values of 1 to 2,000 characters decode to the same headers, text and HTML as a message built by EmailMessage.

    The bodies are compared after decoding; what the slow way writes is what the values say, escaped in HTML.
    """
    letter = LETTER
    url = f"https://focus.example.org/u/{token}"
    values = {
        **VALUES,
        Slot.GREETING: name,
        Slot.TO: f"{address}@example.org",
        Slot.UNSUBSCRIBE_URL: url,
        Slot.LIST_UNSUBSCRIBE: f"<{url}>",
    }
    message = splice(letter, values)
    assert message.isascii()
    assert max(len(line) for line in message.split(b"\r\n")) <= 998
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert b"\r" not in message.replace(b"\r\n", b"")
    fast = parsed_bodies(message)
    escaped = {slot: html.escape(value) for slot, value in values.items()}
    assert fast == [TEXT.fill(values), HTML.fill(escaped)]
    head = message.split(b"\r\n\r\n", 1)[0].decode("ascii").split("\r\n")
    assert f"To: {address}@example.org" in head
    assert f"List-Unsubscribe: <{url}>" in head


LETTER = compile_letter(HEADING, TEXT, HTML)


def parsed_bodies(message: bytes) -> list[str]:
    """The decoded bodies, read by the standard library without its slow header parser."""
    found = message_from_bytes(message, policy=policy.compat32)
    parts: Any = found.get_payload()
    return [part.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n") for part in parts]


@settings(max_examples=1000 if SOAK else 150)
@given(name=any_value)
def test_emailmessage_itself_agrees(name: str) -> None:
    """The message EmailMessage builds and the spliced one hold the same parts, of the same types, in the same order."""
    # Characters that str.splitlines() takes for line ends are left to the comparison by bytes above: EmailMessage's
    # own set_content rewrites them, so the slow way is the one that changes what was written there.
    name = " ".join(name.split()) or "Ana"
    values = {**VALUES, Slot.GREETING: name}
    fast, slow = parsed(splice(LETTER, values)), parsed(built_slowly(values).as_bytes())
    assert [part.get_content_type() for part in fast.walk()] == [part.get_content_type() for part in slow.walk()]
    assert bodies(fast) == bodies(slow)
    for name_of_field in ("From", "To", "Subject", "Date"):
        assert str(fast[name_of_field]) == str(slow[name_of_field])


def test_an_independent_reader_agrees(letter: Letter) -> None:
    """postal-mime, which shares no code with us, reads the same subject, addresses, text and HTML."""
    names = ["Ana", "李薇", "O’Brien & <Sons>", "👩‍💻 " * 300, "=?utf-8?b?AAAA?=", ".", "a=20b", "é" * 1000, "x" * 2000]
    messages = [splice(letter, {**VALUES, Slot.GREETING: name}) for name in names]
    for name, mail in zip(names, parse_mail(messages), strict=True):
        assert mail["subject"] == HEADING.subject
        assert mail["from"] == {"address": HEADING.sender_address, "name": HEADING.sender_name}
        assert [one["address"] for one in mail["to"]] == ["ana@example.org"]
        assert mail["messageId"] == VALUES[Slot.MESSAGE_ID]
        values = {**VALUES, Slot.GREETING: name}
        assert mail["text"].rstrip("\n") == TEXT.fill(values).rstrip("\n")
        escaped = {slot: html.escape(value) for slot, value in values.items()}
        assert mail["html"].rstrip("\n") == HTML.fill(escaped).rstrip("\n")


def test_text_comes_first_and_both_parts_say_how_they_are_written(letter: Letter) -> None:
    """RFC 2046 5.1.4: the best part last. Both UTF-8, quoted-printable, no line over 76."""
    message = splice(letter, VALUES)
    found = parsed(message)
    assert found.get_content_type() == "multipart/alternative"
    parts = list(found.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]
    body = message.split(b"\r\n\r\n", 1)[1]
    assert max(len(line) for line in body.split(b"\r\n")) <= 76


def test_the_headers_of_a_letter(letter: Letter) -> None:
    """Each header once, in a fixed order; the one-click pair on one line each (RFC 8058 4)."""
    head = splice(letter, VALUES).split(b"\r\n\r\n", 1)[0].decode("ascii").split("\r\n")
    assert head == [
        "From: Focus This Week <weekly@focus.example.org>",
        "To: ana@example.org",
        "Reply-To: <editor@focus.example.org>",
        "Subject: Two capitals, one table",
        "Date: Fri, 27 Nov 2026 13:00:00 +0000",
        "Message-ID: <2026-11-27.issue.1.mac@focus.example.org>",
        "List-Id: Focus This Week <weekly.focus.example.org>",
        "List-Unsubscribe: <https://focus.example.org/u/token>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Feedback-ID: 2026-11-27:issue:weekly:focus.example.org",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        head[-1],
    ]
    assert re.fullmatch(r' boundary="=_[0-9a-f]{40}"', head[-1])


@pytest.mark.parametrize("slot", list(Slot), ids=lambda slot: slot.value)
@pytest.mark.parametrize(
    "bad", ["a\nBcc: x@example.org", "a\r\n\r\nbody", "a\rb", "a\0b"], ids=["lf", "crlf", "cr", "nul"]
)
def test_a_line_break_in_any_value_is_refused(letter: Letter, slot: Slot, bad: str) -> None:
    """No value begins a header, ends the headers, or breaks a line."""
    with pytest.raises(HeaderRefused):
        splice(letter, {**VALUES, slot: bad})


@pytest.mark.parametrize("field", ["sender_name", "sender_address", "reply_to", "subject", "list_name", "list_id"])
@pytest.mark.parametrize("bad", ["x\ny", "x\r\nBcc: y@example.org", "x\0"], ids=["lf", "crlf", "nul"])
def test_a_line_break_in_any_heading_is_refused(field: str, bad: str) -> None:
    """The same for what is compiled in."""
    given = {name: getattr(HEADING, name) for name in Heading.__slots__}
    with pytest.raises(HeaderRefused):
        compile_letter(Heading(**{**given, field: bad}), TEXT, HTML)


@pytest.mark.parametrize("length", [900, 901])
def test_list_unsubscribe_holds_at_most_900_octets(letter: Letter, length: int) -> None:
    """A longer one is refused, so that no receiver's limit cuts it in two."""
    value = "<https://focus.example.org/u/".ljust(length - 1, "x") + ">"
    if length <= 900:
        assert f"List-Unsubscribe: {value}\r\n".encode() in splice(letter, {**VALUES, Slot.LIST_UNSUBSCRIBE: value})
        return
    with pytest.raises(HeaderRefused, match="List-Unsubscribe"):
        splice(letter, {**VALUES, Slot.LIST_UNSUBSCRIBE: value})


@pytest.mark.parametrize(
    "slot", [Slot.LIST_UNSUBSCRIBE, Slot.TO, Slot.MESSAGE_ID, Slot.DATE], ids=lambda slot: slot.value
)
def test_header_slots_are_ascii(letter: Letter, slot: Slot) -> None:
    """Nothing there is ever encoded: receivers read no encoded words in these fields."""
    with pytest.raises(HeaderRefused, match="ASCII"):
        splice(letter, {**VALUES, slot: "ü@example.org"})


# What a Subject may be: any characters of a line. The standard library drops white space at either end of a header.
subject = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300).filter(
    lambda text: text == text.strip() and text
)


@given(value=subject)
def test_a_subject_is_read_as_it_was_written(value: str) -> None:
    """Folded or in encoded words, every line is within 76 columns and decodes to the same text (RFC 2047)."""
    field = headers.unstructured("Subject", value)
    assert field.isascii()
    assert field.endswith(b"\r\n")
    assert max(len(line) for line in field.split(b"\r\n")) <= 76
    assert str(parsed(field + b"\r\n")["Subject"]) == value


def test_subjects_are_read_by_an_independent_reader() -> None:
    """Long, non-Latin, with emoji, with what looks encoded, with several spaces."""
    values = [
        "Two capitals, one table",
        "两个首都，一张桌子" * 12,
        "Ž" * 200,
        "👩‍💻 works from 香港 " * 8,
        "=?utf-8?q?not_encoded?=",
        "two  spaces   three",
        "a " * 80 + "b",
        "x" * 300,
    ]
    messages = [headers.unstructured("Subject", value) + b"\r\nbody" for value in values]
    assert [mail["subject"] for mail in parse_mail(messages)] == values


# CPython 3.11 puts a space between two encoded words of a display name (RFC 2047 6.2 says: none); so one word here.
@given(name=subject.map(lambda text: " ".join(text.split())).filter(lambda text: len(text.encode()) <= 39))
def test_a_sender_name_is_read_as_it_was_written(name: str) -> None:
    """Atoms, quoted or encoded: the display name and the address come out whole."""
    field = headers.mailbox("From", name, "weekly@focus.example.org")
    assert field.isascii()
    assert max(len(line) for line in field.split(b"\r\n")) <= 998
    mailboxes = parsed(field + b"\r\n")["From"].addresses
    assert [(one.display_name, one.addr_spec) for one in mailboxes] == [(name, "weekly@focus.example.org")]


def test_long_sender_names_are_read_by_an_independent_reader() -> None:
    """Several encoded words are one name again."""
    names = ["两个首都" * 30, 'O\'Brien, "Desk" (Hong Kong)', "Ž" * 90, "Focus This Week " * 9 + "."]
    messages = [headers.mailbox("From", name, "weekly@focus.example.org") + b"\r\nbody" for name in names]
    assert [mail["from"]["name"] for mail in parse_mail(messages)] == names


def test_the_boundary_follows_from_the_content() -> None:
    """The same content, the same bytes; other content, another boundary, which no body can hold."""
    assert compile_letter(HEADING, TEXT, HTML) == LETTER
    other = compile_letter(HEADING, Slotted(("other\n",)), HTML)
    assert other.pieces[-1] != LETTER.pieces[-1]


def test_a_letter_holds_bytes_and_places_only(letter: Letter) -> None:
    """No two neighbours are bytes, so that a splice joins as few pieces as can be."""
    kinds = [type(piece) for piece in letter.pieces]
    assert set(kinds) == {bytes, Place}
    assert all(not (one is bytes and next_one is bytes) for one, next_one in pairwise(kinds))
    assert {piece.part for piece in letter.pieces if isinstance(piece, Place)} == set(Part)
    assert mime.splice(letter, VALUES).startswith(b"From: ")
