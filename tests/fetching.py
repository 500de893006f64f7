"""Asking for the tests: one request to a server of the tests, or many at once, and what came of each."""

from __future__ import annotations

from datetime import UTC, datetime

from newsletter.fetch.answer import Answer, Failure, FailureKind, Limits, Outcome, Request
from newsletter.fetch.client import Fetcher, get
from newsletter.fetch.guard import Guard
from tests.webserver import WebServer

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
FEED = b"<rss version='2.0'><channel><title>Wire</title></channel></rss>"
HOSTS = ["wire.test", "second.test", "third.test", *(f"feed-{n}.test" for n in range(60))]
PATIENT = Limits(seconds=20)
HASTY = Limits(seconds=0.3)  # for servers that never end


def fetcher(server: WebServer, limits: Limits = PATIENT) -> Fetcher:
    """Whoever asks the server for many things at once."""
    return Fetcher(Guard(HOSTS), limits, "newsletter-test/1", NOW, lookup=server.lookup)


def ask(server: WebServer, path: str = "/feed", limits: Limits = PATIENT, **more: str) -> Outcome:
    """What comes of one request; `more` of it is as in `Request`."""
    request = Request(key="k", **{"url": server.url(path), **more})
    return get(request, Guard(HOSTS), limits, "newsletter-test/1", NOW, lookup=server.lookup)


def answered(outcome: Outcome) -> Answer:
    """The answer that it is."""
    assert isinstance(outcome, Answer), outcome
    return outcome


def failed(outcome: Outcome) -> FailureKind:
    """The kind of failure that it is, told in a sentence."""
    assert isinstance(outcome, Failure), outcome
    assert outcome.what.endswith(".")
    return outcome.kind
