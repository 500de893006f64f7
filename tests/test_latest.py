"""What takes long to make is made once, and whoever cannot wait gets what was known before."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from newsletter.actions.latest import Latest

LIMIT = 30.0
Key = tuple[str, int]


class Maker:
    """Makes nothing while its gate is shut."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.made: list[Key] = []
        self.threads: set[str] = set()

    def __call__(self, key: Key) -> str:
        assert self.gate.wait(LIMIT)
        self.made.append(key)
        self.threads.add(threading.current_thread().name)
        return f"{key[0]} {key[1]}"


def test_who_cannot_wait_gets_what_was_known_before() -> None:
    """Of the same family, and never of another; what is new is made beside, once, and is there for the next."""
    maker = Maker()
    latest = Latest(maker, lambda key: key[0], most=4)
    maker.gate.clear()
    assert latest.lately(("week", 1)) == (None, False)  # nothing of it is known
    maker.gate.set()
    assert latest.of(("week", 1)) == "week 1"
    assert maker.threads == {"latest"}
    assert latest.of(("other", 1)) == "other 1"
    assert maker.threads == {"latest", threading.current_thread().name}
    maker.gate.clear()
    assert latest.lately(("week", 2)) == ("week 1", False)
    assert latest.lately(("week", 2)) == ("week 1", False)
    maker.gate.set()
    assert latest.of(("week", 2)) == "week 2"
    assert latest.lately(("week", 2)) == ("week 2", True)
    assert maker.made == [("week", 1), ("other", 1), ("week", 2)]


def test_many_ask_and_it_is_made_once() -> None:
    """Whoever can wait gets the very one that it asked for."""
    maker = Maker()
    latest = Latest(maker, lambda key: key[0], most=2)
    maker.gate.clear()
    with ThreadPoolExecutor(6) as people:
        asked = [people.submit(latest.of, ("week", 1)) for _ in range(6)]
        maker.gate.set()
        assert {one.result(LIMIT) for one in asked} == {"week 1"}
    assert maker.made == [("week", 1)]


def test_what_fails_is_told_and_tried_again() -> None:
    """Nothing of it is remembered, and what was known before stays known."""
    fails = {2}

    def make(key: Key) -> str:
        if key[1] in fails:
            raise OSError("no")
        return str(key[1])

    latest = Latest(make, lambda key: key[0], most=2)
    assert latest.of(("week", 1)) == "1"
    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            latest.of(("week", 2))
    assert latest.lately(("week", 1)) == ("1", True)
    fails.clear()
    assert latest.of(("week", 2)) == "2"


def test_no_more_is_remembered_than_it_may() -> None:
    """The oldest is made anew."""
    maker = Maker()
    latest = Latest(maker, lambda key: key[0], most=2)
    for number in (1, 2, 3, 3, 2, 1):
        latest.of(("week", number))
    assert [number for _, number in maker.made] == [1, 2, 3, 1]
