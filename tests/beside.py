"""The section of an issue that tests of what stands beside it look at, and a desk for it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from newsletter.actions.app import App
from newsletter.actions.demo import sample_now
from newsletter.desk.looks import Looks
from newsletter.model.finding import Finding
from newsletter.model.issue import IssueId
from tests.conftest import ISSUE
from tests.desking import Client, Desking, Reply, desk_of
from tests.living import Clock

COMING = IssueId.parse(ISSUE)
assert COMING is not None
SECTION = f"/issues/{ISSUE}/sections/opening"
FOLDER = f"content/issues/{ISSUE}"
COPIED = "the tariff freeze, which has roughly twelve weeks to run, is the fourth in two years"
LAST = f"Two  words, and {COPIED}, they say; 77 ships wait.[^pacific-pause]"
PART = {"HX-Request": "true"}
WAIT = 60_000  # ms for a condition to come true on a busy machine
TAG = "<img src=x onerror=\"document.title='taken'\">"


@pytest.fixture(scope="module")
def written(pristine_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication with its sources gathered and read once, whose narrative ends with a paragraph that copies one of
    them; not to be changed."""
    root = Path(shutil.copytree(pristine_home, tmp_path_factory.mktemp("written") / "publication"))
    path = root / FOLDER / "issue.md"
    path.write_text(f"{path.read_text('utf-8').rstrip()}\n\n{LAST}\n", "utf-8")
    found(App(root, Clock(sample_now(root))), "copied-run")
    return root


@pytest.fixture
def root(written: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(written, tmp_path / "publication"))


@pytest.fixture
def desk(root: Path) -> Iterator[Desking]:
    """The desk of a copy."""
    with desk_of(root, clock=Clock(sample_now(root))) as running:
        yield running


@pytest.fixture(scope="module")
def quiet(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """A desk for tests that save nothing."""
    root = Path(shutil.copytree(written, tmp_path_factory.mktemp("quiet") / "publication"))
    with desk_of(root, clock=Clock(sample_now(root))) as running:
        yield running


Look = Callable[..., Page]


@pytest.fixture
def look(browser: Browser) -> Iterator[Look]:
    """Opens a section in a browser that reaches this desk alone, as Mei."""
    contexts = []

    def opened(desk: Desking, path: str = SECTION, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        desk.sign_in(context, "mei")
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.route(re.compile(rf"^(?!{re.escape(desk.address)})https?:"), lambda route: route.abort())
        page.goto(desk.address + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def whole(desk: Desking, add: str = "") -> dict[str, str]:
    """The form of the section with its whole file in it, and something more at its end."""
    return {"whole": (desk.root / FOLDER / "issue.md").read_text("utf-8") + add}


def part(client: Client, page: Reply, name: str, fields: dict[str, str]) -> Reply:
    """A part of the section's page, made of what its form holds."""
    return client.send(page, f"{SECTION}/{name}", fields, PART)


def frame(reply: Reply, view: str = "phone") -> str:
    """The address of a frame."""
    found = re.search(rf'src="(/issues/{ISSUE}/frames/{view}\?v=[0-9a-f]+)"', reply.text)
    assert found, reply.text
    return found[1]


def key(reply: Reply, rule: str) -> str:
    """What forms name the first finding of a rule by."""
    for found in re.finditer(r'<li class="finding" id="finding-(\w+)">(.*?)</li>', reply.text, re.DOTALL):
        if f"· {rule}</span>" in found[2]:
            return found[1]
    raise AssertionError(f"no finding of {rule} in: {reply.text}")


def findings(client: Client) -> Reply:
    return client.get(f"{SECTION}/findings")


def found(app: App, rule: str) -> tuple[Finding, Looks]:
    assert COMING is not None
    looks = Looks(app)
    return next(one for one in looks.checked(COMING).report.findings if one.rule == rule), looks
