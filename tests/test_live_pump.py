"""What visitors ask for is never lost: it waits in the database until it is seen to, whatever happens meanwhile."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.actions import ask_on_site as asking
from newsletter.actions.app import App, open_app
from newsletter.actions.ask_on_site import TooMuchAsked, ask_on_site
from newsletter.actions.readers import readers_store
from newsletter.actions.take_requests import take_requests
from newsletter.model.errors import ConfigError
from newsletter.model.request import Request, RequestKind
from newsletter.model.subscriber import SubscriberState
from newsletter.store import notices, requests, subscribers
from newsletter.store.engine import Store, open_store
from tests.conftest import ROOT
from tests.living import Clock, running
from tests.postgres import KINDS, fresh_database
from tests.smtpserver import LIMIT, say

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
ANA, BEN = "ana@example.org", "ben@example.org"
REQUEST = Request(
    number=0,
    kind=RequestKind.SUBSCRIBE,
    address=ANA,
    language="zh-Hant",
    page="https://focus.example.org/subscribe",
    words="Send me the letter\0\ud800",
    asked=NOW,
)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


@pytest.fixture
def home(publication: Path) -> Iterator[App]:
    """The sample publication with its database and a clock that stands still."""
    with fresh_database("sqlite", publication):
        yield open_app(publication, Clock())


def ask(app: App, address: str = ANA, kind: RequestKind = RequestKind.SUBSCRIBE) -> Request:
    return ask_on_site(app, kind, address, page="https://focus.example.org/subscribe", words="Send it.", language=None)


def left(app: App) -> list[str]:
    with readers_store(app) as readers:
        return [one.address for one in requests.waiting(readers.store)]


def mails_to(app: App, address: str) -> int:
    with readers_store(app) as readers:
        return len(notices.of(readers.store, readers.marks(address)))


# Written down


def test_requests_come_back_as_they_were_kept_in_their_order(store: Store) -> None:
    """Every field, whatever its text holds; more of them than are read at once."""
    kept = [requests.keep(store, replace(REQUEST, address=f"a{number}@example.org"), 1_000) for number in range(210)]
    assert [one.number for one in kept if one] == list(range(1, 211))
    assert list(requests.waiting(store)) == kept
    assert requests.count(store) == 210
    for at, one in enumerate(kept):
        assert one
        if at % 2:
            requests.drop(store, one)
    assert list(requests.waiting(store)) == kept[::2]


def test_a_request_is_dropped_once_and_no_other_with_its_number(store: Store) -> None:
    """The number of the last one may be given again."""
    first = requests.keep(store, REQUEST, 10)
    assert first
    requests.drop(store, first)
    second = requests.keep(store, replace(REQUEST, address=BEN), 10)
    assert second
    assert second.number == first.number
    requests.drop(store, first)
    assert list(requests.waiting(store)) == [second]


def test_no_more_wait_than_there_is_room_for(store: Store) -> None:
    """The one beyond is not written; when some were seen to there is room again."""
    kept = [requests.keep(store, REQUEST, 3) for _ in range(5)]
    assert [one is not None for one in kept] == [True, True, True, False, False]
    assert kept[0]
    requests.drop(store, kept[0])
    assert requests.keep(store, REQUEST, 3)


def test_too_many_are_told_to_the_operator(home: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words that say where to look. Here two are too many."""
    monkeypatch.setattr(asking, "MOST", 2)
    ask(home)
    ask(home)
    with pytest.raises(TooMuchAsked, match="log of `serve`"):
        ask(home)


def test_what_is_no_address_is_not_written_down(home: App) -> None:
    """Whoever calls it."""
    with pytest.raises(ConfigError):
        ask(home, "ana@example.org\r\nBcc: all@example.org")
    assert left(home) == []


# Seen to


def test_each_request_is_seen_to_once_and_forgotten(home: App) -> None:
    """A confirmation for who wants the newsletter; for a stranger who wants a link, nothing."""
    ask(home)
    ask(home, BEN)
    ask(home, "stranger@example.org", RequestKind.ACCESS)
    assert take_requests(home).done == 3
    assert (left(home), mails_to(home, ANA), mails_to(home, BEN)) == ([], 1, 1)
    assert mails_to(home, "stranger@example.org") == 0
    assert take_requests(home).done == 0


def test_what_is_asked_many_times_is_done_once(home: App) -> None:
    """A round of fifty for one address, and another after it: one mail."""
    for _ in range(2):
        for number in range(50):
            ask(home, ANA if number % 2 else ANA.upper())
        assert take_requests(home).done == 50
    assert (left(home), mails_to(home, ANA)) == ([], 1)


def test_what_cannot_be_seen_to_waits_and_keeps_nobody_back(home: App) -> None:
    """A broken template of one kind of mail: those of the other kind leave; mended, the rest is seen to."""
    ask(home)
    assert take_requests(home).done == 1
    broken = home.root / "templates" / "notice" / "confirmation.txt"
    broken.parent.mkdir(parents=True)
    broken.write_text("{% if %}", "utf-8")
    ask(home, BEN)
    ask(home, ANA, RequestKind.ACCESS)
    taken = take_requests(home)
    assert taken.done == 1
    assert taken.trouble
    assert "templates/notice/confirmation.txt:1" in taken.trouble
    assert (left(home), mails_to(home, ANA)) == ([BEN], 2)
    broken.unlink()
    assert take_requests(home).trouble is None
    assert (left(home), mails_to(home, BEN)) == ([], 1)


_KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from newsletter.actions import take_requests as module
from newsletter.actions.app import open_app
from newsletter.store import notices, requests, subscribers

now = datetime.fromisoformat(sys.argv[2])
room, _, name = sys.argv[3].partition(".")
room = {"requests": requests, "notices": notices, "subscribers": subscribers}[room]
whole, left = getattr(room, name), [int(sys.argv[4])]

def dies(*args, **options):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*args, **options)

setattr(room, name, dies)
module.take_requests(open_app(Path(sys.argv[1]), lambda: now))
"""


@pytest.mark.parametrize("place", ["subscribers.ask", "notices.write", "requests.drop"])
def test_killed_at_any_step_nobody_is_forgotten_and_nobody_gets_two(home: App, place: str) -> None:
    """kill -9 at the second of three: when it is done again, each has one mail."""
    names = [ANA, BEN, "cleo@example.org"]
    for name in names:
        ask(home, name)
    command = [sys.executable, "-c", _KILLED, str(home.root), home.clock().isoformat(), place, "2"]
    killed = subprocess.run(command, cwd=ROOT, timeout=LIMIT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert BEN in left(home)
    take_requests(home)
    assert (left(home), [mails_to(home, name) for name in names]) == ([], [1, 1, 1])
    with readers_store(home) as readers:
        found = [subscribers.find(readers.store, readers.marks(name)) for name in names]
    assert all(one and one.state is SubscriberState.UNCONFIRMED and one.consent.mail for one in found)


# The pump


class Log(logging.Handler):
    """What the pump has told, for a test to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self._told = threading.Condition()
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        with self._told:
            self.text += f"{record.getMessage()}\n"
            self._told.notify_all()

    def wait_for(self, words: str) -> None:
        with self._told:
            assert self._told.wait_for(lambda: words in self.text, LIMIT), self.text


@pytest.fixture
def log() -> Iterator[Log]:
    handler, logger = Log(), logging.getLogger("newsletter.site")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def test_a_mail_server_that_is_busy_is_asked_again_when_it_is_time(publication: Path) -> None:
    """A minute later; those behind are not kept back meanwhile, and nobody has to press the button twice."""
    with running(publication) as site:
        site.mails.at("RCPT", say("451 4.3.0 try again"), to=ANA, times=1)
        site.sign_up(ANA)
        site.sign_up(BEN)
        assert [mail.recipients for mail in site.mails.wait_for(1)] == [(BEN,)]
        site.clock.forward(seconds=90)
        site.live.wake()
        assert site.mails.wait_for(2)[1].recipients == (ANA,)


def test_trouble_is_logged_shown_to_the_watch_and_over_when_it_is(publication: Path, log: Log) -> None:
    """Visitors are answered as ever meanwhile, and get their mail afterwards; no address stands in the log."""
    with running(publication, pumping=False) as site:
        site.sign_up(ANA)
        broken = publication / "templates" / "notice" / "confirmation.txt"
        broken.parent.mkdir(parents=True)
        broken.write_text("{% if %}", "utf-8")
    text = (publication / "schedule.yaml").read_text("utf-8")
    (publication / "schedule.yaml").write_text(text[: text.index("\nsending:")], "utf-8")
    with running(publication) as site:
        site.sign_up(BEN)
        log.wait_for("templates/notice/confirmation.txt:1")
        assert (site.get("/health").status, site.get("/subscribe").status) == (503, 200)
        assert "example.org" not in log.text
        broken.unlink()
        site.live.wake()
        assert {mail.recipients[0] for mail in site.mails.wait_for(2)} == {ANA, BEN}
        log.wait_for("seen to again")
        assert site.get("/health").status == 200


def test_who_never_confirms_is_forgotten_after_a_month(publication: Path) -> None:
    """By the pump, once a day: nothing is kept of people who may never have asked."""
    with running(publication) as site:
        site.sign_up(ANA)
        site.mails.wait_for(1)
        site.clock.forward(days=31)
        site.sign_up(BEN)
        site.mails.wait_for(2)
        with readers_store(site.app) as readers:
            assert subscribers.find(readers.store, readers.marks(ANA)) is None
            assert subscribers.find(readers.store, readers.marks(BEN)) is not None
