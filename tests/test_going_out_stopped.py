"""Going out, interrupted: paused, cancelled, stopped or killed at any step, it ends cleanly or goes on from there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.cancel_mailing import StillPublic, cancel_mailing
from newsletter.actions.mailing_of import NotNow
from newsletter.actions.pause_mailing import pause_mailing
from newsletter.actions.public_addresses import NotLive
from newsletter.actions.publish_issue import page_of
from newsletter.actions.resume_mailing import resume_mailing
from newsletter.actions.send_issue import Sent, send_issue
from newsletter.model.mailing import DeliveryState, MailingState
from newsletter.publication.sent import sent_digests
from newsletter.publication.write import write
from tests.approving import COMING
from tests.conftest import ROOT
from tests.goingout import Host, clock_of, fate, mails, mails_at_each_run, move_to, ready, serving, state_of, told_of
from tests.sending import COUNT, meanwhile, over_smtp, publishing, sums
from tests.smtpserver import Gate, SmtpServer, usual

ACCEPTED, PLANNED = DeliveryState.ACCEPTED, DeliveryState.PLANNED


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


# While the web is waited for


def test_cancelled_while_the_web_is_waited_for_the_public_copy_goes_too(on_host: App, host: Host) -> None:
    """sent/, the page, and what the host had of it; the issue can be sent anew."""
    clock = clock_of(on_host)
    calls: list[float] = []

    def wait(seconds: float) -> None:
        clock.forward(seconds=seconds)
        calls.append(seconds)
        if len(calls) == 2:
            assert (host.folder / "now" / "issues" / str(COMING) / "index.html").exists()
            cancel_mailing(on_host, COMING, "mei", login="tests", words="called off")

    host.shows = lambda: False
    sent = send_issue(on_host, COMING, "mei", login="tests", watch=clock.watch, wait=wait)
    assert sent.receipt.mailing.state is MailingState.CANCELLED
    assert sums(sent.receipt) == {DeliveryState.CANCELLED: COUNT}
    assert len(calls) == 2
    assert sent_digests(on_host.root, COMING) == ()
    assert not page_of(on_host, COMING).exists()
    assert not (host.folder / "now" / "issues" / str(COMING) / "index.html").exists()
    host.shows = lambda: True
    assert sums(told_of(on_host)[0].receipt) == {ACCEPTED: COUNT}


def test_paused_while_the_web_is_waited_for_nothing_leaves(on_host: App, host: Host) -> None:
    """Resumed, it asks anew."""
    clock = clock_of(on_host)

    def wait(seconds: float) -> None:
        clock.forward(seconds=seconds)
        pause_mailing(on_host, COMING, "mei", login="tests", words="a wrong link")

    host.shows = lambda: False
    sent = send_issue(on_host, COMING, "mei", login="tests", watch=clock.watch, wait=wait)
    assert sent.receipt.mailing.state is MailingState.PAUSED
    assert mails(on_host) == 0
    host.shows, asked = (lambda: True), len(host.asked)
    done = resume_mailing(on_host, COMING, "mei", login="tests", watch=clock.watch)
    assert sums(done.receipt) == {ACCEPTED: COUNT}
    assert len(host.asked) > asked


def test_stopped_while_the_web_is_waited_for_it_goes_on_later(on_host: App, host: Host) -> None:
    """Ctrl-C: nothing has left and nothing is lost; a wait does not hold it back."""
    stop = threading.Event()
    host.shows, host.then = (lambda: False), stop.set
    sent = send_issue(on_host, COMING, "mei", login="tests", stop=stop)
    assert (sent.receipt.mailing.state, sums(sent.receipt)) == (MailingState.READY, {PLANNED: COUNT})
    host.shows = lambda: True
    assert sums(told_of(on_host)[0].receipt) == {ACCEPTED: COUNT}


def test_cancelled_before_the_first_mail_the_host_is_told(on_host: App, host: Host) -> None:
    """An issue that had been on the web is taken off it. Where the host is down, cancelling again tries again."""
    host.shows = lambda: False
    publishing(on_host, wait_minutes=1)
    with pytest.raises(NotLive):
        told_of(on_host)
    shown = host.folder / "now" / "issues" / str(COMING) / "index.html"
    assert shown.exists()
    write(fate(on_host), json.dumps({str(len(mails_at_each_run(on_host))): "fail"}))
    with pytest.raises(StillPublic, match="its page may still be on the web: publish.command .* ended with status 3"):
        cancel_mailing(on_host, COMING, "mei", login="tests")
    assert state_of(on_host) is MailingState.CANCELLED
    cancel_mailing(on_host, COMING, "mei", login="tests")
    assert not shown.exists()
    with pytest.raises(NotNow, match="is cancelled; there is nothing left of it"):
        cancel_mailing(on_host, COMING, "mei", login="tests")


def test_cancelled_in_the_middle_the_page_says_so(on_host: App, host: Host) -> None:
    """What was sent was sent: the page stays, with a note, and the host has it."""
    with SmtpServer() as server:
        over_smtp(on_host, server.port)
        gate = Gate()
        server.at("DOT", usual(gate=gate), after=3, times=1)
        with meanwhile(on_host) as came:
            gate.wait()
            cancel_mailing(on_host, COMING, "mei", login="tests")
            gate.open()
        assert isinstance(came[0], Sent)
    assert came[0].receipt.mailing.state is MailingState.CANCELLED
    note = "Not every reader got this issue by mail"
    assert note in (host.folder / "now" / "issues" / str(COMING) / "index.html").read_text("utf-8")
    assert str(COMING) in (host.folder / "now" / "index.html").read_text("utf-8")


# Killed between two steps

SENDER = """
import sys
from datetime import datetime
from pathlib import Path
from newsletter.actions.app import open_app
from newsletter.actions.send_issue import send_issue
from newsletter.model.issue import IssueId

now = datetime.fromisoformat(sys.argv[2])
send_issue(open_app(Path(sys.argv[1]), lambda: now), IssueId.parse(sys.argv[3]), "mei", login="tests")
"""


def started(app: App) -> subprocess.Popen[bytes]:
    """A sender of its own, which may be killed."""
    command = [sys.executable, "-c", SENDER, str(app.root), clock_of(app).now.isoformat(), str(COMING)]
    return subprocess.Popen(command, cwd=ROOT)


def test_killed_between_two_steps_sending_goes_on_from_there(on_host: App, host: Host) -> None:
    """-9 while the host is told of the page, while the web is asked, and behind the mails: nobody gets two, none is
    missing, and home, feeds and the next issue are made up for."""
    write(fate(on_host), json.dumps({"0": "kill", "3": "kill"}))
    assert started(on_host).wait(120) == -signal.SIGKILL
    assert (len(mails_at_each_run(on_host)), host.asked, mails(on_host)) == (1, [], 0)

    sender = started(on_host)
    host.then = partial(os.kill, sender.pid, signal.SIGKILL)
    assert sender.wait(120) == -signal.SIGKILL
    host.then = lambda: None
    assert (len(mails_at_each_run(on_host)), mails(on_host)) == (2, 0)

    assert started(on_host).wait(120) == -signal.SIGKILL
    assert len(mails_at_each_run(on_host)) == 4
    sent, _ = told_of(on_host)
    assert sums(sent.receipt) == {ACCEPTED: COUNT}
    assert sent.opened
    assert len(mails_at_each_run(on_host)) == 5
    assert mails(on_host) == COUNT
    with pytest.raises(NotNow, match="is sent"):
        told_of(on_host)
