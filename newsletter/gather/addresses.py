"""Addresses that texts point to: absolute, plain, and nobody's own."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from newsletter.model.links import clean
from newsletter.model.urls import NotAnAddress, parse_url

_PERSONAL = re.compile(
    r"(?i)unsub|opt-?out|preferences|manage[-_]?(?:subscription|profile)|/(?:track|click|open|pixel|beacon|wf|ls)/|"
    r"list-manage|/o\.gif|退订|abmelden|desabonn"
)
_TOKEN = re.compile(r"[A-Za-z0-9_=-]{28,}")


def link_of(written: str, base: str | None = None) -> str | None:
    """The absolute http(s) address of a link on a page at `base`, without what tracks readers; None for any other."""
    try:
        return clean(parse_url(urljoin(base, written.strip()) if base else written))
    except (NotAnAddress, ValueError):
        return None


def impersonal(written: str) -> str | None:
    """The address, or None where it may be one reader's own.

    In a mailed newsletter a query stands for the reader as a rule, and following it would tell that somebody read it.
    """
    url = link_of(written)
    if url is None or _PERSONAL.search(url):
        return None
    parts = urlsplit(url)
    words = re.sub(r"[A-Za-z]+-(?=[A-Za-z])", "", parts.path)  # "second-round-of-talks" is long and says what it is
    return None if parts.query or _TOKEN.search(words) else url.partition("#")[0]


def same_host(one: str, other: str) -> bool:
    """Whether two addresses lead to one host, with "www." before it or not."""
    first, second = (urlsplit(url).hostname or "" for url in (one, other))
    return first.removeprefix("www.") == second.removeprefix("www.") != ""
