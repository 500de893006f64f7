"""A lane: one connection to the mail server, and the ledger's orders for it. It has no database and no clock."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.deliver.blame import is_about_the_connection
from newsletter.deliver.carrier import not_sent
from newsletter.deliver.messages import (
    Channel,
    Done,
    Drop,
    Go,
    Next,
    Order,
    Ready,
    Refused,
    Report,
    Returned,
    Stop,
    Trouble,
    Want,
)
from newsletter.deliver.personal import Signing, slot_values
from newsletter.deliver.transport import Connect, Session
from newsletter.deliver.verp import addressed, tag
from newsletter.deliver.work import Work
from newsletter.mail.dkim import Signer
from newsletter.mail.dot import Fit
from newsletter.mail.press import Press
from newsletter.model.answer import Answer, ConnectionLost, Envelope, Phase, SendingRefused
from newsletter.model.errors import HeaderRefused
from newsletter.model.mailing import Recipient
from newsletter.tokens import KeyRing

_CUT_OFF = Answer(Phase.MAIL, 0, None, "the connection ended before the envelope was answered")
_TOO_LATE = Answer(Phase.CONTENT, 0, None, "the connection ended before the content was begun")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One reader's message, ready to be carried."""

    seq: int
    envelope: Envelope
    message: Fit


class Parcels:
    """Makes the message of one recipient after the other."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._ring = KeyRing(work.keys)
        signer = Signer(work.dkim) if work.dkim else None
        self._presses = {digest: Press(copy.letter, signer) for digest, copy in work.editions.items()}
        self._signing = Signing(
            ring=self._ring,
            unsubscribe=work.unsubscribe,
            preferences=work.preferences,
            message_id=work.message_id,
        )

    def of(self, wanted: Next) -> Parcel:
        """The parcel: the same recipient and edition give the same octets. Raises `HeaderRefused`."""
        work, copy = self._work, self._work.editions[wanted.digest]
        values = slot_values(
            Recipient(seq=wanted.seq, subscriber=wanted.subscriber, address=wanted.address, name=wanted.name),
            issue=work.issue,
            kind=work.kind,
            greeting=copy.greeting,
            live=work.live,
            domain=work.domain,
            due=work.due,
            signing=self._signing,
        )
        message = self._presses[wanted.digest].message(values)
        named = tag(work.mailing, wanted.seq, self._ring)
        sender = addressed(work.bounces, named) if work.verp else work.bounces
        return Parcel(wanted.seq, Envelope(sender, wanted.address, message.size, named), message)


def attend(channel: Channel, parcels: Parcels, connect: Connect) -> None:
    """Carries what the ledger orders until it says Stop or is gone.

    Content whose Go was given is carried to its end either way; nothing else is begun once the ledger is gone.
    """
    lane = _Lane(parcels, connect)
    try:
        reports: tuple[Report, ...] = (Want(),)
        while not reports or channel.report(*reports):
            orders = channel.orders()
            if not orders or any(isinstance(order, Stop) for order in orders):
                break
            reports = lane.obey(orders)
    finally:
        lane.leave()
        channel.close()


class _Lane:
    """At most one session, and at most one parcel in it whose envelope is accepted."""

    def __init__(self, parcels: Parcels, connect: Connect) -> None:
        self._parcels, self._connect = parcels, connect
        self._session: Session | None = None
        self._begun: Parcel | None = None

    def obey(self, orders: tuple[Order, ...]) -> tuple[Report, ...]:
        """Does what is ordered, in one go, and tells what came of it; nothing when it was sent to rest."""
        go: Go | None = None
        following: Parcel | Refused | None = None
        for order in orders:
            match order:
                case Go():
                    go = order
                case Drop():
                    self._abandon()
                case Next():
                    following = self._parcel(order)
                case _:
                    self.leave()
        if go is None and following is None:
            return ()
        reports = self._carry(go, following) if go else self._begin(following)
        return (*reports, Want())

    def leave(self) -> None:
        """Takes leave of the server; hangs up where a message was begun."""
        if self._begun:
            self._abandon()
        elif self._session:
            self._session.quit()
            self._session = None

    def _parcel(self, wanted: Next) -> Parcel | Refused:
        try:
            return self._parcels.of(wanted)
        except HeaderRefused as error:  # this reader's name or address; the others get theirs
            return Refused(wanted.seq, not_sent(error))

    def _carry(self, go: Go, following: Parcel | Refused | None) -> list[Report]:
        """The content whose Go was given, and the next envelope ahead, in one write."""
        parcel, self._begun = self._begun, None
        ahead = following if isinstance(following, Parcel) else None
        if self._session is None or parcel is None or parcel.seq != go.seq:
            self._abandon()
            reports: list[Report] = [Done(go.seq, go.attempt, _TOO_LATE)]
            return [*reports, *self._after(following, None)]
        handed = self._session.hand_over(parcel.message, ahead.envelope if ahead else None)
        return [Done(go.seq, go.attempt, handed.answer), *self._after(following, handed.ahead)]

    def _begin(self, following: Parcel | Refused | None) -> list[Report]:
        """An envelope on its own: the first of a connection, or after one that was refused."""
        if not isinstance(following, Parcel):
            return self._after(following, None)
        if self._session is None:
            try:
                self._session = self._connect()
            except (SendingRefused, ConnectionLost) as error:
                return [Trouble(following.seq, error.answer, isinstance(error, SendingRefused), str(error))]
        return self._after(following, self._session.begin(following.envelope))

    def _after(self, following: Parcel | Refused | None, answer: Answer | None) -> list[Report]:
        """What the answer to an envelope means for its row."""
        reports: list[Report] = []
        if isinstance(following, Refused):
            reports = [following]
        elif following and (answer is None or is_about_the_connection(answer)):
            reports = [Returned(following.seq, answer or _CUT_OFF)]
        elif following and answer and answer.positive:
            self._begun = following
            reports = [Ready(following.seq)]
        elif following and answer:
            reports = [Refused(following.seq, answer)]
        if self._session and not self._session.usable:
            self._abandon()
        return reports

    def _abandon(self) -> None:
        if self._session:
            self._session.abandon()
        self._session = self._begun = None
