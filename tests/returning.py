"""Mails as they come back, for the tests: the corpus in tests/returned, with real macs put in where it leaves gaps.

A mail of the corpus holds {{verp}}, {{envelope_id}} and {{message_id}} of one copy, {{copy}} for the whole of it and
{{copy_headers}} for its header; {{forged_verp}} and {{forged_message_id}} name it by macs that nobody of us has made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from newsletter.deliver.personal import message_id
from newsletter.deliver.returned import recognise
from newsletter.deliver.verp import tag, verp
from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingId
from newsletter.model.returned import Named, Proof, Reading
from newsletter.tokens import Key, KeyRing, Purpose
from tests.delivering import BOUNCES, KEYS

RETURNED = Path(__file__).parent / "returned"
DOMAIN = "news.example.org"
RINGS = tuple(KeyRing((key,)) for key in KEYS)
STRANGER = KeyRing((Key("x", b"somebody else's own key"),))

# The copy that the corpus is about
MAILING, SEQ = MailingId(3), 17
ISSUE, KIND = IssueId.parse("2026-11-27"), "issue"
READER = "ada@example.org"
# As each proof names it
COPIES = {
    "VERP": Named(Proof.VERP, SEQ, mailing=MAILING),
    "envelope id": Named(Proof.ENVELOPE_ID, SEQ, mailing=MAILING),
    "Message-ID": Named(Proof.MESSAGE_ID, SEQ, issue=ISSUE, kind="issue"),
    None: None,
}

_COPY = """\
Return-Path: <{{verp}}>
Received: from news.example.org (news.example.org [192.0.2.10])
\tby relay.example.net (Postfix) with ESMTPS id 4F0C1A9;
\tFri, 27 Nov 2026 08:00:04 +0000 (UTC)
From: The Focus <focus@news.example.org>
To: ada@example.org
Reply-To: desk@news.example.org
Subject: Mailboxes are full, and spam is no longer blocked
Date: Fri, 27 Nov 2026 08:00:00 +0000
Message-ID: {{message_id}}
List-Id: The Focus <focus.news.example.org>
List-Unsubscribe: <https://news.example.org/u/7.k2.mac>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
"""
# What no reason may be read from: an issue may well be about mail.
_TEXT = """
Dear Ada,

Why every third mailbox is over quota, what "550 5.1.1 user unknown" costs, and a spam filter that blocked its owner:
out of office since May, he says. "Delivery has been delayed", wrote grace@example.com.
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the corpus says of one address of one mail."""

    nature: str
    address: str | None
    status: str | None
    how: str
    by: str | None  # the proof that names the copy


@cache
def verdicts() -> dict[str, tuple[Expected, ...]]:
    """What each mail of the corpus says, by its name."""
    written = YAML(typ="safe").load((RETURNED / "verdicts.yaml").read_text("utf-8"))
    return {
        name: tuple(
            Expected(one["nature"], one.get("address"), one.get("status"), one["how"], one.get("by")) for one in said
        )
        for name, said in written.items()
    }


def returned(name: str) -> bytes:
    """A mail of the corpus, as it came."""
    return filled((RETURNED / f"{name}.eml").read_bytes())


def filled(mail: bytes, *, seq: int = SEQ, mailing: MailingId = MAILING, ring: KeyRing = RINGS[0]) -> bytes:
    """A mail with the names of one copy put in."""
    assert ISSUE
    values = {
        "copy": _COPY + _TEXT,
        "copy_headers": _COPY,
    }
    names = {
        "verp": verp(mailing, seq, BOUNCES, ring),
        "envelope_id": tag(mailing, seq, ring),
        "message_id": message_id(ISSUE, KIND, seq, DOMAIN, ring, Purpose.MESSAGE_ID),
        "test_message_id": message_id(ISSUE, "test-20261127T0755", 1, DOMAIN, ring, Purpose.TEST),
        "forged_verp": verp(mailing, seq, BOUNCES, STRANGER),
        "forged_message_id": message_id(ISSUE, KIND, seq, DOMAIN, STRANGER, Purpose.MESSAGE_ID),
        "bounces": BOUNCES,
    }
    for table in (values, names):
        for name, value in table.items():
            mail = mail.replace(b"{{%s}}" % name.encode(), value.encode())
    assert not re.search(rb"\{\{\w+\}\}", mail), "a name that is not known"
    return mail


def read(mail: bytes) -> Reading:
    """A mail, read as the installation of the tests reads it."""
    return recognise(mail, bounces=BOUNCES, domain=DOMAIN, rings=RINGS)
