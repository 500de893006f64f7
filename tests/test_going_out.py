"""The order of going out: the page is seen from outside before the first mail, home and feeds name it after that."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.cancel_mailing import StillPublic, cancel_mailing
from newsletter.actions.mailing_of import NotNow
from newsletter.actions.pause_mailing import pause_mailing
from newsletter.actions.public_addresses import NotLive
from newsletter.actions.publish_command import PublishFailed
from newsletter.actions.publish_issue import page_of
from newsletter.actions.resume_mailing import resume_mailing
from newsletter.actions.send_issue import Sent, send_issue
from newsletter.actions.show_receipt import show_receipt
from newsletter.model.mailing import DeliveryState, MailingState
from newsletter.publication.sent import sent_digests
from newsletter.publication.write import write
from tests.approving import COMING, edit, in_issue, sign
from tests.conftest import opened
from tests.delivering import Clock
from tests.sending import COUNT, meanwhile, over_smtp, prepared, publishing, sums, when_due
from tests.smtpserver import Gate, SmtpServer, say, usual
from tests.test_sending_commands import typed

ACCEPTED, PLANNED = DeliveryState.ACCEPTED, DeliveryState.PLANNED
ROOT = Path(__file__).parents[1]
PAGE = f"/issues/{COMING}/"

# A publish.command: copies public/ to the host's folder and notes when it was run. `fate` names what else it does.
COMMAND = """
import json, os, shutil, signal, sys, time
from pathlib import Path

host, log, fate = map(Path, sys.argv[1:4])
runs = len(log.read_text().splitlines()) if log.exists() else 0
todo = json.loads(fate.read_text()).get(str(runs), "") if fate.exists() else ""
shutil.copytree("public", host / "next")
if (host / "now").exists():
    shutil.rmtree(host / "now")
(host / "next").rename(host / "now")
mails = len(list(Path("var/outbox/new").iterdir())) if Path("var/outbox/new").exists() else 0
with log.open("a") as file:
    file.write(json.dumps({"mails": mails, "listed": sys.argv[4] in Path("public/index.html").read_text()}) + "\\n")
if todo == "fail":
    print("cannot reach the host \\x1b[31m")
    sys.exit(3)
if todo == "tell":
    log.with_name("told").write_text("done")
if todo == "kill":
    os.kill(os.getppid(), signal.SIGKILL)
"""


@dataclass
class Host:
    """A static host on loopback: shows the folder that publish.command copies to, as late as a test says."""

    folder: Path
    port: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)  # paths, and how many mails had left then
    mails: Callable[[], int] = lambda: 0
    shows: Callable[[], bool] = lambda: True
    instead: dict[str, bytes] = field(default_factory=dict)  # path: what it answers, as a host that changes files does
    then: Callable[[], None] = lambda: None  # what happens whenever it was asked

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def before(self) -> int:
        """How many mails had left at the latest asking."""
        return max(count for _, count in self.asked)

    def again(self) -> None:
        """As it was in the beginning."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.asked, self.instead = [], {}
        self.mails, self.shows, self.then = (lambda: 0), (lambda: True), (lambda: None)


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, host: Host, *arguments: object) -> None:
        self.host = host
        super().__init__(*arguments, directory=str(host.folder / "now"))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.host.asked.append((self.path, self.host.mails()))
        self.host.then()
        if not self.host.shows():
            self.send_error(404)
        elif (body := self.host.instead.get(self.path)) is not None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[Host]:
    host = Host(folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, host)) as server:
        host.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def one_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with serving(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture(scope="module")
def pristine_on_host(one_host: Host, pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose site is that host, with readers and an approved issue; not to be changed."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("on-host") / "publication"))
    (root / "var").mkdir(exist_ok=True)
    (root / "var" / "newsletter.db").touch()
    edit(root / "schedule.yaml", "site: https://focus.example.org", f"site: {one_host.site}")
    edit(root / "schedule.yaml", "\nsections:", "\ngather:\n  allow_hosts: [127.0.0.1]\nsections:")
    prepared(opened(root))
    return root


@pytest.fixture
def host(one_host: Host) -> Host:
    one_host.again()
    return one_host


@pytest.fixture
def on_host(pristine_on_host: Path, host: Host, tmp_path: Path) -> App:
    """A copy of it, at the moment its issue is due, with a command that copies public/ to the host."""
    app = when_due(opened(Path(shutil.copytree(pristine_on_host, tmp_path / "publication"))))
    (tmp_path / "command.py").write_text(COMMAND, "utf-8")
    arguments = [sys.executable, str(tmp_path / "command.py"), str(host.folder), str(runs(app)), str(fate(app)), PAGE]
    publishing(app, command=arguments)
    host.mails = lambda: mails(app)
    return app


def runs(app: App) -> Path:
    return app.root.parent / "runs"


def fate(app: App) -> Path:
    return app.root.parent / "fate"


def mails_at_each_run(app: App) -> list[int]:
    """How many mails had left whenever the command was run."""
    return [each["mails"] for each in each_run(app)]


def each_run(app: App) -> list[dict[str, int]]:
    """What the command noted: how many mails had left, and whether home named the issue."""
    lines = runs(app).read_text().splitlines() if runs(app).exists() else []
    return [json.loads(line) for line in lines]


def mails(app: App) -> int:
    folder = app.root / "var" / "outbox" / "new"
    return len(list(folder.iterdir())) if folder.exists() else 0


def told_of(app: App, *, at_once: bool = False, stop: threading.Event | None = None) -> tuple[Sent, list[str]]:
    """Sends the coming issue; a wait for the web moves the clock on."""
    clock, lines = clock_of(app), list[str]()
    sent = send_issue(
        app,
        COMING,
        "mei",
        login="tests",
        at_once=at_once,
        watch=clock.watch,
        stop=stop,
        tell=lines.append,
        wait=lambda seconds: clock.forward(seconds=seconds),
    )
    return sent, lines


def clock_of(app: App) -> Clock:
    assert isinstance(app.clock, Clock)
    return app.clock


def state_of(app: App) -> MailingState:
    return show_receipt(app, COMING).receipt.mailing.state


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


# Somebody wants something else meanwhile


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


def test_a_server_that_refuses_us_leaves_the_page_where_it_is(on_host: App, host: Host) -> None:
    """Nobody has got it, it may go out any moment: it is on the web, and no list names it."""
    with SmtpServer() as server:
        over_smtp(on_host, server.port)
        server.at("MAIL", say("550 5.7.1 sender not allowed"), times=1)
        sent, _ = told_of(on_host)
    assert sent.receipt.mailing.state is MailingState.PAUSED
    assert (host.folder / "now" / "issues" / str(COMING) / "index.html").exists()
