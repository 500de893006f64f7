"""Links that stood in an earlier issue."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from newsletter.check.anchors import Anchor, anchors
from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import shortened
from newsletter.model.evidence import PastLink
from newsletter.model.finding import Finding, Rule, Severity
from newsletter.model.links import canonical, is_front_page

_USED = Rule(
    name="used-before",
    severity=Severity.WARN,
    looks="A link that stood in one of the last issues.",
    why="Readers have had it, and do not open the same piece twice.",
    out="Choose another piece, or say in a waiver why it comes again.",
)


def _find(inspected: Inspected) -> Iterable[Finding]:
    before: dict[str, PastLink] = {}
    for link in inspected.past:  # the newest first
        before.setdefault(link.url, link)
    site = canonical(inspected.publication.schedule.site)
    seen: set[tuple[str, str]] = set()
    for anchor in anchors(inspected):
        past, place = before.get(anchor.page), (anchor.section, anchor.page)
        if past is None or place in seen or anchor.kind == "correction" or _is_standing(anchor, site):
            continue
        seen.add(place)
        named = f", as “{shortened(past.title)}”" if past.title else ""
        yield Finding(
            rule=_USED.name,
            severity=_USED.severity,
            section=anchor.section,
            spot=anchor.spot,
            words=anchor.url,
            what=f"{shortened(anchor.url, 100)} stood in issue {past.number} of {past.date}{named}",
            todo="choose another piece, or say in a waiver why it comes again",
        )


def _is_standing(anchor: Anchor, site: str) -> bool:
    """Whether a page of our own site stands there for good: the home page, /subscribe. Pieces lie a floor deeper."""
    if not anchor.url.startswith("http") or anchor.page == site:
        return True
    if not anchor.page.startswith(f"{site}/"):
        return is_front_page(anchor.page) and urlsplit(anchor.page).hostname == urlsplit(site).hostname
    return "/" not in anchor.page.removeprefix(f"{site}/").partition("?")[0]


CHECK = Check(
    name="used-before",
    about="Links that stood in an earlier issue.",
    rules=(_USED,),
    find=_find,
)
