"""Bounces in the words of one server and no format: qmail, Exim, old Exchange, sendmail, Domino and a hundred more.

Who failed is what flufl.bounce finds, or the server's own field; why, is what stands beside it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from email.message import Message

from flufl.bounce import all_failures

from newsletter.deliver.returned import notice, phrases, reasons, words
from newsletter.deliver.returned.parts import Part, shown_field
from newsletter.model.returned import Nature, Report

_MOST = 20  # addresses of one mail
_WIDER = 1_000  # characters of the notice that are asked where nothing beside the address tells a reason
_FIELDS = ("from", "subject", "x-mailer")  # that flufl.bounce looks at

# It names every detector that it tries, at each mail.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


def reports(mail: Part, not_readers: Iterable[str] = ()) -> tuple[Report, ...]:
    """A report for each address that a server's notice names; none for other mails.

    Where a notice names no address, the one report has none. A mail is only taken for a notice where its sender or its
    subject says so: people tell each other of mails that could not be delivered, and enclose them. `not_readers` are
    addresses of ours that notices name too.
    """
    if not is_notice(mail):
        return ()
    told = notice.notice_of(mail)
    ours = {address.lower() for address in not_readers}
    addresses = [one for one in _failed(mail, told) if one.lower() not in ours][:_MOST]
    delayed = _is_delayed(mail, told)
    return tuple(_report(address, told, delayed) for address in addresses or (None,))


def is_notice(mail: Part) -> bool:
    """Whether a mail server wrote it about a mail that it could not deliver, or not yet."""
    if "x-failed-recipients" in mail.fields:
        return True
    subject = _subject(mail)
    if phrases.ANSWERED.match(subject):
        return False
    sender = phrases.plain(mail.fields.first("from"))
    machine = not sender.strip(" <>") or bool(phrases.MACHINES.search(sender))
    fails = bool(phrases.NOT_DELIVERED.search(subject))
    if not machine and not (fails and mail.fields.first("return-path").strip() == "<>"):
        return False
    told = notice.notice_of(mail)
    refused = reasons.code_of(told) is not None or reasons.status_of(told) is not None
    return fails or refused or _is_delayed(mail, told) or bool(phrases.NOT_DELIVERED.search(phrases.plain(told)))


def _report(address: str | None, told: str, delayed: bool) -> Report:
    said = notice.about(address, told)
    beside = said if reasons.tells(said) else f"{said}\n{told[:_WIDER]}"
    return Report(
        nature=Nature.DELAYED if delayed else reasons.reason(None, beside),
        address=address,
        status=reasons.status_of(beside),
        said=words.said(said),
        how="free form",
    )


def _failed(mail: Part, told: str) -> tuple[str, ...]:
    """The addresses that failed: by the server's own field, by flufl.bounce, else the first that the notice names."""
    named = [
        words.address_in(one) for value in mail.fields.all("x-failed-recipients") for one in value.split(",")[:_MOST]
    ]
    found = (
        list(filter(None, named))
        or _detected(mail, told)
        or list(filter(None, map(words.address_in, told.splitlines())))[:1]
    )
    return tuple(dict.fromkeys(found))


def _detected(mail: Part, told: str) -> list[str]:
    """What flufl.bounce finds in the notice alone: what it encloses would cost time, and mislead."""
    whole = Message()
    for name in _FIELDS:
        whole[name] = mail.fields.first(name)
    whole["Content-Type"] = "multipart/mixed" if mail.parts else "text/plain"
    if mail.parts:
        first, last = Message(), Message()
        first.set_payload(told.encode("ascii", "replace").decode("ascii"))
        last.set_payload("")
        whole.set_payload([first, last])
    else:
        whole.set_payload(told.encode("ascii", "replace").decode("ascii"))
    try:
        temporary, permanent = all_failures(whole)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError):  # of a detector that was surprised
        return []
    found = (words.address_in(one.decode("ascii", "replace")) for one in sorted(permanent | temporary))
    return [one for one in found if one]


def _subject(mail: Part) -> str:
    """In small letters."""
    return phrases.plain(shown_field(mail.fields.first("subject"))[:500])


def _is_delayed(mail: Part, told: str) -> bool:
    """By the notice, or by what its subject begins with: behind a colon stands ours."""
    begin, _, rest = _subject(mail).partition(":")
    written = phrases.plain(told)
    warned = phrases.STILL_TRYING.search(f"{begin}: {rest if begin == 'warning' else ''}\n{written}")
    return bool(warned) and not phrases.GIVEN_UP.search(written)
