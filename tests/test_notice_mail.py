"""A notice as a mail: the words as they were written, the headers of a program, and no header of anybody else's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.notice import Sheet, compose
from newsletter.model.errors import HeaderRefused
from tests.living import NOW
from tests.noticing import ANA, parsed

SHEET = Sheet(
    sender_name="Focus This Week",
    sender_address="weekly@focus.example.org",
    reply_to="editor@focus.example.org",
    address=ANA,
    subject="Please confirm",
    text="Open this page.\n",
    date=NOW,
    message_id="<notice.1@focus.example.org>",
)


line = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200).map(str.strip).filter(bool)
# The standard library makes line ends of these.
lines = st.lists(line.map(lambda text: re.sub("[\x1c-\x1e\x85\u2028\u2029]", " ", text)), min_size=1, max_size=5)


@given(subject=line, text=lines)
def test_a_notice_reads_as_it_was_written(subject: str, text: list[str]) -> None:
    """Any subject, any text: plain ASCII on the wire, no line over 76 octets, and the same words again."""
    message = compose(replace(SHEET, subject=subject, text="\n".join(text) + "\n"))
    assert message.isascii()
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert max(len(one) for one in message.split(b"\r\n")) <= 76
    found = parsed(message)
    assert str(found["Subject"]) == subject
    assert found.get_content().replace("\r\n", "\n") == "\n".join(text) + "\n"


def test_the_headers_of_a_notice() -> None:
    """From a program (RFC 3834 5), not of the list; text/plain and nothing else."""
    found = parsed(compose(replace(SHEET, language="zh-Hant")))
    assert found.items() == [
        ("From", "Focus This Week <weekly@focus.example.org>"),
        ("To", ANA),
        ("Reply-To", "editor@focus.example.org"),
        ("Subject", "Please confirm"),
        ("Date", "Wed, 25 Nov 2026 13:00:00 +0000"),
        ("Message-ID", "<notice.1@focus.example.org>"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", "zh-Hant"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", "quoted-printable"),
        ("MIME-Version", "1.0"),
    ]
    assert "Content-Language" not in parsed(compose(SHEET))


@pytest.mark.parametrize(
    "field", ["sender_name", "sender_address", "reply_to", "address", "subject", "message_id", "language"]
)
@pytest.mark.parametrize("bad", ["x\ny", "x\r\nBcc: y@example.org", "x\ry", "x\0"], ids=["lf", "crlf", "cr", "nul"])
def test_a_line_break_in_any_header_is_refused(field: str, bad: str) -> None:
    """No value begins a header or ends them."""
    changed: dict[str, Any] = {field: bad}
    with pytest.raises(HeaderRefused):
        compose(replace(SHEET, **changed))
