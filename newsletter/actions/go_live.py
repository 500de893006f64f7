"""Go live: public/ as it should be, on its host, and seen from outside before the first mail leaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.public_addresses import NotLive, Tell, Wait, ask_until_right, awaited, is_checked
from newsletter.actions.publish_archive import publish_archive
from newsletter.actions.publish_command import run_publish_command
from newsletter.actions.site_standing import standing_of
from newsletter.deliver.ledger import StopSign
from newsletter.deliver.progress import Progress
from newsletter.model.edition import Edition
from newsletter.model.errors import NewsletterError
from newsletter.model.mailing import DeliveryState, MailingId
from newsletter.publication.schedule import Schedule
from newsletter.store import mailings
from newsletter.store.engine import Store

_BEGUN = (DeliveryState.HANDING_OVER, DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)  # an intent was on disk for it
_PIECE = 0.5  # seconds: so soon a wait ends where somebody asks us to stop


@dataclass(frozen=True, slots=True)
class Onlooker:
    """How an action waits for the web, and whom it tells."""

    stop: StopSign
    wait: Wait
    tell: Tell


def go_live(app: App, store: Store, schedule: Schedule, mailing: MailingId, edition: Edition, by: Onlooker) -> bool:
    """Brings the issue's page and pictures to where its readers will look for them, and asks for them there.

    True: each answers as it was approved, and the first mail may leave; so it may where the site has a name for
    examples, which nobody asks for. False: somebody asked us to stop, or paused or cancelled the mailing meanwhile.
    sent/ is written already; home and feeds do not name the issue yet. Raises `NotLive` where the addresses are not
    right for `publish.wait_minutes`, `PublishFailed`, `ContentError`.
    """
    before = mailings.get(store, mailing).state

    def still() -> bool:
        return not by.stop.is_set() and mailings.get(store, mailing).state is before

    publish_site(app, store, schedule, by.stop, anyhow=True)
    if not is_checked(schedule):
        by.tell(f"The page was not looked for on the web: {schedule.site} is a sample address.")
        return still()
    addresses, since = awaited(schedule.site, edition), app.clock()
    asked = ask_until_right(addresses, schedule, app.clock, wait=by.wait, still=still, tell=by.tell)
    if asked.wrong and not asked.left_off:
        raise NotLive(edition.issue, asked, since, app.clock())
    return still()


def publish_site(app: App, store: Store, schedule: Schedule, stop: StopSign, *, anyhow: bool = False) -> bool:
    """Builds what has changed of the archive, and runs `publish.command` where anything has; whether either did.

    `anyhow`: the command is run in any case. It is run as well where an earlier one was cut off or has failed: a mark
    in var/ says so until one has done its work. Raises `PublishFailed`, `ContentError`.
    """
    if not schedule.publish.command:
        return publish_archive(app, standing=standing_of(store)).changed
    mark = app.root / "var" / "publish.pending"
    was_cut_off = mark.exists()
    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    changed = publish_archive(app, standing=standing_of(store)).changed
    if changed or was_cut_off or anyhow:
        run_publish_command(app, schedule, stop)
    mark.unlink(missing_ok=True)
    return changed or was_cut_off or anyhow


class Listing:
    """Home and feeds, brought up to date as soon as a mailing's first mail is begun, while the others are sent."""

    def __init__(self, app: App, store: Store, schedule: Schedule, stop: StopSign) -> None:
        self._site = (app, store, schedule, stop)
        self._thread: threading.Thread | None = None

    def see(self, progress: Progress) -> None:
        """Begins once, when a row was handed over."""
        if self._thread is None and progress.of(*_BEGUN):
            self._thread = threading.Thread(target=self._try, name="listing")
            self._thread.start()

    def end(self) -> None:
        """Waits for what was begun."""
        if self._thread is not None:
            self._thread.join()

    def _try(self) -> None:
        with suppress(NewsletterError, OSError):  # it is tried again when the mailing has stopped, and told then
            publish_site(*self._site)


@contextmanager
def listing(app: App, store: Store, schedule: Schedule, stop: StopSign) -> Iterator[Listing]:
    """The same for the block; none of it is left when the block is."""
    seen = Listing(app, store, schedule, stop)
    try:
        yield seen
    finally:
        seen.end()


def brought_up_to_date(app: App, store: Store, schedule: Schedule, stop: StopSign) -> NewsletterError | OSError | None:
    """What kept the site from being brought up to date, where mails have left already; None where nothing did."""
    try:
        publish_site(app, store, schedule, stop)
    except (NewsletterError, OSError) as error:
        return error
    return None


def quiet(_line: str) -> None:
    """Tells nobody."""


def patiently(stop: StopSign) -> Wait:
    """Lets time pass until somebody asks us to stop."""

    def wait(seconds: float) -> None:
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0 and not stop.is_set():
            time.sleep(min(left, _PIECE))

    return wait
