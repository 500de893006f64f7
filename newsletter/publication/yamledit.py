"""Values of a YAML text changed in place: what is not changed stays as it was written, with its comments.

A comment belongs to who wrote it: one on a line of its own is never taken away, and one behind a value only with the
entry of a list that it stands in. Source: YAML 1.2.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeGuard

from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from newsletter.publication.yamlfile import Value
from newsletter.publication.yamlwrite import WIDTH, Given, entry_lines, flow, mapping_lines, written


class CannotChange(ValueError):
    """A text that is written in a way that nobody writes; it is left."""


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: behind the colon of a key, or the dash of an entry."""

    mark: int  # just behind the colon or the dash
    indent: int  # column of the key or the dash
    node: Any  # of the value


def plain(value: Given | Value) -> Value:
    """What a reader of our files makes of a value: texts, and no keys without one."""
    match value:
        case None | str():
            return value
        case Mapping():
            return {key: plain(inner) for key, inner in value.items() if inner is not None}
        case Sequence():
            return [plain(inner) for inner in value]
        case _:
            return str(value)


def changed(text: str, root: Any, said: Mapping[str, Value], values: Mapping[str, Given]) -> str:
    """The YAML text of a group of keys with these set, those that are None without a value. `root` is its node tree,
    `said` what it says. Raises `CannotChange`."""
    if root is None:
        edits = [_Edit(len(text), len(text), _joined(mapping_lines(values, 0)))]
    elif isinstance(root, MappingNode) and not root.flow_style:
        edits = _of_mapping(text, root, said, {**said, **values}, len(text))
    else:
        raise CannotChange
    in_order = sorted(enumerate(edits), key=lambda one: (one[1].start, one[1].end, one[0]))
    for _, edit in in_order[::-1]:  # the last first, so that the places of others stay
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _of_mapping(
    text: str, node: Any, old: Mapping[str, Value], new: Mapping[str, Given], behind: int | None = None
) -> list[_Edit]:
    """What makes one group of keys another. New keys stand at `behind`, or below the last one."""
    edits, last = [], 0
    for key, value in node.value:
        place = _place_of_key(text, key, value)
        last = _next_line(text, _end(text, place))
        if key.value not in old:
            raise CannotChange
        if plain(new.get(key.value)) == plain(old[key.value]):
            continue
        if new.get(key.value) is None:
            edits += _without(text, key, place)
        else:
            edits += _set(text, place, old[key.value], new[key.value])
    more = mapping_lines({key: value for key, value in new.items() if key not in old}, node.start_mark.column)
    if more:
        at = last if behind is None else behind
        edits.append(_Edit(at, at, _lead(text, at) + _joined(more)))
    return edits


def _place_of_key(text: str, key: Any, value: Any) -> _Place:
    found = re.compile(r"\s*:").match(text, key.end_mark.index)
    if found is None or not isinstance(key, ScalarNode):
        raise CannotChange
    return _Place(found.end(), key.start_mark.column, value)


def _set(text: str, place: _Place, old: Value, new: Given) -> list[_Edit]:
    """What makes one value another; as little as can be where both are groups, or lists."""
    node = place.node
    if isinstance(node, MappingNode) and not node.flow_style and isinstance(old, dict) and _is_group(new):
        first = node.value[0][0].value
        if new.get(first) is not None or _begins_line(text, node.start_mark.index):
            return _of_mapping(text, node, old, {**dict.fromkeys(old), **new})
    if isinstance(node, SequenceNode) and not node.flow_style and isinstance(old, list) and _is_list(new) and new:
        return _of_sequence(text, node, old, list(new))
    return [_replaced(text, place, old, new)]


def _is_list(value: Given) -> TypeGuard[Sequence[Given]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_group(value: Given) -> TypeGuard[Mapping[str, Given]]:
    return isinstance(value, Mapping) and any(inner is not None for inner in value.values())


def _of_sequence(text: str, node: Any, old: list[Value], new: list[Given]) -> list[_Edit]:
    """What makes one list another: entries that stay, or move, keep their bytes."""
    column = node.start_mark.column
    places = [_place_of_entry(text, one, column) for one in node.value]
    starts = [text.rfind("\n", 0, place.mark) + 1 for place in places]
    ends = [_next_line(text, _end(text, place)) for place in places]
    before, after = [_name(one) for one in old], [_name(plain(one)) for one in new]
    moved: dict[str, str] = {}
    edits: list[_Edit] = []
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for what, first, last, _, _ in steps:
        moved |= {before[at]: text[starts[at] : ends[at]] for at in range(first, last) if what != "equal"}
    for what, first, last, begin, finish in steps:
        if what == "equal":
            continue
        pairs = list(zip(range(first, last), range(begin, finish), strict=False))
        for at, to in pairs:
            if after[to] in moved:
                edits.append(_Edit(starts[at], ends[at], _whole(moved[after[to]])))
            else:
                edits += _set(text, places[at], old[at], new[to])
        edits += [_Edit(starts[at], ends[at], "") for at in range(first + len(pairs), last)]
        lines = [
            moved.get(after[to], _joined(entry_lines(new[to], column))) for to in range(begin + len(pairs), finish)
        ]
        if lines:
            at = starts[0] if first == 0 and not pairs else ends[first + len(pairs) - 1]
            edits.append(_Edit(at, at, _lead(text, at) + "".join(map(_whole, lines))))
    return edits


def _place_of_entry(text: str, node: Any, column: int) -> _Place:
    start = node.start_mark.index
    line = text.rfind("\n", 0, start) + 1
    while line >= 0:
        found = re.compile(rf" {{{column}}}-(?=\s)").match(text, line)
        if found and found.end() <= start:
            return _Place(found.end(), column, node)
        if line == 0:
            break
        line = text.rfind("\n", 0, line - 1) + 1
    raise CannotChange


def _name(value: Value) -> str:
    return json.dumps(plain(value), sort_keys=True)


def _without(text: str, key: Any, place: _Place) -> list[_Edit]:
    """What takes a value away, and its key where no comment is about it; comments of their own line stay."""
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    end = _end(text, place)
    stop = _line_end(text, end)
    line_end = _line_end(text, place.mark)
    comment = _comment(text, place, end)
    own = [at for at in _comments(text, place, stop) if at > line_end and _begins_line(text, at)]
    inner = [text[text.rfind("\n", 0, at) + 1 : _line_end(text, at)] for at in own]
    above = text[:start].removesuffix("\n").rpartition("\n")[2].lstrip().startswith("#")
    if comment or inner or above or not _begins_line(text, key.start_mark.index):
        return [_Edit(place.mark, stop, "\n".join([comment, *inner]))]
    return [_Edit(start, _next_line(text, end), "")]


def _comments(text: str, place: _Place, stop: int) -> list[int]:
    """Where comments begin from behind a key or a dash to there: each # that no text holds."""
    texts, signs = list(_texts(text, place)), re.compile(r"(?:(?<=\s)|^)#", re.MULTILINE)
    found, at = [], place.mark
    while sign := signs.search(text, at, stop):
        at = sign.end()
        if not any(start <= sign.start() < end for start, end in texts):
            found.append(sign.start())
            at = _line_end(text, at)
    return found


def _texts(text: str, place: _Place) -> Iterator[tuple[int, int]]:
    """From where to where each text of a value stands."""
    node = place.node
    if isinstance(node, ScalarNode):
        end = _end(text, place)
        start = _line_end(text, node.start_mark.index) if _is_block_text(node) else node.start_mark.index
        yield start, max(start, end)
    elif node.flow_style:
        for one in node.value:
            for inner in one if isinstance(one, tuple) else (one,):
                yield from _texts(text, _Place(inner.start_mark.index, place.indent, inner))
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield key.start_mark.index, key.end_mark.index
            yield from _texts(text, _place_of_key(text, key, value))
    else:
        for one in node.value:
            yield from _texts(text, _place_of_entry(text, one, node.start_mark.column))


def _comment(text: str, place: _Place, end: int) -> str:
    """The comment on the line of a key or a dash, or behind the last line of its value, with the space before it."""
    line_end, node = _line_end(text, place.mark), place.node
    if end <= place.mark or node.start_mark.index > line_end:
        found = text[place.mark : line_end]
    elif _is_block_text(node):
        header = re.compile(r"[|>][-+\d]*").match(text, node.start_mark.index)
        found = text[header.end() : line_end] if header else ""
    else:
        found = text[end : _line_end(text, end)]
    found = found.rstrip()
    if found and not re.match(r"[ \t]+#", found):
        raise CannotChange
    return found


def _replaced(text: str, place: _Place, old: Value, new: Given) -> _Edit:
    """One value instead of another, the comment on its line kept. Raises `CannotChange` where others stand within."""
    node, end = place.node, _end(text, place)
    stop = _line_end(text, end)
    comment = _comment(text, place, end)
    if len(_comments(text, place, stop)) > bool(comment):
        raise CannotChange
    if not isinstance(node, ScalarNode) and node.flow_style and not isinstance(new, str | int | None):
        lines = [f" {flow(new)}{comment}"]
    else:
        room = WIDTH - (place.mark - text.rfind("\n", 0, place.mark) - 1) - 1
        told = isinstance(node, ScalarNode) and isinstance(old, str)
        head, below = written(new, place.indent, room, node.style if told else None, str(old) if told else None)
        lines = [f"{' ' if head else ''}{head}{comment}", *below]
    return _Edit(place.mark, stop, "\n".join(lines))


def _is_block_text(node: Any) -> bool:
    return isinstance(node, ScalarNode) and node.style in ("|", ">")


def _end(text: str, place: _Place) -> int:
    """Where a value ends: behind its last character; just behind the mark where there is none."""
    node = place.node
    if isinstance(node, ScalarNode):
        if _is_block_text(node):
            return _block_end(text, place)
        return place.mark if node.end_mark.index <= node.start_mark.index else int(node.end_mark.index)
    if node.flow_style:
        return int(node.end_mark.index)
    if isinstance(node, MappingNode):
        return _end(text, _place_of_key(text, *node.value[-1]))
    return _end(text, _place_of_entry(text, node.value[-1], node.start_mark.column))


def _block_end(text: str, place: _Place) -> int:
    """Where a text below its key ends: behind the last line that is indented as its first (YAML 1.2.2, 8.1)."""
    end = _line_end(text, place.node.start_mark.index)
    told = re.compile(r"[|>][-+]?(\d)").match(text, place.node.start_mark.index)
    indent = place.indent + int(told[1]) if told else None
    at = end + 1
    while at < len(text):
        stop = _line_end(text, at)
        line = text[at:stop]
        deep = len(line) - len(line.lstrip(" "))
        if line.strip(" "):
            indent = max(deep, place.indent + 1) if indent is None else indent
            if deep < indent:
                break
            end = stop
        at = stop + 1
    return end


def _begins_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip()


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _next_line(text: str, at: int) -> int:
    return min(_line_end(text, at) + 1, len(text))


def _lead(text: str, at: int) -> str:
    """A line feed where the text stops without one."""
    return "\n" if at and text[at - 1] != "\n" else ""


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _whole(lines: str) -> str:
    return lines if lines.endswith("\n") else f"{lines}\n"
