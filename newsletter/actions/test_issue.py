"""Test mails: an issue as it stands, to a few addresses that somebody types. The one way past the approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.app import App, known_issue
from newsletter.actions.approved_edition import proposal
from newsletter.actions.dkim_key import signer_of
from newsletter.actions.home import home_store
from newsletter.actions.installation import may_send
from newsletter.actions.keys import made_key_ring
from newsletter.actions.way_out import domain_of, read_schedule, way_out, way_words
from newsletter.deliver.carrier import Carrier
from newsletter.deliver.personal import Signing, slot_values
from newsletter.deliver.worker import connecting
from newsletter.mail.addresses import addr_spec
from newsletter.mail.dot import Fit
from newsletter.mail.mime import with_subject
from newsletter.mail.press import Press
from newsletter.model.answer import Answer, ConnectionLost, Envelope, SendingRefused
from newsletter.model.audit import Deed, claimed
from newsletter.model.edition import Edition
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Recipient
from newsletter.model.shape import shown
from newsletter.model.urls import NotAnAddress
from newsletter.publication.schedule import Schedule
from newsletter.store import audit
from newsletter.tokens import KeyRing, Purpose

MOST = 20  # addresses; who wants to reach more has a newsletter to send
MARKED = "[TEST] "  # stands before the subject


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one test mail."""

    address: str
    answer: Answer

    @property
    def accepted(self) -> bool:
        return self.answer.positive


@dataclass(frozen=True, slots=True)
class Tested:
    """A round of test mails."""

    edition: Edition
    subject: str  # as it was marked
    outcomes: tuple[Tried, ...]  # in the order the addresses were typed


def test_issue(app: App, issue: IssueId, addresses: Iterable[str], who: str, *, login: str | None) -> Tested:
    """Sends the issue to these addresses, as it would be approved or was, under a marked subject.

    Every link in it is signed for tests only: it shows what it would do and does nothing. Before the first mail leaves
    the audit log has a line that says who asked, for which edition, and to which domains; the ledger has none. One
    address that is refused stops no other. Raises `ConfigError` for addresses that are none or too many, `NotAtHome`,
    `NotThisInstallation`, `ContentError` where the issue cannot be built, `SendingRefused` and `ConnectionLost` where
    the mail server takes none of them.
    """
    known_issue(app, issue)
    wanted, schedule = typed(addresses), read_schedule(app)
    edition, now = proposal(app, issue).edition, app.clock()
    subject, transport = MARKED + edition.subject, way_out(app, schedule)
    press = Press(with_subject(edition.letter, subject), signer_of(app, schedule))
    messages = _messages(press, edition, wanted, schedule, made_key_ring(app), now)
    with home_store(app, "sending happens") as store:
        may_send(app, store)
        note = f"to {_domains(wanted)}, by {way_words(schedule)}"
        deed = Deed(happened=now, who=claimed(who, login), act="test", issue=issue, digest=edition.digest, note=note)
        audit.append(store, deed)
    with Carrier(connecting(transport)) as carrier:
        sender = schedule.sending.bounces or schedule.sender.address
        return Tested(edition, subject, _carried(carrier, sender, wanted, messages))


test_issue.__test__ = False  # type: ignore[attr-defined]  # it is no test, whatever pytest makes of its name


def typed(addresses: Iterable[str]) -> tuple[str, ...]:
    """The addresses, each once and in order. Raises `ConfigError` for one that is none, for none and for too many."""
    found: dict[str, str] = {}
    for address in addresses:
        try:
            found.setdefault(address.strip().lower(), addr_spec(address))
        except NotAnAddress as error:
            what = f"'{shown(address.strip())}' is not an address: {error}"
            raise ConfigError("to", f"{what}; write it as ada@example.org") from error
    if not found:
        raise ConfigError("to", "no address is given; write them as ada@example.org,ben@example.org")
    if len(found) > MOST:
        what = f"{len(found)} addresses are given, and a test goes to {MOST} at most"
        raise ConfigError("to", f"{what}; what more people are to get has to be approved")
    return tuple(found.values())


def _messages(
    press: Press, edition: Edition, wanted: tuple[str, ...], schedule: Schedule, ring: KeyRing, now: datetime
) -> tuple[Fit, ...]:
    """The message for each address. Their Message-IDs are those of this round: a second test is no double of it."""
    signing = Signing(ring=ring, unsubscribe=Purpose.TEST, preferences=Purpose.TEST, message_id=Purpose.TEST)
    return tuple(
        press.message(
            slot_values(
                Recipient(seq=seq, subscriber=f"test-{seq}", address=address, name=None),
                issue=edition.issue,
                kind=f"test-{now:%Y%m%dT%H%M%S%f}",
                greeting=edition.greeting,
                live=schedule.live,
                domain=domain_of(schedule),
                due=now,
                signing=signing,
            ),
        )
        for seq, address in enumerate(wanted, 1)
    )


def _carried(carrier: Carrier, sender: str, wanted: tuple[str, ...], messages: tuple[Fit, ...]) -> tuple[Tried, ...]:
    """What became of each; where no connection comes about any more, that is what became of the rest."""
    outcomes: list[Tried] = []
    trouble: Answer | None = None
    for address, message in zip(wanted, messages, strict=True):
        if trouble is None:
            try:
                outcomes.append(Tried(address, carrier.carry(Envelope(sender, address, message.size), message)))
                continue
            except (SendingRefused, ConnectionLost) as error:
                if not outcomes:
                    raise
                trouble = error.answer
        outcomes.append(Tried(address, trouble))
    return tuple(outcomes)


def _domains(addresses: tuple[str, ...]) -> str:
    """Whom a test went to, as far as a log may keep it for ever: "2 addresses at example.org"."""
    counts = Counter(address.rpartition("@")[2].lower() for address in addresses)
    return ", ".join(f"{count} address{'es' if count > 1 else ''} at {domain}" for domain, count in counts.items())
