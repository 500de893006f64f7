"""Notices: mails of our own to one person. Each arrives at least once, and nobody is bombed with them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from newsletter.actions.app import App, open_app
from newsletter.actions.ask_confirmation import ask_confirmation
from newsletter.actions.confirm_subscription import confirm_subscription
from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.readers import readers_store
from newsletter.actions.send_notices import KEPT, send_notices
from newsletter.actions.sign_up import Asked, read_confirm_token, sign_up
from newsletter.deliver.notices import GIVEN_UP, LONGEST_WAIT, after, message_id
from newsletter.mail.notice import Sheet, compose
from newsletter.model.answer import Answer, Phase
from newsletter.model.errors import ForgedToken, HeaderRefused
from newsletter.model.notice import Notice, NoticeKind, NoticeState
from newsletter.model.subscriber import Mark
from newsletter.store import notices, schema, subscribers
from newsletter.store.engine import Store, open_store
from newsletter.store.errors import AlreadyHeld
from newsletter.store.locks import hold
from newsletter.tokens import Key, KeyRing, Purpose
from tests.conftest import ROOT, SOAK
from tests.postgres import KINDS, fresh_database
from tests.smtpserver import Gate, SmtpServer, Then, hang_up, say, usual

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
SITE = "https://focus.example.org"
ANA = "ana@example.org"
RING = KeyRing((Key("k1", b"a key for nothing but tests"),))
NOTICE = Notice(
    number=0,
    kind=NoticeKind.CONFIRMATION,
    address=ANA,
    subject="Please confirm",
    text="Open this page.\n",
    asked=NOW,
    next_try=NOW,
)
SHEET = Sheet(
    sender_name="Focus This Week",
    sender_address="weekly@focus.example.org",
    reply_to="editor@focus.example.org",
    address=ANA,
    subject="Please confirm",
    text="Open this page.\n",
    date=NOW,
    message_id="<notice.1@focus.example.org>",
)
ACCEPTED = Answer(Phase.DOT, 250, "2.0.0", "taken")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(publication: Path, clock: Clock) -> Iterator[App]:
    """The sample publication with its database and a clock that can be moved."""
    with fresh_database("sqlite", publication):
        yield open_app(publication, clock)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One database for all examples of a property, each of which empties it again."""
    with fresh_database("sqlite", tmp_path_factory.mktemp("empty")) as address, open_store(address) as opened:
        yield opened


@pytest.fixture
def server(home: App) -> Iterator[SmtpServer]:
    """The mail server that the publication's mail goes to."""
    with SmtpServer() as started:
        path = home.root / "schedule.yaml"
        by = f"{{ transport: smtp, host: 127.0.0.1, port: {started.port}, tls: none }}"
        path.write_text(f"{path.read_text('utf-8')}\nsending: {by}\n", "utf-8")
        yield started
        assert started.offences == []


def asked_by(app: App, address: str = ANA, language: str | None = None) -> Asked:
    """Somebody fills in the form."""
    return sign_up(
        app,
        address,
        page="https://focus.example.org/subscribe",
        words="Send me the weekly letter.",
        name="Buy now zq0name",
        language=language,
        tags=("zq0tag",),
    )


def kept_by(app: App, *addresses: str) -> list[Notice]:
    """Several people fill in the form."""
    found = [ask_confirmation(app, asked_by(app, address)) for address in addresses]
    assert None not in found
    return [one for one in found if one]


def in_outbox(app: App) -> list[EmailMessage]:
    return [parsed(path.read_bytes()) for path in sorted((app.root / "var" / "outbox" / "new").glob("*"))]


def parsed(message: bytes) -> EmailMessage:
    found = message_from_bytes(message, policy=policy.SMTP)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def mark_of(address: str) -> tuple[Mark, ...]:
    return tuple(Mark(mark) for _, mark in RING.marks(address))


# What is kept


@settings(max_examples=2_000 if SOAK else 60)
@given(minutes=st.lists(st.integers(0, 4 * 24 * 60), min_size=1, max_size=12))
def test_no_address_gets_two_confirmations_within_a_day(empty: Store, minutes: list[int]) -> None:
    """In whatever order a form is filled in, and whatever the clock does: those kept lie 24 hours apart."""
    with empty.writing() as connection:
        kept = []
        for minute in minutes:
            asked = NOW + timedelta(minutes=minute)
            if notices.write(connection, replace(NOTICE, asked=asked, next_try=asked), mark_of(ANA), 1):
                kept.append(asked)
        connection.execute(delete(schema.notices))
    kept.sort()
    assert kept
    assert all(later - sooner >= timedelta(days=1) for sooner, later in pairwise(kept))


SIGN_UPS = 10_000 if SOAK else 500


@pytest.mark.soak
def test_any_number_of_sign_ups_for_one_address_are_one_mail(store: Store) -> None:
    """In one day, by any spelling of its capitals, whichever key the marks are made with."""
    older = KeyRing((Key("k2", b"a newer key for nothing but tests"), Key("k1", b"a key for nothing but tests")))
    kept = 0
    with store.writing_alone() as connection:
        for at in range(SIGN_UPS):
            address, ring = (ANA.upper() if at % 2 else ANA), (older if at % 3 else RING)
            marks = tuple(Mark(mark) for _, mark in ring.marks(address))
            asked = NOW + timedelta(days=at / SIGN_UPS)
            kept += notices.write(connection, replace(NOTICE, asked=asked), marks, 1) is not None
    assert kept == 1
    assert len(notices.due(store, NOW, 10)) == 1


def test_of_many_who_ask_at_once_one_is_kept(store: Store) -> None:
    """Eight at the same moment, from eight connections."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: notices.keep(store, NOTICE, mark_of(ANA), 1), range(8)))
    assert [one.number for one in found if one] == [1]


def test_other_addresses_and_other_kinds_count_for_themselves(store: Store) -> None:
    """One person's confirmation keeps nobody else's back, and no notice of another kind."""
    assert notices.keep(store, NOTICE, mark_of(ANA), 1)
    assert notices.keep(store, replace(NOTICE, address="ben@example.org"), mark_of("ben@example.org"), 1)
    assert notices.keep(store, replace(NOTICE, kind=NoticeKind.SIGN_IN), mark_of(ANA), 1)
    assert notices.keep(store, NOTICE, mark_of(ANA), 1) is None
    assert [one.number for one in notices.due(store, NOW, 10)] == [1, 2, 3]


def test_what_waits_longest_comes_first(store: Store) -> None:
    """And nothing before its time; what is over is never due again."""
    for minutes in (7, 3, 5):
        assert notices.keep(store, replace(NOTICE, next_try=NOW + timedelta(minutes=minutes)), (), 1)
    assert notices.next_due(store) == NOW + timedelta(minutes=3)
    assert notices.due(store, NOW, 10) == ()
    first, second = notices.due(store, NOW + timedelta(minutes=6), 10)
    assert (first.number, second.number) == (2, 3)
    assert notices.due(store, NOW + timedelta(hours=1), 1) == (first,)
    notices.record(store, after(first, ACCEPTED, NOW))
    assert notices.get(store, 2) == after(first, ACCEPTED, NOW)
    assert [one.number for one in notices.due(store, NOW + timedelta(hours=1), 10)] == [3, 1]


def test_an_outcome_is_written_once_and_to_its_own_notice(store: Store) -> None:
    """Not to another that was given its number, and not twice."""
    kept = notices.keep(store, NOTICE, (), 1)
    assert kept
    again = after(kept, Answer(Phase.RCPT, 451), NOW)
    notices.record(store, again)
    notices.record(store, after(kept, ACCEPTED, NOW))
    assert notices.get(store, 1) == again
    notices.record(store, replace(after(again, ACCEPTED, NOW), asked=NOW - timedelta(days=1)))
    assert notices.get(store, 1) == again


def test_one_that_is_of_no_use_any_more_is_late_and_not_due(store: Store) -> None:
    """At its very end it still goes. One that was sent, or has no end, stays as it is."""
    ends = (NOW, NOW + timedelta(hours=1), None, NOW)
    kept = [notices.keep(store, replace(NOTICE, until=until), (), 1) for until in ends]
    assert None not in kept
    assert [notices.get(store, number) for number in (1, 2, 3, 4)] == kept
    assert kept[3]
    notices.record(store, after(kept[3], ACCEPTED, NOW))
    notices.end_late(store, NOW)
    assert [one.number for one in notices.due(store, NOW, 10)] == [1, 2, 3]
    notices.end_late(store, NOW + timedelta(seconds=1))
    assert [one.number for one in notices.due(store, NOW, 10)] == [2, 3]
    late = notices.get(store, 1)
    assert late
    assert late.state is NoticeState.LATE
    assert (notices.failed(store, NOW), notices.unsent(store, NOW)) == ((), 1)
    notices.record(store, after(notices.due(store, NOW, 1)[0], Answer(Phase.RCPT, 550), NOW))
    assert (notices.unsent(store, NOW), notices.unsent(store, NOW + timedelta(seconds=1))) == (2, 0)


# What an answer makes of it


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ACCEPTED, NoticeState.SENT),
        (Answer(Phase.DOT, 0), NoticeState.WAITING),
        (Answer(Phase.DOT, 451), NoticeState.WAITING),
        (Answer(Phase.DOT, 554), NoticeState.FAILED),
        (Answer(Phase.CONTENT, 0), NoticeState.WAITING),
        (Answer(Phase.DATA, 554), NoticeState.FAILED),
        (Answer(Phase.RCPT, 550), NoticeState.FAILED),
        (Answer(Phase.RCPT, 450), NoticeState.WAITING),
        (Answer(Phase.MAIL, 550), NoticeState.WAITING),
        (Answer(Phase.AUTH, 535), NoticeState.WAITING),
        (Answer(Phase.GREETING, 554), NoticeState.WAITING),
        (Answer(Phase.CONNECT, 0), NoticeState.WAITING),
    ],
    ids=str,
)
def test_an_answer_ends_a_notice_only_where_it_is_about_it(answer: Answer, state: NoticeState) -> None:
    """A refusal of us is mended and tried again; a lost answer is no answer: rather twice than never."""
    assert after(NOTICE, answer, NOW).state is state
    late = after(NOTICE, answer, NOW + GIVEN_UP).state
    assert late is (NoticeState.SENT if state is NoticeState.SENT else NoticeState.FAILED)


def test_tries_come_after_a_minute_doubling_to_an_hour_for_two_days() -> None:
    """Somebody sits there and waits for the first ones."""
    notice, waits = NOTICE, []
    while notice.state is NoticeState.WAITING:
        now = notice.next_try
        notice = after(notice, Answer(Phase.RCPT, 451), now)
        waits.append(int((notice.next_try - now).total_seconds() / 60))
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (set(waits[6:-1]), waits[-1]) == ({60}, 0)
    assert GIVEN_UP <= notice.next_try - NOTICE.asked < GIVEN_UP + LONGEST_WAIT


def test_one_with_an_end_is_tried_more_often_near_it_and_then_no_more() -> None:
    """A server that is back a few minutes before a deadline is found in time."""
    until = NOW + timedelta(hours=4)
    notice, tries = replace(NOTICE, until=until), []
    while notice.state is NoticeState.WAITING:
        tries.append(int((until - notice.next_try).total_seconds() / 60))
        notice = after(notice, Answer(Phase.CONNECT, 0), notice.next_try)
    assert tries[:8] == [240, 239, 237, 233, 225, 209, 177, 117]
    assert tries[8:] == [58, 29, 14, 7, 3, 1, 0]
    assert notice.state is NoticeState.LATE
    assert after(replace(notice, state=NoticeState.WAITING), ACCEPTED, until).state is NoticeState.SENT


def test_a_message_id_is_the_same_at_every_try_and_of_one_notice() -> None:
    """A number that a restored database gives again makes another one."""
    kept = replace(NOTICE, number=7)
    own = message_id(kept, "focus.example.org", RING)
    assert own == message_id(after(kept, Answer(Phase.DOT, 0), NOW), "focus.example.org", RING)
    assert re.fullmatch(r"<notice\.20261125T130000000000\.7\.[a-z2-7]{26}@focus\.example\.org>", own)
    others = (replace(kept, number=8), replace(kept, asked=NOW + timedelta(microseconds=1)))
    assert own not in [message_id(one, "focus.example.org", RING) for one in others]


# The mail

line = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200).map(str.strip).filter(bool)
# The standard library makes line ends of these.
lines = st.lists(line.map(lambda text: re.sub("[\x1c-\x1e\x85\u2028\u2029]", " ", text)), min_size=1, max_size=5)


@given(subject=line, text=lines)
def test_a_notice_reads_as_it_was_written(subject: str, text: list[str]) -> None:
    """Any subject, any text: plain ASCII on the wire, no line over 76 octets, and the same words again."""
    message = compose(replace(SHEET, subject=subject, text="\n".join(text) + "\n"))
    assert message.isascii()
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert max(len(one) for one in message.split(b"\r\n")) <= 76
    found = parsed(message)
    assert str(found["Subject"]) == subject
    assert found.get_content().replace("\r\n", "\n") == "\n".join(text) + "\n"


def test_the_headers_of_a_notice() -> None:
    """From a program (RFC 3834 5), not of the list; text/plain and nothing else."""
    found = parsed(compose(replace(SHEET, language="zh-Hant")))
    assert found.items() == [
        ("From", "Focus This Week <weekly@focus.example.org>"),
        ("To", ANA),
        ("Reply-To", "editor@focus.example.org"),
        ("Subject", "Please confirm"),
        ("Date", "Wed, 25 Nov 2026 13:00:00 +0000"),
        ("Message-ID", "<notice.1@focus.example.org>"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", "zh-Hant"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", "quoted-printable"),
        ("MIME-Version", "1.0"),
    ]
    assert "Content-Language" not in parsed(compose(SHEET))


@pytest.mark.parametrize(
    "field", ["sender_name", "sender_address", "reply_to", "address", "subject", "message_id", "language"]
)
@pytest.mark.parametrize("bad", ["x\ny", "x\r\nBcc: y@example.org", "x\ry", "x\0"], ids=["lf", "crlf", "cr", "nul"])
def test_a_line_break_in_any_header_is_refused(field: str, bad: str) -> None:
    """No value begins a header or ends them."""
    changed: dict[str, Any] = {field: bad}
    with pytest.raises(HeaderRefused):
        compose(replace(SHEET, **changed))


# The mail that asks for a confirmation


def test_the_confirmation_holds_its_link_and_nothing_that_was_typed(home: App) -> None:
    """Neither the name nor the tags nor the address; no advertising; the link confirms and does nothing else."""
    kept = ask_confirmation(home, asked_by(home, "Ana.Typed@example.org"))
    assert kept
    whole = f"{kept.subject}\n{kept.text}"
    assert "zq0" not in whole
    assert "Ana.Typed" not in whole
    assert "A community space" not in whole  # the tagline
    assert re.findall(r"https?://\S+", whole) == [link_in(kept)]
    with readers_store(home) as readers:
        assert read_confirm_token(readers.ring, link_in(kept).rpartition("/")[2])[1] == NOW
        for purpose in set(Purpose) - {Purpose.CONFIRM}:
            with pytest.raises(ForgedToken):
                readers.ring.verify(purpose, link_in(kept).rpartition("/")[2])
    assert kept.subject == "Please confirm your subscription to Focus This Week"
    assert max(len(one) for one in kept.text.splitlines() if "https://" not in one) <= 76
    assert kept.text.endswith("Focus This Week\nFocus Editorial, 12 Example Street, Hong Kong\n")


def link_in(notice: Notice) -> str:
    found = re.search(rf"^{SITE}/confirm/\S+$", notice.text, re.MULTILINE)
    assert found
    return found[0]


def test_the_link_of_the_mail_confirms_and_its_text_is_kept_as_proof(home: App) -> None:
    """GDPR Art. 7 (1): when and where it was asked for, the words, the mail, and when it was confirmed."""
    kept = ask_confirmation(home, asked_by(home))
    assert kept
    confirmed = confirm_subscription(home, link_in(kept).rpartition("/")[2]).subscriber
    assert confirmed.consent.mail == f"{kept.subject}\n\n{kept.text}"
    assert (confirmed.consent.asked, confirmed.consent.confirmed) == (NOW, NOW)
    assert confirmed.consent.words == "Send me the weekly letter."


def test_asking_again_keeps_no_second_mail_for_a_day(home: App, clock: Clock) -> None:
    """The link of the first mail is the one that stays good; a day later there is a second one, kept as the proof."""
    first = ask_confirmation(home, asked_by(home))
    clock.forward(hours=23, minutes=59)
    assert ask_confirmation(home, asked_by(home, "ANA@example.org")) is None
    clock.forward(minutes=1)
    second = ask_confirmation(home, asked_by(home))
    assert first
    assert second
    assert first.text != second.text
    with readers_store(home) as readers:
        there = subscribers.find(readers.store, readers.marks(ANA))
        assert len(notices.of(readers.store, readers.marks(ANA))) == 2
    assert there
    assert there.consent.mail == f"{second.subject}\n\n{second.text}"


def test_a_member_is_told_so_by_mail_and_only_there(home: App, clock: Clock) -> None:
    """What the form shows is the same; their consent stays as it is."""
    first = ask_confirmation(home, asked_by(home))
    assert first
    before = confirm_subscription(home, link_in(first).rpartition("/")[2]).subscriber
    clock.forward(days=2)
    second = ask_confirmation(home, asked_by(home))
    assert second
    assert "This address gets Focus This Week already." in second.text
    assert "already" not in first.text
    with readers_store(home) as readers:
        assert subscribers.find(readers.store, readers.marks(ANA)) == before


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("zh-Hant", "請確認訂閱Focus This Week"),
        ("ZH-hant-hk", "請確認訂閱Focus This Week"),
        ("zh-Hans", "请确认订阅Focus This Week"),
        ("eo", "Please confirm your subscription to Focus This Week"),
        ("../../schedule", "Please confirm your subscription to Focus This Week"),
        (None, "Please confirm your subscription to Focus This Week"),
    ],
)
def test_a_confirmation_is_in_the_readers_language_where_we_have_it(
    home: App, language: str | None, subject: str
) -> None:
    """Else in the publication's; nobody goes without a mail because of a language."""
    kept = ask_confirmation(home, asked_by(home, language=language))
    assert kept
    assert kept.subject == subject


def test_a_publication_may_word_it_in_its_own_way(home: App) -> None:
    """Its own template and its own standing texts win over ours."""
    own = home.root / "templates"
    (own / "notice").mkdir(parents=True)
    (own / "notice" / "confirmation.txt").write_text("{{ t.confirm_subject|fill(name=name) }}\n\nHere: {{ link }}\n")
    (own / "frame").mkdir()
    (own / "frame" / "en.yaml").write_text('confirm_subject: "Is it you, {name} wants to know"\n')
    [kept] = kept_by(home, ANA)
    assert kept.subject == "Is it you, Focus This Week wants to know"
    assert kept.text == f"Here:\n{link_in(kept)}\n"


# Sending


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
