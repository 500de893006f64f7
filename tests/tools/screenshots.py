"""Takes the pictures of docs/screenshots from the sample, in the browser and the type of the tests.

python -m tests.tools.screenshots [START ...]     only those whose names begin so
"""

from __future__ import annotations

import io
import mimetypes
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, Route, sync_playwright

from newsletter.actions.init_publication import init_publication
from tests.archiving import built, public
from tests.browser import launch
from tests.conftest import ROOT
from tests.showing import Outlet, Shown, issue_named, show
from tests.tools.desk_screenshots import desk_pictures

GAP = 34  # pixels that stay free above a heading: more than the panel of the question has within
FOLDER = ROOT / "docs" / "screenshots"


@dataclass(frozen=True)
class Shot:
    """One picture: of which document, in what window, and which end of it."""

    name: str
    outlet: Outlet
    width: int  # CSS pixels, and pixels of the picture
    height: int  # at most
    dark: bool = False
    pictures: bool = True
    part: Literal["start", "end", "pictures"] = (
        "start"  # from its first section, to its last, or from its first picture
    )


SHOTS = (
    Shot("mail-desktop", "mail", 760, 2400),
    Shot("mail-phone", "mail", 390, 2200),
    Shot("mail-dark", "mail", 760, 2400, dark=True, part="end"),
    Shot("mail-images-off", "mail", 760, 2400, pictures=False, part="pictures"),
    Shot("page-desktop", "page", 1180, 2400),
    Shot("page-phone", "page", 390, 2200),
    Shot("page-dark", "page", 1180, 2400, dark=True, part="end"),
)


@dataclass(frozen=True)
class SiteShot:
    """One picture of the sample's site, from its top."""

    name: str
    address: str  # root-relative
    width: int  # CSS pixels, and pixels of the picture
    height: int  # at most
    dark: bool = False


SITE_SHOTS = (
    SiteShot("archive-home", "/", 1180, 1160),
    SiteShot("archive-phone", "/", 390, 1600),
    SiteShot("archive-issue", "/issues/2026-11-20/", 1180, 1300),
    SiteShot("archive-dark", "/numbers/", 1180, 760, dark=True),
)
HOST = "https://focus.test"


def take(browser: Browser, shot: Shot, shown: Shown) -> bytes:
    """The picture of a mail or a page, as PNG."""
    window = {"width": shot.width, "height": 900}
    page = browser.new_page(viewport=window, color_scheme="dark" if shot.dark else "light")  # type: ignore[arg-type]
    show(page, shown.html(shot.outlet), shown.images if shot.pictures else {})
    whole = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    top, bottom = _part(page, shot, whole.height)
    page.close()
    return _small(whole.crop((0, top, whole.width, bottom)))


def take_site(browser: Browser, shot: SiteShot, site: dict[str, bytes]) -> bytes:
    """The picture of a page of the site, as PNG. `site` has its files by path."""
    window = {"width": shot.width, "height": 900}
    page = browser.new_page(viewport=window, color_scheme="dark" if shot.dark else "light")  # type: ignore[arg-type]

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(f"{HOST}/")
        data = site.get(f"{path}index.html" if not path or path.endswith("/") else path)
        kind = mimetypes.guess_type(path)[0] or "text/html; charset=utf-8"
        route.fulfill(body=data, content_type=kind) if data is not None else route.abort()

    page.route("**/*", answer)
    for _ in range(2):  # the second time with its fonts at hand: a late one is not put in
        page.goto(f"{HOST}{shot.address}")
        page.evaluate("document.fonts.ready")
    whole = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    page.close()
    return _small(whole.crop((0, 0, whole.width, min(whole.height, shot.height))))


def _small(part: Image.Image) -> bytes:
    """A PNG with a palette of 256 colours: a third of the size."""
    out = io.BytesIO()
    # Of Pillow's ways to choose a palette this one keeps the colours of large areas exactly.
    part.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _part(page: Page, shot: Shot, height: int) -> tuple[int, int]:
    """From where to where: as many whole sections as fit, so that no line is cut."""
    tops = "selector => [...document.querySelectorAll(selector)].map(one => one.getBoundingClientRect().top)"
    between = [0, *(round(top) - GAP for top in page.evaluate(tops, "h2")), height]
    if shot.part == "end":
        return min(top for top in between if height - top <= shot.height), height
    first = 0
    if shot.part == "pictures":
        picture = page.evaluate(tops, "img")[0]
        first = max(top for top in between if top < picture)
    return first, max(top for top in between if top - first <= shot.height)


def pictures(browser: Browser, folder: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """The name of each that is wanted and its file; `folder` is an empty one for what they are taken from."""
    mails = [shot for shot in SHOTS if wanted(shot.name)]
    shown = issue_named("sample") if mails else None
    for shot in mails:
        assert shown
        yield shot.name, take(browser, shot, shown)
    root = init_publication(folder / "publication")
    if wanted("desk"):
        for name, picture in desk_pictures(browser, root, folder):
            yield name, _small(picture)
    if pages := [shot for shot in SITE_SHOTS if wanted(shot.name)]:
        built(root)
        site = public(root)
        for page in pages:
            yield page.name, take_site(browser, page, site)


def main() -> None:
    """Takes them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    starts = tuple(sys.argv[1:]) or ("",)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright, Path(folder) / "fonts")
        for name, data in pictures(browser, Path(folder), lambda name: name.startswith(starts)):
            path = FOLDER / f"{name}.png"
            path.write_bytes(data)
            print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main()
