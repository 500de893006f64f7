"""Work done by two processes: this one and a copy of it, each of which takes the next piece when it is free.

The copy is of use where there is a second processor and much to do: pages are made by Python, of which one process does
one thing at a time. Nothing depends on it. Whatever it has not told of, because it failed, was killed or never came to
be, is done here, so that a mistake is raised where the work was asked for.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

_FEW = 10  # pieces, for which a copy would cost as much as it does
_MOST = 30_000  # pieces: a pipe holds 65,536 octets (pipe(7)), and a number takes two


def is_of_use() -> bool:
    """Whether there is a second processor, and this process may be copied: one with threads may not, for what they
    held at that moment stays held in the copy."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def in_two(pieces: int, work: Callable[[int], None], begin: Callable[[], None], told: Callable[[], Any]) -> Any:
    """Calls `work` once with each number below `pieces`, here or in a copy of this process.

    Returns what `told` says in the copy at its end, brought here as JSON; None where all was done here. The copy calls
    `begin` first. It ends with this process, however that ends, after the piece it has in hand.
    """
    if not _FEW < pieces <= _MOST or not is_of_use():
        for number in range(pieces):
            work(number)
        return None
    numbers, put = os.pipe()
    with os.fdopen(put, "wb") as all_of_them:
        all_of_them.write(b"".join(number.to_bytes(2, "big") for number in range(pieces)))
    heard, say = os.pipe()
    us = os.getpid()
    copy = os.fork()
    if copy == 0:
        os.close(heard)
        _be_the_copy(us, numbers, say, work, begin, told)
    os.close(say)
    ours = set()
    try:
        with os.fdopen(heard, "rb") as answer:
            for number in _taken(numbers):
                ours.add(number)
                work(number)
            done, result = _understood(answer.read())
    except BaseException:
        os.kill(copy, signal.SIGTERM)
        raise
    finally:
        os.close(numbers)
        with suppress(ChildProcessError):  # where somebody lets all children go unseen
            os.waitpid(copy, 0)
    for number in range(pieces):
        if number not in ours and number not in done:
            work(number)
    return result


def _be_the_copy(
    us: int, numbers: int, say: int, work: Callable[[int], None], begin: Callable[[], None], told: Callable[[], Any]
) -> None:
    """Never returns: what stands behind the caller is not for a copy."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        begin()
        done = []
        for number in _taken(numbers):
            if os.getppid() != us:
                return
            work(number)
            done.append(number)
        with os.fdopen(say, "wb") as answer:
            answer.write(json.dumps([done, told()]).encode())
    finally:
        os._exit(0)


def _taken(numbers: int) -> Iterator[int]:
    """The numbers that nobody has taken yet, one after the other."""
    while found := os.read(numbers, 2):
        yield int.from_bytes(found, "big")


def _understood(answer: bytes) -> tuple[set[int], Any]:
    """What the copy did, and what it said of it."""
    if not answer:
        return set(), None
    done, result = json.loads(answer)
    return set(done), result
