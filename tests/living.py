"""A running site for the tests: the live pages on loopback, with the mail server that their mails go to.

    with running(publication) as site:
        site.sign_up("ana@example.org")
        link = site.link_in(site.mails.wait_for(1)[0])      # http://127.0.0.1:.../confirm/...
        assert site.post(link, {}).status == 200

Its clock stands still until a test moves it; what limits count by, `site.ticks`, is another. schedule.yaml names the
address that it is served at, so that every link of a mail or a page leads back here.
"""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from newsletter.actions.app import App, open_app
from newsletter.actions.publish_archive import publish_archive
from newsletter.serving.listening import listening
from newsletter.serving.server import local_names, server_of
from newsletter.site.application import application
from newsletter.site.live import Live
from newsletter.site.pump import Pump
from tests.postgres import fresh_database
from tests.smtpserver import LIMIT, Received, SmtpServer

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Answer:
    """What the site has answered."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page's form."""
        found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', self.text)
        assert found, f"no hidden field {name} in: {self.text}"
        return unescape(found[1])


@dataclass
class Living:
    """A site that runs."""

    root: Path
    app: App
    live: Live
    address: str  # "http://127.0.0.1:40000" and the base path
    mails: SmtpServer
    clock: Clock
    seconds: list[float] = field(default_factory=lambda: [0.0])  # of the limits' clock

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """What is answered at a path below the address, or at an address of its own."""
        return self.ask("GET", path, headers=headers)

    def post(
        self, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """What is answered where a plain form is sent."""
        plain = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.ask("POST", path, urlencode(form or {}).encode(), plain)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Any request. Redirects are not followed."""
        base = urlsplit(self.address).path
        target = path if not path.startswith("http") else path.removeprefix(f"http://127.0.0.1:{self.port}")
        target = target if path.startswith("http") else f"{base}{path}"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)) as connection:
            connection.request(method, target, body, {"Host": f"127.0.0.1:{self.port}", **(headers or {})})
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, found, answer.read())

    def filled_in(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a form of a live page that somebody opens, fills in and sends after half a minute."""
        shown = self.get(path, headers)
        self.clock.forward(seconds=30)
        return self.post(path, {"shown": shown.hidden("shown"), "website": "", **fields}, headers)

    def sign_up(self, address: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to somebody who fills in the form."""
        return self.filled_in("/subscribe", {"address": address}, headers)

    def link_in(self, mail: Received) -> str:
        """The first address of this site in a mail."""
        found = re.search(rf"{re.escape(self.address)}/\S+", text_of(mail))
        assert found, text_of(mail)
        return found[0]


def text_of(mail: Received) -> str:
    """The plain text of a mail as its reader has it."""
    message = message_from_bytes(mail.content, policy=policy.SMTP)
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@contextmanager
def running(
    publication: Path,
    *,
    base: str = "",
    behind: Sequence[str] = (),
    pumping: bool = True,
    site: str | None = None,
    archive: bool = False,
    patience: float = 15.0,
    clock: Clock | None = None,
) -> Iterator[Living]:
    """The live pages of a publication, and its archive as far as public/ has one.

    `pumping`: what is asked for is seen to at once; else it waits in the database. `site`: the address in schedule.yaml
    where that is another one than the site is served at, as behind a proxy. `archive`: it is built first.
    `patience`: seconds for what a visitor sends to arrive. A database with today's tables is made where there is none.
    """
    clock, seconds = clock or Clock(), [0.0]
    listener = listening("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}{base}"
    with ExitStack() as ending:
        ending.callback(listener.close)
        if not (publication / "var" / "newsletter.db").exists():
            ending.enter_context(fresh_database("sqlite", publication))
        mails = ending.enter_context(SmtpServer())
        _tell_schedule(publication / "schedule.yaml", site or address, mails.port)
        app = open_app(publication, clock)
        if archive:
            publish_archive(app)
        pump = Pump(app) if pumping else None
        live = Live(app, behind=[ip_network(one) for one in behind], pump=pump, ticks=lambda: seconds[0])
        ending.callback(live.close)
        server = server_of(application(live, local_names(listener), patience), patience)
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="site")
        if pump is not None:
            pump.start()
            ending.callback(_stopped, pump)
        serving.start()
        try:
            yield Living(publication, app, live, address, mails, clock, seconds)
        finally:
            server.should_exit = True
            serving.join(LIMIT)
            assert not serving.is_alive()


def _stopped(pump: Pump) -> None:
    assert pump.stop(LIMIT), "the pump does not end"


def _tell_schedule(path: Path, address: str, port: int) -> None:
    text = re.sub(r"(?m)^site: \S+.*$", f"site: {address}", path.read_text("utf-8"))
    sending = f"sending: {{ transport: smtp, host: 127.0.0.1, port: {port}, tls: none }}"
    assert "\nsending:" not in text
    path.write_text(f"{text}\n{sending}\n", "utf-8")
