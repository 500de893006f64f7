"""Two desks on one folder at once, as `newsletter run` and `newsletter desk` may be; and one that is killed."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from threading import Barrier
from urllib.parse import urlsplit

import pytest

from newsletter.actions import sessions
from newsletter.actions.app import open_app, read_issue
from newsletter.actions.kept_texts import kept_texts
from newsletter.actions.save_text import look_at_text
from newsletter.model.session import Visit
from newsletter.store import audit
from newsletter.store.engine import open_store
from tests.approving import COMING, in_issue
from tests.conftest import ISSUE
from tests.desking import Client, Reply
from tests.postgres import fresh_database
from tests.sectionforms import sent_back
from tests.smtpserver import LIMIT
from tests.test_desk_command import served

AT = f"/issues/{ISSUE}"
PATH = f"{AT}/sections/read-more"


@pytest.fixture
def home(publication: Path) -> Iterator[Path]:
    """The sample publication with its database."""
    with fresh_database("sqlite", publication):
        yield publication


@contextmanager
def desk(root: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A desk in a process of its own, and its port."""
    with served(root) as (process, first, _):
        yield process, urlsplit(f"http:{first.partition('http:')[2]}".strip()).port or 0


def signed_in(root: Path, port: int, member: str) -> Client:
    secret = sessions.begin(open_app(root), member, Visit("a browser of the tests", "127.0.0.0/24"), "password")
    return Client(port, {"session": secret})


def typed(root: Path, words: str) -> dict[str, str]:
    """The whole file of a section with something written at its end, as its form sends it."""
    file = look_at_text(open_app(root), COMING, "read-more")
    return {"whole": f"{file.text.rstrip()}\n\n{words}\n", "base": file.digest, "act": "save"}


def at_once(team: Mapping[str, Client], path: str, forms: Mapping[str, dict[str, str]]) -> dict[str, Reply]:
    """What each is answered to a form; all leave in the same moment."""
    pages = {who: client.get("/account") for who, client in team.items()}
    ready = Barrier(len(team))

    def sent(who: str) -> Reply:
        ready.wait(LIMIT)
        return team[who].send(pages[who], path, forms[who])

    with ThreadPoolExecutor(len(team)) as pool:
        return dict(zip(team, pool.map(sent, team), strict=True))


def test_of_two_saves_in_two_processes_one_is_told_and_both_are_there(home: Path) -> None:
    """The file says what one of them wrote; the other's words are shown to them, and kept. Of two who add a section at
    once, each gets one or is told."""
    words = {"mei": "These words are Mei's alone.", "daniel": "These words are Daniel's alone."}
    with desk(home) as (_, one), desk(home) as (_, other):
        team = {"mei": signed_in(home, one, "mei"), "daniel": signed_in(home, other, "daniel")}
        answers = at_once(team, f"{PATH}/save", {who: typed(home, said) for who, said in words.items()})
        winner, loser = sorted(team, key=lambda who: answers[who].status)
        assert [answers[winner].status, answers[loser].status] == [303, 409]
        file = in_issue(home, "read-more.md").read_text("utf-8")
        assert (words[winner] in file, words[loser] in file) == (True, False)
        assert words[loser] in unescape(answers[loser].text)
        app = open_app(home)
        (kept,) = kept_texts(app, COMING)
        assert (kept.member, words[loser] in kept.text) == (loser, True)
        added = at_once(team, f"{AT}/add", {who: {"kind": "note"} for who in team})
    told = [answer for answer in added.values() if answer.status != 303]
    assert all(answer.status == 422 and "has a section" in answer.text for answer in told)
    assert [one.stem for one in in_issue(home, ".").glob("note*.md")].count("note") == 1
    assert len([*in_issue(home, ".").glob("note*.md")]) == len(team) - len(told)
    read_issue(app, COMING)
    with open_store(app.database) as store:
        assert audit.verify(store) is None


def test_a_desk_that_was_killed_shows_what_was_typed(home: Path) -> None:
    """Killed while somebody writes; begun again, they are still signed in, and their words are offered. Ctrl-C ends it
    in good order."""
    form = typed(home, "Nobody has typed these words before.")
    with desk(home) as (process, port):
        mei = signed_in(home, port, "mei")
        assert mei.send(mei.get("/account"), f"{PATH}/draft", form).status == 200
        process.kill()
        assert process.wait(LIMIT) == -signal.SIGKILL
    with desk(home) as (process, port):
        mei = Client(port, mei.cookies)
        taken = mei.get(f"{PATH}?draft=take")
        assert "Nobody has typed these words before." in taken.text
        assert mei.send(taken, f"{PATH}/save", {**sent_back(taken), "act": "save"}).status == 303
        assert in_issue(home, "read-more.md").read_text("utf-8") == form["whole"]
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 0
