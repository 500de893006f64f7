"""The round trip: a mail of ours goes out as an issue does and comes back to where bounces are read, or it is told
where it got lost."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.claim import look_at_claim
from newsletter.actions.dkim_key import signer_of
from newsletter.actions.probe_mail import LIMITS, kept_cursor
from newsletter.actions.probing import Extent, ok, told
from newsletter.actions.public_addresses import Wait
from newsletter.actions.take_returns import returns_place
from newsletter.actions.way_out import domain_of, way_out
from newsletter.deliver.carrier import Carrier
from newsletter.deliver.returned import recognise
from newsletter.deliver.verp import addressed
from newsletter.deliver.work import Smtp
from newsletter.deliver.worker import connecting
from newsletter.mail.arrived import Arrived
from newsletter.mail.dot import fit
from newsletter.mail.notice import Sheet, compose
from newsletter.model.answer import Answer, ConnectionLost, Envelope, SendingRefused
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.publication.schedule import Schedule
from newsletter.publication.sending import TransportName

_STEPS = (1.0, 2.0, 3.0, 5.0, 8.0)  # seconds to the next look into the mailbox, then always the last
_NUMBERS = 10**9
_TEXT = """\
This mail was sent by `newsletter doctor --round-trip` of {name}, to learn whether bounces find their way back.
It went to an address like the one that bounces of a copy go to. It may be deleted.
"""

Read = Callable[[str | None], Arrived]


@dataclass(frozen=True, slots=True)
class _Probe:
    """One mail, told from all others by its token."""

    token: str  # stands in its address and its Message-ID
    address: str

    def is_in(self, mail: bytes) -> bool:
        return self.token.encode() in mail

    def is_itself(self, mail: bytes) -> bool:
        """Whether a mail that holds the token is the probe, and no report about it."""
        head, _, _ = mail.replace(b"\r\n", b"\n").partition(b"\n\n")
        return self.token.encode() in b"\n".join(
            line for line in head.split(b"\n") if line[:11].lower() == b"message-id:"
        )


def look_at_round_trip(app: App, schedule: Schedule, extent: Extent, wait: Wait) -> Iterator[Symptom]:
    """Sends a probe, and waits for it where bounces are read. The mailbox is only looked at, and keeps the probe."""
    sending = schedule.sending
    if sending.transport is not TransportName.SMTP:
        yield _unchecked("issues go into files; no server takes them")
    elif sending.bounces is None or not sending.verp:
        yield _unchecked(
            "no copy has an address of its own for bounces: `sending: bounces:` is not set, or verp is off"
        )
    elif sending.returns.mailbox is None and sending.returns.maildir is None:
        yield _unchecked("nobody reads what comes back: `sending: returns:` names no mailbox")
    elif not app.is_home or _is_a_copy(app):
        yield _unchecked("nothing is sent from here: this is not the installation that sends")
    else:
        yield _sent_round(app, schedule, sending.bounces, extent, wait)


def _is_a_copy(app: App) -> bool:
    claiming = look_at_claim(app)
    return claiming.holder is not None and not claiming.ours


def _sent_round(app: App, schedule: Schedule, bounces: str, extent: Extent, wait: Wait) -> Symptom:
    where, read = returns_place(app, schedule.sending.returns)
    probe = _new_probe(bounces)
    try:
        answer = _carried(app, schedule, bounces, probe)
    except (SendingRefused, ConnectionLost) as error:
        answer = error.answer
    if not answer.positive:
        what = f"the mail server did not take a mail to {probe.address}: {answer}"
        return _fail(what, "look at `mail server` above; a server for submission has to take mail to your own domain")
    came, waited = _awaited(read, kept_cursor(app, where), probe, extent.patience, wait)
    if came is None:
        taken = f"was taken ({answer.code} {answer.said})"
        what = f"a mail to {probe.address} {taken} and is not in {where} after {waited:.0f} seconds"
        todo = "look into the server's log, its queue and the spam folder; check the MX of the address"
        return _fail(what, todo)
    if not probe.is_itself(came):
        said = recognise(came, bounces=bounces, domain=domain_of(schedule), rings=()).reports[0].said
        what = f"a mail to {probe.address} came back undeliverable: {said}"
        todo = f'let {bounces} take addresses with "+" and more behind it (a recipient delimiter), or set `verp: false`'
        return _fail(what, todo)
    return ok(Check.ROUND_TRIP, f"a mail to {probe.address} was in {where} after about {waited:.0f} seconds")


def _new_probe(bounces: str) -> _Probe:
    """An address as copies have them, but of the mailing 0, which there is none of: it is never taken for a bounce."""
    token = f"0-{secrets.randbelow(_NUMBERS) + _NUMBERS}-{secrets.token_hex(5)}"
    return _Probe(token, addressed(bounces, token))


def _carried(app: App, schedule: Schedule, bounces: str, probe: _Probe) -> Answer:
    sheet = Sheet(
        sender_name=schedule.sender.name,
        sender_address=schedule.sender.address,
        reply_to=schedule.sender.reply_to,
        address=probe.address,
        subject=f"[newsletter doctor] {probe.token}",
        text=_TEXT.format(name=schedule.name),
        date=app.clock(),
        message_id=f"<{probe.token}@{domain_of(schedule)}>",
    )
    message, signer = compose(sheet), signer_of(app, schedule)
    content = fit(signer.sign(message) if signer else message)
    transport = way_out(app, schedule, LIMITS)
    assert isinstance(transport, Smtp), "it was looked at before"
    with Carrier(connecting(transport)) as carrier:
        # Not the null path: where the address is unknown, the report comes to where we look, and says why.
        return carrier.carry(Envelope(bounces, probe.address, content.size), content)


def _awaited(read: Read, cursor: str | None, probe: _Probe, patience: float, wait: Wait) -> tuple[bytes | None, float]:
    """The first mail that holds the token, None where none came in time; and the seconds that were waited."""
    waited, step = 0.0, 0
    while True:
        came, cursor = _looked_for(read, cursor, probe)
        if came is not None or waited >= patience:
            return came, waited
        pause = min(_STEPS[min(step, len(_STEPS) - 1)], patience - waited)
        wait(pause)
        waited, step = waited + pause, step + 1


def _looked_for(read: Read, cursor: str | None, probe: _Probe) -> tuple[bytes | None, str]:
    """The probe among all that lies there now, reading after reading; and how far that went."""
    while True:
        arrived = read(cursor)
        cursor = arrived.cursor
        came = next((mail for mail in arrived.mails if probe.is_in(mail)), None)
        if came is not None or not arrived.mails:
            return came, cursor


def _unchecked(what: str) -> Symptom:
    return Symptom(check=Check.ROUND_TRIP, level=Level.UNCHECKED, what=what)


def _fail(what: str, todo: str) -> Symptom:
    return told(Check.ROUND_TRIP, Level.FAIL, what, todo)
