"""Alarms for the tests: a second mail server, a webhook, and a clock that walks minute by minute."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import insert

from newsletter.actions.app import App
from newsletter.actions.keep_watch import Watched, keep_watch
from newsletter.model.job import Job
from newsletter.model.mailing import DeliveryState, Intent, Mailing, MailingKind, MailingState, Pause
from newsletter.model.subscriber import SubscriberState
from newsletter.store import alarms, mailings, planning, receipts, schema
from newsletter.store import ledger as book
from newsletter.store.engine import open_store
from newsletter.store.owning import own
from tests.approving import COMING
from tests.delivering import Clock
from tests.living import text_of
from tests.mailing import DIGEST, verdict
from tests.smtpserver import LIMIT, SmtpServer


@dataclass(frozen=True)
class Post:
    """One request, as it arrived."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Hook:
    """A server that takes what is posted, and answers as a test says."""

    port: int = 0
    posts: list[Post] = field(default_factory=list)
    status: int = 200
    location: str | None = None
    hangs: threading.Event | None = None  # no answer before it is set

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/secret-part"

    @property
    def subjects(self) -> list[str]:
        """Of messages for any program."""
        return [post.json["subject"] for post in self.posts if post.method == "POST"]


class _Handler(BaseHTTPRequestHandler):
    hook: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hook.posts.append(Post(self.command, self.path, headers, body))
        if self.hook.hangs is not None:
            self.hook.hangs.wait(LIMIT)
        self.send_response(self.hook.status)
        if self.hook.location:
            self.send_header("Location", self.hook.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815  (as the server calls it)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def hooking() -> Iterator[Hook]:
    """A hook for as long as the block lasts."""
    hook = Hook()
    handler = type("Handler", (_Handler,), {"hook": hook})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        hook.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield hook
        finally:
            if hook.hangs is not None:
                hook.hangs.set()
            server.shutdown()
            thread.join()


def alarmed_by(app: App, *, mail: int | None = None, webhook: str | None = None, **more: object) -> None:
    """Writes `alarms:` into schedule.yaml: a second mail server on this port, a kind of webhook, other keys."""
    found: dict[str, object] = dict(more)
    if mail is not None:
        found["mail"] = {"host": "127.0.0.1", "port": mail, "tls": "none"}
    if webhook is not None:
        found["webhook"] = webhook
    path = app.root / "schedule.yaml"
    kept = "".join(line for line in path.read_text("utf-8").splitlines(True) if not line.startswith("alarms:"))
    path.write_text(f"{kept.rstrip()}\nalarms: {json.dumps(found)}\n", "utf-8")


def secret(app: App, name: str, value: str) -> None:
    """Writes a variable into .env."""
    path = app.root / ".env"
    before = path.read_text("utf-8") if path.exists() else ""
    path.write_text(f"{before}{name}={value}\n", "utf-8")


def no_jobs(app: App, but: Job | None = None) -> None:
    """Nothing runs by itself but one job, and so nothing else is late."""
    path = app.root / "schedule.yaml"
    names = ", ".join(job.value for job in Job if job is not but)
    path.write_text(f"{path.read_text('utf-8').rstrip()}\njobs: {{ off: [{names}] }}\n", "utf-8")


def under_way(
    app: App,
    state: MailingState = MailingState.SENDING,
    pause: Pause | None = None,
    words: str | None = None,
    rows: int = 3,
) -> Mailing:
    """A mailing of the coming issue to so many readers of whom none has it, due now."""
    with open_store(app.database) as store:
        with store.writing() as connection:
            readers = [f"reader-{number}@example.org" for number in range(rows)]
            values = {"state": SubscriberState.CONFIRMED.value, "added": app.clock()}
            marks = [{"mark": one.encode().ljust(32), "address": one, **values} for one in readers]
            connection.execute(insert(schema.subscribers), marks)
        now = app.clock()
        made = mailings.create(store, COMING, MailingKind.ISSUE, DIGEST, now, now + timedelta(days=2), key="k1")
        with own(store, app.root, now) as owned:
            planning.plan(owned, made.id, now)
        if state is not MailingState.READY:
            ready = (MailingState.READY,)
            mailings.move(store, made.id, state, expect=ready, now=now, pause=pause, words=words)
        return mailings.get(store, made.id)


def again(app: App, mailing: Mailing) -> None:
    """Somebody goes on with a mailing that was paused."""
    with open_store(app.database) as store:
        to, expect = MailingState.SENDING, (MailingState.PAUSED,)
        mailings.move(store, mailing.id, to, expect=expect, now=app.clock(), who="mei")


def accepted(app: App, mailing: Mailing, seq: int = 1) -> None:
    """A reader's copy has arrived."""
    now = app.clock()
    with open_store(app.database) as store, own(store, app.root, now) as owned:
        book.commit(owned, mailing.id, (), [Intent(seq, 0, DIGEST)], now)
        (one,) = receipts.people(store, mailing.id, (DeliveryState.HANDING_OVER,), 0, 1)
        book.commit(owned, mailing.id, [verdict(one, DeliveryState.ACCEPTED)], (), now)


def clock_of(app: App) -> Clock:
    assert isinstance(app.clock, Clock)
    return app.clock


def watch(app: App, minutes: int = 1) -> list[Watched]:
    """What each beat comes to: one now, then one each minute."""
    came = []
    for _ in range(minutes):
        came.append(keep_watch(app))
        clock_of(app).forward(minutes=1)
    return came


def keys(watched: Watched) -> list[str]:
    """What lasts."""
    return [alarm.concern.key for alarm in watched.open]


def mails(server: SmtpServer) -> list[tuple[str, str, str]]:
    """Whom each mail was for, its subject on one line, and its text."""
    found = []
    for one in list(server.messages):
        message = message_from_bytes(one.content, policy=policy.default)
        found.append((one.recipients[0], " ".join(str(message["Subject"]).split()), text_of(one)))
    return found


def count_of_alarms(app: App) -> int:
    """How many stand in the table, lasting and over."""
    with open_store(app.database) as store:
        return len(alarms.lasting(store)) + len(alarms.ended(store, 1_000))
