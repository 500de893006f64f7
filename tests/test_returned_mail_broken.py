"""Anybody may write to the address for bounces, whatever they like: it is read, in no time, and does no harm."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.deliver.returned.parts import MAX_PARTS, part_of
from newsletter.deliver.returned.words import MAX_SAID
from newsletter.mail.arrived import MAX_MAIL
from newsletter.model.returned import Reading
from tests.returning import COPIES, read, returned, verdicts

NAMES = sorted(verdicts())
DAEMON = b"From: MAILER-DAEMON@x.test\nReturn-Path: <>\nSubject: failure notice\n"
STATUS = b'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/delivery-status\n\n'


def is_fit(reading: Reading) -> bool:
    """Whether it can be kept and shown."""
    return bool(reading.reports) and all(
        one.said.isprintable() and len(one.said) <= MAX_SAID and (one.address or "a@b").isprintable()
        for one in reading.reports
    )


@settings(max_examples=50)
@given(st.binary(max_size=1_000))
def test_any_octets_are_read(mail: bytes) -> None:
    """With something to say of them, on one printable line; nothing names a copy without a mac."""
    reading = read(mail)
    assert is_fit(reading)
    assert reading.named is None


@settings(max_examples=50)
@given(st.binary(max_size=200), st.sampled_from([DAEMON, DAEMON + STATUS, b"Auto-Submitted: auto-replied\nSubject: "]))
def test_any_octets_behind_a_header_are_read(mail: bytes, begin: bytes) -> None:
    """As a notice, as a delivery status, as a subject."""
    assert is_fit(read(begin + mail))
    assert is_fit(read(begin + b"\n" + mail))


@settings(max_examples=100)
@given(st.sampled_from(NAMES), st.data())
def test_a_damaged_mail_of_the_corpus_is_read(name: str, data: st.DataObject) -> None:
    """Cut out, put in or turned round somewhere; it names the copy it was about or none, never another."""
    mail = returned(name)
    begin = data.draw(st.integers(0, len(mail)))
    end = data.draw(st.integers(begin, min(begin + 400, len(mail))))
    between = data.draw(st.one_of(st.just(mail[begin:end][::-1]), st.binary(max_size=40), st.just(b"\n\n")))
    reading = read(mail[:begin] + between + mail[end:])
    assert is_fit(reading)
    assert reading.named in COPIES.values()


def test_a_mail_that_was_cut_short_in_what_it_encloses_says_the_same() -> None:
    """Servers give back as much as they like; the reasons stand in front of it."""
    for name in NAMES:
        lines = returned(name).splitlines(keepends=True)
        begins = [
            at for at, line in enumerate(lines) if line.startswith((b"Content-Type: message/rfc822", b"--- Below"))
        ]
        for at in begins[:1]:
            cut = (read(b"".join(lines[: at + more])) for more in range(6, len(lines) - at, 9))
            wanted = [one.nature for one in verdicts()[name]]
            assert all([one.nature.value for one in reading.reports] == wanted for reading in cut), name


_NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number) for number in range(20_000)
)


@dataclass(frozen=True, slots=True)
class Hostile:
    """A mail as large as any that is read: a beginning, and the same octets again and again."""

    begin: bytes
    again: bytes

    def mail(self) -> bytes:
        return self.begin + (self.again * (MAX_MAIL // len(self.again) + 1))[: MAX_MAIL - len(self.begin)]


HOSTILE = {
    "nothing but line ends": Hostile(DAEMON, b"\n"),
    "a header without an end": Hostile(DAEMON + b"X:", b"\n a"),
    "a type without an end": Hostile(DAEMON + b"Content-Type: multipart/mixed", b'; a="b'),
    "a type of many lines": Hostile(DAEMON + b"Content-Type: multipart/mixed", b';\n a="b\\'),
    "nothing but parts": Hostile(DAEMON + b'Content-Type: multipart/mixed; boundary="b"\n\n', b"--b\n\nx\n"),
    "parts in parts": Hostile(b"", _NESTED),
    "mails in mails": Hostile(b"", b"Content-Type: message/rfc822\n\n"),
    "addresses": Hostile(DAEMON + b"\n", b", a@b.test, <a@b.test>:\n"),
    "addresses it came to": Hostile(DAEMON, b"Delivered-To: bounces+3-17-aaaaaaaaaa@news.example.org\n"),
    "recipients": Hostile(DAEMON + STATUS, b"Final-Recipient: rfc822; a@b.test\nAction: failed\n\n"),
    "a status of no fields": Hostile(DAEMON + STATUS, b"junk\n"),
    "a status of one-line blocks": Hostile(DAEMON + STATUS, b"A:b\n\n"),
    "dashes": Hostile(DAEMON + b"\n", b"-" * 70 + b"\n"),
    "half a Message-ID": Hostile(DAEMON + b"\n", b"2026-11-27-"),
    "forged Message-IDs": Hostile(DAEMON + b"\n", b"2026-11-27.issue.1.aaaaaaaaaaaaaaaaaaaaaaaaaa@news.example.org "),
    "codes": Hostile(DAEMON + b"\n", b"550 5.1.1 user quota message exceed "),
    "markup": Hostile(DAEMON + b"Content-Type: text/html\n\n", b"<div>"),
    "words of RFC 2047": Hostile(b"From: a@b.test\nSubject: ", b"=?a?q?"),
    "UTF-7": Hostile(DAEMON + b"Content-Type: text/plain; charset=utf-7\n\n", b"+AAA"),
    "every octet": Hostile(DAEMON + b"\n", bytes(range(256))),
    "where copies begin": Hostile(DAEMON + b"\n", b"the copy of the message of the "),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_ten_megabytes_of_anything_are_read_at_once(kind: str) -> None:
    """In a part of the time that a mail takes to arrive: 2 seconds of processor time, where a square took hours."""
    mail = HOSTILE[kind].mail()
    begun = time.process_time()
    assert is_fit(read(mail))
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("kind", ["nothing but parts", "a header without an end", "recipients", "addresses"])
def test_ten_megabytes_take_no_more_memory_than_a_few_mails(kind: str) -> None:
    """30 MB at most, beside the mail itself."""
    mail = HOSTILE[kind].mail()
    tracemalloc.start()
    read(mail)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 30_000_000


def test_a_mail_has_no_more_parts_than_are_looked_at() -> None:
    """And what is beyond is no part of it."""
    assert len(tuple(part_of(HOSTILE["nothing but parts"].mail()).leaves())) <= MAX_PARTS
    assert len(tuple(part_of(HOSTILE["parts in parts"].mail()).leaves())) == 1


def test_what_a_mail_says_is_kept_on_one_printable_line() -> None:
    """Controls, escapes and marks that turn the direction are gone; markup is text, for whoever shows it to escape."""
    (one,) = read(returned("broken-controls")).reports
    assert "\x1b" not in one.said
    assert "\u202e" not in one.said
    assert "<script>" in one.said
