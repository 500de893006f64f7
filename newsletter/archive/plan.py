"""All files of the site, in the order in which they are written: what is led to comes before what leads there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from newsletter.archive.feeds import feeds
from newsletter.archive.filed import assets, pictures
from newsletter.archive.issuepages import issue_pages
from newsletter.archive.listpages import home, list_pages
from newsletter.archive.otherpages import other_pages, redirects, search_page
from newsletter.archive.outputs import Archive, Step
from newsletter.archive.search import indexes
from newsletter.archive.sitemap import sitemap


def plan(archive: Archive, files: Mapping[str, Callable[[], bytes]]) -> Iterator[Step]:
    """Every file there is to be below public/. `files` are the assets. Raises `ContentError` for redirects from
    addresses of the site's own pages."""
    yield from assets(files)
    yield from pictures(archive)
    yield from issue_pages(archive)
    yield from list_pages(archive)
    yield from other_pages(archive)
    yield home(archive)
    yield from feeds(archive)
    yield from sitemap(archive)
    yield from indexes(archive)
    yield search_page(archive)
    yield from redirects(archive)
