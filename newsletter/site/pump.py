"""The pump: a thread that sees to what visitors have asked for, and sends the mails that follow from it."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.send_notices import send_notices
from newsletter.actions.sign_up import forget_unconfirmed
from newsletter.actions.take_requests import take_requests
from newsletter.model.errors import NewsletterError
from newsletter.store.errors import AlreadyHeld

_LOG = logging.getLogger(__name__)
_A_DAY = timedelta(days=1)
_SOON = timedelta(seconds=2)
_AT_MOST = timedelta(minutes=1)  # between two rounds: others write notices too, and trouble may be over


class Pump:
    """One round after the other, until it is stopped: at once where there is something new, else when it is due."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._new = threading.Event()
        self._ending = threading.Event()
        self._told: str | None = None
        self._forgot: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)

    @property
    def trouble(self) -> str | None:
        """Why the last round came to less than it should, in words; None where all is well."""
        return self._told

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Says that there is something new."""
        self._new.set()

    def stop(self, patience: float = 10.0) -> bool:
        """Ends it after the mail that is on its way; whether it has ended in so many seconds.

        Nothing is lost either way: what was not seen to waits in the database.
        """
        self._ending.set()
        self._new.set()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            self._new.clear()  # before the look at `_ending`, which is set before it: neither is missed
            if self._ending.is_set():
                return
            self._new.wait(self._round().total_seconds())

    def _round(self) -> timedelta:
        """Does what there is to do now; how long nothing will be."""
        try:
            self._forget()
            taken = take_requests(self._app, self._ending.is_set)
            sent = send_notices(self._app, self._ending.is_set)
        except AlreadyHeld:  # somebody else sends notices just now
            return _SOON
        except NewsletterError as error:
            self._tell(str(error))
            return _AT_MOST
        except Exception:  # the top of a job: whatever it is, the next round is tried
            _LOG.exception("a round of the pump has failed")
            self._told = "a fault of the program; see the log"
            return _AT_MOST
        self._tell(taken.trouble or sent.trouble)
        if sent.next_due is None:
            return _AT_MOST
        return min(max(sent.next_due - self._app.clock(), timedelta(0)), _AT_MOST)

    def _forget(self) -> None:
        """Once a day, whoever has asked and not confirmed for a month is forgotten."""
        now = self._app.clock()
        if self._forgot is None or now - self._forgot >= _A_DAY:
            forget_unconfirmed(self._app)
            self._forgot = now

    def _tell(self, trouble: str | None) -> None:
        """Logs trouble once, and its end."""
        before, self._told = self._told, trouble
        if trouble and trouble != before:
            _LOG.warning("requests of readers wait: %s", trouble)
        elif before and not trouble:
            _LOG.warning("requests of readers are seen to again")
