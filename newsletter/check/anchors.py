"""Every link that readers can follow, section by section, with the words that carry it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from newsletter.check.inspected import Inspected
from newsletter.model.draft import Blurb
from newsletter.model.finding import Spot
from newsletter.model.links import canonical

_CARRIERS = ("title", "text", "speaker", "name")  # which line of a group its address belongs to, the surest first


@dataclass(frozen=True, slots=True)
class Anchor:
    """One link."""

    section: str
    kind: str  # of the section
    url: str  # as the issue gives it
    page: str  # canonical: the same for two addresses of one page
    words: str  # that carry it; "" where nothing does
    spot: Spot


def anchors(inspected: Inspected) -> tuple[Anchor, ...]:
    """The links of an issue in the order of the mail: of each section those of its fields, then those of its body."""
    texts = dict(inspected.draft.texts)
    found: list[Anchor] = []
    for blurb in inspected.draft.blurbs:
        source = texts.get(blurb.path, "")
        found += [_of_field(blurb, source, *one) for one in _addresses(blurb.fields)]
        for wording in inspected.wordings:
            if wording.section == blurb.name and wording.path == blurb.path:
                found += [
                    Anchor(
                        section=blurb.name,
                        kind=blurb.kind,
                        url=link.url,
                        page=canonical(link.url),
                        words=wording.text[link.start : link.end],
                        spot=wording.spot(link.start, link.end),
                    )
                    for link in wording.links
                ]
    return tuple(found)


def _addresses(value: Any, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """The addresses in a blurb's fields: the key of each, the address, the words it belongs to."""
    for one in fields(value):
        inner, key = getattr(value, one.name), f"{prefix}{one.name}"
        if one.name == "url" and isinstance(inner, str):
            yield key, inner, next((text for name in _CARRIERS if (text := getattr(value, name, None))), "")
        elif isinstance(inner, tuple):
            for at, inside in enumerate(inner):
                if is_dataclass(inside):
                    yield from _addresses(inside, f"{key}.{at}.")
        elif is_dataclass(inner):
            yield from _addresses(inner, f"{key}.")


def _of_field(blurb: Blurb, source: str, key: str, url: str, words: str) -> Anchor:
    line = dict(blurb.lines).get(key, 1)
    written = "".join(source.split("\n")[line - 1 : line])
    found = re.search(r"https?://[^\s\"',}\]]+", written)
    spot = Spot(blurb.path, line, found.start() + 1, line, found.end() + 1) if found else Spot(blurb.path, line)
    return Anchor(
        section=blurb.name,
        kind=blurb.kind,
        url=url,
        page=canonical(url),
        words=words,
        spot=spot,
    )
