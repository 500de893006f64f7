"""What stands on every page: the week and what waits. Kept in memory, and looked up anew beside the pages.

A page never waits for it, but for the first two seconds after a start: it gets what was known last, and whether that
has grown old.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from newsletter.actions.app import App
from newsletter.actions.week_board import Glance, WeekBoard, glance, week_boards
from newsletter.desk.weekline import WeekLine, week_line
from newsletter.model.errors import NewsletterError
from newsletter.store.engine import Store, open_store

FIRST_WAIT = 2.0  # seconds that the very first page waits at most
_AFTER_FAULT = 10.0  # seconds until something that went wrong is tried again
_LONGEST_REST = 2.0  # seconds between two looks, so that pages have the machine half of the time
_FAULT = "a fault of the program; see the log"
_LOG = logging.getLogger(__name__)


class Standing:
    """The board of the week, as fresh as it can be had without waiting. Any thread may ask."""

    def __init__(self, app: App, first_wait: float = FIRST_WAIT) -> None:
        self._app = app
        self._first_wait = first_wait
        self._lock = threading.Lock()
        self._looked = threading.Condition(self._lock)
        self._looking = ThreadPoolExecutor(1, "standing")
        self._closing = threading.Event()
        self._busy = False
        self._is_whole = False  # the first look is over
        self._waits_until = 0.0
        self._rests_until = 0.0
        self._board: WeekBoard | None = None
        self._trouble: str | None = None
        self._store: Store | None = None
        self._place: tuple[int, int] | None = None  # of the file that `_store` has open

    def close(self) -> None:
        """Lets go of what it holds open, once what it does at the moment is done. A second time is harmless."""
        self._closing.set()
        self._looking.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._store = None

    def values(self, now: datetime, who: str | None = None) -> dict[str, Any]:
        """What the frame of every page is given: `nav`, and the `week` as a line, their own city first."""
        board, is_old = self.board(now)
        if board is None:
            return {"nav": {"triage": 0, "issue": None, "issue_words": "", "answers": 0}, "week": self._unknown()}
        line = week_line(board, now, who, is_old=is_old)
        at = board.coming if board.coming and board.coming.is_open else board.current
        return {
            "nav": {
                "triage": board.gathered.to_triage if board.gathered else 0,
                "issue": str(at.issue) if at and at.is_open else None,
                "issue_words": f"No. {at.number}" if at and at.number else str(at.issue) if at else "",
                "answers": board.answers,
            },
            "week": line,
        }

    def board(self, now: datetime) -> tuple[WeekBoard | None, bool]:
        """The newest board there is, and whether it has grown old; a newer one is on its way then. None before the
        first is there."""
        seen = self._glance()
        with self._lock:
            if self._board is None or seen is None or self._board.is_old(seen, now):
                self._begin()
            if not self._is_whole and self._busy:
                self._waits_until = self._waits_until or time.monotonic() + self._first_wait
                self._looked.wait_for(lambda: not self._busy, max(0.0, self._waits_until - time.monotonic()))
            board = self._board
            if board is not None and self._trouble is not None:
                board = replace(board, trouble=self._trouble)
            return board, board is None or self._busy or seen is None or board.is_old(seen, now)

    def look_again(self) -> None:
        """Has a newer board be made at once, for whoever has just changed something."""
        with self._lock:
            self._rests_until = 0.0
            self._begin()

    def _begin(self) -> None:
        """Begins to look, where nobody does and it is not too soon."""
        if self._busy or self._closing.is_set() or time.monotonic() < self._rests_until:
            return
        self._busy = True
        self._looking.submit(self._look)

    def _look(self) -> None:
        began = time.monotonic()
        trouble, rest = None, 0.0
        try:
            for board in week_boards(self._app, self._board):
                with self._lock:
                    self._board = board
                    self._looked.notify_all()
                if self._closing.is_set():
                    break
        except NewsletterError as error:
            trouble, rest = str(error), _AFTER_FAULT
        except Exception:  # the top of a thread: the pages go on, and a person looks
            _LOG.exception("the week cannot be looked up")
            trouble, rest = _FAULT, _AFTER_FAULT
        with self._lock:
            self._trouble, self._busy, self._is_whole = trouble, False, True
            took = time.monotonic() - began
            self._rests_until = time.monotonic() + max(rest, min(took, _LONGEST_REST))
            self._looked.notify_all()

    def _glance(self) -> Glance | None:
        """How everything looks now; None where the database cannot be read."""
        with suppress(NewsletterError):
            return glance(self._app, self._opened(), self._board)
        return None

    def _opened(self) -> Store | None:
        """The database, held open; opened anew where another file lies in its place, as after a restore."""
        with self._lock:
            place = self._file()
            if self._store is not None and place != self._place:
                self._store.close()
                self._store = None
            if self._store is None and not self._closing.is_set() and self._app.is_home:
                self._store, self._place = open_store(self._app.database), self._file()
            return self._store

    def _file(self) -> tuple[int, int] | None:
        try:
            found = (self._app.root / "var" / "newsletter.db").stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _unknown(self) -> WeekLine:
        words = "The week is looked up"
        return WeekLine(title=words, now=f"{words} …", cells=(), is_old=True, trouble=self._trouble)
