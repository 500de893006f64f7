"""Many jobs in one thread: each goes on when what it waits for has come, and none holds up another."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator

import pytest

from newsletter.deliver.hub import Hub

LIMIT = 10.0  # seconds; a wait that takes longer than this has failed


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_who_waits_is_gone_on_with_when_something_comes(pair: tuple[socket.socket, socket.socket]) -> None:
    """The first job waits for what the second says; the second is begun meanwhile."""
    ours, theirs = pair
    hub, story = Hub(), []

    def hear() -> None:
        story.append("waits")
        assert hub.wait(ours, select.POLLIN, LIMIT)
        story.append(ours.recv(10).decode())

    def say() -> None:
        story.append("speaks")
        theirs.send(b"hello")

    hub.run([hear, say])
    assert story == ["waits", "speaks", "hello"]


def test_a_wait_that_is_over_says_so_though_others_are_busy(pair: tuple[socket.socket, socket.socket]) -> None:
    """One who talks without end keeps nobody from noticing that nothing came."""
    ours, theirs = pair
    now, over = 0.0, []
    hub = Hub(clock=lambda: now)

    def wait_for_nothing() -> None:
        over.append(hub.wait(ours, select.POLLIN, 5.0))

    def talk() -> None:
        nonlocal now
        while not over:
            assert hub.wait(theirs, select.POLLOUT, LIMIT), "there is always room to write"
            now += 1.0

    hub.run([wait_for_nothing, talk])
    assert over == [False]
    assert 5.0 <= now < 8.0


def test_the_end_of_the_other_side_is_something_that_comes(pair: tuple[socket.socket, socket.socket]) -> None:
    """Who waits without a limit is not left behind when there is nobody any more."""
    ours, theirs = pair
    hub, heard = Hub(), []

    def hear() -> None:
        assert hub.wait(ours, select.POLLIN, None)
        heard.append(ours.recv(10))

    hub.run([hear, theirs.close])
    assert heard == [b""]


def test_a_job_that_fails_is_told_and_stops_no_other(
    pair: tuple[socket.socket, socket.socket], capsys: pytest.CaptureFixture[str]
) -> None:
    """As a thread would: its traceback is shown, the rest goes on."""
    ours, theirs = pair
    hub, heard = Hub(), []

    def hear() -> None:
        hub.wait(ours, select.POLLIN, LIMIT)
        heard.append(ours.recv(10))

    def fail() -> None:
        theirs.send(b"last words")
        raise RuntimeError("a bug of ours")

    hub.run([hear, fail])
    assert heard == [b"last words"]
    assert "RuntimeError: a bug of ours" in capsys.readouterr().err
