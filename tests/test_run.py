"""`newsletter run`: the week keeps itself, in one process tree that nothing brings out of order for long."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from newsletter.actions.app import open_app
from newsletter.actions.ask_on_site import ask_on_site
from newsletter.model.job import Job, RunState
from newsletter.model.request import RequestKind
from newsletter.serving.listening import listening, port_of
from newsletter.store import runs
from newsletter.store.engine import file_url, open_store
from tests.commands import run
from tests.postgres import fresh_database
from tests.running import LIMIT, System, alive, kill, only, running, until
from tests.smtpserver import SmtpServer

ANA = "ana@example.org"


@pytest.fixture
def home(publication: Path) -> Iterator[Path]:
    """The sample publication with its database, which reads its mailbox by itself and does nothing else."""
    only(publication, "bounces")
    (publication / "public").mkdir()
    (publication / "public" / "index.html").write_text("the archive, as good as built")
    with fresh_database("sqlite", publication):
        yield publication


def last(root: Path, job: Job = Job.BOUNCES) -> RunState | None:
    """How the last run of a job stands."""
    with open_store(file_url(root / "var" / "newsletter.db")) as store:
        found = runs.newest(store, job)
    return found.state if found else None


def test_a_day_in_the_life_of_the_system(home: Path) -> None:
    """It serves the site, runs what is due, tells how it stands, lets no second one in, takes over a new schedule but
    not a wrong one, and starts a site again that was killed; SIGTERM ends all of it in good order."""
    with running(home) as system:
        fine = {name: one["fine"] for name, one in system.ready()["checks"].items()}
        assert fine == {"database": True, "lock": True, "clock": True, "site": True, "desk": True}
        assert until(lambda: last(home) is RunState.DONE)
        assert until(lambda: "done" in system.words("bounces"))
        assert_told(system)
        assert_second_is_refused(home, system)
        assert_schedule_is_followed(home, system)
        assert_site_comes_back(system)
        pids = [one["pid"] for one in (system.standing() or {})["children"]]
        system.process.send_signal(signal.SIGTERM)
        assert system.process.wait(LIMIT) == 0
        assert not any(alive(pid) for pid in pids)
        assert not (home / "var" / "run.json").exists()
    assert {one["from"] for one in system.said()} == {"run", "site", "desk", "bounces", "archive"}
    assert {tuple(one) for one in system.said()} == {("time", "level", "from", "words")}


def assert_told(system: System) -> None:
    assert system.ask("/health")[0] == 200
    families = {one.name: one for one in text_string_to_metric_families(system.ask("/metrics")[1])}
    assert all(name.startswith("newsletter_") and one.documentation for name, one in families.items())
    assert families["newsletter_clock_lock_held"].samples[0].value == 1
    assert system.ask("/metrics", host="rebound.example.com")[0] == 400  # the name that a strange page has given us


def assert_second_is_refused(home: Path, system: System) -> None:
    done = run("-C", str(home), "run", "--no-site", "--no-desk", "--status-port", "0")
    assert done.returncode == 1
    assert f"clock is running already, by process {system.process.pid} since" in done.stderr
    assert system.standing()


def assert_schedule_is_followed(home: Path, system: System) -> None:
    path = home / "schedule.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("\njobs:", "\njubs:"), "utf-8")
    assert "did you mean `jobs`?" in until(lambda: (system.standing() or {}).get("mistake"))
    assert system.ready()
    path.write_text(text.replace('"archive", ', ""), "utf-8")
    assert until(lambda: last(home, Job.ARCHIVE) is RunState.DONE)
    assert (system.standing() or {})["mistake"] is None
    assert system.words("run").count("cannot be taken over") == 1
    assert "schedule.yaml has changed; everything is due by the new one" in system.words("run")


def assert_site_comes_back(system: System) -> None:
    site = until(lambda: system.child("site"))
    kill(site["pid"])
    again = until(lambda: one if (one := system.child("site")) and one["pid"] != site["pid"] else None)
    assert (again["restarts"], again["last_exit"]) == (site["restarts"] + 1, -signal.SIGKILL)
    assert system.ready()
    assert "site has ended by SIGKILL; it is started again in " in system.words("run")


def test_killed_it_leaves_nobody_behind_and_the_next_one_goes_on(home: Path) -> None:
    """kill -9 of the parent: seconds later no child holds a port or a lock any more. The next one keeps the week, here
    without a site, and sees all the same to what readers have asked for meanwhile; Ctrl-C ends it."""
    with SmtpServer() as mails:
        path = home / "schedule.yaml"
        sending = f"sending: {{ transport: smtp, host: 127.0.0.1, port: {mails.port}, tls: none }}"
        path.write_text(f"{path.read_text('utf-8')}\n{sending}\n", "utf-8")
        with running(home, "--no-desk") as system:
            site = until(lambda: system.child("site"))
            began = time.monotonic()
            kill(system.process.pid)
            system.process.wait(LIMIT)
            until(lambda: not alive(site["pid"]))
            assert time.monotonic() - began < 5
        ask_on_site(open_app(home), RequestKind.SUBSCRIBE, ANA, page="p", words="w", language=None)
        with running(home, "--no-site", "--no-desk") as after:
            assert [mail.recipients for mail in mails.wait_for(1)] == [(ANA,)]
            assert not {"site", "desk"} & after.ready()["checks"].keys()
            after.process.send_signal(signal.SIGINT)
            assert after.process.wait(LIMIT) == 0
    assert ANA not in after.log.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--port", "TAKEN"), "port TAKEN is in use; name another with --port N"),
        (("--no-site", "--desk-port", "TAKEN"), "port TAKEN is in use; name another with --desk-port N"),
        (
            ("--no-site", "--no-desk", "--status-port", "TAKEN"),
            "port TAKEN is in use; name another with --status-port N",
        ),
    ],
)
def test_a_port_that_is_in_use_is_told(home: Path, options: tuple[str, ...], words: str) -> None:
    """Before anything is begun, with the way out."""
    with closing(listening("127.0.0.1", 0)) as taken:
        port = str(port_of(taken))
        done = run("-C", str(home), "run", *(port if one == "TAKEN" else one for one in options))
    assert (done.returncode, done.stdout) == (1, "")
    assert words.replace("TAKEN", port) in done.stderr
    assert not (home / "var" / "run.json").exists()


def test_a_copy_without_its_database_keeps_no_week(publication: Path) -> None:
    """Two installations would otherwise write to the same readers."""
    done = run("-C", str(publication), "run", "--no-site", "--no-desk", "--status-port", "0")
    assert done.returncode == 1
    assert "the week keeps itself where the database is" in done.stderr
