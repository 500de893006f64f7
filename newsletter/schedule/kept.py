"""A process that is kept running: the site. When it ends by itself it is started again, later each time."""

from __future__ import annotations

import logging
from collections.abc import Callable

from newsletter.schedule.children import Child, in_words
from newsletter.schedule.patience import Patience

_LOG = logging.getLogger(__name__)


class Kept:
    """One process at a time, from the first `look` on."""

    def __init__(self, name: str, start: Callable[[], Child | None], ticks: Callable[[], float]) -> None:
        self.name = name
        self.restarts = 0  # since we began
        self.last_exit: int | None = None  # the status of the one before; less than 0: the signal that ended it
        self.child: Child | None = None
        self._start, self._ticks = start, ticks
        self._patience, self._from = Patience(), ticks()

    def look(self) -> bool:
        """Starts the process where none runs and it is time to; whether anything has changed."""
        if self.child is not None and self.child.process.poll() is None:
            return False
        if self.child is not None:
            self._ended(self.child)
            return True
        if self._ticks() < self._from:
            return False
        self.child = self._start()
        if self.child is None:  # the machine has no room for it
            self._patience = self._patience.after(0)
            self._from = self._ticks() + self._patience.seconds
        return self.child is not None

    def _ended(self, child: Child) -> None:
        self.child, self.last_exit = None, child.process.returncode
        self.restarts += 1
        self._patience = self._patience.after(child.lived)
        self._from = self._ticks() + self._patience.seconds
        how = in_words(child.process.returncode)
        _LOG.warning("%s has ended %s; it is started again in %d s", self.name, how, self._patience.seconds)
