"""Everything that is kept about one reader, as data that they may take elsewhere (GDPR Art. 15 and 20)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.model.mailing import Delivery, Mailing
from newsletter.model.notice import Notice
from newsletter.model.request import Request
from newsletter.model.returned import Returned
from newsletter.model.subscriber import Happening, Subscriber, Suppression

Data = dict[str, object]
_LINK = re.compile(r"(/me/)\S+")  # whoever gets to see the file shall not get in by it


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the database has about one address."""

    reader: Subscriber
    brought: str | None  # the import that brought them, in words
    suppressions: Sequence[Suppression]  # all that ever were, the oldest first
    happenings: Sequence[Happening]
    copies: Sequence[tuple[Mailing, Delivery]]  # of every issue that was planned for them
    returned: Sequence[tuple[Returned, bytes | None]]  # what came back, each with the mail where it is still kept
    notices: Sequence[Notice]  # mails of our own that are not forgotten yet
    requests: Sequence[Request]  # typed into a form with this address, and not seen to yet


def own_data(kept: Kept, name: str, now: datetime) -> Data:
    """All of it, by names in plain English; times in UTC by ISO 8601, what is not known left null.

    Who of the team did something is not the reader's data, and stands as "our team". `name`: of the newsletter.
    """
    reader, consent = kept.reader, kept.reader.consent
    return {
        "newsletter": name,
        "made": _time(now),
        "reader": {
            "address": reader.address,
            "name": reader.name,
            "language": reader.language,
            "time zone": reader.zone,
            "tags": list(reader.tags),
            "state": reader.state.value,
            "paused until": _time(reader.until),
            "added": _time(reader.added),
            "brought by": kept.brought,
        },
        "consent": {
            "asked": _time(consent.asked),
            "confirmed": _time(consent.confirmed),
            "page": consent.page,
            "words shown": consent.words,
            "mail that asked to confirm": consent.mail,
        },
        "reasons not to write": [_reason(one) for one in kept.suppressions],
        "what happened": [_happening(one) for one in kept.happenings],
        "copies of issues": [_copy(mailing, copy) for mailing, copy in kept.copies],
        "mails that came back": [_returned(one, mail) for one, mail in kept.returned],
        "other mails to you": [_notice(one) for one in kept.notices],
        "asked for on our pages": [_request(one) for one in kept.requests],
    }


def _reason(one: Suppression) -> Data:
    data: Data = {"reason": one.reason.value, "since": _time(one.since), "note": one.note}
    return data | {"lifted": _time(one.lifted)}


def _happening(one: Happening) -> Data:
    return {"at": _time(one.at), "what": one.act.value, "by": _by(one.who), "note": one.note}


def _by(who: str) -> str:
    if who == "reader":
        return "you"
    return who if who.startswith("import ") else "our team"


def _copy(mailing: Mailing, copy: Delivery) -> Data:
    return {
        "issue": str(mailing.issue),
        "kind": mailing.kind.value,
        "to": copy.address,
        "name": copy.name,
        "state": copy.state.value,
        "handed over": copy.attempt,
        "since": _time(copy.changed),
        "last answer of the mail server": str(copy.answer) if copy.answer else None,
    }


def _returned(one: Returned, mail: bytes | None) -> Data:
    report = one.report
    return {
        "taken": _time(one.taken),
        "what": report.nature.value,
        "about": report.address,
        "status": report.status,
        "said": report.said,
        "mail": None if mail is None else mail.decode("utf-8", "replace"),
    }


def _notice(one: Notice) -> Data:
    data: Data = {"asked": _time(one.asked), "what": one.kind.value, "to": one.address, "subject": one.subject}
    text = _LINK.sub(r"\1...", one.text)
    return data | {"text": text, "state": one.state.value, "last answer of the mail server": one.said}


def _request(one: Request) -> Data:
    return {"asked": _time(one.asked), "what": one.kind.value, "address": one.address, "page": one.page}


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
