"""What the tests share: a copy of the sample publication, a real browser, the clock of the sample."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from newsletter.actions.app import App, open_app
from newsletter.actions.demo import sample_now
from newsletter.actions.gather_sources import gather_sources
from newsletter.actions.init_publication import init_publication
from tests.browser import launch

if TYPE_CHECKING:
    from tests.desk_ground import DeskGround

ROOT = Path(__file__).parents[1]
ISSUE = "2026-11-27"  # the sample's coming issue
SOAK = bool(os.environ.get("NEWSLETTER_SOAK"))

settings.register_profile("test", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("soak", max_examples=5_000, deadline=None)
settings.load_profile("soak" if SOAK else "test")


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample publication as `init` makes it; not to be changed."""
    return init_publication(tmp_path_factory.mktemp("sample") / "publication")


@pytest.fixture
def publication(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the sample publication that a test may change."""
    return Path(shutil.copytree(pristine, tmp_path / "publication"))


@pytest.fixture
def app(publication: Path) -> App:
    """The copy, opened with a clock that stands 48 hours before its coming issue is due."""
    return opened(publication)


@pytest.fixture(scope="session")
def pristine_home(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample publication with all its sources gathered; not to be changed."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("home") / "publication"))
    gather_sources(opened(root))
    return root


@pytest.fixture
def home(pristine_home: Path, tmp_path: Path) -> App:
    """A copy of it that a test may change, opened as `app` is."""
    return opened(Path(shutil.copytree(pristine_home, tmp_path / "publication")))


@pytest.fixture(scope="session")
def pristine_sender(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with readers and an approved issue; not to be changed."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("sender") / "publication"))
    (root / "var").mkdir(exist_ok=True)
    (root / "var" / "newsletter.db").touch()
    from tests.sending import prepared

    prepared(opened(root))
    return root


@pytest.fixture
def sender(pristine_sender: Path, tmp_path: Path) -> App:
    """A copy of it, at the moment its issue is due. Nothing was sent from it yet, so it may claim by itself."""
    from tests.sending import when_due

    return when_due(opened(Path(shutil.copytree(pristine_sender, tmp_path / "publication"))))


@pytest.fixture(scope="session")
def desk_ground(pristine_home: Path, tmp_path_factory: pytest.TempPathFactory) -> DeskGround:
    """An installation with something on every page of the desk, and the same once its issue was sent; not to be
    changed."""
    from tests.desk_ground import made_ground

    return made_ground(pristine_home, tmp_path_factory.mktemp("desk"))


def opened(root: Path) -> App:
    now = sample_now(root)
    return open_app(root, clock=lambda: now)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A real Chromium, with the fonts that a reader's machine has."""
    with sync_playwright() as playwright:
        try:
            chromium = launch(playwright, tmp_path_factory.mktemp("fonts"))
        except Exception as error:
            pytest.fail(f"no browser to test with; run `make test`, which installs one ({error})", pytrace=False)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages that reach no network; options are those of Playwright's new_context."""
    contexts = []

    def opened_page(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", lambda route: route.abort() if route.request.url.startswith("http") else route.continue_())
        return page

    yield opened_page
    for context in contexts:
        context.close()
