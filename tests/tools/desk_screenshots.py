"""Pictures of the desk for docs/screenshots: what somebody sees first on each page, with a clock that stands still."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page

from newsletter.actions.gather_sources import gather_sources
from tests.conftest import ISSUE, opened
from tests.desk_ground import looked, made_ground
from tests.desking import Desking, desk_of
from tests.living import Clock

AT = f"/issues/{ISSUE}"
WHO = "mei"  # of the sample's team: a writer, and an approver


@dataclass(frozen=True)
class Kind:
    """How it is looked at."""

    name: str
    width: int  # CSS pixels, and pixels of the picture
    height: int
    dark: bool = False


KINDS = (Kind("desktop", 1280, 960), Kind("phone", 390, 844), Kind("dark", 1280, 960, dark=True))


@dataclass(frozen=True)
class DeskShot:
    """One page of the desk."""

    name: str
    path: str
    sent: bool = False  # two days later, when the issue has been sent
    height: int = 0  # of a wide window, where another than usual


DESK_SHOTS = (
    DeskShot("today", "/"),
    DeskShot("triage", "/triage"),
    DeskShot("section", f"{AT}/sections/opening"),
    DeskShot("approve", f"{AT}/approve"),
    DeskShot("receipt", f"{AT}/delivery", sent=True, height=1240),
    DeskShot("readers", "/readers"),
)


def desk_pictures(browser: Browser, publication: Path, folder: Path) -> Iterator[tuple[str, Image.Image]]:
    """The name of each and its pixels. `publication` is as `init` makes it, `folder` one of its own that is there."""
    home = Path(copytree(publication, folder / "home"))
    gather_sources(opened(home))
    ground = made_ground(home, folder)
    with ExitStack() as ending:
        writing = ending.enter_context(desk_of(ground.writing, clock=Clock(ground.now)))
        sent = ending.enter_context(desk_of(ground.sent, clock=Clock(ground.after)))
        for desk in (writing, sent):
            looked(desk)
        for kind in KINDS:
            for shot in DESK_SHOTS:
                yield f"desk-{shot.name}-{kind.name}", _taken(browser, sent if shot.sent else writing, shot, kind)


def _taken(browser: Browser, desk: Desking, shot: DeskShot, kind: Kind) -> Image.Image:
    height = shot.height if shot.height and kind.width > 1000 else kind.height
    scheme: Literal["dark", "light"] = "dark" if kind.dark else "light"
    context = browser.new_context(viewport={"width": kind.width, "height": height}, color_scheme=scheme)
    desk.sign_in(context, WHO)
    page = context.new_page()
    for _ in range(2):  # the second time with its fonts and the mail beside the text at hand
        page.goto(desk.address + shot.path)
        _settled(page)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    context.close()
    return picture


def _settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
