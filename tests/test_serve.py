"""`newsletter serve`: the whole site in one process, begun and ended as an operator does."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from newsletter.actions.app import open_app
from newsletter.actions.ask_on_site import ask_on_site
from newsletter.model.request import RequestKind
from newsletter.serving.listening import address_of, listening
from tests.commands import run
from tests.conftest import ROOT
from tests.postgres import fresh_database
from tests.smtpserver import LIMIT, SmtpServer

ANA = "ana@example.org"


@pytest.fixture
def home(publication: Path) -> Iterator[Path]:
    """The sample publication with its database."""
    with fresh_database("sqlite", publication):
        yield publication


@contextmanager
def served(root: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a process of its own, and the address it prints first."""
    command = [sys.executable, "-m", "newsletter", "-C", str(root), "serve", "--port", "0", *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, text=True, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def get(address: str, path: str) -> tuple[int, str]:
    host = address.split("/")[2]
    with closing(http.client.HTTPConnection(host, timeout=LIMIT)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_the_archive_is_built_and_served_beside_the_live_pages(home: Path) -> None:
    """From the first second, though nothing was built before; SIGTERM and Ctrl-C end it in good order."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with served(home) as (process, address):
            assert "Focus This Week" in get(address, "/")[1]
            style = re.findall(r'<link rel="stylesheet" href="([^"]+)"', get(address, "/subscribe")[1])
            assert [get(address, one)[0] for one in ("/subscribe", "/health", "/nothing", *style)] == [
                200,
                200,
                404,
                200,
            ]
            process.send_signal(number)
            assert process.wait(LIMIT) == 0


def test_what_was_asked_for_before_it_was_killed_is_seen_to_when_it_is_begun_again(home: Path) -> None:
    """Nobody has to sign up twice because of us."""
    with SmtpServer() as mails:
        path = home / "schedule.yaml"
        sending = f"sending: {{ transport: smtp, host: 127.0.0.1, port: {mails.port}, tls: none }}"
        path.write_text(f"{path.read_text('utf-8')}\n{sending}\n", "utf-8")
        with served(home) as (process, _):
            process.kill()
            process.wait(LIMIT)
        ask_on_site(open_app(home), RequestKind.SUBSCRIBE, ANA, page="p", words="w", language=None)
        with served(home):
            assert [mail.recipients for mail in mails.wait_for(1)] == [(ANA,)]


def test_a_port_that_is_in_use_is_told(home: Path) -> None:
    """With the way out, and exit status 1."""
    with closing(listening("127.0.0.1", 0)) as taken:
        port = address_of(taken).rpartition(":")[2]
        done = run("-C", str(home), "serve", "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"port {port} is in use; name another with --port N" in done.stderr


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--host", "example.org"), 1, "write its IP address, as 127.0.0.1"),
        (("--host", "192.0.2.1", "--port", "0"), 1, "no address of this machine"),
        (("--behind", "proxy.example.org"), 2, "is no IP address; write it as 127.0.0.1, or a network"),
        (("--behind", "10.0.0.1/8"), 2, "is no IP address"),
        (("--port", "70000"), 2, "--port"),
    ],
)
def test_what_is_misspelt_is_told(home: Path, options: tuple[str, ...], status: int, words: str) -> None:
    """Before anything is served."""
    done = run("-C", str(home), "serve", *options)
    assert (done.returncode, done.stdout) == (status, "")
    assert words in " ".join(done.stderr.split())


def test_a_copy_without_its_database_serves_nothing(publication: Path) -> None:
    """Readers who sign up there would be lost."""
    done = run("-C", str(publication), "serve", "--port", "0")
    assert done.returncode == 1
    assert "readers sign up where the database is" in done.stderr
    assert not (publication / "var" / "newsletter.db").exists()


def test_it_listens_by_either_version_of_ip() -> None:
    """And names the address as a browser writes it."""
    with closing(listening("::1", 0)) as six, closing(listening("127.0.0.1", 0)) as four:
        assert re.fullmatch(r"\[::1\]:\d+", address_of(six))
        assert re.fullmatch(r"127\.0\.0\.1:\d+", address_of(four))
