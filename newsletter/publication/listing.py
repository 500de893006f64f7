"""One entry of a YAML list, added, changed or taken out in the text of its file; every other byte stays as it was.

Comments, the order of keys, quotes, line ends and blank lines are the editors' own. What is given back has been read
and says what was meant and nothing else; where a file is written in a way that this cannot change, it is None.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from newsletter.publication import entrytext, yamlfile
from newsletter.publication.entrytext import Said
from newsletter.publication.yamlfile import Value, nodes

Values: TypeAlias = "Mapping[str, Said | None]"  # None: the key is not to be there


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its file has it."""

    at: int  # from 0, in the list
    text: str  # its lines, with comments that stand within; LF line ends
    digest: str  # SHA-256 of them, hex: a form that carries it is stale when it is another one


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an entry stands, in characters."""

    at: int
    start: int  # of the line with its dash
    end: int  # behind its last line, comments that are indented as it is among them
    next: int  # where the next entry's line begins, or the text ends


def find(text: str, name: str, key: str = "id") -> Entry | None:
    """The entry whose `key` says `name`; None where there is none, or the file cannot be read.

    Of one that cannot be told apart from what stands around it, the text is all of the file's.
    """
    at, place = _at(text, name, key), _place(text, name, key)
    if at is None:
        return None
    own = plain(text[place.start : place.end] if place else text)
    return Entry(at, own, hashlib.sha256(own.encode()).hexdigest())


def hindrance(text: str, name: str | None = None, key: str = "id") -> tuple[int, str, str]:
    """Why such a file, or this entry of it, cannot be changed here: the line, what is so, and what to do about it."""
    bare = plain(text)
    written = yamlfile.read(bare)
    if written.mistakes:
        return written.mistakes[0]
    if not isinstance(written.value, list | None):
        return 1, "the file is not a list", "begin each entry with '- ' in column one"
    root = _root(bare)
    if root is not None and root.flow_style:
        todo = "write each entry on lines of its own, the first of them beginning with '- '"
        return root.start_mark.line + 1, "the whole list stands between brackets", todo
    at = None if name is None else _at(text, name, key)
    line = 0 if at is None else written.line((at,))
    return line, "this is written in a way that a form cannot change", "write it as key: value lines below a dash"


def with_entry(text: str, values: Values, head: str) -> str | None:
    """The text with one entry more, at its end and in its style. An empty text begins with the comment `head`."""
    entry = entrytext.lines_of({key: value for key, value in values.items() if value is not None})
    old = _list(text)
    if old is None:
        return None
    return _checked(joined(text if old else _without_brackets(text), [entry], head), [*old, _meant({}, values)])


def with_values(text: str, name: str, values: Values, key: str = "id", order: Sequence[str] = ()) -> str | None:
    """The text with these keys of one entry set, or taken out where the value is None; other keys stay as they are.

    A key that is new stands behind those which come before it in `order`. A value that is the same is not touched.
    """
    place, old = _place(text, name, key), _list(text)
    if place is None or old is None:
        return None
    own = text[place.start : place.next]
    changed = entrytext.with_values(own, values, tuple(order) or tuple(values))
    entry = old[place.at]
    if changed is None or not isinstance(entry, dict):
        return None
    old = [*old[: place.at], _meant(entry, values), *old[place.at + 1 :]]
    return _checked(text[: place.start] + changed + text[place.next :], old)


def without(text: str, name: str, key: str = "id") -> str | None:
    """The text without one entry.

    The comment right above it goes with it where blank lines part the entries; what heads the file stays.
    """
    place, old = _place(text, name, key), _list(text)
    if place is None or old is None:
        return None
    start, end = _comment_above(text, place.start), place.end
    while blank := re.compile(r"[ \t]*\r?\n").match(text, end):
        end = blank.end()
    if end == len(text):  # it was the last: the blank lines that parted it go instead
        kept = _without_blank_lines(text[:start])
        return _checked(kept, [*old[: place.at], *old[place.at + 1 :]])
    return _checked(text[:start] + text[end:], [*old[: place.at], *old[place.at + 1 :]])


def _without_blank_lines(text: str) -> str:
    """A text without the blank lines at its end."""
    found = re.compile(r"[ \t]*+(\r?\n)(?:[ \t]*+\r?\n)++\Z").match(text, len(text.rstrip(" \t\r\n")))
    return text[: found.end(1)] if found else text


def joined(text: str, entries: Sequence[Sequence[str]], head: str) -> str:
    """The entries behind the text, with the text's line ends, its indent, and its blank lines between entries.

    Each entry is its lines, from "- key: value" on. An empty text begins with `head`, a comment of whole lines.
    """
    if not text.strip("\ufeff \r\n"):
        return text + head + "".join("\n" + "".join(f"{line}\n" for line in entry) for entry in entries)
    end = "\r\n" if "\r\n" in text else "\n"
    dash = re.search(r"(?m)^( *)- ", text)
    indent = dash[1] if dash else ""
    gap = end if _parts_entries(plain(text).split("\n"), f"{indent}- ") else ""
    is_parted = text.endswith("\n") and text[len(text.rstrip()) :].count("\n") > 1
    first = "" if is_parted else gap
    ended = "" if text.endswith("\n") else end
    return text + ended + first + gap.join("".join(f"{indent}{line}{end}" for line in entry) for entry in entries)


def plain(text: str) -> str:
    """As `Folder.read_text` would hand it out."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _parts_entries(lines: list[str], dash: str) -> bool:
    """Whether blank lines stand between entries, comments aside. Where only one stands, the sample's habit is taken."""
    told = [line for line in lines if not line.lstrip().startswith("#")]
    entries = [at for at, line in enumerate(told) if line.startswith(dash)]
    return len(entries) < 2 or any(not told[at - 1].strip() for at in entries[1:])


def _list(text: str) -> list[Value] | None:
    """What the file says; None where that is no list."""
    written = yamlfile.read(plain(text))
    if written.mistakes or not isinstance(written.value, list | None):
        return None
    return written.value or []


def _root(text: str) -> Any:
    """The node of the whole list; None for a text that says nothing."""
    return nodes(text)


def _without_brackets(text: str) -> str:
    """A text that holds an empty list without its brackets, and without their line where nothing else stands on it."""
    root = _root(text)
    if root is None or not root.flow_style:
        return text
    start, end = text.rfind("\n", 0, root.start_mark.index) + 1, root.end_mark.index
    rest = re.compile(r"[ \t]*(?:\r?\n|\Z)").match(text, end)
    if rest and not text[start : root.start_mark.index].strip("\ufeff \t"):
        return text[: root.start_mark.index] + text[rest.end() :]
    return text[: root.start_mark.index] + text[end:]


def _at(text: str, name: str, key: str) -> int | None:
    """Which entry says `name`; None where none does, or several do."""
    named = [at for at, one in enumerate(_list(text) or ()) if isinstance(one, dict) and one.get(key) == name]
    return named[0] if len(named) == 1 else None


def _place(text: str, name: str, key: str) -> _Place | None:
    at, written = _at(text, name, key), yamlfile.read(plain(text))
    if at is None or "\r" in text.replace("\r\n", ""):
        return None
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    start = _dash_line(text, starts, written.line((at,)) - 1)
    if start is None:
        return None
    following = None
    if (at + 1,) in written.lines:
        following = _dash_line(text, starts, written.lines[at + 1,] - 1)
    ends = len(text) if following is None else following
    length = entrytext.length(text[start:ends])
    return None if length is None else _Place(at, start, start + length, ends)


def _dash_line(text: str, starts: list[int], number: int) -> int | None:
    """Where the line with an entry's dash begins: the line of its first key, or a dash alone above it."""
    while number >= 0:
        line = text[starts[number] : starts[number + 1] if number + 1 < len(starts) else len(text)]
        if re.match(r"\ufeff?[ ]*-(?:\s|$)", line):
            return starts[number]
        if re.match(r"\ufeff?[ ]*-", line) or "[" in line.partition("#")[0]:
            return None
        number -= 1
    return None


def _comment_above(text: str, start: int) -> int:
    """Where the comment begins that stands right above an entry and is its own, or the entry itself."""
    above = text[:start]
    found = re.search(r"(?:^|\n)[ \t]*\r?\n((?:[ \t]*#[^\n]*\n)+)\Z", above)
    return found.start(1) if found and found.start() > 0 else start


def _meant(entry: Mapping[str, Value], values: Values) -> dict[str, Value]:
    """What an entry says once the values are set, as `yamlfile.read` would give it."""
    meant: dict[str, Value] = {key: value for key, value in entry.items() if key not in values or values[key]}
    for key, value in values.items():
        inner = entry.get(key)
        if isinstance(value, Mapping):
            meant[key] = _meant(inner if isinstance(inner, dict) else {}, value)
        elif isinstance(value, tuple):
            meant |= {key: list(value)} if value else {}
        elif isinstance(value, bool):
            meant[key] = "true" if value else "false"
        elif value is not None:
            meant[key] = value.isoformat() if isinstance(value, date) else str(value)
    return meant


def _checked(after: str, meant: list[Value]) -> str | None:
    """The changed text, where it says just that."""
    return after if _list(after) == meant else None
