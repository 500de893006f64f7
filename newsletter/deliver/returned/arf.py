"""Complaints: a reader has pressed "this is spam", and their provider tells us. Source: RFC 5965, RFC 6650."""

from __future__ import annotations

import re

from newsletter.deliver.returned import notice, words
from newsletter.deliver.returned.parts import Fields, Part, blocks_of, enclosed
from newsletter.model.returned import Nature, Report

ENCLOSED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
# RFC 5965 7.3 and what providers add. "not-spam" is the opposite; "auth-failure" (RFC 6591) is a forger's mail, "virus"
# and "other" tell nothing of a reader's wish.
_COMPLAINTS = frozenset({"abuse", "spam", "junk", "complaint", "fraud", "opt-out", "opt-out-list", "unsubscribe"})
# Hotmail's loop encloses the mail, with this field in front of it, and says nothing else that a program could read.
_HOTMAIL = "x-hmxmroriginalrecipient"
_RECIPIENTS = ("original-rcpt-to", "removal-recipient", "original-recipient", "x-original-rcpt-to")


def reports(mail: Part) -> tuple[Report, ...]:
    """A report for each reader who complained, one without an address where it is kept from us; none for other mails.

    A report of another type (RFC 5965 7.3) is one of nature OTHER.
    """
    given = _given_back(mail)
    feedback = _feedback(mail)
    if feedback is None:
        if _HOTMAIL not in given:
            return ()
        return (_report(mail, Nature.COMPLAINT, words.address_in(given.first(_HOTMAIL)), "headers"),)
    kind = re.split(r"[\s;(]", feedback.first("feedback-type").lower().strip(), maxsplit=1)[0]
    nature = Nature.COMPLAINT if kind in _COMPLAINTS else Nature.OTHER
    named = [words.address_in(value) for value in feedback.all(*_RECIPIENTS)]
    known = tuple(dict.fromkeys(filter(None, named)))[:20]
    addresses: tuple[str | None, ...] = known or (words.address_in(given.first(_HOTMAIL, "to")),)
    return tuple(_report(mail, nature, address, "ARF") for address in addresses)


def _feedback(mail: Part) -> Fields | None:
    """The fields of the report. They may stand below a header of their own, and in a part of any type."""
    for leaf in mail.leaves():
        if leaf.kind in ENCLOSED:
            continue
        for block in blocks_of(leaf.body[:20_000])[:3]:
            sure = leaf.kind == "message/feedback-report" or ("version" in block and "user-agent" in block)
            if sure and "feedback-type" in block:
                return block
    return None


def _given_back(mail: Part) -> Fields:
    return next((enclosed(leaf) for leaf in mail.leaves() if leaf.kind in ENCLOSED), Fields(()))


def _report(mail: Part, nature: Nature, address: str | None, how: str) -> Report:
    told = notice.notice_of(mail) or mail.fields.first("subject")
    return Report(nature=nature, address=address, said=words.said(told), how=how)
