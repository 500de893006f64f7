"""What is costly to make: made once, however many ask for it at a time, and kept while it is asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Once(Generic[K, V]):
    """Values by key, at most `most` of them: the one that nobody has asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[K, Future[V]] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value; the first who asks makes it, and the others wait. Where making it fails, all of them are told, and
        the next one tries again."""
        with self._lock:
            there = self._values.get(key)
            future = there if there is not None else Future()
            self._values[key] = future
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        if there is None:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    if self._values.get(key) is future:
                        del self._values[key]
                future.set_exception(error)
        return future.result()

    def put(self, key: K, value: V) -> None:
        """Keeps a value that was made elsewhere."""
        future: Future[V] = Future()
        future.set_result(value)
        with self._lock:
            self._values[key] = future
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def peek(self, key: K) -> V | None:
        """The value where it is there already."""
        with self._lock:
            future = self._values.get(key)
        return future.result() if future is not None and future.done() and future.exception() is None else None

    def newest(self) -> tuple[tuple[K, V], ...]:
        """All that is there, what was asked for last first."""
        with self._lock:
            there = list(reversed(self._values.items()))
        return tuple((key, one.result()) for key, one in there if one.done() and one.exception() is None)
