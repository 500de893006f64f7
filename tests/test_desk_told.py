"""Words of actions on the desk: a command between two backticks is shown as code, and nothing else becomes markup."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.actions.app import App
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.pages.all import PAGES
from newsletter.desk.routes import TEAM, Page
from newsletter.model.errors import ConfigError
from newsletter.model.job import Job, Run, RunState
from newsletter.store import runs
from newsletter.store.engine import open_store
from tests.approving import COMING, edit, in_issue
from tests.conftest import ROOT, opened
from tests.desk_ground import looked
from tests.desking import Desking, desk_of

TEMPLATES = opened(ROOT).templates
COMMAND = "<code>newsletter doctor</code>"


class Read(HTMLParser):
    """What a reader sees, code between backticks again; which elements there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.elements = "", set[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.text += "`" * (tag == "code")
        assert not attrs or tag == "p"

    def handle_endtag(self, tag: str) -> None:
        self.text += "`" * (tag == "code")

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.sampled_from("`<>&\"'a \n")))
def test_nothing_but_pairs_of_backticks_becomes_markup(words: str) -> None:
    """Read again, every word stands where it stood, a backtick without another too."""
    read = Read(TEMPLATES.render("desk/findings_said.html", {"said": f"{words}.", "error": ""}))
    assert read.text.strip() == f"{words}.".strip()
    assert read.elements <= {"p", "code"}
    assert ("code" in read.elements) is any(words.split("`")[1:-1:2])


def falls(_office: Office, _ask: Ask) -> None:
    raise ConfigError("what", "look at `newsletter doctor` & <b>")


@pytest.fixture
def desk(home: App) -> Iterator[Desking]:
    with desk_of(home.root, pages=(*PAGES, Page("/falls", TEAM, falls))) as running:  # type: ignore[arg-type]
        yield running


def test_what_an_action_refuses_shows_its_commands(desk: Desking) -> None:
    """On a page, and in a part of one."""
    mei = desk.signed_in("mei")
    for answer in (mei.get("/falls"), mei.get("/falls", {"HX-Request": "true"})):
        assert f"look at {COMMAND} &amp; &lt;b&gt;" in answer.text


def test_alarms_and_jobs_show_their_commands(desk: Desking) -> None:
    """What is wrong and what ran last on Today, and the same run among the jobs."""
    now = desk.clock()
    words = "see `newsletter doctor`; <b>"
    run = Run(
        job=Job.BACKUP,
        key="x",
        due=now,
        state=RunState.FAILED,
        attempt=5,
        began=now,
        ended=now,
        words=words,
        who="clock",
    )
    with open_store(desk.app.database) as store:
        assert runs.claim(store, run)
    looked(desk)
    daniel = desk.signed_in("daniel")
    today = daniel.get("/").text
    assert "The job <code>backup</code> has failed" in today
    assert "<code>newsletter run-job backup</code> runs it now" in today
    for page in (today, daniel.get("/jobs").text):
        assert f"see {COMMAND}; &lt;b&gt;" in page
        assert "`" not in page


def test_what_refuses_a_delivery_shows_its_commands(desk: Desking) -> None:
    """In the answer to a form that begins it all the same; the page leads to where it is signed, and names none."""
    mei = desk.signed_in("mei")
    page = mei.get(f"/issues/{COMING}/delivery")
    assert "Nobody has signed it." in page.text
    assert "newsletter approve" not in page.text
    refused = mei.send(page, f"/issues/{COMING}/delivery/start", {"start": "now", "sure": "yes"})
    assert "<code>newsletter approve</code>" in refused.text


def test_mistakes_of_files_show_their_keys(desk: Desking, home: App) -> None:
    """In the frame, beside a field, before a signature and among the findings."""
    mei = desk.signed_in("mei")
    edit(in_issue(home.root, "number.md"), "value:", "vlaue:")
    for path in (f"/issues/{COMING}/approve", f"/issues/{COMING}/sections/number/findings?findings=now"):
        assert "<code>vlaue</code>" in mei.get(path).text, path
    schedule = home.root / "schedule.yaml"
    schedule.write_text(f"{schedule.read_text('utf-8')}\nnonsense: yes\n", "utf-8")
    desk.seconds[0] += 2
    assert "<code>nonsense</code> is not a key" in mei.get("/jobs").text
