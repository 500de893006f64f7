"""The whole story of one address, in words for the one who is asked "why did I get it?", or "why not?"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.model.mailing import Delivery, DeliveryState, Mailing, MailingId, MailingKind
from newsletter.model.returned import Nature, Returned
from newsletter.model.subscriber import Act, Happening, Reason, Subscriber, SubscriberState, Suppression
from newsletter.model.telling import IN_UTC, Telling

_REASONS = {
    Reason.OPT_OUT: "they unsubscribed",
    Reason.HARD_BOUNCE: "a mail server said that the address takes no mail",
    Reason.COMPLAINT: "they reported an issue as spam",
    Reason.ERASED: "everything about them was erased",
}
_ACTS = {
    Act.ASKED: "Asked for the newsletter",
    Act.CONFIRMED: "Confirmed it by the link in the mail we sent",
    Act.IMPORTED: "Was imported",
    Act.CHANGED: "Was changed",
    Act.PAUSED: "Paused",
    Act.RESUMED: "Ended the pause",
}  # the other acts are told from the suppressions, which know more
_DELIVERIES = {
    DeliveryState.PLANNED: "is planned, and has not left yet",
    DeliveryState.HANDING_OVER: "is being handed over to the mail server",
    DeliveryState.DEFERRED: "was put off by the mail server, and will be tried again",
    DeliveryState.ACCEPTED: "was taken by the mail server; what the reader's provider did with it then, we cannot see",
    DeliveryState.REFUSED: "was refused by the mail server, for good",
    DeliveryState.EXPIRED: "was put off by the mail server until we gave up",
    DeliveryState.SUPPRESSED: "was not sent: when its turn came, they had left, paused, or were not to be written to",
    DeliveryState.CANCELLED: "was not sent: the sending was cancelled",
    DeliveryState.UNKNOWN: "was handed over, and the connection was lost before the answer: it may have arrived",
}
_RETURNED = {
    Nature.HARD: "came back: there is no such mailbox, or it takes no mail any more",
    Nature.SOFT: "came back: the mailbox did not take it this time",
    Nature.POLICY: "came back, refused for its contents or its sender, which says nothing about the reader",
    Nature.DELAYED: "was late: a server on the way was still trying",
    Nature.COMPLAINT: "was reported as spam by the reader",
    Nature.REPLY: "was answered by a machine",
    Nature.OTHER: "was answered by a mail that somebody here has to read",
}
_AGAIN = "Only they can change that: by signing up again and using the link in the mail that follows"
_MENDED = (
    "If the address works again, they sign up once more and use the link in the mail that follows, or somebody here "
    "lifts it with `newsletter bounces undo`"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened."""

    at: datetime  # UTC
    words: str


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of one address."""

    first: str  # whether they get the next issue, and why not
    writable: bool
    lines: tuple[Line, ...]  # the oldest first


def story(
    address: str,
    subscriber: Subscriber | None,
    suppressions: Sequence[Suppression],
    happenings: Sequence[Happening],
    deliveries: Sequence[tuple[Mailing, Delivery]],
    now: datetime,
    imported: str | None = None,
    returned: Sequence[Returned] = (),
    told: Telling = IN_UTC,
) -> Story:
    """The story of an address, as it is told at `now`. `imported`: what is known of the import that brought them;
    `returned`: what came back of these deliveries, or speaks of the address and proves nothing; `told`: the words for
    times within a sentence."""
    living = [one for one in suppressions if one.lifted is None]
    why_not = "; ".join(_why_not(subscriber, living, now, told))
    first = f"{address} gets the next issue."
    if why_not:
        first = f"{address} does not get the next issue: {why_not}. {_remedy(subscriber, living)}."
    lines = [
        *_told_of(subscriber, imported, told),
        *(Line(one.at, _happening(one)) for one in happenings if one.act in _ACTS),
        *_told_returned(returned, {mailing.id: mailing for mailing, _ in deliveries}, told),
        *_told_suppressions(suppressions),
        *(Line(copy.changed or mailing.due, _delivery(mailing, copy, told)) for mailing, copy in deliveries),
    ]
    return Story(first, not why_not, tuple(sorted(lines, key=lambda line: line.at)))


def _why_not(
    subscriber: Subscriber | None, living: Sequence[Suppression], now: datetime, told: Telling
) -> Iterator[str]:
    for one in living:
        yield f"{_REASONS[one.reason]} on {told.day(one.since)}"
    if subscriber is None:
        if not living:
            yield "it is not the address of a reader"
        return
    match subscriber.state:
        case SubscriberState.UNCONFIRMED:
            asked = subscriber.consent.asked or subscriber.added
            what = "have not used the link in the mail that asks them to confirm"
            yield f"they asked for it on {told.day(asked)} and {what}"
        case SubscriberState.PAUSED if subscriber.until is None or subscriber.until > now:
            yield f"they have paused it{f' until {told.minute(subscriber.until)}' if subscriber.until else ''}"
        case SubscriberState.UNSUBSCRIBED if not any(one.reason is Reason.OPT_OUT for one in living):
            yield _REASONS[Reason.OPT_OUT]


def _remedy(subscriber: Subscriber | None, living: Sequence[Suppression]) -> str:
    """What can be done about it. Nothing is promised that the reader has not to do themselves."""
    if subscriber is None and not living:
        return "Look whether they read it under another address; if they want it here, they sign up"
    if living:
        return _MENDED if {one.reason for one in living} == {Reason.HARD_BOUNCE} else _AGAIN
    if subscriber is not None and subscriber.state is SubscriberState.UNCONFIRMED:
        return "They look for that mail, among the spam too, or sign up once more a day later"
    if subscriber is not None and subscriber.state is SubscriberState.PAUSED:
        return "It goes on by itself then"
    return _AGAIN


def _told_of(subscriber: Subscriber | None, imported: str | None, told: Telling) -> Iterator[Line]:
    if subscriber is not None and subscriber.imported is not None:
        how = f": {imported}" if imported else ""
        proof = subscriber.consent
        said = [f"asked on {told.day(proof.asked)}"] if proof.asked and proof.asked < subscriber.added else []
        said += (
            [f"confirmed on {told.day(proof.confirmed)}"]
            if proof.confirmed and proof.confirmed < subscriber.added
            else []
        )
        stands = f". Their consent, as the file has it: {', '.join(said)}" if said else ""
        yield Line(subscriber.added, f"Came with import {subscriber.imported}{how}{stands}.")


def _happening(one: Happening) -> str:
    by = "" if one.who == "reader" else f", by {one.who}"
    note = f": {one.note}" if one.note else ""
    return f"{_ACTS[one.act]}{by}{note}."


def _told_suppressions(suppressions: Sequence[Suppression]) -> Iterator[Line]:
    for one in suppressions:
        note = f" ({one.note})" if one.note else ""
        yield Line(one.since, f"Nothing is sent from here on: {_REASONS[one.reason]}{note}.")
        if one.lifted is not None:
            by = f": {one.lifted_by}" if one.lifted_by else ""
            yield Line(one.lifted, f"That {_REASONS[one.reason]} stands in the way no longer{by}.")


def _delivery(mailing: Mailing, copy: Delivery, told: Telling) -> str:
    often = f", handed over {copy.attempt} times" if copy.attempt > 1 else ""
    again = f" (at {told.minute(copy.next_try)})" if copy.next_try and copy.state is DeliveryState.DEFERRED else ""
    said = f" The mail server's last words: {copy.answer}." if copy.answer else ""
    return f"{_named(mailing)} {_DELIVERIES[copy.state]}{again}{often}.{said}"


def _told_returned(
    returned: Sequence[Returned], mailings: Mapping[MailingId, Mailing], told: Telling
) -> Iterator[Line]:
    for one in returned:
        report = one.report
        said = " ".join(filter(None, (report.status, report.said)))
        words = f" The returned mail says: {said}." if said else ""
        undone = f" Set aside on {told.day(one.undone)} by {one.undone_by}." if one.undone else ""
        mailing = None if one.mailing is None else mailings.get(one.mailing)
        if mailing is None:
            what = f"A mail ({report.nature.value}) names the address and no copy of ours that it could prove"
            yield Line(one.taken, f"{what}; nothing followed.{words}")
        else:
            yield Line(one.taken, f"{_named(mailing)} {_RETURNED[report.nature]}.{words}{undone}")


def _named(mailing: Mailing) -> str:
    what = "The issue" if mailing.kind is MailingKind.ISSUE else "The correction of the issue"
    return f"{what} {mailing.issue}"
