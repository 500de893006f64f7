"""Who has left the team: their accounts end as soon as the desk reads so in schedule.yaml."""

from __future__ import annotations

import logging
import threading

from newsletter.actions.accounts import end_departed
from newsletter.actions.app import App
from newsletter.model.errors import NewsletterError
from newsletter.publication.schedule import Member

_LOG = logging.getLogger(__name__)


class Departed:
    """Ends accounts, once for each team that is read. Any thread may call it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._ending = threading.Lock()
        self._team: tuple[Member, ...] | None = None  # the last for which it is done

    def see(self, team: tuple[Member, ...]) -> None:
        """Ends the accounts of who is none of this team.

        Where the database cannot be written to, the next page tries again; and nobody waits for one who is at it: an
        account that is nobody's of the team lets nobody in meanwhile.
        """
        if team == self._team or not self._ending.acquire(blocking=False):
            return
        try:
            end_departed(self._app, team)
            self._team = team
        except NewsletterError as error:
            _LOG.warning("accounts of who has left the team could not be ended: %s", error)
        finally:
            self._ending.release()
