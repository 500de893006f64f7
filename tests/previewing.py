"""A running preview for the tests: the sample's coming issue on loopback, and files that are saved meanwhile."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsletter.actions.app import App
from newsletter.desk.preview import application
from newsletter.desk.server import server_of
from newsletter.serving.listening import LOOPBACK, listening, port_of
from tests.approving import COMING
from tests.conftest import ISSUE

FRAMES = ("phone", "desktop", "no-images", "dark", "page")
ISSUE_MD = f"content/issues/{ISSUE}/issue.md"
NUMBER_MD = f"content/issues/{ISSUE}/number.md"


@dataclass(frozen=True)
class Answer:
    """What the preview has answered."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def policy(self) -> dict[str, str]:
        """The Content-Security-Policy, by directive."""
        parts = (part.strip().partition(" ") for part in self.headers["content-security-policy"].split(";"))
        return {name: value for name, _, value in parts}


@dataclass(frozen=True)
class Served:
    """A publication with its preview running."""

    root: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def change(self, path: str, old: str, new: str) -> None:
        """Saves a file with other words in it."""
        text = (self.root / path).read_text("utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new), "utf-8")

    def ask(self, path: str, method: str = "GET", host: str | None = None) -> Answer:
        """What is answered; `host` stands for the Host header of a browser led astray."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, headers={"Host": f"127.0.0.1:{self.port}" if host is None else host})
            response = connection.getresponse()
            return Answer(
                response.status, {name.lower(): value for name, value in response.headers.items()}, response.read()
            )


@contextmanager
def previewed(app: App) -> Iterator[Served]:
    """The preview of the coming issue, served in a thread on a port that was free."""
    listener = listening(LOOPBACK, 0)
    server = server_of(application(app, COMING, port_of(listener)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Served(app.root, port_of(listener))
    finally:  # after a test that fails as well, or its process would never end
        server.should_exit = True
        thread.join(30)
        listener.close()
    assert not thread.is_alive()
