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

    def of(self, key: Key) -> Made:
        """What belongs to this key. Raises what making it raises, and tries anew when it is asked for once more."""
        made, is_ours = self._begun(key)
        if is_ours:
            self._fill(key, made)
        return made.result()

    def lately(self, key: Key) -> tuple[Made | None, bool]:
        """The same for whoever cannot wait, and whether it belongs to this key; else the newest of its family, None
        where none is known, and what belongs to it is made in a thread of its own."""
        made, is_ours = self._begun(key)
        if is_ours:
            threading.Thread(target=self._fill, args=(key, made), name="latest").start()
        if made.done() and made.exception() is None:
            return made.result(), True
        return self._before(key), False

    def _begun(self, key: Key) -> tuple[Future[Made], bool]:
        """What will hold it, and whether whoever asks has to make it."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                self._kept[key] = made = Future[Made]()
                return made, True
            return found, False

    def _before(self, key: Key) -> Made | None:
        family = self._family(key)
        with self._lock:
            there = [one for known, one in reversed(self._kept.items()) if self._family(known) == family]
        return next((one.result() for one in there if one.done() and one.exception() is None), None)

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
