"""What takes long to make: made once for all who ask, and as it was before for whoever cannot wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class Latest(Generic[Key, Made]):
    """Remembers what was made last. Any thread may ask."""

    def __init__(self, make: Callable[[Key], Made], family: Callable[[Key], Hashable], most: int) -> None:
        self._make = make
        self._family = family  # keys of one family stand for the same thing at other times
        self._most = most  # that are remembered
        self._lock = threading.Lock()
        self._kept: dict[Key, Future[Made]] = {}  # the newest last

    def of(self, key: Key, patience: float | None = None) -> Made:
        """What belongs to this key. Raises what making it raises, and tries anew when it is asked for once more.

        Who has `patience` waits no longer than so many seconds where one of its family is known, and gets that: the
        new one is made in a thread of its own.
        """
        with self._lock:
            found = self._kept.get(key)
            before = None if patience is None else self._before(key)
            made = found or Future()
            if found is None:
                self._kept[key] = made
        if found is None and before is None:
            self._fill(key, made)
        elif found is None:
            threading.Thread(target=self._fill, args=(key, made), name="latest").start()
        if before is None:
            return made.result()
        try:
            return made.result(patience)
        except TimeoutError:
            return before.result()

    def _before(self, key: Key) -> Future[Made] | None:
        family = self._family(key)
        there = (one for known, one in reversed(self._kept.items()) if self._family(known) == family)
        return next((one for one in there if one.done()), None)

    def _fill(self, key: Key, made: Future[Made]) -> None:
        try:
            result = self._make(key)
        except BaseException as error:
            with self._lock:
                del self._kept[key]
            made.set_exception(error)
            return
        made.set_result(result)
        with self._lock:
            done = [known for known, one in self._kept.items() if one.done()]
            for known in done[: -self._most]:
                del self._kept[known]
