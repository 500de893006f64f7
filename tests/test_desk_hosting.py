"""The desk behind a real nginx with the file of docs/hosting: signed in over https, as people work every week."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from newsletter.actions.sign_in_links import make_link
from tests.certificates import certificates
from tests.conftest import ROOT
from tests.desking import FORM, Desking, desk_of
from tests.test_hosting import around

HOST = "localhost"
HTMX = ROOT / "templates" / "desk" / "vendor" / "htmx.min.js"


def adapted(text: str, ports: tuple[int, int], behind: int) -> str:
    """The file with the three things changed that it says are to be changed, and the ports of a test."""
    good = certificates().good
    changes = {
        r"listen \[::\]:\S+( ssl)?;\n": "",
        r"listen 80;": f"listen 127.0.0.1:{ports[0]};",
        r"listen 443 ssl;": f"listen 127.0.0.1:{ports[1]} ssl;",
        r"127\.0\.0\.1:8082;": f"127.0.0.1:{behind};",
        r"desk\.focus\.example\.org(?=[;$])": HOST,
        r"/etc/letsencrypt/live/\S+/fullchain\.pem": str(good.certificate),
        r"/etc/letsencrypt/live/\S+/privkey\.pem": str(good.key),
    }
    for pattern, instead in changes.items():
        text, count = re.subn(pattern, instead, text)
        assert count, pattern
    return text


@pytest.fixture
def desk(publication: Path) -> Iterator[Desking]:
    path = publication / "schedule.yaml"
    path.write_text(path.read_text("utf-8") + f"\ndesk: https://{HOST}\n", "utf-8")
    with desk_of(publication) as running:
        yield running


@pytest.fixture
def port(desk: Desking, tmp_path: Path) -> Iterator[int]:
    """Where nginx listens for https."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.fail("no nginx to test with; `make test` as root installs it, elsewhere install nginx", pytrace=False)
    with ExitStack() as stack:
        listening = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        ports = listening[0].getsockname()[1], listening[1].getsockname()[1]
        text = (ROOT / "docs" / "hosting" / "desk.conf").read_text("utf-8")
        (tmp_path / "ours.conf").write_text(adapted(text, ports, desk.port), "utf-8")
        (tmp_path / "nginx.conf").write_text(around(tmp_path), "utf-8")
        environment = os.environ | {"NGINX": "".join(f"{one.fileno()};" for one in listening)}
        command = [program, "-p", str(tmp_path), "-e", str(tmp_path / "errors"), "-c", str(tmp_path / "nginx.conf")]
        process = subprocess.Popen(command, env=environment, pass_fds=[one.fileno() for one in listening])
        stack.callback(process.wait, 30)
        stack.callback(process.terminate)
        yield ports[1]
    said = (tmp_path / "errors").read_text().splitlines()
    assert not [line for line in said if "[emerg]" in line or "[warn]" in line]


def test_somebody_signs_in_over_https(desk: Desking, port: int) -> None:
    """By a link: the cookies are bound to this host and to https, and browsers are told to stay there; forms are known
    for ours though another server stands between."""
    trust = ssl.create_default_context(cafile=str(certificates().authority))
    connection = http.client.HTTPSConnection(HOST, port, timeout=30, context=trust)
    cookies: dict[str, str] = {}

    def ask(method: str, path: str, form: dict[str, str] | None = None) -> tuple[http.client.HTTPResponse, str]:
        headers = {"Host": HOST, "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        if form is not None:
            headers |= {"Content-Type": FORM, "Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}
        connection.request(method, path, urlencode(form or {}).encode() if form is not None else None, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("set-cookie") or ():
            assert "Secure" in line
            assert "HttpOnly" in line
            assert "SameSite=lax" in line
            cookies.update({name: one.coded_value for name, one in SimpleCookie(line).items()})
        return answer, answer.read().decode()

    secret = make_link(desk.app, "mei", desk.app.clock())
    _, page = ask("GET", f"/sign-in/{secret}")
    token = re.search('name="token" value="([^"]*)"', page)
    assert token
    answer, _ = ask("POST", f"/sign-in/{secret}", {"token": token[1]})
    assert answer.status == 303
    assert "__Host-session" in cookies
    answer, page = ask("GET", "/")
    assert "Mei Okafor" in page
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    connection.close()


def test_htmx_is_as_it_was_vendored() -> None:
    """docs/vendored.md names the file's digest; its licence lies beside it."""
    digest = hashlib.sha256(HTMX.read_bytes()).hexdigest()
    assert f"`{digest}`" in (ROOT / "docs" / "vendored.md").read_text("utf-8")
    assert HTMX.with_name("LICENSE-htmx").read_text("utf-8").startswith("Zero-Clause BSD")
