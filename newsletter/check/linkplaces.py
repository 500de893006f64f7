"""Every link that readers of an issue can follow, with the places where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from html import unescape
from itertools import chain
from typing import Any, get_args, get_type_hints
from urllib.parse import urlsplit

from newsletter.check.wording import Wording
from newsletter.model.draft import Blurb, Draft
from newsletter.model.finding import Spot
from newsletter.model.kinds import references_in
from newsletter.model.shape import Url
from newsletter.model.urls import NotAnAddress, parse_url
from newsletter.publication.publication import Publication

# RFC 2606 and RFC 6761: names that lead nowhere and are there for examples. What stands below them is one too.
_SAMPLES = ("test", "example", "invalid", "localhost", "example.com", "example.net", "example.org")
_ADDRESS = re.compile(r"(?i)https?://[^\s<>\"\\]+")
_BEHIND = ").,;:!?'*_]"  # what may stand behind an address and is none of it


@dataclass(frozen=True, slots=True)
class LinkPlace:
    """One place of an issue that leads to a web page."""

    url: str  # http(s), ASCII on the wire
    section: str | None  # the blurb's name, or that of the first blurb that cites the item
    spot: Spot  # of the address in the file; its line is 0 where it stands in items.yaml
    written: str | None  # the address as the file has it; None where it was not found there
    ours: str  # our words for the page: the link's, or the title; "" where there are none
    around: str  # all the words that say what the page is about
    said_at: Spot  # where `ours` stands
    outlet: str = ""  # whose page it is, where we say so


def links_of(wordings: Iterable[Wording], draft: Draft) -> tuple[LinkPlace, ...]:
    """Every link with each of its places: those of the texts, those of the front matter, and the cited items, which the
    letter and the page name as sources. An item that nothing cites is shown to nobody and is left out."""
    texts = _Texts(draft)
    bodies: dict[str, list[Wording]] = {}
    for wording in wordings:
        bodies.setdefault(wording.section, []).append(wording)
    found: list[LinkPlace] = []
    for blurb in draft.blurbs:
        found += _of_fields(blurb, texts)
        found += (one for wording in bodies.get(blurb.name, ()) for one in _of_words(wording, texts))
    return (*found, *_of_items(draft))


def addresses_of(places: Iterable[LinkPlace], draft: Draft, publication: Publication) -> tuple[str, ...]:
    """The addresses to be asked for, each once; not the issue's own page and pictures, which are not there yet."""
    own = (publication.permalink(draft.issue), publication.image_url(""))
    page = own[0].removesuffix("/")
    urls = dict.fromkeys(place.url for place in places)
    return tuple(url for url in urls if not url.startswith(own) and url.partition("#")[0] != page)


def is_sample(url: str) -> bool:
    """Whether an address is on a host whose name is reserved for examples; it is never looked up."""
    return is_sample_host(urlsplit(url).hostname or "")


def is_sample_host(host: str) -> bool:
    """The same for a host's name."""
    name = host.lower().rstrip(".")
    return any(name == sample or name.endswith(f".{sample}") for sample in _SAMPLES)


class _Texts:
    """The files of an issue, and where in them each address stands. Each place is given once, while there are more."""

    def __init__(self, draft: Draft) -> None:
        self._lines = {path: text.split("\n") for path, text in draft.texts}
        self._given: set[Spot] = set()

    def find(self, path: str, line: int, url: str) -> tuple[Spot, str | None]:
        """Where an address stands that begins on this line or, being defined elsewhere, on another; and how."""
        first: tuple[Spot, str | None] = (Spot(path, line), None)
        for place in _places(self._lines.get(path, []), path, line, url):
            if place[0] not in self._given:
                self._given.add(place[0])
                return place
            first = place if first[1] is None else first
        return first


def _places(lines: list[str], path: str, line: int, url: str) -> Iterator[tuple[Spot, str]]:
    """Where an address stands: on this line and the next, then on all others."""
    others = (number for number in range(1, len(lines) + 1) if number not in (line, line + 1))
    for number in (line, line + 1, *others):
        for start, run in _addresses(lines[number - 1]) if 0 < number <= len(lines) else ():
            if written := _written(run, url):
                yield Spot(path, number, start, number, start + len(written)), written


@lru_cache(maxsize=1024)
def _addresses(line: str) -> tuple[tuple[int, str], ...]:
    """The column of each run of characters of a line that begins like an address, and the run."""
    return tuple((match.start() + 1, match[0]) for match in _ADDRESS.finditer(line))


@lru_cache(maxsize=4096)  # each link of a file is held against the addresses of all its lines
def _written(run: str, url: str) -> str | None:
    """The beginning of a run of characters that is this address; None where it is another one."""
    ends = chain((run, run.rstrip(_BEHIND)), (run[:at] for at, one in enumerate(run) if one in ")'"))
    return next((one for one in ends if one == url or _parsed(one) == url), None)


def _parsed(text: str) -> str | None:
    try:
        return parse_url(unescape(text))
    except NotAnAddress:
        return None


def _of_words(wording: Wording, texts: _Texts) -> Iterator[LinkPlace]:
    for link in wording.links:
        if not link.url.startswith("mailto:"):
            spot, written = texts.find(wording.path, link.line, link.url)
            ours, said_at = wording.text[link.start : link.end], wording.spot(link.start, link.end)
            yield LinkPlace(link.url, wording.section, spot, written, ours, wording.text, said_at)


def _of_fields(blurb: Blurb, texts: _Texts) -> Iterator[LinkPlace]:
    lines = dict(blurb.lines)
    for key, url, ours_key, ours, outlet in _urls(blurb.fields):
        spot, written = texts.find(blurb.path, lines.get(key, 1), url)
        said_at = Spot(blurb.path, lines.get(ours_key, spot.line))
        yield LinkPlace(url, blurb.name, spot, written, ours, ours, said_at, outlet)


def _urls(value: Any, prefix: str = "") -> Iterator[tuple[str, str, str, str, str]]:
    """The addresses in a kind's fields: key, address, key of our words for the page, those words, its outlet."""
    shape: Any = type(value)
    hints = _hints(shape)
    for one in fields(value):
        inner, key = getattr(value, one.name), f"{prefix}{one.name}"
        if isinstance(inner, str) and Url in (hints[one.name], *get_args(hints[one.name])):
            names = next((name for name in ("title", "text") if getattr(value, name, None)), None)
            ours = getattr(value, names) if names else ""
            yield key, inner, f"{prefix}{names}", ours, getattr(value, "outlet", "")
        elif isinstance(inner, tuple):
            for at, inside in enumerate(inner):
                if is_dataclass(inside):
                    yield from _urls(inside, f"{key}.{at}.")
        elif is_dataclass(inner):
            yield from _urls(inner, f"{key}.")


@lru_cache(maxsize=64)
def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape, include_extras=True)


def _of_items(draft: Draft) -> Iterator[LinkPlace]:
    citing: dict[str, str] = {}
    for blurb in draft.blurbs:
        named = (ref for to, ref, _ in references_in(blurb.fields) if to == "item")
        for item in (*(mark.item for mark in blurb.body.marks), *blurb.items, *named):
            citing.setdefault(item, blurb.name)
    spot = Spot(f"content/issues/{draft.issue}/items.yaml", 0)
    for cited in draft.items:
        if cited.id in citing:
            yield LinkPlace(cited.url, citing[cited.id], spot, None, cited.title, cited.title, spot, cited.outlet)
