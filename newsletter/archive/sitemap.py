"""What search engines are told: sitemap.xml, one sitemap a year and one of the other pages, and robots.txt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

from newsletter.archive.addresses import issue_address, page_address
from newsletter.archive.outputs import Archive, Output, key_of, keys_of
from newsletter.archive.records import Record
from newsletter.model.archive import Site

_OTHERS = "sitemap-site.xml"
_NAMES = "http://www.sitemaps.org/schemas/sitemap/0.9"
_FOR_ONE_READER = ("confirm", "me", "p", "u")  # live pages whose addresses stand in one reader's mail

Place = tuple[str, date | None]  # an absolute address, and the day its page last changed


def sitemap(archive: Archive) -> Iterator[Output]:
    """The files in the form of sitemaps.org. Only pages that lists show are in them; corrections move their day on."""
    site = archive.site.site
    keys = []
    for year, records in archive.years.items():
        path = _of_year(year)
        keys.append(key_of(path, site, keys_of(records)))
        yield Output(path, keys[-1], partial(_issues, archive, records))
    others = _others(archive)
    yield Output(_OTHERS, key_of(_OTHERS, others), partial(_xml, "urlset", "url", others))
    yield Output("sitemap.xml", key_of("sitemap.xml", site, keys), partial(_whole, archive))
    told = _robots(archive.site)
    yield Output("robots.txt", key_of("robots.txt", told), told.encode)


def _of_year(year: int) -> str:
    return f"sitemap-{year}.xml"


def _issues(archive: Archive, records: Sequence[Record]) -> bytes:
    """The issues of a year."""
    issues = (record.issue for record in records)
    places = [(archive.absolute(issue_address(archive.base, one.issue)), one.updated) for one in issues]
    return _xml("urlset", "url", places)


def _whole(archive: Archive) -> bytes:
    """The list of all sitemaps."""
    site = archive.site.site
    years = [
        (f"{site}/{_of_year(year)}", date.fromisoformat(max(record.updated for record in records)))
        for year, records in archive.years.items()
    ]
    return _xml("sitemapindex", "sitemap", [*years, (f"{site}/{_OTHERS}", None)])


def _others(archive: Archive) -> tuple[Place, ...]:
    """Home and the pages that lead to the issues. Their days are left out: each new issue would change all of them."""
    parts: list[tuple[str, ...]] = [(), ("issues",), *(("issues", str(year)) for year in archive.years)]
    for name, listed in (("topics", archive.topics), ("people", archive.people)):
        parts += [(name,), *(one.parts for one in listed)] if listed else []
    if archive.numbered:
        years = tuple(archive.numbered)  # the newest stands at numbers/ itself
        parts += [("numbers",), *(("numbers", str(year)) for year in years[1:])]
    parts += [(page.name,) for page in archive.pages]
    return tuple((archive.absolute(page_address(archive.base, *one)), None) for one in parts)


def _robots(site: Site) -> str:
    """robots.txt (RFC 9309). What the site serves live on this host for one reader alone is nobody's to collect."""
    lines = ["User-agent: *"]
    _, _, archive_at = site.site.partition("://")
    _, _, live_at = site.live.partition("://")
    host, slash, path = live_at.partition("/")
    if host == archive_at.partition("/")[0]:
        lines += [f"Disallow: {slash}{path}/{name}/" for name in _FOR_ONE_READER]
    else:
        lines.append("Disallow:")
    return "\n".join((*lines, "", f"Sitemap: {site.site}/sitemap.xml", ""))


def _xml(root: str, each: str, places: Sequence[Place]) -> bytes:
    from xml.etree import ElementTree as Tree

    document = Tree.Element(root, xmlns=_NAMES)
    for address, day in places:
        element = Tree.SubElement(document, each)
        Tree.SubElement(element, "loc").text = address
        if day is not None:
            Tree.SubElement(element, "lastmod").text = day.isoformat()
    Tree.indent(document, " ")
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + Tree.tostring(document, encoding="unicode").encode() + b"\n"
