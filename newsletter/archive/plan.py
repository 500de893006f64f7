"""All files of the site, in the order in which they are written: what is led to comes before what leads there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from newsletter.archive.feeds import feeds
from newsletter.archive.filed import assets, pictures
from newsletter.archive.issuepages import issue_pages
from newsletter.archive.listpages import home, list_pages
from newsletter.archive.otherpages import other_pages, redirects, search_page
from newsletter.archive.outputs import Archive, Step
from newsletter.archive.search import indexes
from newsletter.archive.sitemap import sitemap


def plan(archive: Archive, files: Mapping[str, Callable[[], bytes]]) -> Iterator[Iterable[Step]]:
    """Every file there is to be below public/, in stages. `files` are the assets. Raises `ContentError` for redirects
    from addresses of the site's own pages."""
    yield (*assets(files), *pictures(archive))
    yield issue_pages(archive)
    yield (*list_pages(archive), *other_pages(archive))
    yield (home(archive), *feeds(archive), *sitemap(archive))
    yield indexes(archive)
    yield (search_page(archive), *redirects(archive))
