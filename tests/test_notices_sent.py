"""Notices on their way: each arrives at least once, and one that cannot go keeps no other back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from newsletter.actions.app import App, open_app
from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.readers import readers_store
from newsletter.actions.send_notices import KEPT, send_notices
from newsletter.model.notice import NoticeState
from newsletter.store import notices
from newsletter.store.errors import AlreadyHeld
from newsletter.store.locks import hold
from tests.conftest import ROOT
from tests.living import NOW, Clock
from tests.noticing import ANA, NOTICE, kept_by, link_in, parsed
from tests.postgres import fresh_database
from tests.smtpserver import Gate, SmtpServer, Then, hang_up, say, usual


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(publication: Path, clock: Clock) -> Iterator[App]:
    """The sample publication with its database and a clock that can be moved."""
    with fresh_database("sqlite", publication):
        yield open_app(publication, clock)


@pytest.fixture
def server(home: App) -> Iterator[SmtpServer]:
    """The mail server that the publication's mail goes to."""
    with SmtpServer() as started:
        path = home.root / "schedule.yaml"
        by = f"{{ transport: smtp, host: 127.0.0.1, port: {started.port}, tls: none }}"
        path.write_text(f"{path.read_text('utf-8')}\nsending: {by}\n", "utf-8")
        yield started
        assert started.offences == []


def in_outbox(app: App) -> list[EmailMessage]:
    return [parsed(path.read_bytes()) for path in sorted((app.root / "var" / "outbox" / "new").glob("*"))]


def test_due_notices_go_into_the_outbox_once(home: App) -> None:
    """The transport `files` is the default; a second round has nothing to do."""
    kept_by(home, ANA, "ben@example.org")
    sent = send_notices(home)
    assert [one.state for one in sent.tried] == [NoticeState.SENT, NoticeState.SENT]
    assert (sent.next_due, sent.trouble) == (None, None)
    assert sorted(str(message["To"]) for message in in_outbox(home)) == [ANA, "ben@example.org"]
    assert send_notices(home).tried == ()
    assert len(in_outbox(home)) == 2


def test_a_notice_arrives_from_the_null_path(home: App, server: SmtpServer) -> None:
    """What cannot be delivered comes back to nobody, and no machine answers (RFC 3834)."""
    [kept] = kept_by(home, ANA)
    assert send_notices(home).of(NoticeState.SENT) == 1
    [message] = server.messages
    assert (message.sender, message.recipients) == ("", (ANA,))
    found = parsed(message.content)
    assert found["Auto-Submitted"] == "auto-generated"
    assert not [name for name in found if name.startswith("List-")]
    assert link_in(kept) in found.get_content()


def test_several_go_over_one_connection_and_one_refusal_stops_no_other(home: App, server: SmtpServer) -> None:
    """Refused for good is failed; greylisted is tried again after a minute."""
    server.at("RCPT", say("550 5.1.1 no such user"), to="ben@example.org")
    server.at("RCPT", say("451 4.7.1 greylisted"), to="cleo@example.org", times=1)
    kept_by(home, ANA, "ben@example.org", "cleo@example.org", "dev@example.org")
    sent = send_notices(home)
    states = [NoticeState.SENT, NoticeState.FAILED, NoticeState.WAITING, NoticeState.SENT]
    assert [one.state for one in sent.tried] == states
    assert "no such user" in (sent.tried[1].said or "")
    assert sent.next_due == NOW + timedelta(minutes=1)
    assert server.connections == 1


def test_a_deferred_notice_is_tried_again_after_a_minute_and_not_before(
    home: App, server: SmtpServer, clock: Clock
) -> None:
    """The clock of the installation decides; then it arrives."""
    server.greylist()
    kept_by(home, ANA)
    assert send_notices(home).of(NoticeState.WAITING) == 1
    clock.forward(seconds=59)
    assert send_notices(home).tried == ()
    clock.forward(seconds=1)
    assert send_notices(home).of(NoticeState.SENT) == 1
    assert len(server.messages) == 1


def test_a_lost_answer_sends_the_very_same_message_again(home: App, server: SmtpServer, clock: Clock) -> None:
    """At least once: the double has the same Message-ID and the same octets."""
    server.at("DOT", hang_up(keeps=True), times=1)
    kept_by(home, ANA, "ben@example.org")
    assert [one.state for one in send_notices(home).tried] == [NoticeState.WAITING, NoticeState.SENT]
    clock.forward(minutes=1)
    assert send_notices(home).of(NoticeState.SENT) == 1
    first, again = server.by_recipient()[ANA]
    assert first.content == again.content


def test_a_sender_that_is_killed_before_it_knows_sends_the_same_again(home: App, server: SmtpServer) -> None:
    """kill -9 after the mail, before its outcome is on disk: the lock is free, and the double is the very same."""
    gate = Gate()
    server.at("DOT", usual(gate=gate), times=1)
    kept_by(home, ANA)
    script = (
        "from datetime import datetime; from pathlib import Path;"
        "from newsletter.actions.app import open_app; from newsletter.actions.send_notices import send_notices;"
        f"now = datetime.fromisoformat({NOW.isoformat()!r});"
        f"send_notices(open_app(Path({str(home.root)!r}), clock=lambda: now))"
    )
    sender = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    gate.wait()
    sender.kill()
    sender.wait()
    gate.open()
    server.wait_for(1)
    assert send_notices(home).of(NoticeState.SENT) == 1
    first, again = server.by_recipient()[ANA]
    assert first.content == again.content


def test_a_server_that_takes_one_message_a_connection_gets_the_rest_over_others(home: App, server: SmtpServer) -> None:
    """421 to the next envelope says nothing about its reader: another connection carries it at once."""
    server.at("MAIL", say("421 4.7.0 one is enough", then=Then.HANG_UP), after=1)
    kept_by(home, ANA, "ben@example.org", "cleo@example.org")
    assert send_notices(home).of(NoticeState.SENT) == 3
    assert (server.connections, len(server.messages)) == (3, 3)


def test_a_server_that_is_away_puts_off_all_and_they_fail_after_two_days(
    home: App, server: SmtpServer, clock: Clock
) -> None:
    """One attempt to connect for all of them; the trouble is told in words."""
    kept_by(home, ANA, "ben@example.org")
    server.at("greeting", say("421 4.3.2 come back later"))
    sent = send_notices(home)
    assert sent.of(NoticeState.WAITING) == 2
    assert "come back later" in (sent.trouble or "")
    assert server.connections == 1
    clock.forward(days=2)
    assert send_notices(home).of(NoticeState.FAILED) == 2
    with readers_store(home) as readers:
        assert [one.address for one in notices.failed(readers.store, NOW)] == [ANA, "ben@example.org"]
    assert server.messages == []


def test_what_is_of_no_use_any_more_is_not_sent(home: App, server: SmtpServer, clock: Clock) -> None:
    """Nor is one whose time ends while others of the round are on their way."""
    with readers_store(home) as readers:
        for end in (0, 30, 60):
            assert notices.keep(readers.store, replace(NOTICE, until=NOW + timedelta(minutes=end)), (), 1)
    clock.forward(minutes=10)

    def goes_on() -> bool:
        clock.forward(minutes=15)
        return False

    assert [one.number for one in send_notices(home, stop=goes_on).tried] == [2, 3]
    with readers_store(home) as readers:
        assert notices.keep(readers.store, replace(NOTICE, until=clock()), (), 1)
    sent = send_notices(home, stop=goes_on)
    assert (sent.tried, sent.next_due) == ((), NOW)
    sent = send_notices(home)
    assert (sent.tried, sent.next_due, len(server.messages)) == ((), None, 2)
    with readers_store(home) as readers:
        found = [notices.get(readers.store, number) for number in (1, 2, 3, 4)]
    late, gone = NoticeState.LATE, NoticeState.SENT
    assert [one.state for one in found if one] == [late, gone, gone, late]


def test_a_round_that_is_told_to_stop_leaves_the_rest_for_the_next(home: App) -> None:
    """What was sent is on disk as sent."""
    kept_by(home, ANA, "ben@example.org")
    asked = iter([False, True])
    assert len(send_notices(home, stop=lambda: next(asked)).tried) == 1
    assert len(send_notices(home).tried) == 1
    assert len(in_outbox(home)) == 2


def test_two_rounds_never_run_at_once(home: App) -> None:
    """The second is told so and sends nothing."""
    kept_by(home, ANA)
    with readers_store(home) as readers, hold(readers.store, "notices", home.root, NOW), pytest.raises(AlreadyHeld):
        send_notices(home)
    assert in_outbox(home) == []


def test_a_slip_in_another_file_keeps_no_notice_back(home: App) -> None:
    """Editors may be in the middle of people.yaml; only schedule.yaml is needed."""
    (home.root / "content" / "people.yaml").write_text("- nonsense: [")
    (home.root / "seeds" / "sources.yaml").write_text("- nonsense: [")
    kept_by(home, ANA)
    assert send_notices(home).of(NoticeState.SENT) == 1


def test_who_was_erased_is_not_written_to(home: App) -> None:
    """The notice that waits goes with all else that is known of them."""
    kept_by(home, ANA, "ben@example.org")
    assert erase_reader(home, ANA, by="daniel")
    assert [one.address for one in send_notices(home).tried] == ["ben@example.org"]


def test_notices_that_are_over_are_forgotten_after_a_month(home: App, clock: Clock) -> None:
    """Whom we wrote to is nobody's business for ever; one that waits stays."""
    kept_by(home, ANA)
    send_notices(home)
    clock.forward(days=KEPT.days, seconds=1)
    send_notices(home)
    with readers_store(home) as readers:
        assert notices.of(readers.store, readers.marks(ANA)) == ()


def test_one_that_cannot_be_written_as_a_mail_fails_alone(home: App) -> None:
    """A subject with a line break in it, should one ever get there, is refused before the server sees it."""
    with readers_store(home) as readers:
        assert notices.keep(readers.store, replace(NOTICE, subject="a\r\nBcc: x@example.org"), (), 1)
    kept_by(home, ANA)
    sent = send_notices(home)
    assert [one.state for one in sent.tried] == [NoticeState.FAILED, NoticeState.SENT]
    assert len(in_outbox(home)) == 1
