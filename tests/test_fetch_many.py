"""Asking the web for many things at once: none stands in another's way, and nothing is left of them in the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.fetch.answer import FailureKind, Limits, Request
from newsletter.fetch.client import Fetcher
from newsletter.fetch.guard import Guard
from newsletter.fetch.turns import Turns
from tests.fetching import FEED, HASTY, NOW, PATIENT, answered, failed, fetcher
from tests.webserver import OK, Asked, WebServer, Wire, hang, late, page, redirect, webserver


@pytest.fixture
def server() -> Iterator[WebServer]:
    with webserver() as one:
        yield one


def test_outcomes_come_in_order_of_completion_also_for_what_is_submitted_meanwhile(server: WebServer) -> None:
    """A slow host does not hold back what is ready; following what was found needs no second run."""
    server.answer("/feed", page(FEED))
    others_are_done = threading.Event()

    async def slow(asked: Asked, wire: Wire) -> None:
        while not others_are_done.is_set():
            await wire.pause(0.01)
        await page(FEED)(asked, wire)

    server.answer("/slow", slow)
    keys = []
    with fetcher(server) as fetching:
        fetching.submit(Request(key="slow", url=server.url("/slow")))
        fetching.submit(Request(key="first", url=server.url("/feed", "second.test")))
        for outcome in fetching.outcomes():
            keys.append(outcome.key)
            if outcome.key == "first":
                fetching.submit(Request(key="found", url=server.url("/feed", "third.test")))
                fetching.submit(Request(key="nonsense", url="mailto:ana@example.org"))
            if len(keys) == 3:
                others_are_done.set()
        assert list(fetching.outcomes()) == []
    assert (keys[0], sorted(keys[1:3]), keys[3:]) == ("first", ["found", "nonsense"], ["slow"])


def test_one_host_is_asked_for_one_thing_at_a_time(server: WebServer) -> None:
    """Twelve feeds of one host queue up; every one is answered."""
    server.answer("/feed", late(page(FEED), 0.005))
    with fetcher(server) as fetching:
        for at in range(12):
            fetching.submit(Request(key=str(at), url=server.url("/feed")))
        assert {answered(outcome).status for outcome in fetching.outcomes()} == {200}
    assert server.most_at_once == {"wire.test": 1}


def test_a_connection_is_kept_for_those_who_wait_for_its_host(server: WebServer) -> None:
    """Ten feeds of one host cost one connection, or two when the first went before another waited."""
    server.answer("/feed", page(FEED))
    with fetcher(server) as fetching:
        for at in range(10):
            fetching.submit(Request(key=str(at), url=server.url("/feed")))
        assert len(list(fetching.outcomes())) == 10
    assert server.connections <= 2
    assert server.log[-1].headers["connection"] == "close"  # nobody follows


def test_waiting_for_ones_turn_costs_no_time_of_ones_own(server: WebServer) -> None:
    """Four requests to one hanging host: each has its whole time, so each was really asked."""
    server.answer("/feed", hang())
    with fetcher(server, HASTY) as fetching:
        for at in range(4):
            fetching.submit(Request(key=str(at), url=server.url("/feed")))
        assert {failed(outcome) for outcome in fetching.outcomes()} == {FailureKind.TOO_SLOW}
    assert len(server.log) == 4


def test_hanging_hosts_delay_nobody_else(server: WebServer) -> None:
    """Ten hang, with many requests each, and only eleven connections are allowed: the others go through at once."""
    server.answer("/feed", page(FEED))
    server.answer("/hang", hang())
    with fetcher(server, Limits(seconds=60, connections=11)) as fetching:
        for at in range(100):
            fetching.submit(Request(key="hang", url=server.url("/hang", f"feed-{at % 10}.test")))
        for at in range(20, 60):
            fetching.submit(Request(key="quick", url=server.url("/feed", f"feed-{at}.test")))
        outcomes = fetching.outcomes()
        assert [next(outcomes).key for _ in range(40)] == ["quick"] * 40


def test_a_redirect_queues_up_for_the_host_it_leads_to(server: WebServer) -> None:
    """Many feeds that moved to one host ask it one after another."""
    server.answer("/old", redirect(301, f"http://wire.test:{server.port}/feed"))
    server.answer("/feed", late(page(FEED), 0.005))
    with fetcher(server) as fetching:
        for at in range(12):
            fetching.submit(Request(key=str(at), url=server.url("/old", f"feed-{at}.test")))
        assert {answered(outcome).moved_to for outcome in fetching.outcomes()} == {server.url("/feed")}
    assert server.most_at_once["wire.test"] == 1


def test_no_more_is_begun_while_outcomes_wait(server: WebServer) -> None:
    """Whoever takes nothing gets nothing more to hold: two under way, three that wait, then silence."""
    server.answer("/feed", page(FEED))
    with fetcher(server, Limits(seconds=20, waiting=3, connections=2)) as fetching:
        for at in range(40):
            fetching.submit(Request(key=str(at), url=server.url("/feed", f"feed-{at}.test")))
        outcomes = fetching.outcomes()
        next(outcomes)
        begun = len(server.log)
        assert begun <= 1 + 3 + 2
        assert len(list(outcomes)) == 39
    assert len(server.log) == 40


def test_leaving_early_ends_everything(server: WebServer) -> None:
    """Requests under way, queued, and finished but not taken: no thread, socket or task of theirs remains."""
    before = threading.active_count()
    server.answer("/feed", page(FEED))
    server.answer("/hang", hang(OK, b"Content-Length: 100\r\n\r\n<rss>"))
    with fetcher(server) as fetching:
        for at in range(30):
            path = "/hang" if at % 2 else "/feed"
            fetching.submit(Request(key=str(at), url=server.url(path, f"feed-{at % 10}.test")))
        assert answered(next(fetching.outcomes())).status == 200
    assert threading.active_count() == before


def test_after_leaving_nothing_is_waited_for(server: WebServer) -> None:
    """What would never come is an error, not a wait without end."""
    server.answer("/hang", hang())
    with fetcher(server) as fetching:
        fetching.submit(Request(key="k", url=server.url("/hang")))
    with pytest.raises(RuntimeError, match="left"):
        next(fetching.outcomes())


def test_an_error_of_the_caller_ends_everything_and_is_his_own(server: WebServer) -> None:
    """Nothing hangs, nothing is swallowed."""
    server.answer("/hang", hang())

    def work() -> None:
        with fetcher(server) as fetching:
            fetching.submit(Request(key="k", url=server.url("/hang")))
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        work()


def test_a_mistake_of_ours_comes_to_the_caller(server: WebServer) -> None:
    """A bug in a look-up that somebody injected is raised where the outcomes are read, each time, not waited for."""

    async def mistaken(host: str, port: int, family: int) -> Sequence[str]:
        raise KeyError("a bug")

    with Fetcher(Guard(), PATIENT, "a", NOW, lookup=mistaken) as fetching:
        for key in "ab":
            fetching.submit(Request(key=key, url="http://a.test/"))
        for _ in range(3):
            with pytest.raises(KeyError, match="a bug"):
                next(fetching.outcomes())


def test_a_loop_that_breaks_down_is_told_to_the_caller() -> None:
    """Here it never gets as far as running, for want of limits."""
    with Fetcher(Guard(), None, "a", NOW) as fetching:  # type: ignore[arg-type]  # the mistake
        fetching.submit(Request(key="k", url="http://a.test/"))
        with pytest.raises(AttributeError):
            next(fetching.outcomes())


def test_a_thousand_sources_are_asked_in_one_run(server: WebServer) -> None:
    """A thousand host names, each asked once, all answered."""
    server.answer("/feed", page(FEED, etag='"v1"'))
    hosts = [f"source-{at}.test" for at in range(1000)]
    with Fetcher(Guard(hosts), PATIENT, "a", NOW, lookup=server.lookup) as fetching:
        for host in hosts:
            fetching.submit(Request(key=host, url=server.url("/feed", host), etag='"v1"'))
        outcomes = {outcome.key: answered(outcome).status for outcome in fetching.outcomes()}
    assert outcomes == dict.fromkeys(hosts, 304)
    assert server.most_at_once == dict.fromkeys(hosts, 1)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60), st.integers(1, 3))
def test_turns_are_fair_and_bounded(steps: list[tuple[str, bool]], per_host: int) -> None:
    """However coming, going and ending are mixed: first come first served within a host, never too many at once."""
    turns: Turns[tuple[str, int]] = Turns(per_host)
    going: list[tuple[str, int]] = []
    given_out: list[tuple[str, int]] = []

    def take() -> None:
        while (one := turns.next()) is not None:
            going.append(one)
            given_out.append(one)
        assert all(sum(host == other for other, _ in going) <= per_host for host in "abc")

    for at, (host, ends) in enumerate(steps):
        turns.add(host, (host, at))
        take()
        if ends and going:
            turns.end(going.pop(0)[0])
            take()
    while going:
        turns.end(going.pop()[0])
        take()
    for host in "abc":
        order = [at for other, at in given_out if other == host]
        assert order == [at for at, (other, _) in enumerate(steps) if other == host]
        assert not turns.is_wanted(host)
