"""What a new issue has from its first day: the items that editors kept for it, and our own new pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from newsletter.edit import attach
from newsletter.model.item import Item
from newsletter.model.kinds import KINDS
from newsletter.model.people import Person
from newsletter.model.source import Source
from newsletter.publication.yamlwrite import scalar

_FILM = re.compile(r"(?i)\b(?:videos?|films?|watch|youtube|youtu\.be|vimeo|bilibili)\b|视频|影片")
MOST_TOPICS = 4  # of our own pieces in a catch-up


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPiece:
    """A piece of our own that is new since the last issue, and where its source says it belongs."""

    item: Item
    outlet: str
    fills: tuple[str, ...]  # kinds of section, the first choice first


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The files of a new issue, and what went into them."""

    files: dict[str, str]
    placed: tuple[tuple[str, Item], ...]  # section and piece; a proposal in its comments counts
    cited: tuple[Item, ...]  # kept and held items that now stand in items.yaml
    waiting: tuple[Item, ...]  # our own pieces that found no place
    left_out: tuple[str, ...]  # why an item was left out, in words


def filled(
    files: Mapping[str, str],
    *,
    pieces: Iterable[OwnPiece],
    kept: Iterable[tuple[Item, Source | None]],
    people: Iterable[Person],
    question: str | None,
) -> Filled:
    """The files with everything filled in.

    `pieces` come the newest first; a section takes one, a catch-up several. `kept` are the items that editors kept or
    held, each with its source as it is declared now. `question` is that of the issue before, which the replies answer.
    A section that would still lack something gets its values as comments, so that the issue can be looked at.
    """
    made, people = dict(files), tuple(people)
    placed: list[tuple[str, Item]] = []
    waiting: list[Item] = []
    cited: list[Item] = []
    left_out: list[str] = []
    for piece in pieces:
        taken = [kind for kind, _ in placed]
        fitting = [kind for kind in piece.fills if (kind == "video") == _is_film(piece.item)]
        place = next((kind for kind in fitting if f"{kind}.md" in made and _has_room(kind, taken)), None)
        if reason := attach.unusable(piece.item):
            left_out.append(reason)
        elif place is None:
            waiting.append(piece.item)
        else:
            placed.append((place, piece.item))
            if place != "catchup":
                said = attach.says(place, piece.item, attach.citation(piece.item, piece.outlet), people)
                said.setdefault("section", piece.outlet)
                made[f"{place}.md"] = _with(made[f"{place}.md"], place, said)
    if topics := [item for kind, item in placed if kind == "catchup"]:
        made["catchup.md"] = _with_topics(made["catchup.md"], topics)
    for item, source in kept:
        if reason := attach.unusable(item, source):
            left_out.append(reason)
        else:
            outlet = source.name if source else item.entry.source
            made["items.yaml"] = attach.items_with(made["items.yaml"], attach.citation(item, outlet))
            cited.append(item)
    if question and "replies.md" in made:
        made["replies.md"] = _with(made["replies.md"], "replies", {"question": question})
    return Filled(
        files=made, placed=tuple(placed), cited=tuple(cited), waiting=tuple(waiting), left_out=tuple(left_out)
    )


def _is_film(item: Item) -> bool:
    """Whether a piece is to be watched, by its address or by what our site calls it: one feed may hold both."""
    told = " ".join(filter(None, (item.entry.link, item.entry.label, item.entry.kicker)))
    return _FILM.search(told) is not None


def _has_room(kind: str, taken: list[str]) -> bool:
    return taken.count(kind) < (MOST_TOPICS if kind == "catchup" else 1)


def _with(text: str, kind: str, said: dict[str, str]) -> str:
    """A new blurb with its fields filled; as comments where a field that it must have is not known."""
    shape: Any = KINDS[kind]
    must = {one.name for one in fields(shape) if one.default is MISSING}
    if must <= set(said):
        return attach.blurb_with(text, said)
    lines = text.split("\n")
    for at, line in reversed(tuple(enumerate(lines))):
        key = line.removesuffix(":")
        if key in said and line.endswith(":"):
            lines.insert(at - lines[at - 1].startswith("#"), f"# proposed: {key}: {scalar(said[key])}")
    return "\n".join(lines)


def _with_topics(text: str, items: Iterable[Item]) -> str:
    """A catch-up with these pieces proposed; its lead is for an editor to write."""
    proposed = [
        line for item in items for line in (f"#  - text: {scalar(item.entry.title)}", f"#    url: {item.entry.link}")
    ]
    lines = text.split("\n")
    at = next(at for at, line in enumerate(lines) if line == "topics:")
    return "\n".join([*lines[: at + 1], "# proposed, new since the last issue:", *proposed, *lines[at + 1 :]])
