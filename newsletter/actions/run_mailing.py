"""Run: the ledger and its workers over one mailing, from its state in the database to the next stop."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.dkim_key import dkim_key
from newsletter.actions.go_live import brought_up_to_date, listing
from newsletter.actions.keys import genuine
from newsletter.actions.publish_issue import take_back
from newsletter.actions.readers import leavers_path
from newsletter.actions.way_out import domain_of, way_out
from newsletter.deliver import ledger
from newsletter.deliver.ledger import StopSign
from newsletter.deliver.progress import Progress
from newsletter.deliver.spares import Spares
from newsletter.deliver.work import Copy, Work, processes_for
from newsletter.model.approval import NotApproved, living
from newsletter.model.edition import Edition
from newsletter.model.errors import NewsletterError
from newsletter.model.mailing import Mailing, MailingState
from newsletter.model.subscriber import Reason
from newsletter.publication.schedule import Schedule
from newsletter.store import approvals, editions, leavers, mailings, receipts, suppressions
from newsletter.store import ledger as book
from newsletter.store.leavers import Leaving
from newsletter.store.owning import Owned
from newsletter.tokens import KeyRing

Watch = Callable[[Progress], None]

_STARTS = (MailingState.READY, MailingState.SENDING)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of a mailing came to."""

    mailing: Mailing
    trouble: NewsletterError | OSError | None  # what kept home and feeds from being brought up to date


def nobody(progress: Progress) -> None:
    """Watches nothing."""


def run_mailing(
    app: App,
    owned: Owned,
    ring: KeyRing,
    schedule: Schedule,
    mailing: Mailing,
    by: str,
    watch: Watch,
    stop: StopSign,
    spares: Spares | None = None,
) -> Run:
    """The mailing as it is when nothing of it can be sent any more for now: at its end, paused, cancelled or stopped.

    Home and feeds name the issue from its first mail on. What a sender that was killed left as handing over is unknown
    from here on. Raises `NotApproved` for an edition that
    nobody has signed, `ConfigError` for a way out that is not complete, `StoreError`.
    """
    store = owned.store
    if mailing.state is MailingState.READY:
        mailings.move(store, mailing.id, MailingState.SENDING, expect=(mailing.state,), now=app.clock(), who=by)
    jitter = random.Random().random  # noqa: S311  (spreads retries, keeps no secret)
    state = MailingState.SENDING
    with listing(app, store, schedule, stop) as site:

        def seen(progress: Progress) -> None:
            site.see(progress)
            watch(progress)

        while state is MailingState.SENDING and not stop.is_set():  # anew where it was given another edition meanwhile
            mailing = mailings.get(store, mailing.id)
            work = _work(app, owned, ring, schedule, mailing)
            state = ledger.run(
                owned, mailing, work, clock=app.clock, jitter=jitter, watch=seen, stop=stop, spares=spares
            )
            _log_bounces(app, owned, mailings.get(store, mailing.id))
    obey_cancel(app, owned, mailing)
    trouble = brought_up_to_date(app, store, schedule, stop)
    return Run(mailings.get(store, mailing.id), trouble)


def obey_cancel(app: App, owned: Owned, mailing: Mailing) -> None:
    """Closes the rows of a mailing that somebody cancelled who could not do so while we had them; sent/ and the page
    are taken back where nobody has got anything. Any other mailing stays as it is."""
    now = mailings.get(owned.store, mailing.id)
    if now.state is MailingState.CANCELLED:
        receipts.cancel_open(owned, mailing.id, app.clock())
        if now.began is None:
            take_back(app, mailing.issue)


def _log_bounces(app: App, owned: Owned, mailing: Mailing) -> None:
    """Sees to it that the addresses which this mailing has found not to exist stand in var/leavers.log.

    The ledger bars them in its own transaction, where the log must not be waited for. One that a crash kept from being
    written here is written by the next run of the mailing.
    """
    if mailing.began is None:
        return
    barred = suppressions.since(owned.store, Reason.HARD_BOUNCE, mailing.began)
    with leavers.kept(leavers_path(app)) as log:
        there = {(line.mark, line.at) for line in leavers.read(leavers_path(app)).lines}
        new = (Leaving(one.since, one.reason, one.mark) for one in barred if (one.mark, one.since) not in there)
        log.append(new)


def _work(app: App, owned: Owned, ring: KeyRing, schedule: Schedule, mailing: Mailing) -> Work:
    sending = schedule.sending
    copies = {digest: _copy(owned, ring, mailing, digest) for digest in book.digests(owned.store, mailing.id)}
    return Work(
        mailing=mailing.id,
        issue=mailing.issue,
        kind=mailing.kind.value,
        live=schedule.live,
        domain=domain_of(schedule),
        due=mailing.due,
        editions={digest: Copy(edition.letter, edition.greeting) for digest, edition in copies.items()},
        keys=ring.led_by(mailing.key).keys,
        bounces=sending.bounces or schedule.sender.address,
        verp=sending.verp and sending.bounces is not None,
        dkim=dkim_key(app, schedule),
        transport=way_out(app, schedule),
        lanes=sending.connections,
        rates=sending.rates,
        processes=processes_for(mailing.total),
    )


def _copy(owned: Owned, ring: KeyRing, mailing: Mailing, digest: str) -> Edition:
    """The edition, byte for byte as it was signed, whatever became of the files since."""
    edition = editions.find(owned.store, digest)
    signed = living(approvals.signatures(owned.store, mailing.issue))
    is_ours = genuine(ring)
    if edition is None or not any(one.digest == digest and is_ours(one) for one in signed):
        what = f"the edition {digest[:16]} that it brings is not kept here with a signature of ours"
        raise NotApproved(mailing.issue, what, "put back a backup of the database and of the keys")
    return edition
