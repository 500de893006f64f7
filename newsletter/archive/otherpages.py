"""The pages beside issues and lists: search, about and its like, the page for what is not there, redirects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import quote

from newsletter.archive.addresses import file_of, page_address
from newsletter.archive.listing import counted, years_of
from newsletter.archive.outputs import Archive, Output, key_of
from newsletter.model.archive import Page, Redirect
from newsletter.model.errors import ContentError, Mistake

REDIRECTS = "content/redirects.yaml"
MISSING = "404.html"  # where GitHub Pages, Netlify and our own server look for it


def other_pages(archive: Archive) -> Iterator[Output]:
    """The pages of content/pages, and the one for an address that is none."""
    for page in archive.pages:
        at = page_address(archive.base, page.name)
        values = partial(_page, page)
        yield archive.page(at, "site/page.html", str(page), values, partial(dict, html=page.html))
    yield archive.page(
        f"{archive.base}/{MISSING}",
        "site/missing.html",
        "",
        lambda: {"title": archive.frame["site_missing_title"], "address": None, "indexed": False},
    )


def _page(page: Page) -> Mapping[str, object]:
    return {"title": page.title, "description": page.description, "page_name": page.name}


def search_page(archive: Archive) -> Output:
    """The search field, and the plain lists for those without JavaScript."""
    years = years_of(archive.years, archive.base, "issues")
    topics = counted(archive.topics, archive.base)
    indexes = json.dumps([page_address(archive.base, "pagefind", str(year)) for year in archive.years])

    def values() -> Mapping[str, object]:
        title = archive.frame["site_search"]
        return {"title": title, "years": years, "topics": topics, "indexes": indexes, "indexed": False}

    at = page_address(archive.base, "search")
    return archive.page(at, "site/search.html", f"{years}; {topics}; {indexes}", values)


def redirects(archive: Archive) -> Iterator[Output]:
    """_redirects for hosts that read it, and at each old address a small page for those that do not.

    Raises `ContentError` for an old address at which a page of the site stands.
    """
    if not archive.redirects:
        return
    taken = _Taken(archive)
    lines = "".join(f"{archive.base}{one.old} {_target(archive, one)} 301\n" for one in archive.redirects)
    yield Output("_redirects", key_of(lines), lines.encode)
    mistakes = []
    for one in archive.redirects:
        path = _file(one.old)
        if path in taken:
            what = f"at {one.old} stands a page of the site itself"
            mistakes.append(Mistake(REDIRECTS, 0, what, "remove the entry; readers would never get to the page"))
        target = archive.absolute(_target(archive, one)) if one.new.startswith("/") else one.new
        values = {"title": target, "target": target, "address": None, "indexed": False}
        yield archive.page(f"{archive.base}/{quote(path)}", "site/redirect.html", target, partial(dict, values))
    if mistakes:
        raise ContentError(mistakes)


class _Taken:
    """The files of the site, at which no redirect can stand."""

    def __init__(self, archive: Archive) -> None:
        self._files = {"index.html", MISSING, "feed.xml", "atom.xml", "feed.json", "robots.txt", "sitemap.xml"}
        self._pages = {"issues", "search", "topics", "people", "numbers", *(page.name for page in archive.pages)}
        named = {"/".join(one.parts) for one in (*archive.topics, *archive.people)}
        self._by_year = {"issues", "numbers", *named}  # each may have a page for each year
        self._years = {str(year) for year in archive.years}
        self._pages |= named
        self._issues = {one.name: one.editions for one in archive.records}

    def __contains__(self, file: str) -> bool:
        if file in self._files or file.startswith(("assets/", "images/", "pagefind/")):
            return True
        page, is_page, _ = file.rpartition("/index.html")
        folder, _, last = page.rpartition("/")
        if not is_page:
            return False
        return (
            page in self._pages
            or (folder in self._by_year and last in self._years)
            or (folder == "issues" and last in self._issues)
            or last in map(str, range(1, self._issues.get(folder.removeprefix("issues/"), 1)))
        )


def _target(archive: Archive, one: Redirect) -> str:
    return archive.base + one.new if one.new.startswith("/") else one.new


def _file(old: str) -> str:
    """The file behind an old address: one that is written without a suffix is a folder."""
    path = file_of(old, "")
    return path if "." in path.rpartition("/")[2] else f"{path}/index.html"
