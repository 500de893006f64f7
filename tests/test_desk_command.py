"""`newsletter desk`: begun and ended as an operator does, and the address that helps somebody in."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.commands import run
from tests.conftest import ROOT
from tests.desking import Client
from tests.postgres import fresh_database
from tests.smtpserver import LIMIT

LINK = re.compile(r"(http://\S+)/sign-in/([\w-]{43})\n")


@pytest.fixture
def home(publication: Path) -> Iterator[Path]:
    """The sample publication with its database."""
    with fresh_database("sqlite", publication):
        yield publication


@contextmanager
def served(root: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The command in a process of its own, and the two lines it prints first."""
    command = [sys.executable, "-m", "newsletter", "-C", str(root), "desk", "--port", "0"]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, text=True, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        yield process, process.stdout.readline(), process.stdout.readline()
    finally:
        process.kill()
        process.communicate()


def test_the_first_of_the_team_is_led_in(home: Path) -> None:
    """It prints where it is reached, and the address where the first password is chosen until somebody has one; the
    first of the team is signed in then. SIGTERM ends it in good order."""
    with served(home) as (process, first, second):
        found = re.search(r"http://\S+/first/[\w-]{43}", second)
        assert found, second
        address = urlsplit(found[0])
        assert f"http://{address.netloc}/" in first
        somebody = Client(address.port or 0)
        page = somebody.get(address.path)
        fields = {"member": "mei", "password": "a long walk by the sea", "again": "a long walk by the sea"}
        answer = somebody.send(page, address.path, fields)
        assert answer.status == 303, answer.text
        assert "Mei Okafor" in somebody.follow(answer).text
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT) == 0
    with served(home) as (_, _, second):
        assert "/first/" not in second


def test_a_link_for_somebody_who_cannot_sign_in(home: Path) -> None:
    """The address is printed alone, so that it can be handed on, and signs them in once."""
    done = run("-C", str(home), "desk", "--link", "Priya@Focus.example.org")
    found = LINK.fullmatch(done.stdout)
    assert found, done
    assert found[1] == "http://127.0.0.1:8082"
    assert "signs Priya Lindqvist in once" in done.stderr


def test_the_link_leads_to_the_address_in_the_schedule(home: Path) -> None:
    """Where the desk has an address of its own, the link is for that."""
    path = home / "schedule.yaml"
    path.write_text(path.read_text("utf-8") + "\ndesk: https://desk.focus.example.org\n", "utf-8")
    assert run("-C", str(home), "desk", "--link", "mei").stdout.startswith("https://desk.focus.example.org/sign-in/")


def test_nobody_else_gets_a_link(home: Path) -> None:
    """A name that is not of the team is told, with those that are."""
    done = run("-C", str(home), "desk", "--link", "ada")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the team in schedule.yaml has no 'ada'; it is: mei, daniel, priya" in done.stderr


def test_a_copy_without_its_database_has_no_desk(publication: Path) -> None:
    """What is written at a desk belongs home."""
    assert "the desk stands where the database is" in run("-C", str(publication), "desk").stderr


def test_an_address_that_is_no_address_of_a_desk_is_told(home: Path) -> None:
    """With its line in schedule.yaml: the desk's address is a host, and ends there."""
    path = home / "schedule.yaml"
    path.write_text(path.read_text("utf-8") + "\ndesk: https://focus.example.org/desk\n", "utf-8")
    done = run("-C", str(home), "check-files")
    assert "schedule.yaml:" in done.stdout + done.stderr
    assert "the desk's address has a path" in done.stdout + done.stderr
