"""Mailings: paused, standing still, out of time, or waiting for a decision; and what came back of the last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.actions.concerns.kinds import Kind, concern
from newsletter.actions.concerns.view import View
from newsletter.model.alarm import Concern
from newsletter.model.mailing import Mailing, MailingKind, MailingState, Pause
from newsletter.store import mailings, watching

STILL = timedelta(minutes=10)  # without any progress, it stands still
_PACED = timedelta(hours=26)  # where a daily limit holds it back
_NEWS = timedelta(days=7)  # so long after it began, what comes back of a mailing is told
_LATE = timedelta(minutes=2)

_BOUNCES, _COMPLAINTS = 0.02, 0.001  # of all copies
_FEW_BOUNCES, _FEW_COMPLAINTS = 5, 2  # fewer say nothing about a list, whatever share of it they are

_PAUSES = {
    Pause.PROVIDER: (
        Kind.PAUSED_PROVIDER,
        "is paused: the mail server refuses it",
        ("`newsletter doctor` looks at login, certificate and addresses", "ask whoever runs the mail server"),
    ),
    Pause.UNREACHABLE: (
        Kind.PAUSED_UNREACHABLE,
        "is paused: the mail server cannot be reached",
        (
            "nothing, if it passes: the job `send` tries again every five minutes, until {expires}",
            "look whether the mail server runs, and whether this machine has a way to it: `newsletter doctor`",
        ),
    ),
    Pause.DISK: (
        Kind.PAUSED_DISK,
        "is paused: the database cannot grow",
        ("free space on the disk of the database: it goes on by itself",),
    ),
    Pause.EXPIRED: (
        Kind.PAUSED_EXPIRED,
        "is paused: its time is over, and not everybody has it",
        ("decide whether the others are still to get it",),
    ),
    Pause.PERSON: (Kind.PAUSED_PERSON, "was paused by one of us", ()),
}


def of_mailings(view: View) -> Iterator[Concern]:
    """What is wrong with mailings that are not over, and with what came back of the newest."""
    for mailing in mailings.living(view.store):
        yield from filter(None, (_of_mailing(view, mailing),))
    newest = watching.newest_begun(view.store)
    if newest is not None and newest.began is not None and view.now - newest.began <= _NEWS:
        yield from _came_back(view, newest)


def _of_mailing(view: View, mailing: Mailing) -> Concern | None:
    match mailing.state:
        case MailingState.PAUSED:
            return _paused(view, mailing, mailing.pause or Pause.PERSON, mailing.words or "")
        case MailingState.UNRESOLVED:
            return _unresolved(view, mailing)
        case MailingState.SENDING | MailingState.READY if mailing.began is not None:
            return _under_way(view, mailing)
        case MailingState.SENDING if _was_unreachable(view, mailing, None):
            return _paused(view, mailing, Pause.UNREACHABLE, "")
    return None


def _under_way(view: View, mailing: Mailing) -> Concern | None:
    """It should move."""
    if mailing.expires + _LATE < view.now:
        return _incomplete(view, mailing)
    changed = watching.last_change(view.store, mailing.id)
    if _was_unreachable(view, mailing, changed):
        return _paused(view, mailing, Pause.UNREACHABLE, "")
    waits = watching.waits_since(view.store, mailing, view.now)
    if waits is None:
        return None
    since = max(filter(None, (waits, changed, mailing.rest_from)))
    return _stuck(view, mailing, since) if view.now - since >= (_PACED if mailing.pace else STILL) else None


def _was_unreachable(view: View, mailing: Mailing, changed: datetime | None) -> bool:
    """Whether it was paused because its server was not there, is being tried again, and nothing has come of that yet:
    then it still is."""
    since = view.was(Kind.PAUSED_UNREACHABLE, _thing(mailing))
    return since is not None and (changed is None or changed < since)


def _paused(view: View, mailing: Mailing, pause: Pause, words: str) -> Concern:
    kind, subject, hints = _PAUSES[pause]
    who = {Pause.PERSON: "Why, and who said so", Pause.EXPIRED: "Why"}.get(pause, "What was said last")
    what = [_left(view, mailing)]
    what += [f"{who}: {words.rstrip('.')}."] if words else []
    expires = view.times(mailing.expires)
    todo = [hint.format(expires=expires) for hint in hints]
    todo += [
        f"`newsletter resume {mailing.issue}` goes on; nobody gets it twice",
        f"`newsletter cancel {mailing.issue}` ends it: nobody else gets it",
    ]
    return concern(kind, _thing(mailing), f"The mailing of {mailing.issue} {subject}", what, todo)


def _stuck(view: View, mailing: Mailing, since: datetime) -> Concern:
    what = [f"It is being sent, and nothing has moved since {view.times(since)}. {_left(view, mailing)}"]
    what += [f"What holds it back, when it last sent something: {mailing.pace}."] if mailing.pace else []
    todo = (
        "`newsletter jobs` shows whether the job `send` runs",
        f"`newsletter resume {mailing.issue}` goes on from a terminal, where no other process sends it",
        f"`newsletter pause {mailing.issue}` stops it, for you to look at the mail server first",
    )
    return concern(Kind.STUCK, _thing(mailing), f"The mailing of {mailing.issue} stands still", what, todo)


def _incomplete(view: View, mailing: Mailing) -> Concern:
    what = (
        f"The mailing of {mailing.issue} began {view.times(mailing.began or mailing.due)} and was to be done by "
        f"{view.times(mailing.expires)}. Nobody goes on with it. {_left(view, mailing)}",
    )
    todo = (
        f"`newsletter receipt {mailing.issue}` shows who has it",
        f"`newsletter resume {mailing.issue}` sends it to the others",
        f"`newsletter cancel {mailing.issue}` ends it: nobody else gets it",
    )
    return concern(Kind.INCOMPLETE, _thing(mailing), f"The mailing of {mailing.issue} is not complete", what, todo)


def _unresolved(view: View, mailing: Mailing) -> Concern:
    count = watching.unknown(view.store, mailing.id)
    copies = f"{count:,} cop{'y' if count == 1 else 'ies'}"
    what = (
        f"Of {copies} of {mailing.issue} nobody knows whether they arrived: the connection was lost, or the program "
        "was killed, after the last octet and before the answer. They are not sent again by themselves.",
    )
    todo = (
        f"`newsletter receipt {mailing.issue} --show unknown` names them; the mail server's log knows more",
        f"`newsletter resolve {mailing.issue} --unknown accept` where they arrived",
        f"`newsletter resolve {mailing.issue} --unknown resend`, then `newsletter resume {mailing.issue}`, where not",
    )
    subject = f"{copies} of {mailing.issue} wait for a decision"
    return concern(Kind.UNRESOLVED, _thing(mailing), subject, what, todo)


def _came_back(view: View, mailing: Mailing) -> Iterator[Concern]:
    bounced, complained = watching.sent_back(view.store, mailing.id)
    issue, total = mailing.issue, max(mailing.total, 1)
    todo = (
        f"`newsletter bounces list {issue}` shows what came back, with each server's words",
        f"`newsletter receipt {issue}` shows the sums",
    )
    if bounced >= _FEW_BOUNCES and bounced / total > _BOUNCES:
        what = (
            f"{bounced:,} of {total:,} copies of {issue} came back or were refused: {bounced / total:.1%}. Mailbox "
            "providers trust a sender less from about 2 % on. Whoever is gone is not written to any more.",
        )
        more = ("look where these addresses came from, as a list that was imported", *todo)
        yield concern(Kind.BOUNCES, f"of {issue}", f"{bounced / total:.1%} of {issue} came back", what, more)
    if complained >= _FEW_COMPLAINTS and complained / total > _COMPLAINTS:
        what = (
            f"{complained:,} of {total:,} readers of {issue} reported it as spam: {complained / total:.2%}. Mailbox "
            "providers ask for less than 0.1 %, and sort a sender out at 0.3 %. They are not written to any more.",
        )
        more = ("look whether all readers have asked for it, and whether they find the link to leave", *todo)
        yield concern(Kind.COMPLAINTS, f"of {issue}", f"{complained:,} readers report {issue} as spam", what, more)


def _left(view: View, mailing: Mailing) -> str:
    left = watching.left(view.store, mailing.id)
    return f"{left:,} of {mailing.total:,} copies have not left."


def _thing(mailing: Mailing) -> str:
    """What a concern about it is about: the issue, as everything that is said of one."""
    return str(mailing.issue) if mailing.kind is MailingKind.ISSUE else f"{mailing.issue} {mailing.kind.value}"
