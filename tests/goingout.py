"""Going out for the tests: a static host, an installation whose site is on it, and what has left at each moment."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.send_issue import Sent, send_issue
from newsletter.actions.show_receipt import show_receipt
from newsletter.model.mailing import MailingState
from tests.approving import COMING, edit
from tests.conftest import opened
from tests.delivering import Clock
from tests.sending import prepared, publishing, when_due

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
    """A host that shows what is copied below this folder."""
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


def move_to(host: Host, root: Path) -> None:
    """Makes the sample publication one whose site is that host, with readers and an approved issue."""
    (root / "var").mkdir(exist_ok=True)
    (root / "var" / "newsletter.db").touch()
    edit(root / "schedule.yaml", "site: https://focus.example.org", f"site: {host.site}")
    edit(root / "schedule.yaml", "\nsections:", "\ngather:\n  allow_hosts: [127.0.0.1]\nsections:")
    prepared(opened(root))


def ready(host: Host, root: Path) -> App:
    """That installation at the moment its issue is due, with a command beside it that copies public/ to the host."""
    app = when_due(opened(root))
    (root.parent / "command.py").write_text(COMMAND, "utf-8")
    arguments = [
        sys.executable,
        str(root.parent / "command.py"),
        str(host.folder),
        str(runs(app)),
        str(fate(app)),
        PAGE,
    ]
    publishing(app, command=arguments)
    host.mails = lambda: mails(app)
    return app


def runs(app: App) -> Path:
    """What the command notes, a line a run."""
    return app.root.parent / "runs"


def fate(app: App) -> Path:
    """What it shall do beside, by the number of the run."""
    return app.root.parent / "fate"


def mails_at_each_run(app: App) -> list[int]:
    """How many mails had left whenever the command was run."""
    return [each["mails"] for each in each_run(app)]


def each_run(app: App) -> list[dict[str, int]]:
    """What the command noted: how many mails had left, and whether home named the issue."""
    lines = runs(app).read_text().splitlines() if runs(app).exists() else []
    return [json.loads(line) for line in lines]


def mails(app: App) -> int:
    """How many have left, into the outbox."""
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
    """The installation's clock, which a test moves."""
    assert isinstance(app.clock, Clock)
    return app.clock


def state_of(app: App) -> MailingState:
    """How far the mailing has come."""
    return show_receipt(app, COMING).receipt.mailing.state
