"""An item put into an issue: its entry in items.yaml, and what a blurb says of it. Text in, text out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from typing import Any

from newsletter.model.item import CitedItem, Item, Stamp
from newsletter.model.kinds import KINDS
from newsletter.model.people import Person
from newsletter.model.source import RightsPolicy, Source
from newsletter.publication.yamlwrite import scalar

_EMPTY = re.compile(r"^(?P<key>[a-z_]+):[ \t]*(?P<comment>#.*)?$")
_ITEMS = re.compile(r"^items:[ \t]*+(?:\[(?P<ids>[^\]#]*)\][ \t]*+)?(?P<comment>#.*)?$")


def unusable(item: Item, source: Source | None = None) -> str | None:
    """Why an item cannot be cited, and what to do instead, in words; None where it can.

    `source` is what sources.yaml says now of where it came from: it may have become stricter since.
    """
    if item.entry.link is None:
        return f"{item.id} has no address that readers could follow; give its original instead"
    if RightsPolicy.DO_NOT_USE in (item.entry.rights.policy, source and source.rights):
        return f"{item.id} comes from a source marked 'do not use'; find the original"
    return None


def citation(item: Item, outlet: str, day: date | None = None) -> CitedItem:
    """An item that can be cited, as items.yaml keeps it. `day` dates one that has no date of its own."""
    entry = item.entry
    return CitedItem(
        id=str(item.id),
        outlet=outlet,
        title=entry.title,
        url=entry.link or "",
        published=day or _day(entry.published),
        updated=_day(entry.updated),
        rights=entry.rights.policy,
        text_digest=entry.digest,
    )


def _day(stamp: Stamp | None) -> date | None:
    """The outlet's own date: the day on its wall, not on ours."""
    return stamp.wall.date() if stamp is not None and stamp.wall is not None else None


def with_line_ends(text: str, change: Callable[[str], str]) -> str:
    """The text changed by a function that knows line feeds alone; a file of Windows' line ends keeps them."""
    if "\r\n" in text and not re.search(r"(?<!\r)\n", text):
        return change(text.replace("\r\n", "\n")).replace("\n", "\r\n")
    return change(text)


def items_with(text: str, cited: CitedItem) -> str:
    """items.yaml with one entry more at its end; every other byte as it was."""
    lines = [f"- id: {cited.id}", f"  outlet: {scalar(cited.outlet)}", f"  title: {scalar(cited.title)}"]
    lines.append(f"  url: {_url(cited.url)}")
    if cited.published is not None:
        lines.append(f"  published: {cited.published}")
    if cited.updated is not None:
        lines.append(f"  updated: {cited.updated}")
    lines.append(f"  rights: {cited.rights.value}")
    if cited.text_digest:
        lines.append(f"  text_digest: {cited.text_digest}")
    before = text.rstrip("\n")
    return f"{before}\n\n" * bool(before) + "\n".join(lines) + "\n"


def _url(url: str) -> str:
    """An address as YAML: one that ends in a colon, or holds what begins a comment, needs quotes."""
    return url if re.fullmatch(r"[!-~]*[\w/]", url) and " #" not in url else scalar(url)


def says(kind: str, item: Item, cited: CitedItem, people: Iterable[Person]) -> dict[str, str]:
    """What a blurb of this kind says of an item, by the names of its fields: the credit line and the link."""
    shape: Any = KINDS[kind]
    known = {one.name for one in fields(shape)}
    names = {author.name for author in item.entry.authors}
    card = next((person.id for person in people if person.name in names), None)
    said = {"title": cited.title, "url": cited.url, "outlet": cited.outlet, "author": card}
    said["section"] = item.entry.label or item.entry.kicker
    if kind == "number":
        said = {"source": cited.id, "as_of": str(cited.published) if cited.published else None}
    return {key: value for key, value in said.items() if key in known and value}


def blurb_with(text: str, said: dict[str, str], item: str | None = None) -> str:
    """A blurb's file with its empty fields filled and the item among its `items`; what is written is never changed."""
    head, fence, rest = _divided(text)
    lines = [_filled(line, said) for line in head]
    if item and not any(line.split(":")[0] == key and item == value for line in head for key, value in said.items()):
        lines = _leaning(lines, item)
    return "\n".join([*lines, fence, *rest])


def _divided(text: str) -> tuple[list[str], str, list[str]]:
    lines = text.split("\n")
    close = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), len(lines) - 1)
    return lines[:close], lines[close], lines[close + 1 :]


def _filled(line: str, said: dict[str, str]) -> str:
    match = _EMPTY.match(line)
    if match is None or match["key"] not in said:
        return line
    comment = f" {match['comment']}" if match["comment"] else ""
    return f"{match['key']}: {scalar(said[match['key']])}{comment}"


def _leaning(lines: list[str], item: str) -> list[str]:
    """The front matter with the item in its line `items: [...]`, which is added when there is none."""
    for at, line in enumerate(lines):
        if line.startswith("items:") and any(below.lstrip().startswith("- ") for below in lines[at + 1 : at + 2]):
            if any(re.fullmatch(rf"\s*- {re.escape(item)}\s*(#.*)?", below) for below in lines[at + 1 :]):
                return lines
            return [*lines[: at + 1], f"  - {item}", *lines[at + 1 :]]
        if (match := _ITEMS.match(line)) is not None:
            ids = [one.strip() for one in (match["ids"] or "").split(",") if one.strip()]
            if item in ids:
                return lines
            comment = f" {match['comment']}" if match["comment"] else ""
            return [*lines[:at], f"items: [{', '.join([*ids, item])}]{comment}", *lines[at + 1 :]]
    return [*lines, f"items: [{item}]"]
