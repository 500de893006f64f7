"""The picture of a blurb, changed in the text of its file: every other byte stays as it was, comments included."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode

from newsletter.model.kinds import Picture
from newsletter.publication import frontmatter
from newsletter.publication.yamlfile import Value, nodes
from newsletter.publication.yamlwrite import scalar

_MATTER = re.compile(r"\ufeff?---[^\S\n]*\n((?:.*\n)*?)---[^\S\n]*(?:\n|\Z)")  # as `frontmatter.split` finds it


def with_picture(text: str, field: str, picture: Picture) -> str | None:
    """A blurb's file with this picture in that field of its front matter, instead of the one that is there.

    None where the file is written in a way that this cannot change: it is never made to say anything else.
    """
    found = _MATTER.match(text)
    if found is None:
        return None
    says = asdict(picture)
    try:
        changed = _changed(found[1], field, says, "\r\n" if "\r\n" in found[0] else "\n")
    except (YAMLError, ValueError):
        return None
    after = text[: found.start(1)] + changed + text[found.end(1) :]
    return after if _says_it(text, after, field, says) else None


def _changed(matter: str, field: str, says: Mapping[str, str], ending: str) -> str:
    """The front matter with the group in it. Raises `ValueError` for what is written in a way that nobody writes."""
    root = nodes(matter)
    keys = {} if root is None else {key.value: (key, value) for key, value in _entries(root)}
    lines = "".join(f"  {key}: {scalar(value)}{ending}" for key, value in says.items())
    if field not in keys:
        return f"{matter}{field}:{ending}{lines}"
    key, value = keys[field]
    if isinstance(value.value, str):
        return _below(matter, matter.index(":", key.end_mark.index) + 1, value, lines)
    inner = [(one.value, one, under) for one, under in _entries(value)]
    if value.flow_style:
        quoted = {one: json.dumps(said, ensure_ascii=False) for one, said in says.items()}  # a comma ends plain words
        return _filled(_with_missing(matter, value, inner, quoted), inner, quoted)
    written = {one: scalar(said) for one, said in says.items()}
    indent = " " * inner[0][1].start_mark.column
    missing = "".join(f"{indent}{one}: {said}{ending}" for one, said in written.items() if one not in _names(inner))
    return _filled(_spliced(matter, _next_line(matter, _end(matter, inner[-1])), missing), inner, written)


def _entries(node: Any) -> list[tuple[Any, Any]]:
    if not isinstance(node, MappingNode):
        raise ValueError("a list or a text where keys are expected")
    return list(node.value)


_Inner = list[tuple[str, Any, Any]]  # the keys of a group: name, node, node of the value


def _names(inner: _Inner) -> set[str]:
    return {name for name, _, _ in inner}


def _below(matter: str, colon: int, value: Any, lines: str) -> str:
    """The group below a key that has no value yet, or another than a group, on the line of the key."""
    end = max(colon, value.end_mark.index)
    if "\n" in matter[colon:end]:
        if value.value:
            raise ValueError("a value of several lines")
        end = colon
    bare = matter[:colon] + matter[end:]
    return _spliced(bare, _next_line(bare, colon), lines)


def _with_missing(matter: str, value: Any, inner: _Inner, quoted: Mapping[str, str]) -> str:
    """A group between braces with the keys that it does not have yet, behind the last."""
    missing = ", ".join(f"{one}: {said}" for one, said in quoted.items() if one not in _names(inner))
    if not inner:
        return _spliced(matter, value.start_mark.index + 1, missing)
    return _spliced(matter, _end(matter, inner[-1]), f", {missing}" if missing else "")


def _filled(matter: str, inner: _Inner, written: Mapping[str, str]) -> str:
    """The group with other values in the keys that it has; the last first, so that the places of others stay."""
    for entry in reversed(inner):
        name, key, value = entry
        if not isinstance(value.value, str):
            raise ValueError("a group where a text is expected")
        if name not in written:
            continue
        start, end = value.start_mark.index, _end(matter, entry)
        if start >= value.end_mark.index:  # nothing stands behind the colon
            start = end = matter.index(":", key.end_mark.index) + 1
            matter = _spliced(matter, start, " ")
            start = end = start + 1
        elif value.style in ("|", ">") and re.search(r"\n\s*#", matter[start:end]):
            raise ValueError("what may be a comment, or a line of the text")
        matter = matter[:start] + written[name] + matter[end:]
    return matter


def _end(matter: str, entry: tuple[str, Any, Any]) -> int:
    """Where the value ends, the line ends behind a folded one left out; where it is empty, behind the colon."""
    _, key, value = entry
    start, end = value.start_mark.index, value.end_mark.index
    if start >= end:
        return matter.index(":", key.end_mark.index) + 1
    return int(start + len(matter[start:end].rstrip()))


def _next_line(matter: str, at: int) -> int:
    return matter.find("\n", at) + 1 or len(matter)


def _spliced(text: str, at: int, between: str) -> str:
    return text[:at] + between + text[at:]


def _says_it(before: str, after: str, field: str, says: Mapping[str, str]) -> bool:
    """Whether the changed file says the same as before but for this field, which says just that."""
    (old, _), (new, mistakes) = (frontmatter.split(_normal(text), "") for text in (before, after))
    same = _others(old.matter.value, field) == _others(new.matter.value, field) and old.body == new.body
    return same and not mistakes and _keys(new.matter.value).get(field) == says


def _others(value: Value, field: str) -> dict[str, Value]:
    return {key: inner for key, inner in _keys(value).items() if key != field}


def _keys(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _normal(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")
