"""What is done each minute: the lock is looked at, people are told of what needs them, whoever waits for a sign of life
gets one, and the list of those who have left is copied beside the backups."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable

from newsletter.actions.app import App
from newsletter.actions.backups import copy_leavers
from newsletter.actions.keep_watch import beat, keep_watch
from newsletter.model.errors import NewsletterError
from newsletter.store.errors import AlreadyHeld, StoreError
from newsletter.store.holding import Holding

_LOG = logging.getLogger(__name__)


class Beat:
    """One minute's work after the other."""

    def __init__(self, app: App, holding: Holding, rest: Callable[[bool], object]) -> None:
        """`rest` is told to begin nothing while the lock is lost, and to go on when it is ours again."""
        self._app, self._holding, self._rest = app, holding, rest
        self._troubles: frozenset[str] = frozenset()
        self.holds = True
        self.replaced: str | None = None  # who keeps time instead of us, in words

    def __call__(self) -> None:
        """Does it. Raises nothing: each part is done whatever becomes of the others."""
        troubles: set[str] = set()
        for part in (self._look_at_lock, self._watch, self._sign, self._copy):
            try:
                troubles.update(part())
            except (NewsletterError, OSError) as error:
                troubles.add(str(error))
            except Exception:  # the top of a thread: the next minute tries again
                _LOG.exception("a part of the minute's work has failed")
        for trouble in sorted(troubles - self._troubles):
            _LOG.warning("%s", trouble)
        self._troubles = frozenset(troubles)

    def _look_at_lock(self) -> tuple[str, ...]:
        """A lock of a server ends with its session, and another clock may have taken it since."""
        if self._holding.lives():
            return ()
        self.holds = False
        self._rest(True)
        try:
            self._holding.again(self._app.clock())
        except AlreadyHeld as error:
            if _ourselves(error.holder):  # the server has not missed our lost session yet
                return ("the lock of the clock was lost, and is not free again yet; nothing is begun until then",)
            self.replaced = error.holder
            return ()
        except StoreError as error:
            return (f"the lock of the clock was lost; nothing is begun until we have it again: {error}",)
        self.holds = True
        self._rest(False)
        _LOG.info("the lock of the clock was lost and is ours again")
        return ()

    def _watch(self) -> tuple[str, ...]:
        watched = keep_watch(self._app)
        for line in watched.told:
            _LOG.info("%s", line)
        return watched.trouble

    def _sign(self) -> tuple[str, ...]:
        beaten = beat(self._app)
        return (beaten.trouble,) if beaten.trouble else ()

    def _copy(self) -> tuple[str, ...]:
        copy_leavers(self._app)
        return ()


def _ourselves(holder: str) -> bool:
    return holder.startswith(f"process {os.getpid()} since ") and socket.gethostname()[:20] in holder
