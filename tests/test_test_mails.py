"""Test mails: an issue to a few typed addresses, with links that do nothing. The one way past the approval."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings

from newsletter.actions.app import App, open_app
from newsletter.actions.approved_edition import approved_edition, proposal
from newsletter.actions.home import home_store
from newsletter.actions.keys import key_ring
from newsletter.actions.read_audit import read_audit
from newsletter.actions.test_issue import MOST, typed
from newsletter.actions.test_issue import test_issue as send_test
from newsletter.actions.way_out import read_schedule, way_out
from newsletter.cli.test import command
from newsletter.deliver.work import Smtp
from newsletter.mail import headers
from newsletter.mail.mime import Heading, compile_letter, splice, with_subject
from newsletter.model.answer import SendingRefused
from newsletter.model.approval import NotApproved
from newsletter.model.errors import ConfigError, ContentError, ForgedToken, HeaderRefused
from newsletter.model.letter import Letter
from newsletter.store import mailings
from newsletter.tokens import KeyRing, Purpose
from tests.approving import COMING, at_home, edit, in_issue, sign
from tests.conftest import ISSUE, SOAK
from tests.smtpserver import SmtpServer, hang_up, say, usual
from tests.test_mime import HEADING, HTML, LETTER, TEXT, VALUES, subject

TEAM = ("mei@example.org", "daniel@example.com")


@pytest.fixture
def home(publication: Path) -> Iterator[App]:
    with at_home(publication) as app:
        yield app


@pytest.fixture
def server(home: App) -> Iterator[SmtpServer]:
    """The mail server that the publication's mail goes to."""
    with SmtpServer() as started:
        path = home.root / "schedule.yaml"
        by = f"{{ transport: smtp, host: 127.0.0.1, port: {started.port}, tls: none, bounces: back@example.org }}"
        path.write_text(f"{path.read_text('utf-8')}\nsending: {by}\n", "utf-8")
        yield started
        assert started.offences == []


def parsed(message: bytes) -> EmailMessage:
    found = message_from_bytes(message, policy=policy.SMTP)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def in_outbox(app: App) -> dict[str, EmailMessage]:
    found = [parsed(path.read_bytes()) for path in (app.root / "var" / "outbox" / "new").glob("*")]
    return {str(message["To"]): message for message in found}


def bodies(message: EmailMessage) -> list[str]:
    return [part.get_content() for part in message.iter_parts()]


def links_in(message: EmailMessage) -> set[str]:
    """Everything that can be clicked: in both bodies, and by the button of the mail program (RFC 8058)."""
    text, html = bodies(message)
    found = set(re.findall(r"https?://[^\s<>\"]+", text)) | set(re.findall(r'href="(https?://[^"]*)"', html))
    return {unescape(link) for link in found} | {str(message["List-Unsubscribe"]).strip("<>")}


def ring_of(app: App) -> KeyRing:
    ring = key_ring(app)
    assert ring
    return ring


def is_good_for(ring: KeyRing, token: str) -> set[Purpose]:
    """The purposes that a text is a token for."""
    found = set()
    for purpose in Purpose:
        try:
            ring.verify(purpose, token)
        except ForgedToken:
            continue
        found.add(purpose)
    return found


# What goes out


def test_every_link_of_a_test_mail_is_good_for_tests_only(home: App) -> None:
    """Clicking everything changes nothing: no link, header or Message-ID is a token for anything else."""
    send_test(home, COMING, TEAM, "mei", login="ada")
    ring = ring_of(home)
    for message in in_outbox(home).values():
        good = {link: is_good_for(ring, link.rpartition("/")[2]) for link in links_in(message)}
        signed = {link: purposes for link, purposes in good.items() if purposes}
        assert sorted(link.split("/")[3] for link in signed) == ["p", "u"]
        assert set.union(*signed.values()) == {Purpose.TEST}
        own = str(message["Message-ID"]).strip("<>").rpartition("@")[0]
        assert is_good_for(ring, own) == set()
        name, _, mac = own.rpartition(".")
        assert mac == ring.mac(Purpose.TEST, name)


def test_a_test_mail_is_the_issue_under_a_marked_subject(home: App) -> None:
    """The same bodies as the issue's, but for the links; dated by the clock, not by the calendar."""
    tested = send_test(home, COMING, TEAM, "mei", login="ada")
    edition = proposal(home, COMING).edition
    assert tested.subject == f"[TEST] {edition.subject}"
    assert [(one.address, one.accepted) for one in tested.outcomes] == [(address, True) for address in TEAM]
    got = in_outbox(home)
    assert sorted(got) == sorted(TEAM)
    for message in got.values():
        assert message["Subject"] == tested.subject
        assert message["Date"] == "Wed, 25 Nov 2026 13:00:00 +0000"
        assert message["From"] == "Focus This Week <weekly@focus.example.org>"
        text, html = bodies(message)
        first = next(piece for piece in edition.text.pieces if isinstance(piece, str))
        assert text.replace("\r\n", "\n").startswith(first)
        assert edition.subject in html


def test_an_issue_that_nobody_approved_may_be_tested_and_nothing_else(home: App) -> None:
    """There is no mailing and no delivery of it, and it is no more approved than before."""
    send_test(home, COMING, TEAM, "mei", login="ada")
    with home_store(home, "") as store:
        assert mailings.find(store, COMING) is None
    with pytest.raises(NotApproved):
        approved_edition(home, COMING)


def test_a_test_shows_what_was_approved_as_long_as_that_holds(home: App) -> None:
    """And what is written now, once a change has voided it."""
    sign(home, "mei")
    approved = proposal(home, COMING).edition.digest
    assert send_test(home, COMING, TEAM, "mei", login="ada").edition.digest == approved
    edit(in_issue(home.root, "number.md"), "caption: ", "caption: Quite another ")
    assert send_test(home, COMING, TEAM, "mei", login="ada").edition.digest != approved


def test_a_second_test_is_no_double_of_the_first(home: App) -> None:
    """Its Message-ID is another, so that no mailbox swallows it."""
    send_test(home, COMING, TEAM, "mei", login="ada")
    later = open_app(home.root, clock=lambda: home.clock() + timedelta(seconds=1))
    send_test(later, COMING, TEAM, "mei", login="ada")
    assert len(list((home.root / "var" / "outbox" / "new").glob("*"))) == 2 * len(TEAM)


def test_the_audit_log_says_who_asked_for_which_edition_and_to_which_domains(home: App) -> None:
    """Never the addresses: the log is kept for ever, and an erased reader's must not be in it."""
    tested = send_test(home, COMING, [*TEAM, "priya@example.org"], "mei", login="ada")
    _, entry = read_audit(home).entries
    deed = entry.deed
    assert (deed.act, deed.who, deed.issue, deed.digest) == ("test", "mei (login ada)", COMING, tested.edition.digest)
    assert deed.note == "to 2 addresses at example.org, 1 address at example.com, by files in var/outbox"


def test_an_issue_with_mistakes_is_not_sent(home: App) -> None:
    """They are told; the log has no line of it."""
    in_issue(home.root, "number.md").write_text("---\nvalue: [\n---\n", "utf-8")
    with pytest.raises(ContentError):
        send_test(home, COMING, TEAM, "mei", login="ada")
    assert read_audit(home).entries == ()


# To whom


def test_each_address_gets_one_however_often_it_is_typed() -> None:
    """In the order they were typed, without the spaces around them."""
    assert typed([" mei@example.org", "Daniel@example.org ", "MEI@example.org"]) == (
        "mei@example.org",
        "Daniel@example.org",
    )


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        ([], "no address is given"),
        (["mei"], "'mei' is not an address: it has no @"),
        (["a@example.org\r\nBcc: b@example.org"], "is not an address"),
        ([f"reader{at}@example.org" for at in range(MOST + 1)], "21 addresses are given, and a test goes to 20"),
    ],
    ids=["none", "no address", "a line break", "too many"],
)
def test_addresses_that_cannot_be_are_told_before_anything_leaves(home: App, addresses: list[str], told: str) -> None:
    """Nothing is sent to the others either, and the log has no line of it."""
    with pytest.raises(ConfigError, match=re.escape(told)):
        send_test(home, COMING, [*addresses], "mei", login="ada")
    assert in_outbox(home) == {}
    assert read_audit(home).entries == ()


# By the mail server


def test_one_refused_address_stops_no_other(home: App, server: SmtpServer) -> None:
    """Its answer is told; bounces go where the publication says."""
    server.at("RCPT", say("550 5.1.1 no such user"), to=TEAM[0])
    tested = send_test(home, COMING, [*TEAM, "priya@example.org"], "mei", login="ada")
    assert [one.accepted for one in tested.outcomes] == [False, True, True]
    assert "no such user" in str(tested.outcomes[0].answer)
    assert [message.recipients for message in server.messages] == [(TEAM[1],), ("priya@example.org",)]
    assert {message.sender for message in server.messages} == {"back@example.org"}
    assert server.connections == 1


def test_a_server_that_hangs_up_in_between_is_asked_again_for_the_next(home: App, server: SmtpServer) -> None:
    """Nothing whose content was begun is carried twice."""
    server.at("DOT", hang_up(keeps=True), to=TEAM[0])
    tested = send_test(home, COMING, TEAM, "mei", login="ada")
    assert [one.accepted for one in tested.outcomes] == [False, True]
    assert {to: len(got) for to, got in server.by_recipient().items()} == dict.fromkeys(TEAM, 1)


def test_a_server_that_takes_no_mail_is_told(home: App, server: SmtpServer) -> None:
    """Before anything has left: the action fails as a whole."""
    server.at("greeting", say("554 5.7.1 go away"))
    with pytest.raises(SendingRefused, match="go away"):
        send_test(home, COMING, TEAM, "mei", login="ada")


def test_a_server_that_goes_away_in_between_is_an_outcome_of_the_rest(home: App, server: SmtpServer) -> None:
    """Who got it is told as well."""
    server.at("greeting", say("421 4.3.2 shutting down"))
    server.at("greeting", usual(), times=1)
    server.at("DOT", hang_up(keeps=True), to=TEAM[1])
    tested = send_test(home, COMING, [*TEAM, "priya@example.org"], "mei", login="ada")
    assert [one.accepted for one in tested.outcomes] == [True, False, False]
    assert "shutting down" in str(tested.outcomes[2].answer)


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("implicit", 465)])
def test_who_logs_in_needs_a_password(home: App, tls: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment or .env, never from schedule.yaml; the port is the usual one for its TLS."""
    monkeypatch.delenv("SMTP_PASSWORD", raising=False)
    path = home.root / "schedule.yaml"
    by = f"{{ transport: smtp, host: mail.example.org, tls: {tls}, user: weekly }}"
    path.write_text(f"{path.read_text('utf-8')}\nsending: {by}\n", "utf-8")
    with pytest.raises(ConfigError, match="set SMTP_PASSWORD"):
        send_test(home, COMING, TEAM, "mei", login="ada")
    assert read_audit(home).entries == ()
    (home.root / ".env").write_text("SMTP_PASSWORD=rather-long\n")
    out = way_out(home, read_schedule(home))
    assert isinstance(out, Smtp)
    assert (out.server.user, out.server.password, out.server.port) == ("weekly", "rather-long", port)
    assert "rather-long" not in repr(out)


# The subject of a compiled letter


@settings(max_examples=5_000 if SOAK else 200)
@given(before=subject, after=subject)
def test_a_letter_under_another_subject_is_the_same_letter(before: str, after: str) -> None:
    """Every other field and both bodies stay as they were, to the octet, whatever the two subjects are."""
    given: dict[str, str] = {name: getattr(HEADING, name) for name in Heading.__slots__}
    letter = compile_letter(Heading(**{**given, "subject": before}), TEXT, HTML)
    changed = with_subject(letter, after)
    old, new = splice(letter, VALUES), splice(changed, VALUES)
    assert headers.unstructured("Subject", after) in new.partition(b"\r\n\r\n")[0] + b"\r\n"
    assert without_subject(new) == without_subject(old)
    assert with_subject(changed, before) == letter


def without_subject(message: bytes) -> bytes:
    head, _, body = message.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    return b"\r\n".join(field for field in fields if not field.startswith(b"Subject:")) + b"\r\n\r\n" + body


def test_a_line_break_in_the_new_subject_is_refused() -> None:
    """As in the first one; and a letter without a subject is none of ours."""
    with pytest.raises(HeaderRefused):
        with_subject(LETTER, "a\r\nBcc: x@example.org")
    with pytest.raises(HeaderRefused):
        with_subject(Letter((b"From: x\r\n\r\n",)), "a")


# The command


def run(app: App, *words: str) -> Result:
    return CliRunner().invoke(command, words, obj=str(app.root), standalone_mode=False)


def test_the_command_tells_what_became_of_each(home: App, server: SmtpServer) -> None:
    """Exit status 1 when one was not accepted."""
    server.at("RCPT", say("550 5.1.1 no such user"), to=TEAM[0])
    done = run(home, ISSUE, "--to", ",".join(TEAM), "--to", "priya@example.org", "--as", "mei")
    assert (done.return_value, done.stderr) == (1, "")
    assert "[TEST] " in done.stdout
    assert re.search(rf"{TEAM[0]} +NOT SENT +550 .*no such user", done.stdout)
    assert re.search(rf"{TEAM[1]} +accepted +250", done.stdout)
    assert len(server.messages) == 2
    assert run(home, ISSUE, "--to", TEAM[1]).return_value == 0
