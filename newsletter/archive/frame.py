"""What every page of the site is given: who we are, where to go from here, and the files that give it its look."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.model.archive import Page, Site
from newsletter.model.frame import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """The addresses of the files that pages are set with. Each name holds the digest of its bytes, so that a browser
    may keep it for ever."""

    css: str
    search: str  # the program of the search page
    icon: str  # SVG
    preload: tuple[str, ...]  # of fonts that every page needs at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Nav:
    """Where a reader can go from any page. What would be empty is left out."""

    topics: bool
    people: bool
    numbers: bool
    pages: tuple[Page, ...]  # about, privacy, then the others by title


NOWHERE = Nav(topics=False, people=False, numbers=False, pages=())
IN_ONE_FILE = Assets(css="", search="", icon="", preload=())


def frame_values(site: Site, frame: Frame, assets: Assets, nav: Nav) -> dict[str, object]:
    """The values that are the same on every page of a build, static or live.

    Each page adds `title`, `description`, `address` (canonical, absolute, or None), `card` (absolute, or None) and
    `indexed` (False keeps it out of search engines). `inline_css` is None but where a page stands in one file.
    """
    return {
        "t": frame,
        "lang": frame.language,
        "dir": frame.direction,
        "site": site,
        "base": site.base,
        "assets": assets,
        "nav": nav,
        "inline_css": None,
    }
