"""A running desk for the tests: every page on loopback, and browsers that keep cookies and send forms as real ones do.

    with desk_of(publication) as desk:
        mei = desk.signed_in("mei")
        page = mei.get("/triage")
        answer = mei.send(page, "/triage/gazette-17/keep", {})     # with the page's own token
        assert answer.status == 303

Its clock stands still until a test moves it; what limits count by, `desk.seconds[0]`, is another.
"""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from newsletter.actions import sessions
from newsletter.actions.app import App, open_app
from newsletter.desk.application import application
from newsletter.desk.office import Office
from newsletter.desk.pages.all import PAGES
from newsletter.desk.routes import Page
from newsletter.model.session import Visit
from newsletter.serving.listening import listening
from newsletter.serving.server import local_names, server_of
from newsletter.store.engine import staying_open
from tests.living import Clock
from tests.postgres import fresh_database
from tests.smtpserver import LIMIT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Reply:
    """What the desk has answered."""

    status: int
    headers: Mapping[str, str]  # names in lower case; of several with one name, the last
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def to(self) -> str:
        """Where it leads to."""
        return self.headers.get("location", "")

    def hidden(self, name: str) -> str:
        """The value of the first hidden field of this name."""
        found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', self.text)
        assert found, f"no hidden field {name} in: {self.text}"
        return unescape(found[1])


@dataclass
class Client:
    """One browser, as far as a test without pages to draw needs one."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        """A page. Redirects are not followed."""
        return self.ask("GET", path, headers=headers)

    def follow(self, reply: Reply) -> Reply:
        """The page that an answer leads to."""
        assert reply.status == 303, (reply.status, reply.text)
        return self.get(reply.to)

    def post(
        self, path: str, form: Mapping[str, str] | Sequence[tuple[str, str]], headers: Mapping[str, str] | None = None
    ) -> Reply:
        """A plain form, with nothing that was not given."""
        return self.ask("POST", path, urlencode(form).encode(), {"Content-Type": FORM, **(headers or {})})

    def send(
        self,
        page: Reply,
        path: str,
        fields: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A form of a page that was shown, with the page's token, as a browser sends it."""
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        said = {"Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{self.port}", **(headers or {})}
        return self.post(path, [("token", page.hidden("token")), *pairs], said)

    def upload(self, page: Reply, path: str, fields: Mapping[str, str], name: str, file: tuple[str, bytes]) -> Reply:
        """A form with a file (RFC 7578): `file` is its name and what is in it."""
        border = "----a-border-that-stands-in-no-file"
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in {"token": page.hidden("token"), **fields}.items()
        ]
        head = f'--{border}\r\nContent-Disposition: form-data; name="{name}"; filename="{file[0]}"\r\n\r\n'.encode()
        body = b"".join([*parts, head, file[1], f"\r\n--{border}--\r\n".encode()])
        return self.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={border}"})

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Any request, with the cookies that were set so far."""
        own = {"Host": f"127.0.0.1:{self.port}"}
        if self.cookies:
            own["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)) as connection:
            connection.request(method, path, body, {**own, **(headers or {})})
            answer = connection.getresponse()
            for line in answer.headers.get_all("set-cookie") or ():
                self._keep(line)
            return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.coded_value


@dataclass
class Desking:
    """A desk that runs."""

    root: Path
    app: App
    office: Office
    address: str  # "http://127.0.0.1:40000"
    clock: Clock
    seconds: list[float]  # of the limits' clock

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    def stranger(self) -> Client:
        """A browser that nobody has signed in with."""
        return Client(self.port)

    def signed_in(self, member: str) -> Client:
        """A browser that this member has signed in with."""
        return Client(self.port, {"session": self.secret_of(member)})

    def secret_of(self, member: str) -> str:
        """A new session of this member: what its browser keeps."""
        return sessions.begin(self.app, member, Visit("a browser of the tests", "127.0.0.0/24"), "password")

    def sign_in(self, context: BrowserContext, member: str) -> None:
        """Signs a real browser in as this member."""
        context.add_cookies(
            [{"name": "session", "value": self.secret_of(member), "url": self.address, "httpOnly": True}]
        )


@contextmanager
def desk_of(
    publication: Path,
    *,
    clock: Clock | None = None,
    patience: float = 30.0,
    longest_wait: float = 60.0,
    pages: tuple[Page, ...] = PAGES,
) -> Iterator[Desking]:
    """The desk of a publication. A database with today's tables is made where there is none. `longest_wait`: seconds
    for a database that another process holds."""
    clock, seconds = clock or Clock(), [0.0]
    with ExitStack() as ending:
        if not (publication / "var" / "newsletter.db").exists():
            ending.enter_context(fresh_database("sqlite", publication))
        app = open_app(publication, clock)
        listener = listening("127.0.0.1", 0)
        ending.callback(listener.close)
        ending.enter_context(staying_open(lambda: seconds[0], longest_wait))
        office = Office(app, ticks=lambda: seconds[0])
        ending.callback(office.close)
        server = server_of(application(office, local_names(listener), patience, pages), patience)
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="desk")
        serving.start()
        try:
            yield Desking(publication, app, office, f"http://127.0.0.1:{listener.getsockname()[1]}", clock, seconds)
        finally:
            server.should_exit = True
            serving.join(LIMIT)
            assert not serving.is_alive()
