"""What `newsletter run` says and tells: its log, systemd, var/run.json, the status server and its figures."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from configparser import ConfigParser
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from newsletter.actions.app import App
from newsletter.actions.system_figures import system_figures
from newsletter.cli.run import command
from newsletter.model.errors import NewsletterError
from newsletter.model.job import Job, Run, RunState
from newsletter.publication.schedule import City
from newsletter.schedule import standing
from newsletter.schedule.logs import ForMachines, ForPeople, log_what_is_printed, scrubbed
from newsletter.schedule.metrics import Figures, page
from newsletter.schedule.standing import ChildStanding, Standing
from newsletter.schedule.status import Check, StatusServer, server_answers
from newsletter.schedule.systemd import tell, watchdog_seconds
from newsletter.schedule.tree import PATIENCE
from newsletter.serving.listening import listening, port_of
from newsletter.store import runs
from newsletter.store.engine import open_store
from tests.conftest import ROOT
from tests.running import LIMIT

NOW = datetime(2026, 11, 27, 12, 57, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NEW_YORK = City(name="New York", zone="America/New_York")


def record(words: str, level: int = logging.INFO, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    found = logging.LogRecord("newsletter", level, __file__, 1, words, None, info)
    found.created = NOW.timestamp()
    return found


def test_a_line_for_people_has_the_time_of_their_city() -> None:
    """And a word before what is more than news."""
    people = ForPeople("send", NEW_YORK)
    assert people.format(record("12 accepted")) == "Fri 27 Nov 07:57:00 New York  send: 12 accepted"
    assert people.format(record("a\nb", logging.WARNING)) == "Fri 27 Nov 07:57:00 New York  send: warning: a / b"


def test_a_line_for_machines_is_one_object() -> None:
    """With the traceback of a fault in it."""
    try:
        raise ValueError("of ana@example.org")
    except ValueError as error:
        found = json.loads(ForMachines("send").format(record("it failed\nbadly", logging.ERROR, error)))
    trace = found.pop("trace")
    assert found == {
        "time": "2026-11-27T12:57:00.000Z",
        "level": "error",
        "from": "send",
        "words": "it failed / badly",
    }
    assert "ValueError: of ...@example.org" in trace


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("550 <ana.bo+x@example.org> unknown", "550 <...@example.org> unknown"),
        ("GET https://focus.example.org/u/AbC-123_xyz.Z", "GET https://focus.example.org/u/..."),
        ("/me/AbC-123_xyz/export, /confirm/AbC-123_xyz", "/me/.../export, /confirm/..."),
        ("postgresql://us:secret@db.example.org/x", "postgresql://us:...@db.example.org/x"),
        ("content/people.yaml:3, 12 @ 8", "content/people.yaml:3, 12 @ 8"),
        ("http://127.0.0.1:8080/p/ and /p/short", "http://127.0.0.1:8080/p/ and /p/short"),
    ],
)
def test_a_log_names_no_reader(said: str, written: str) -> None:
    """Neither an address nor what would let somebody act as one."""
    assert scrubbed(said) == written


AROUND = ("", "<>", "to", ":", "é", "=@", "/u/", "mailto:", "\n", "...")


@given(
    st.from_regex(r"[a-z][a-z0-9.+_-]{0,20}@[a-z0-9]{1,10}\.(org|com|test)", fullmatch=True), st.sampled_from(AROUND)
)
def test_no_address_stands_in_a_log_whatever_is_around_it(address: str, around: str) -> None:
    """The domain may: it says which provider refuses us."""
    assert address not in scrubbed(f"{around}{address}{around}")


def test_what_a_command_prints_becomes_lines_of_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whole lines, as they are printed to either stream; empty ones are left out."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    caplog.set_level(logging.INFO)
    log_what_is_printed()
    print("one\ntwo ", end="")
    print("é\n\nthree", end="", flush=True)
    print("four", file=sys.stderr)
    assert caplog.messages == ["one", "two é", "four"]


@pytest.mark.parametrize("name", ["{folder}/notify", "@newsletter-{pid}"])
def test_systemd_is_told(name: str, tmp_path: Path) -> None:
    """By a datagram, to a socket in the file system or an abstract one."""
    name = name.format(folder=os.path.relpath(tmp_path), pid=os.getpid())
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as ear:
        ear.settimeout(LIMIT)
        ear.bind(f"\0{name[1:]}" if name.startswith("@") else name)
        assert tell({"NOTIFY_SOCKET": name}, "READY=1", "STATUS=well")
        assert ear.recv(100) == b"READY=1\nSTATUS=well"


def test_nobody_is_told_where_nobody_listens(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Which holds nothing up."""
    assert not tell({}, "READY=1")
    assert not tell({"NOTIFY_SOCKET": f"{os.path.relpath(tmp_path)}/none"}, "READY=1")
    assert "systemd cannot be told READY=1: No such file or directory" in caplog.messages


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "300000000"}, 150.0),
        ({"WATCHDOG_USEC": "300000000", "WATCHDOG_PID": "17"}, 150.0),
        ({"WATCHDOG_USEC": "300000000", "WATCHDOG_PID": "18"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_told_in_half_its_time(environment: dict[str, str], seconds: float | None) -> None:
    """Where it is meant for us (sd_watchdog_enabled(3))."""
    assert watchdog_seconds(environment, 17) == seconds


STANDING = Standing(
    pid=17,
    since=NOW,
    beat=NOW + MINUTE,
    children=(ChildStanding(name="site", pid=18, restarts=2, last_exit=-9),),
    mistake=None,
    status="127.0.0.1:8081",
)


def test_how_it_stands_is_a_file_for_others(tmp_path: Path) -> None:
    """Written as a whole, gone at the end; where it cannot be written, nothing else suffers."""
    standing.write(tmp_path, STANDING)
    (tmp_path / "var").mkdir()
    standing.write(tmp_path, STANDING)
    found = json.loads((tmp_path / "var" / "run.json").read_text("utf-8"))
    assert found["since"] == "2026-11-27T12:57:00+00:00"
    assert found["children"] == [{"name": "site", "pid": 18, "restarts": 2, "last_exit": -9}]
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["run.json"]
    standing.remove(tmp_path)
    standing.remove(tmp_path)
    assert list((tmp_path / "var").iterdir()) == []


def values(body: bytes) -> dict[tuple[str, ...], float]:
    """The figures of a page, by name and labels."""
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(body.decode())
        for one in family.samples
    }


def test_the_figures_tell_what_the_database_knows(sender: App) -> None:
    """Readers, runs, sources and mails, for whoever watches; asked for every ten seconds at most."""
    with open_store(sender.database) as store:
        done = Run(
            job=Job.BACKUP,
            key="a",
            due=NOW,
            state=RunState.DONE,
            attempt=1,
            began=NOW,
            ended=NOW + MINUTE,
            words="",
            who="clock",
        )
        failed = replace(done, key="b", due=NOW + 5 * MINUTE, state=RunState.FAILED, ended=NOW + 6 * MINUTE)
        assert runs.claim(store, done)
        assert runs.claim(store, failed)
    seconds, measured = [0.0], []

    def measure() -> object:
        measured.append(1)
        return system_figures(sender)

    figures = Figures(measure, lambda: (STANDING, True), lambda: seconds[0])  # type: ignore[arg-type]
    found = values(page(figures))
    assert found[("newsletter_job_last_success_time_seconds", "backup")] == (NOW + MINUTE).timestamp()
    assert found[("newsletter_job_last_due_time_seconds", "backup")] == (NOW + 5 * MINUTE).timestamp()
    assert found[("newsletter_job_last_result", "backup", "failed")] == 1
    assert found[("newsletter_job_last_result", "backup", "done")] == 0
    assert found[("newsletter_child_restarts", "site")] == 2
    assert found[("newsletter_database_up",)] == 1
    assert found[("newsletter_readers", "confirmed")] > 0
    assert found[("newsletter_disk_free_bytes",)] > 0
    assert ("newsletter_backup_time_seconds",) not in found
    values(page(figures))
    assert len(measured) == 1
    seconds[0] += 10
    values(page(figures))
    assert len(measured) == 2


def test_a_database_that_is_away_is_a_figure_too() -> None:
    """What is known without it is told all the same."""

    def measure() -> object:
        raise NewsletterError("away")

    found = values(page(Figures(measure, lambda: (STANDING, False), lambda: 0.0)))  # type: ignore[arg-type]
    assert found[("newsletter_database_up",)] == 0
    assert found[("newsletter_clock_lock_held",)] == 0
    assert ("newsletter_alarms_open",) not in found


def asked(address: str, path: str) -> tuple[int, bytes]:
    with closing(HTTPConnection(address, timeout=LIMIT)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_the_status_server_says_what_is_not_as_it_should_be() -> None:
    """503 with words, for a machine to see and a person to read; nothing else is to be had there."""
    health, lock = Check("rounds", True, "well"), Check("lock", True, "held")
    database = Check("database", True, "answers")
    shown = {"health": health, "lock": lock}
    figures = Figures(lambda: None, lambda: (STANDING, True), lambda: 0.0)  # type: ignore[arg-type,return-value]
    server = StatusServer(0, lambda: shown["health"], lambda: (shown["lock"], database), figures)
    server.start()
    try:
        assert asked(server.address, "/health") == (200, b'{"healthy":true,"words":"well"}')
        assert asked(server.address, "/ready")[0] == 200
        shown["lock"] = replace(lock, fine=False, words="lost")
        shown["health"] = replace(health, fine=False, words="stuck")
        assert asked(server.address, "/health") == (503, b'{"healthy":false,"words":"stuck"}')
        status, body = asked(server.address, "/ready")
        assert status == 503
        assert json.loads(body)["checks"]["lock"] == {"fine": False, "words": "lost"}
        assert [asked(server.address, path)[0] for path in ("/", "/docs", "/metrics/x")] == [404, 404, 404]
    finally:
        server.stop()


def test_a_site_that_does_not_answer_is_not_well() -> None:
    """Nobody there, somebody who hangs up, and somebody who says that he is not well."""
    with closing(listening("127.0.0.1", 0)) as nobody:
        port = port_of(nobody)
    assert "does not answer" in server_answers("site", "127.0.0.1", port, "").words
    for answer, fine in ((b"", False), (b"HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nill\n", False)):
        with ExitStack() as ending:
            listener = ending.enter_context(closing(listening("127.0.0.1", 0)))
            thread = threading.Thread(target=_answer_once, args=(listener, answer))
            thread.start()
            ending.callback(thread.join, LIMIT)
            found = server_answers("desk", "0.0.0.0", port_of(listener), "/base")
            assert found.fine is fine
            assert found.words == ("ill" if answer else found.words)


def _answer_once(listener: socket.socket, answer: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        assert connection.recv(1000).startswith(b"GET /base/health HTTP/1.1\r\n")
        connection.sendall(answer)


# The manual


def test_the_manual_names_each_figure(sender: App) -> None:
    """And no other."""
    figures = Figures(lambda: system_figures(sender), lambda: (STANDING, True), lambda: 0.0)
    told = set(re.findall(r"^# HELP (\w+)", page(figures).decode(), re.MULTILINE))
    manual = (ROOT / "docs" / "running.md").read_text("utf-8")
    assert set(re.findall(r"`(newsletter_\w+)`", manual)) == told


def test_the_unit_starts_the_system_and_gives_it_the_time_it_needs(tmp_path: Path) -> None:
    """What it calls is a command as it stands, systemd finds nothing to say of it, and a stop waits for the mails on
    their way."""
    written = (ROOT / "docs" / "operating" / "newsletter.service").read_text("utf-8")
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their capitals
    unit.read_string(written)
    service = unit["Service"]
    program, *words = service["ExecStart"].split()
    assert words[:3] == ["-C", service["WorkingDirectory"], "run"]
    assert command.make_context("run", words[3:]).params["behind"] == (ip_network("127.0.0.1"),)
    assert int(service["TimeoutStopSec"]) > PATIENCE
    assert (service["Type"], service["KillMode"]) == ("notify", "mixed")
    if analyser := shutil.which("systemd-analyze"):
        (tmp_path / "newsletter.service").write_text(written.replace(program, sys.executable), "utf-8")
        checked = subprocess.run(
            [analyser, "verify", str(tmp_path / "newsletter.service")], capture_output=True, text=True, check=False
        )
        assert (checked.returncode, checked.stderr) == (0, "")
