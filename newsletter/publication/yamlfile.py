"""YAML as people write it: every scalar is the text that was written, and the type it goes into says what it means.

So `country: NO` is "NO" and `value: 1.10` is "1.10". Tabs, aliases, tags, duplicate keys, unknown keys and values that
do not fit are told with file and line, all at once. Source: YAML 1.2.2.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache, lru_cache
from io import StringIO
from typing import Any, TypeAlias, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from newsletter.model.errors import Mistake
from newsletter.model.shape import nearest, unfit_character

T = TypeVar("T")
Path: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Written:
    """What a YAML text says, and on which line it says it."""

    value: Value  # None for an empty text or an empty value
    lines: dict[Path, int] = field(default_factory=dict)  # of the key, or of the entry of a list
    mistakes: tuple[tuple[int, str, str], ...] = ()  # line, what, todo

    def line(self, path: Path) -> int:
        """The line of the nearest thing on the way to this path."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@lru_cache(maxsize=256)
def read(text: str, first_line: int = 1) -> Written:
    """What the text says. `first_line` is the line of its first line in the file. The result is not to be changed."""
    yaml = YAML(typ="safe", pure=True)  # "rt" would leave its own marks in folded texts
    reader = _Reader(first_line)
    for number, one in enumerate(text.split("\n"), first_line):
        if bad := unfit_character(one):
            return Written(None, {}, ((number, f"the control character {bad} stands here", "delete it"),))
    try:
        reader.document(list(yaml.parse(StringIO(text))))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        reader.mistakes.append((line, *_in_words(error, text.split("\n"), mark.line if mark else 0)))
    except YAMLError as error:
        reader.mistakes.append((first_line, f"this is not YAML: {error}", "see the sample's file of the same name"))
    return Written(reader.value, reader.lines, tuple(reader.mistakes))


def _in_words(error: MarkedYAMLError, lines: list[str], at: int) -> tuple[str, str]:
    line = lines[at] if at < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab indents this line", "use spaces; YAML takes no tabs"
    problem = re.sub(r"\s+", " ", str(error.problem or error.context or "it cannot be read"))
    if "mapping values are not allowed" in problem:
        return "a colon stands where none may", 'put the whole text in quotes: key: "text: more text"'
    if "could not find expected ':'" in problem:
        return "a key has no colon behind it", "write key: value, or put a text of several lines in quotes"
    if "found unexpected end of stream" in problem:
        return "a quote is opened and not closed", "close the quote"
    if "expected <block end>" in problem:
        return "the indent does not fit the lines above", "begin the keys of one group in the same column"
    if "cannot start any token" in problem:
        return f"a value begins with a character that has a meaning in YAML ({problem})", "put the value in quotes"
    if "expected ',' or" in problem:
        return "a list or a group in brackets is not closed", "close it with ] or }"
    return f"this is not YAML: {problem}", "compare it with the lines around it"


_CONTENT = (AliasEvent, ScalarEvent, MappingStartEvent, SequenceStartEvent, MappingEndEvent, SequenceEndEvent)


class _Reader:
    """Builds values from parse events; keeps lines and mistakes."""

    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.value: Value = None
        self.lines: dict[Path, int] = {}
        self.mistakes: list[tuple[int, str, str]] = []
        self._events: list[Event] = []

    def document(self, events: list[Event]) -> None:
        starts = [event for event in events if isinstance(event, DocumentStartEvent)]
        for second in starts[1:]:
            self._mistake(second, "a second document begins", "remove the line ---")
        self._events += [event for event in reversed(events) if isinstance(event, _CONTENT)]
        if self._events:
            self.value = self._next((), 0)

    def _mistake(self, event: Event, what: str, todo: str) -> None:
        self.mistakes.append((self._line(event), what, todo))

    def _line(self, event: Event) -> int:
        return int(event.start_mark.line) + self.first_line

    def _next(self, path: Path, depth: int) -> Value:
        event = self._events.pop()
        if isinstance(event, AliasEvent):
            self._mistake(event, f"an alias, *{event.anchor}, stands here", "write the value out")
            return None
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            self._mistake(event, f"an anchor, &{anchor}, stands here", "remove it and write values out")
        if tag and str(tag) != "!":
            self._mistake(event, f"a tag, {tag}, stands here", "remove it")
        if depth > MAX_DEPTH:
            raise MarkedYAMLError(problem=f"nested more than {MAX_DEPTH} deep", problem_mark=event.start_mark)
        if isinstance(event, ScalarEvent):
            plain_null = event.style is None and event.value in ("", "~", "null")
            return None if plain_null else str(event.value)
        return self._mapping(path, depth) if isinstance(event, MappingStartEvent) else self._sequence(path, depth)

    def _mapping(self, path: Path, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not isinstance(self._events[-1], MappingEndEvent):
            start = self._events[-1]
            key = self._next(path, depth + 1)
            if not isinstance(key, str):
                self._mistake(start, "a key is empty or not a word", "write key: value")
                key = ""
            if key in found:
                first = self.lines[*path, key]
                self._mistake(start, f"`{key}` stands here a second time", f"keep one; the first is on line {first}")
                self._next((*path, key, "again"), depth + 1)
                continue
            self.lines[*path, key] = self._line(start)
            found[key] = self._next((*path, key), depth + 1)
        self._events.pop()
        return found

    def _sequence(self, path: Path, depth: int) -> list[Value]:
        found: list[Value] = []
        while not isinstance(self._events[-1], SequenceEndEvent):
            self.lines[*path, len(found)] = self._line(self._events[-1])
            found.append(self._next((*path, len(found)), depth + 1))
        self._events.pop()
        return found


def build(shape: type[T], value: Value, written: Written, path: str, at: Path = ()) -> tuple[T | None, list[Mistake]]:
    """The value as a `shape`, or None and every mistake in it.

    `value` stands at `at` in `written`, which was read from `path`. A key without a value counts as missing.
    """
    if not isinstance(value, dict):
        found = "nothing stands here" if value is None else "one value stands here"
        return None, [Mistake(path, written.line(at), f"{found} where keys are expected", "write key: value lines")]
    try:
        anything: Any = shape
        adapter: TypeAdapter[T] = _adapter(anything)
        return adapter.validate_python(_without_empty(value)), []
    except ValidationError as error:
        return None, [_mistake(shape, details, written, path, at) for details in error.errors(include_url=False)]


def read_list(text: str | None, shape: type[T], path: str) -> tuple[tuple[T, ...], Written, list[Mistake]]:
    """The entries of a file that is one list, each with an `id` or name of its own; one with a mistake is left out."""
    written = read(text or "")
    mistakes = [Mistake(path, *mistake) for mistake in written.mistakes]
    if mistakes or written.value is None:
        return (), written, mistakes
    if not isinstance(written.value, list):
        return (), written, [Mistake(path, 1, "the file is not a list", "begin each entry with '- ' in column one")]
    entries = [build(shape, value, written, path, (at,)) for at, value in enumerate(written.value)]
    kept = tuple(entry for entry, _ in entries if entry is not None)
    mistakes = [mistake for _, misfits in entries for mistake in misfits]
    return kept, written, mistakes + _doubles(written, path)


def _doubles(written: Written, path: str) -> list[Mistake]:
    """Entries that share an id."""
    first: dict[str, int] = {}
    mistakes = []
    for at, entry in enumerate(written.value if isinstance(written.value, list) else ()):
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            continue
        line = written.line((at, "id"))
        if name in first:
            what, todo = f"'{name}' is the id of two entries", f"rename this one; the other is on line {first[name]}"
            mistakes.append(Mistake(path, line, what, todo))
        first.setdefault(name, line)
    return mistakes


def set_value(text: str, keys: tuple[str, ...], value: str) -> str:
    """The YAML text with one value set, every other byte as it was. Raises `KeyError` for a key that is not there."""
    node = YAML(typ="safe", pure=True).compose(StringIO(text))
    for key in keys:
        node = {one.value: inner for one, inner in node.value}[key]
    start, end = node.start_mark.index, node.end_mark.index
    return text[:start] + json.dumps(value, ensure_ascii=False) + text[end:]  # a JSON string is a YAML one


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _without_empty(value: Value) -> Any:
    match value:
        case dict():
            return {key: _without_empty(inner) for key, inner in value.items() if inner is not None}
        case list():
            return tuple(_without_empty(inner) for inner in value)
        case _:
            return value


def _mistake(shape: type[object], details: ErrorDetails, written: Written, path: str, at: Path) -> Mistake:
    loc = tuple(details["loc"])
    line = written.line(at + loc)
    what, todo = _words(shape, loc, details)
    return Mistake(path, line, what, todo)


def _words(shape: type[object], loc: Path, details: ErrorDetails) -> tuple[str, str]:
    """What is wrong and what to do, for one of pydantic's errors."""
    key = next((str(part) for part in reversed(loc) if isinstance(part, str)), "")
    parent = _shape_at(shape, loc[:-1])
    context = details.get("ctx", {})
    match details["type"]:
        case "missing":
            return f"`{key}` is missing", f"add {_example(parent, key)}"
        case "unexpected_keyword_argument" | "extra_forbidden":
            known = [one.name for one in fields(parent)] if is_dataclass(parent) else []
            near = nearest(key, known)
            todo = f"did you mean `{near}`?" if near else f"remove it; known here: {', '.join(sorted(known))}"
            return f"`{key}` is not a key that is known here", todo
        case "refused":
            return f"`{key}` {context['what']}", str(context["todo"])
        case "enum" | "literal_error":
            known = re.findall(r"'([^']*)'", str(context["expected"]))
            near = nearest(str(details["input"]), known)
            hint = f"did you mean '{near}'?" if near else f"write one of: {', '.join(known)}"
            return f"`{key}` is '{details['input']}', which is not known", hint
        case "int_parsing" | "int_type" | "int_from_float":
            return f"`{key}` is '{details['input']}', not a whole number", "write digits only"
        case "bool_parsing" | "bool_type":
            return f"`{key}` is '{details['input']}', neither yes nor no", "write true or false"
        case "tuple_type" | "list_type":
            return f"`{key}` is one value, not a list", f"write it as a list: {key}: [first, second]"
        case "dataclass_type" | "dict_type":
            return f"`{key}` is one value where keys are expected", "write key: value lines, indented below it"
        case "string_type":
            return f"`{key}` is a list or a group where one text is expected", "write one text, in quotes if need be"
        case _:
            return f"`{key}`: {details['msg'][:1].lower()}{details['msg'][1:]}", "mend the value"


def _shape_at(shape: Any, path: Path) -> Any:
    """The dataclass that holds what stands at this path below a shape, or None."""
    for part in path:
        if isinstance(part, int):
            continue
        if not is_dataclass(shape):
            return None
        anything: Any = shape
        shape = _dataclass_in(_hints(anything).get(part))
    return shape


@cache
def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape)


def _dataclass_in(hint: Any) -> Any:
    """The dataclass inside `X | None` or `tuple[X, ...]`."""
    if is_dataclass(hint):
        return hint
    return next((found for inner in get_args(hint) if (found := _dataclass_in(inner))), None)


def _example(shape: Any, key: str) -> str:
    metadata = next((one.metadata for one in fields(shape) if one.name == key), None) if is_dataclass(shape) else None
    if not metadata:
        return f"a line `{key}: ...`"
    return f"a line such as `{key}: {metadata['example']}` ({metadata['about']})"
