"""The order of going out: the page is seen from outside before the first mail, home and feeds name it after that."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.mailing_of import NotNow
from newsletter.actions.pause_mailing import pause_mailing
from newsletter.actions.public_addresses import NotLive
from newsletter.actions.publish_command import PublishFailed
from newsletter.actions.publish_issue import page_of
from newsletter.actions.resume_mailing import resume_mailing
from newsletter.actions.send_issue import Sent
from newsletter.model.mailing import DeliveryState, MailingState
from newsletter.publication.sent import sent_digests
from newsletter.publication.write import write
from tests.approving import COMING, edit, in_issue, sign
from tests.goingout import (
    PAGE,
    Host,
    clock_of,
    each_run,
    fate,
    mails,
    mails_at_each_run,
    move_to,
    ready,
    runs,
    serving,
    state_of,
    told_of,
)
from tests.sending import COUNT, meanwhile, over_smtp, publishing, sums
from tests.smtpserver import Gate, SmtpServer, say, usual
from tests.test_sending_commands import typed

ACCEPTED = DeliveryState.ACCEPTED


@pytest.fixture(scope="module")
def one_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with serving(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture(scope="module")
def pristine_on_host(one_host: Host, pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose site is that host, with readers and an approved issue; not to be changed."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("on-host") / "publication"))
    move_to(one_host, root)
    return root


@pytest.fixture
def host(one_host: Host) -> Host:
    one_host.again()
    return one_host


@pytest.fixture
def on_host(pristine_on_host: Path, host: Host, tmp_path: Path) -> App:
    """A copy of it, at the moment its issue is due, with a command that copies public/ to the host."""
    return ready(host, Path(shutil.copytree(pristine_on_host, tmp_path / "publication")))


# Before the first mail


def test_the_page_is_on_the_host_before_the_first_mail_and_the_host_is_told_again_behind_it(
    on_host: App, host: Host
) -> None:
    """The command is run before any mail has left; page and pictures are asked for; it is run again for home."""
    sent, lines = told_of(on_host)
    assert sums(sent.receipt) == {ACCEPTED: COUNT}
    assert sent.trouble is None
    assert sent.opened
    first, *others = each_run(on_host)
    assert first == {"mails": 0, "listed": False}
    assert others
    assert all(each["listed"] and each["mails"] for each in others)
    assert host.before == 0
    pictures = {f"/images/{path.name}" for path in (in_issue(on_host.root, "sent") / "images").iterdir()}
    assert {path for path, _ in host.asked} == {PAGE, *pictures}
    assert pictures
    assert lines == []


def test_no_mail_leaves_while_the_host_shows_new_files_ninety_seconds_late(on_host: App, host: Host) -> None:
    """It is asked again and again, ever more patiently; the first mail comes behind the last right answer."""
    clock = clock_of(on_host)
    shown = clock.now + timedelta(seconds=90)
    host.shows = lambda: clock.now >= shown
    sent, lines = told_of(on_host)
    assert sums(sent.receipt) == {ACCEPTED: COUNT}
    assert host.before == 0
    assert timedelta(seconds=90) <= clock.now - (shown - timedelta(seconds=90)) < timedelta(seconds=105)
    assert 5 < len([path for path, _ in host.asked if path == PAGE]) < 15
    assert lines == [f"Waiting for the web: {host.site}{PAGE} answered 404, and 4 more are not right yet."]


def test_where_the_host_never_shows_it_nothing_is_sent_and_a_person_is_told(on_host: App, host: Host) -> None:
    """What was asked and what came; the mailing stays ready, and the same command goes on once the host is mended."""
    host.shows = lambda: False
    began = clock_of(on_host).now
    with pytest.raises(NotLive) as caught:
        told_of(on_host)
    words = str(caught.value)
    assert f"no mail of {COMING} leaves" in words
    assert "times in 15 minutes, the last time at 22:15 UTC" in words.replace(f"{clock_of(on_host).now:%H:%M}", "22:15")
    assert f"{host.site}{PAGE} answered 404" in words
    assert "the same command goes on then" in words
    assert clock_of(on_host).now - began == timedelta(minutes=15)
    assert (mails(on_host), state_of(on_host)) == (0, MailingState.READY)
    assert sent_digests(on_host.root, COMING)
    host.shows = lambda: True
    sent, _ = told_of(on_host)
    assert sums(sent.receipt) == {ACCEPTED: COUNT}


def test_an_older_page_at_the_address_is_not_taken_for_the_approved_one(on_host: App, host: Host) -> None:
    """A word of the article is another: nothing leaves."""
    publishing(on_host, wait_minutes=1)

    def older() -> None:
        page = page_of(on_host, COMING).read_bytes()
        host.instead[PAGE] = page.replace(b"<article", b"<article ", 1)

    host.then = older
    with pytest.raises(NotLive, match="answered with a page that does not hold the approved article"):
        told_of(on_host)
    assert mails(on_host) == 0


def test_what_a_host_puts_around_the_article_is_its_own_affair(on_host: App, host: Host) -> None:
    """Some add a script or a banner: the article is whole, and it is sent."""

    def around() -> None:
        page = page_of(on_host, COMING).read_bytes()
        host.instead[PAGE] = page.replace(b"</body>", b"<p>Served by a friendly host.</p></body>")

    host.then = around
    assert sums(told_of(on_host)[0].receipt) == {ACCEPTED: COUNT}


def test_a_picture_that_the_host_has_changed_keeps_the_mails_back(on_host: App, host: Host) -> None:
    """One octet of one picture: its address is named."""
    publishing(on_host, wait_minutes=1)
    spoilt: list[str] = []

    def spoil() -> None:
        path = min((in_issue(on_host.root, "sent") / "images").iterdir())
        spoilt.append(f"/images/{path.name}")
        host.instead[spoilt[0]] = path.read_bytes()[:-1] + b"\0"

    host.then = spoil
    with pytest.raises(NotLive) as caught:
        told_of(on_host)
    assert f"{host.site}{spoilt[0]} answered with another picture than the approved one" in str(caught.value)
    assert list(caught.value.asked.wrong) == [f"{host.site}{spoilt[0]}"]
    assert mails(on_host) == 0


def test_a_private_host_that_nobody_named_is_not_asked(on_host: App, host: Host) -> None:
    """It is told at once, with the way out: waiting would change nothing."""
    edit(on_host.root / "schedule.yaml", "allow_hosts: [127.0.0.1]", "allow_hosts: []")
    began = clock_of(on_host).now
    with pytest.raises(NotLive, match="allow_hosts"):
        told_of(on_host)
    assert clock_of(on_host).now == began
    assert host.asked == []


def test_a_host_that_is_down_is_told_in_words(on_host: App, host: Host) -> None:
    """No connection is an answer too: nothing leaves."""
    publishing(on_host, wait_minutes=1)
    with serving(host.folder / "gone") as gone:
        nobody = gone.site
    edit(on_host.root / "schedule.yaml", host.site, nobody)
    sign(on_host, "mei")
    with pytest.raises(NotLive, match="gave no answer: .*127.0.0.1"):
        told_of(on_host)
    assert mails(on_host) == 0


def test_a_sample_address_is_not_looked_for(sender: App) -> None:
    """A name that is reserved for examples leads nowhere; it is said that nobody looked."""
    sent, lines = told_of(sender)
    assert sums(sent.receipt) == {ACCEPTED: COUNT}
    assert lines == ["The page was not looked for on the web: https://focus.example.org is a sample address."]


# Behind the first mail


def test_home_names_the_issue_while_the_other_mails_are_on_their_way(on_host: App) -> None:
    """A mailing may take hours; the host has the new home page before the fifth mail is through."""
    told = runs(on_host).with_name("told")
    os.mkfifo(told)
    write(fate(on_host), json.dumps({"1": "tell"}))
    with SmtpServer() as server:
        over_smtp(on_host, server.port)
        gate = Gate()
        server.at("DOT", usual(gate=gate), after=4, times=1)
        with meanwhile(on_host) as came:
            assert told.read_text() == "done"
            assert len(server.messages) == 4
            gate.open()
        assert isinstance(came[0], Sent)
        assert sums(came[0].receipt) == {ACCEPTED: COUNT}
    assert [each["listed"] for each in each_run(on_host)] == [False, True]


def test_a_command_that_fails_behind_the_mails_is_told_and_made_up_for(on_host: App) -> None:
    """Everybody has got it, the next issue is open; sending it again brings home and feeds up to date, and no mail."""
    write(fate(on_host), json.dumps({str(number): "fail" for number in (1, 2)}))
    sent, _ = told_of(on_host)
    assert sums(sent.receipt) == {ACCEPTED: COUNT}
    assert sent.opened
    assert "cannot reach the host" in str(sent.trouble)
    before = len(mails_at_each_run(on_host))
    told_of(on_host)
    assert len(mails_at_each_run(on_host)) == before + 1
    assert mails(on_host) == COUNT
    with pytest.raises(NotNow, match="is sent"):
        told_of(on_host)


def test_the_person_who_sends_is_told_all_of_it(on_host: App, host: Host) -> None:
    """As they type it: what keeps the mails back, and what home and feeds lack behind them, each with status 1."""
    write(fate(on_host), json.dumps({"0": "fail", "2": "fail", "3": "fail"}))
    with pytest.raises(PublishFailed, match="cannot reach the host"):
        typed(on_host, "send", str(COMING), "--now")
    assert host.asked == []
    done = typed(on_host, "send", str(COMING), "--now")
    assert done.return_value == 1
    assert f"{COUNT} in all = {COUNT} accepted" in done.stdout
    assert "But home and feeds may not show it yet: publish.command" in done.stderr
    assert f"`newsletter send {COMING}` tries that again." in done.stderr
    assert typed(on_host, "send", str(COMING)).return_value == 0
    assert mails(on_host) == COUNT


def test_a_command_that_fails_before_the_mails_keeps_them_back(on_host: App) -> None:
    """Its last words are told, fit for a terminal; the same command goes on."""
    write(fate(on_host), json.dumps({"0": "fail"}))
    with pytest.raises(
        PublishFailed, match=r"ended with status 3; the last it said:\n  cannot reach the host"
    ) as caught:
        told_of(on_host)
    assert "\x1b" not in str(caught.value)
    assert (mails(on_host), state_of(on_host)) == (0, MailingState.READY)
    assert sums(told_of(on_host)[0].receipt) == {ACCEPTED: COUNT}


def test_a_mended_edition_is_seen_from_outside_before_the_next_mail_leaves(on_host: App, host: Host) -> None:
    """The rest waits until the host shows what was mended."""
    clock = clock_of(on_host)
    with SmtpServer() as server:
        over_smtp(on_host, server.port)
        gate = Gate()
        server.at("DOT", usual(gate=gate), after=3, times=1)
        with meanwhile(on_host) as came:
            gate.wait()
            pause_mailing(on_host, COMING, "mei", login="tests")
            gate.open()
        assert isinstance(came[0], Sent)
        edit(in_issue(on_host.root, "number.md"), "90", "91")
        sign(on_host, "daniel")
        left: list[int] = []
        shown = clock.now + timedelta(seconds=90)
        host.shows, host.then = (lambda: clock.now >= shown), (lambda: left.append(len(server.messages)))
        wait = lambda seconds: clock.forward(seconds=seconds)  # noqa: E731
        done = resume_mailing(on_host, COMING, "mei", login="tests", mended=True, watch=clock.watch, wait=wait)
        assert sums(done.receipt) == {ACCEPTED: COUNT}
        assert set(left) == {4}
        assert clock.now >= shown
        assert len(server.messages) == COUNT


def test_a_server_that_refuses_us_leaves_the_page_where_it_is(on_host: App, host: Host) -> None:
    """Nobody has got it, it may go out any moment: it is on the web, and no list names it."""
    with SmtpServer() as server:
        over_smtp(on_host, server.port)
        server.at("MAIL", say("550 5.7.1 sender not allowed"), times=1)
        sent, _ = told_of(on_host)
    assert sent.receipt.mailing.state is MailingState.PAUSED
    assert (host.folder / "now" / "issues" / str(COMING) / "index.html").exists()
