"""The round trip: a probe leaves by a real mail server and comes to where bounces are read, or it is told where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from newsletter.actions.app import App
from newsletter.actions.probe_round_trip import look_at_round_trip
from newsletter.actions.probing import Extent
from newsletter.actions.take_returns import take_returns
from newsletter.actions.way_out import read_schedule
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.store import installation
from tests import dovecot
from tests.comingback import BOUNCES, Installation, bounce, installed, letter
from tests.smtpserver import Received, SmtpServer, say

EXTENT = Extent(round_trip=True, patience=20)


@pytest.fixture
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed("sqlite", tmp_path_factory.mktemp("publication")) as one:
        yield one


def by_smtp(here: Installation, port: int, *returns: str) -> None:
    """Writes `sending:` into schedule.yaml: out by this server, back as `returns` say."""
    path = here.app.root / "schedule.yaml"
    kept = path.read_text("utf-8").partition("\nsending:")[0]
    below = "".join(f"    {line}\n" for line in returns or ("maildir: returned",))
    server = f"  transport: smtp\n  host: 127.0.0.1\n  port: {port}\n  tls: none\n  bounces: {BOUNCES}\n"
    path.write_text(f"{kept}\nsending:\n{server}  returns:\n{below}", "utf-8")


@contextmanager
def served(here: Installation, *returns: str, on_message: Callable[[Received], None]) -> Iterator[SmtpServer]:
    with SmtpServer(on_message=on_message) as server:
        by_smtp(here, server.port, *returns)
        yield server
        assert server.offences == []


def examined(app: App, wait: Callable[[float], object] | None = None) -> tuple[Symptom, list[float]]:
    """What the round trip found, and for how long it waited each time."""
    waited: list[float] = []

    def quick(seconds: float) -> None:
        waited.append(seconds)

    (found,) = look_at_round_trip(app, read_schedule(app), EXTENT, wait or quick)
    assert found.check is Check.ROUND_TRIP
    return found, waited


def test_a_probe_comes_back_to_the_maildir(here: Installation) -> None:
    """By an address such as copies have; what lay there before it is no matter, and nothing of it is moved."""
    here.arrives(letter(1), letter(2))
    with served(here, on_message=lambda one: here.arrives(one.content)) as server:
        found, waited = examined(here.app)
    assert found.level is Level.OK
    assert waited == []
    (sent,) = server.messages
    assert sent.sender == BOUNCES
    assert sent.recipients[0].startswith("bounces+0-")
    assert sent.recipients[0] in found.what
    assert len(list((here.maildir / "new").iterdir())) == 3


def test_a_probe_is_found_behind_more_mails_than_one_reading_gives(here: Installation) -> None:
    """Whoever has not read bounces for months."""
    here.arrives(*[letter(number) for number in range(1_001)])
    with served(here, on_message=lambda one: here.arrives(one.content)):
        found, waited = examined(here.app)
    assert (found.level, waited) == (Level.OK, [])


def test_the_probe_is_taken_for_no_bounce(here: Installation) -> None:
    """A later reading of the mailbox sees a mail that is none, and ends nobody's subscription."""
    with served(here, on_message=lambda one: here.arrives(one.content)):
        examined(here.app)
    taken = take_returns(here.app)
    assert (taken.others, taken.forged, taken.natures) == (1, 0, ())


def test_a_probe_that_needs_a_while_is_waited_for(here: Installation) -> None:
    """Longer each time."""
    held: list[bytes] = []
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            here.arrives(*held)

    with served(here, on_message=lambda one: held.append(one.content)):
        found, _ = examined(here.app, wait)
    assert found.level is Level.OK
    assert waited == [1, 2, 3]
    assert "after about 6 seconds" in found.what


def test_a_probe_that_never_comes_is_told_with_what_the_server_said(here: Installation) -> None:
    """After as long as was asked for: it was taken, so it was lost behind that server."""
    with served(here, on_message=lambda _: None):
        found, waited = examined(here.app)
    assert found.level is Level.FAIL
    assert sum(waited) == 20
    assert "was taken (250 2.0.0 taken) and is not in" in found.what


def test_an_address_that_the_mailbox_does_not_know_is_told(here: Installation) -> None:
    """Where a report comes instead of the probe: most often a server that cuts nothing off behind a plus."""
    told = ("5.1.1", "550 5.1.1 no such user")

    def refuse(one: Received) -> None:
        here.arrives(bounce(BOUNCES, (one.recipients[0], *told), of=one.message_id))

    with served(here, on_message=refuse):
        found, _ = examined(here.app)
    assert found.level is Level.FAIL
    assert "came back undeliverable" in found.what
    assert "no such user" in found.what
    assert "recipient delimiter" in found.todo


def test_a_server_that_refuses_the_probe_is_told(here: Installation) -> None:
    """With its words."""
    with served(here, on_message=lambda _: None) as server:
        server.at("RCPT", say("554 5.7.1 relaying denied"))
        found, _ = examined(here.app)
    assert found.level is Level.FAIL
    assert "554 5.7.1 relaying denied" in found.what


def test_a_server_that_is_not_there_is_told(here: Installation) -> None:
    """In words, and as no error."""
    with SmtpServer() as gone:
        port = gone.port
    by_smtp(here, port)
    assert examined(here.app)[0].level is Level.FAIL


def test_a_copy_of_the_publication_sends_no_probe(here: Installation) -> None:
    """Nothing at all is sent from where another installation sends."""
    installation.claim(here.store, "another", "the other machine", "ada", here.app.clock())
    with served(here, on_message=lambda _: None) as server:
        found, _ = examined(here.app)
    assert found.level is Level.UNCHECKED
    assert server.connections == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [("transport: files", "go into files"), ("verp: false", "address of its own"), ("returns: {}", "nobody reads")],
)
def test_what_cannot_go_round_is_not_sent(here: Installation, line: str, words: str) -> None:
    """It is told what is missing for it."""
    path = here.app.root / "schedule.yaml"
    kept = path.read_text("utf-8").partition("\nsending:")[0]
    settings = {"transport": "transport: smtp", "verp": "verp: true", "returns": "returns: { maildir: returned }"}
    settings[line.partition(":")[0]] = line
    below = "".join(f"  {one}\n" for one in (*settings.values(), "host: 127.0.0.1", "tls: none", f"bounces: {BOUNCES}"))
    path.write_text(f"{kept}\nsending:\n{below}", "utf-8")
    found, _ = examined(here.app)
    assert found.level is Level.UNCHECKED
    assert words in found.what


def test_a_probe_comes_back_to_a_mailbox_on_a_server(here: Installation) -> None:
    """By IMAP, from a real server."""
    with ExitStack() as stack:
        imap = stack.enter_context(dovecot.running())
        imap.deliver("bounces", letter(1))
        box = f"mailbox: {{ host: 127.0.0.1, user: bounces, port: {imap.port}, tls: false }}"
        env = here.app.root / ".env"
        env.write_text(f"{env.read_text('utf-8')}RETURNS_PASSWORD={dovecot.PASSWORD}\n", "utf-8")
        stack.enter_context(served(here, box, on_message=lambda one: imap.deliver("bounces", one.content)))
        found, _ = examined(here.app)
        with imap.as_user("bounces") as seen:
            assert len(list(seen.fetch(mark_seen=False))) == 2
    assert found.level is Level.OK
