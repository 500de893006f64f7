"""An item put into an issue: its entry in items.yaml, and what a blurb says of it. Text in, text out."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from newsletter.model.item import CitedItem, Item
from newsletter.model.kinds import KINDS
from newsletter.model.people import Person
from newsletter.publication.yamlfile import scalar

_EMPTY = re.compile(r"^(?P<key>[a-z_]+):[ \t]*(?P<comment>#.*)?$")
_ITEMS = re.compile(r"^items:[ \t]*(?:\[(?P<ids>[^\]#]*)\])?[ \t]*(?P<comment>#.*)?$")


def items_with(text: str, cited: CitedItem) -> str:
    """items.yaml with one entry more at its end; every other byte as it was."""
    lines = [f"- id: {cited.id}", f"  outlet: {scalar(cited.outlet)}", f"  title: {scalar(cited.title)}"]
    lines.append(f"  url: {cited.url}")
    if cited.published is not None:
        lines.append(f"  published: {cited.published}")
    if cited.updated is not None:
        lines.append(f"  updated: {cited.updated}")
    lines.append(f"  rights: {cited.rights.value}")
    if cited.text_digest:
        lines.append(f"  text_digest: {cited.text_digest}")
    before = text.rstrip("\n")
    return f"{before}\n\n" * bool(before) + "\n".join(lines) + "\n"


def says(kind: str, item: Item, cited: CitedItem, people: tuple[Person, ...]) -> dict[str, str]:
    """What a blurb of this kind says of an item, by the names of its fields: the credit line and the link."""
    shape: Any = KINDS[kind]
    known = {one.name for one in fields(shape)}
    names = {author.name for author in item.entry.authors}
    card = next((person.id for person in people if person.name in names), None)
    said = {"title": cited.title, "url": cited.url, "outlet": cited.outlet, "author": card}
    if kind == "number":
        said = {"source": cited.id, "as_of": str(cited.published) if cited.published else None}
    return {key: value for key, value in said.items() if key in known and value}


def blurb_with(text: str, said: dict[str, str], item: str) -> str:
    """A blurb's file with its empty fields filled and the item among its `items`; what is written is never changed."""
    head, fence, rest = _divided(text)
    lines = [_filled(line, said) for line in head]
    if not any(line.split(":")[0] == key and item == value for line in head for key, value in said.items()):
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
