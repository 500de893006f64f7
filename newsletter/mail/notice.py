"""A notice as a mail: short, plain text, from a program to one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from newsletter.mail import headers
from newsletter.model.errors import HeaderRefused

_LINE = 76  # of quoted-printable; the standard library would go on to 78


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a notice says, and to whom."""

    sender_name: str
    sender_address: str
    reply_to: str
    address: str  # addr-spec, ASCII
    subject: str
    text: str
    date: datetime  # aware
    message_id: str  # in its brackets
    language: str | None = None  # BCP 47; None: nobody says


def compose(sheet: Sheet) -> bytes:
    """The whole message, ASCII, CRLF line ends: one part of text, quoted-printable.

    "Auto-Submitted: auto-generated" keeps answering machines silent (RFC 3834 5); its envelope sender is the null path
    for the same reason (RFC 3834 3.3 and RFC 5321 4.5.5), which is for the caller to see to. No List-* field: it is not
    of the list. Raises `HeaderRefused` for a value that may not stand in a header, and for a NUL in the text.
    """
    if "\0" in sheet.text:
        raise HeaderRefused("text", "the text of a notice holds a NUL")
    fields = (
        headers.mailbox("From", sheet.sender_name, sheet.sender_address),
        headers.one_line("To", sheet.address),
        headers.mailbox("Reply-To", "", sheet.reply_to),
        headers.unstructured("Subject", sheet.subject),
        headers.one_line("Date", format_datetime(sheet.date)),
        headers.one_line("Message-ID", sheet.message_id),
        headers.one_line("Auto-Submitted", "auto-generated"),
        *([headers.one_line("Content-Language", sheet.language)] if sheet.language else []),
    )
    # The fields are written by our own writer: the standard library puts a space between two encoded words of one
    # display name, and breaks a long Message-ID. The body is its work, told to keep to RFC 2045 6.7.
    body = EmailMessage(policy=policy.SMTP.clone(max_line_length=_LINE))
    body.set_content(sheet.text, cte="quoted-printable")
    return b"".join(fields) + body.as_bytes()
