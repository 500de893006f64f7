"""The text of one entry of a YAML list: its keys set or taken out, and nothing else touched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Any, TypeAlias

from ruamel.yaml.error import YAMLError

from newsletter.publication import yamlwrite
from newsletter.publication.yamlfile import nodes

Said: TypeAlias = "str | int | bool | date | tuple[str, ...] | Mapping[str, Said | None]"

_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_~?=&%+@:;,!$'()*-]*")


def lines_of(values: Mapping[str, Said]) -> list[str]:
    """A new entry, line by line, from its dash on."""
    lines = [line for key, value in values.items() for line in _pair(key, value)]
    return [f"{'  ' if at else '- '}{line}" for at, line in enumerate(lines)]


def length(text: str) -> int | None:
    """How many characters of the text its first entry takes: whole lines, with comments that are indented as its keys.

    None where that cannot be told.
    """
    entry = _entry(text)
    if entry is None:
        return None
    end = _line_end(text, _end(text, *entry.value[-1]))
    indent = len(text.removeprefix("\ufeff")) - len(text.removeprefix("\ufeff").lstrip(" "))
    while comment := re.compile(rf" {{{indent + 1},}}#[^\n]*(?:\n|\Z)").match(text, end):
        end = comment.end()
    return end


def with_values(text: str, values: Mapping[str, Said | None], order: Sequence[str]) -> str | None:
    """The text with keys of its one entry set, or taken out where the value is None.

    None where it is written in a way that this cannot change. Whether it says what was meant is for the caller to see.
    """
    for key, value in values.items():
        changed = _with(text, (), key, value, order)
        if changed is None:
            return None
        text = changed
    return text


def scalar(value: str, flow: bool = False) -> str:
    """A text as YAML, in quotes only where it would be taken for something else; `flow`: between brackets."""
    written = yamlwrite.scalar(value)
    if written != value and _ADDRESS.fullmatch(value) and not value.endswith(":") and not _is_figure(value):
        written = value
    return json.dumps(value, ensure_ascii=False) if flow and re.search(r"[,\[\]{}]", written) else written


def _is_figure(value: str) -> bool:
    """Whether other programs would read something else than text: a number, a date, a time, yes or no."""
    return bool(re.fullmatch(r"[\d.:_+eExX-]+|(?i:null|true|false|yes|no|on|off|y|n)", value))


def _entry(text: str) -> Any:
    """The node of the one entry, where it is a group of keys."""
    try:
        root = nodes(text)
    except YAMLError:
        return None
    if root is None or root.flow_style or not root.value or not isinstance(root.value[0].value, list):
        return None
    return root.value[0] if root.value[0].value and isinstance(root.value[0].value[0], tuple) else None


def _at(text: str, path: tuple[str, ...]) -> Any:
    node = _entry(text)
    for part in path:
        node = next(value for key, value in node.value if key.value == part)
    return node


def _with(text: str, path: tuple[str, ...], key: str, value: Said | None, order: Sequence[str]) -> str | None:
    """The text with one key of the group at this path set or taken out."""
    node = _at(text, path)
    if node is None:
        return None
    found = next((pair for pair in node.value if pair[0].value == key), None)
    if value is None or value == ():
        return text if found is None else _without_pair(text, node, found)
    if found is None:
        return _with_pair(text, node, key, value, order)
    old = found[1]
    if isinstance(value, Mapping) and old.id == "mapping" and old.value:
        for inner, one in value.items():
            changed = _with(text, (*path, key), inner, one, tuple(value))
            if changed is None:
                return None
            text = changed
        return text
    if isinstance(value, tuple) and old.id == "sequence" and old.value:
        return _with_items(text, old, value)
    return _with_scalar(text, found, value, node.flow_style)


def _with_scalar(text: str, pair: tuple[Any, Any], value: Said, flow: bool) -> str:
    """Another value behind a key, in the quotes that the old one has."""
    key, old = pair
    if old.id == "scalar" and not isinstance(value, tuple | Mapping) and old.value == _told(value):
        return text
    start, end = old.start_mark.index, _end(text, key, old)
    written = _inline(value, flow)
    if old.id == "scalar" and isinstance(value, str):
        written = _in_its_quotes(old, value, flow)
    if _is_nothing(text, old):  # nothing stands behind the colon, which a key between braces can do without
        return f"{text[:end]}{' ' if _colon(text, key) else ': '}{written}{text[end:]}"
    return text[:start] + written + text[end:]


def _in_its_quotes(old: Any, value: str, flow: bool) -> str:
    if old.style == '"':
        return json.dumps(value, ensure_ascii=False)
    if old.style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return scalar(value, flow)


def _with_pair(text: str, node: Any, key: str, value: Said, order: Sequence[str]) -> str:
    """One more key, behind those that come before it in the order."""
    earlier = order[: order.index(key)] if key in order else order
    before = [pair for pair in node.value if pair[0].value in earlier] or node.value[-1:]
    end = _end(text, *before[-1])
    if node.flow_style:
        comma = " ," if _is_nothing(text, before[-1][1]) else ","  # a comma right behind a colon is part of a word
        return f"{text[:end]}{comma} {key}: {_inline(value, flow=True)}{text[end:]}"
    indent, ending = " " * node.value[0][0].start_mark.column, "\r\n" if "\r\n" in text else "\n"
    return _lines_after(text, end, [indent + line for line in _pair(key, value)], ending)


def _without_pair(text: str, node: Any, pair: tuple[Any, Any]) -> str | None:
    """One key less. Where it is the first, the next one takes its place beside the dash."""
    at, start, end = node.value.index(pair), pair[0].start_mark.index, _end(text, *pair)
    if len(node.value) == 1:
        return None
    if node.flow_style:
        if at:
            start = _end(text, *node.value[at - 1])
        else:
            end = node.value[1][0].start_mark.index
        return None if _holds_comment(text[start:end]) else text[:start] + text[end:]
    if at:
        return text[: text.rfind("\n", 0, start) + 1] + text[_line_end(text, end) :]
    following = node.value[1][0].start_mark.index
    if "#" in text[end:following]:
        return text[:start] + text[end:].lstrip(" ")
    return text[:start] + text[following:]


def _with_items(text: str, node: Any, items: tuple[str, ...]) -> str | None:
    """A list that says these; those which it says already stay as they are written. None where a comment between
    brackets would go with what goes."""
    old = [one.value for one in node.value]
    for what, first, last, new_first, new_last in reversed(
        SequenceMatcher(a=old, b=items, autojunk=False).get_opcodes()
    ):
        if what == "equal":
            continue
        both = min(last - first, new_last - new_first)
        if last > first + both:
            start, end = _span(text, node, first + both, last)
            if node.flow_style and _holds_comment(text[start:end]):
                return None
            text = text[:start] + text[end:]
        elif new_last > new_first + both:
            text = _more_items(text, node, first + both, items[new_first + both : new_last])
        for place, value in reversed(list(zip(node.value[first:last], items[new_first:new_last], strict=False))):
            written = _in_its_quotes(place, value, node.flow_style)
            text = text[: place.start_mark.index] + written + text[_item_end(text, place) :]
    return text


def _span(text: str, node: Any, first: int, last: int) -> tuple[int, int]:
    """From where to where entries of a list go, with what parts them from the others."""
    start, end = node.value[first].start_mark.index, _item_end(text, node.value[last - 1])
    if not node.flow_style:
        start, end = text.rfind("\n", 0, start) + 1, _line_end(text, end)
    elif first:
        start = _item_end(text, node.value[first - 1])
    else:
        end = node.value[last].start_mark.index
    return start, end


def _holds_comment(text: str) -> bool:
    """Whether a comment stands in it, or what looks like one within quotes."""
    return bool(re.search(r"(?:^|\s)#", text))


def _more_items(text: str, node: Any, at: int, items: Iterable[str]) -> str:
    """More entries in a list, behind the one before that place, or before all."""
    beside = node.value[max(at - 1, 0)]
    start, end = beside.start_mark.index, _item_end(text, beside)
    if node.flow_style:
        written = [scalar(one, flow=True) for one in items]
        more = "".join(f", {one}" for one in written) if at else "".join(f"{one}, " for one in written)
        return text[:end] + more + text[end:] if at else text[:start] + more + text[start:]
    line, ending = text.rfind("\n", 0, start) + 1, "\r\n" if "\r\n" in text else "\n"
    lines = [text[line:start] + scalar(one) for one in items]
    if at:
        return _lines_after(text, end, lines, ending)
    return text[:line] + "".join(f"{one}{ending}" for one in lines) + text[line:]


def _pair(key: str, value: Said) -> list[str]:
    """A key and its value as lines."""
    if isinstance(value, Mapping):
        inner = [line for name, one in value.items() if one is not None for line in _pair(name, one)]
        return [f"{key}:", *(f"  {line}" for line in inner)]
    return [f"{key}: {_inline(value)}"]


def _inline(value: Said, flow: bool = False) -> str:
    if isinstance(value, Mapping):
        told = [f"{key}: {_inline(one, flow=True)}" for key, one in value.items() if one is not None]
        return f"{{{', '.join(told)}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(scalar(one, flow=True) for one in value)}]"
    return scalar(value, flow) if isinstance(value, str) else _told(value)


def _told(value: str | int | date) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _is_nothing(text: str, node: Any) -> bool:
    return node.id == "scalar" and not node.style and not text[node.start_mark.index : node.end_mark.index].strip()


def _end(text: str, key: Any, node: Any) -> int:
    """Where what a key says ends: a block's own end lies behind the comments and the blank lines that follow it."""
    if _is_nothing(text, node):
        return _colon(text, key) or int(key.end_mark.index)
    if node.id != "scalar" and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, *last) if isinstance(last, tuple) else _item_end(text, last)
    if node.id == "scalar" and node.style in ("|", ">"):
        return _block_end(text, key, node)
    return int(node.end_mark.index)


def _colon(text: str, key: Any) -> int | None:
    """Where what a key says may begin, behind its colon; None where it has none."""
    found = re.compile(r"\s*:").match(text, key.end_mark.index)
    return found.end() if found else None


def _item_end(text: str, node: Any) -> int:
    """The same of an entry in a list of texts."""
    return int(node.end_mark.index) if node.style not in ("|", ">") else _block_end(text, node, node)


def _block_end(text: str, key: Any, node: Any) -> int:
    """Where a text of several lines ends: with its last line that is indented more than its key and not blank."""
    column, end = key.start_mark.column, text.find("\n", node.start_mark.index)
    if end < 0:
        return len(text)
    upto = end
    for line in text[end + 1 :].split("\n"):
        if line.strip() and len(line) - len(line.lstrip(" ")) <= column:
            break
        end += 1 + len(line)
        upto = end if line.strip() else upto
    return upto - text[:upto].endswith("\r")


def _line_end(text: str, at: int) -> int:
    """Where the line below this place begins, or the text ends."""
    return text.find("\n", at) + 1 or len(text)


def _lines_after(text: str, at: int, lines: list[str], ending: str) -> str:
    """The text with more lines below the one that this place is on."""
    end = _line_end(text, at)
    before = text[:end] if text[:end].endswith("\n") else text[:end] + ending
    return before + "".join(f"{line}{ending}" for line in lines) + text[end:]
