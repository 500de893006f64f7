"""Why a copy was given up: for its reader, for a while, or for us. Source: RFC 3463 3, RFC 7505, and servers' words.

A code alone says little. Servers answer 550 to an address that nobody has and to a mail they take for spam, and some
add 5.1.1 to both; so words about us go before any number, and an address is only held for dead where that is said.
"""

from __future__ import annotations

import re

from newsletter.deliver.returned import phrases
from newsletter.model.returned import Nature

MAX_WORDS = 4_000  # characters that are looked at

# No such mailbox, no such domain, no such address, moved away, takes no mail (RFC 7505), disabled.
_GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
# The sender's address (5.1.7, 5.1.8), the content (5.6) and security or policy (5.7).
_ABOUT_US = re.compile(r"[45]\.(?:1\.[78]|6\.\d+|7\.\d+)")
_THIS_TIME = re.compile(r"5\.(?:2\.[23]|3\.[14]|4\.[67])")  # full, too large, busy, a loop, too late

_STATUS = re.compile(r"(?<![\w.])([45]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_CODE = re.compile(r"(?<![\w.])([45]\d\d)(?=[ :#-]|$)")
# The reader's address, a server's name and a link may be of any words: antispam@example.org is somebody's address.
_NAMES = re.compile(r"https?:\S{0,400}|[^\s<>:;,]{1,200}@[^\s<>:;,]{1,200}|\b(?:[\w-]{1,63}\.){1,8}[a-z]{2,8}\b")


def reason(status: str | None, words: str) -> Nature:
    """HARD, SOFT or POLICY, for a copy that was given up with this status (RFC 3463) and these words.

    POLICY goes before all: what is about us says nothing about the reader. HARD asks for a reason that is the reader's:
    the status of a mailbox that is not there, or such words beside a status that says nothing. A refusal for no reason
    that we know is POLICY as well, for it may meet all readers of a provider. SOFT is what is about their mailbox,
    their server or the way to it, and what is given up without any refusal.
    """
    lower = phrases.plain(words[:MAX_WORDS])
    statuses = {one for one in (status, *_STATUS.findall(lower)) if one}
    own = status_of(lower) or (f"{code_of(lower)}"[0] if code_of(lower) else status)
    plain = _NAMES.sub(" ", lower)
    if phrases.NOT_IN_DIRECTORY.search(lower):
        return Nature.SOFT
    if any(_ABOUT_US.fullmatch(one) for one in statuses) or phrases.ABOUT_US.search(plain):
        return Nature.POLICY
    passing = (own or "").startswith("4") or any(_THIS_TIME.fullmatch(one) for one in statuses)
    if passing or phrases.NO_ROOM.search(plain):
        return Nature.SOFT
    if statuses & _GONE or phrases.NOBODY.search(plain):
        return Nature.HARD
    if any(one[2] in "1234" for one in statuses) or phrases.FOR_NOW.search(plain):
        return Nature.SOFT
    return Nature.POLICY if statuses or code_of(lower) else Nature.SOFT


def status_of(words: str) -> str | None:
    """The first enhanced status in a server's words that says more than 4.0.0 or 5.0.0, else the first."""
    found = _STATUS.findall(words[:MAX_WORDS])
    return next((one for one in found if not is_generic(one)), found[0] if found else None)


def code_of(words: str) -> int | None:
    """The first reply code of a refusal (RFC 5321 4.2) in a server's words."""
    match = _CODE.search(words[:MAX_WORDS])
    return int(match[1]) if match else None


def is_generic(status: str | None) -> bool:
    """Whether a status says nothing but for good or for now."""
    return status is None or status[1:] == ".0.0"


def tells(text: str) -> bool:
    """Whether a text gives a reason: a code, a status, or words that are known."""
    plain = _NAMES.sub(" ", phrases.plain(text[:MAX_WORDS]))
    words = (phrases.ABOUT_US, phrases.NO_ROOM, phrases.NOBODY)
    return code_of(text) is not None or status_of(text) is not None or any(one.search(plain) for one in words)
