"""Send notices: every mail of our own that is due, to its one reader, at least once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.dkim_key import signer_of
from newsletter.actions.home import home_store
from newsletter.actions.installation import may_send
from newsletter.actions.keys import made_key_ring
from newsletter.actions.way_out import domain_of, read_schedule, way_out
from newsletter.deliver.carrier import Carrier, not_sent
from newsletter.deliver.notices import after, message_id
from newsletter.deliver.worker import connecting
from newsletter.mail.dkim import Signer
from newsletter.mail.dot import fit
from newsletter.mail.notice import Sheet, compose
from newsletter.mail.smtp_opening import Limits
from newsletter.model.answer import Answer, ConnectionLost, Envelope, SendingRefused
from newsletter.model.errors import HeaderRefused
from newsletter.model.notice import Notice, NoticeState
from newsletter.publication.schedule import Schedule
from newsletter.store import notices
from newsletter.store.engine import Store
from newsletter.store.locks import hold
from newsletter.tokens import KeyRing

AT_ONCE = 200  # of one round; the next round takes the rest
KEPT = timedelta(days=30)  # after that nobody needs to know any more whom we wrote to
# Somebody waits for a notice: a server that has no answer in a minute is asked again in a minute.
_PATIENCE = Limits(connect=30.0, greeting=60.0, command=60.0, data=60.0, block=60.0, dot=120.0)

NULL_PATH = ""  # the envelope sender: what cannot be delivered comes back to nobody (RFC 3834 3.3)


@dataclass(frozen=True, slots=True)
class NoticesSent:
    """What a round came to."""

    tried: tuple[Notice, ...]  # as they are now, in the order they were tried
    next_due: datetime | None  # UTC: when there is something to do again; None where nothing waits
    trouble: str | None  # why the mail server takes none of them, in words

    def of(self, state: NoticeState) -> int:
        """How many of those tried are in this state now."""
        return sum(one.state is state for one in self.tried)


def send_notices(app: App, stop: Callable[[], bool] = lambda: False) -> NoticesSent:
    """Tries every notice that is due, with the transport of schedule.yaml; each outcome is on disk before the next.

    One that is killed between the mail and its outcome sends it again, with the same Message-ID. One that cannot be
    sent is tried after a minute, doubling to an hour, for two days; refused for good, it has failed. One that is of no
    use any more is marked as late instead of sent. A server that cannot be reached puts off all that is due. Raises
    `AlreadyHeld` while another process does it, `NotThisInstallation` in a copy of the publication, `NotAtHome`,
    `ContentError` for schedule.yaml.
    """
    schedule = read_schedule(app)
    with home_store(app, "sending happens") as store:
        may_send(app, store)
        with hold(store, "notices", app.root, app.clock()):
            notices.purge(store, app.clock() - KEPT)
            notices.end_late(store, app.clock())
            due = notices.due(store, app.clock(), AT_ONCE)
            tried, trouble = _tried(app, store, schedule, due, stop) if due else ((), None)
            return NoticesSent(tried, notices.next_due(store), trouble)


def _tried(
    app: App, store: Store, schedule: Schedule, due: tuple[Notice, ...], stop: Callable[[], bool]
) -> tuple[tuple[Notice, ...], str | None]:
    ring, signer, done = made_key_ring(app), signer_of(app, schedule), []
    trouble: SendingRefused | ConnectionLost | None = None
    with Carrier(connecting(way_out(app, schedule, _PATIENCE))) as carrier:
        for notice in due:
            if stop():
                break
            if notice.is_late(app.clock()):  # of a long round; the next one marks it
                continue
            if trouble is None:
                try:
                    answer = _carried(carrier, notice, schedule, ring, signer)
                except (SendingRefused, ConnectionLost) as error:
                    trouble, answer = error, error.answer
            done.append(after(notice, answer, app.clock()))
            notices.record(store, done[-1])
    return tuple(done), None if trouble is None else str(trouble)


def _carried(carrier: Carrier, notice: Notice, schedule: Schedule, ring: KeyRing, signer: Signer | None) -> Answer:
    """What became of one notice on the wire."""
    sheet = Sheet(
        sender_name=schedule.sender.name,
        sender_address=schedule.sender.address,
        reply_to=schedule.sender.reply_to,
        address=notice.address,
        subject=notice.subject,
        text=notice.text,
        date=notice.asked,
        message_id=message_id(notice, domain_of(schedule), ring),
    )
    try:
        message = compose(sheet)
        content = fit(signer.sign(message) if signer else message)
    except HeaderRefused as error:  # this notice cannot be written as a mail; the others can
        return not_sent(error)
    return carrier.carry(Envelope(NULL_PATH, notice.address, content.size), content)
