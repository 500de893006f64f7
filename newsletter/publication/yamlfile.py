"""YAML as people write it: every scalar is the text that was written, and the type it goes into says what it means.

So `country: NO` is "NO" and `value: 1.10` is "1.10". Tabs, aliases, tags, duplicate keys, unknown keys and values that
do not fit are told with file and line, all at once. Source: YAML 1.2.2.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
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
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from newsletter.model.errors import Mistake
from newsletter.model.shape import nearest, shown, unfit_character
from newsletter.publication.yamlwords import explained

T = TypeVar("T")
Path: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

MAX_DEPTH = 20
_TOLD = 50  # mistakes of one value; who made more of them mends these first


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
    events: list[Event] = []
    try:
        events.extend(_shallow(yaml.parse(StringIO(text))))
        reader.document(events)
    except MarkedYAMLError as error:
        reader.mistakes.append(explained(error, text, first_line, events[-1] if events else None))
    except YAMLError as error:
        reader.mistakes.append((first_line, f"this is not YAML: {error}", "see the sample's file of the same name"))
    return Written(reader.value, reader.lines, tuple(reader.mistakes))


def nodes(text: str) -> Any:
    """The tree of its nodes, each with where it stands; None where it is empty. Raises `YAMLError`."""
    return YAML(typ="safe", pure=True).compose(StringIO(text))


def _shallow(events: Iterable[Event]) -> Iterator[Event]:
    """The events, as long as none is nested deeper than people write: what goes on like that is not read to its end,
    for the parser takes four times as long for twice as many brackets."""
    depth = 0
    for event in events:
        depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
        if depth > MAX_DEPTH and isinstance(event, NodeEvent):
            raise MarkedYAMLError(problem=f"it is nested more than {MAX_DEPTH} deep", problem_mark=event.start_mark)
        depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
        yield event


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
        if len(starts) > 1:  # what stands in which of them is not ours to guess
            self._mistake(starts[1], "a second document begins here", "remove the line --- or ... before it")
            return
        self._events += [event for event in reversed(events) if isinstance(event, _CONTENT)]
        if self._events:
            self.value = self._next(())

    def _mistake(self, event: Event, what: str, todo: str) -> None:
        self.mistakes.append((self._line(event), what, todo))

    def _line(self, event: Event) -> int:
        return int(event.start_mark.line) + self.first_line

    def _next(self, path: Path) -> Value:
        event = self._events.pop()
        if isinstance(event, AliasEvent):
            self._mistake(event, f"an alias, *{event.anchor}, stands here", "write the value out")
            return None
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            self._mistake(event, f"an anchor, &{anchor}, stands here", "remove it and write values out")
        if tag:
            self._mistake(event, "a tag, which begins with !, stands here", "remove it, or put the text in quotes")
        if isinstance(event, ScalarEvent):
            plain_null = event.style is None and event.value in ("", "~", "null")
            return None if plain_null else str(event.value)
        return self._mapping(path) if isinstance(event, MappingStartEvent) else self._sequence(path)

    def _mapping(self, path: Path) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not isinstance(self._events[-1], MappingEndEvent):
            start = self._events[-1]
            key = self._next(path)
            if not isinstance(key, str) or not key.strip():
                self._mistake(start, "a key is empty or not a word", "write key: value")
                self._next((*path, "?"))
                continue
            if key in found:
                first = self.lines[*path, key]
                self._mistake(
                    start, f"`{shown(key)}` stands here a second time", f"keep one; the first is on line {first}"
                )
                self._next((*path, key, "again"))
                continue
            self.lines[*path, key] = self._line(start)
            found[key] = self._next((*path, key))
        self._events.pop()
        return found

    def _sequence(self, path: Path) -> list[Value]:
        found: list[Value] = []
        while not isinstance(self._events[-1], SequenceEndEvent):
            self.lines[*path, len(found)] = self._line(self._events[-1])
            found.append(self._next((*path, len(found))))
        self._events.pop()
        return found


def build(
    shape: type[T], value: Value, written: Written, path: str, at: Path = (), meant: Container[str] = ()
) -> tuple[T | None, list[Mistake]]:
    """The value as a `shape`, or None and every mistake in it.

    `value` stands at `at` in `written`, which was read from `path`. A key without a value counts as missing. A key in
    `meant` stands there misspelt, which has been told already.
    """
    if not isinstance(value, dict):
        found = "nothing" if value is None else _kind(value)
        return None, [Mistake(path, written.line(at), f"{found} stands here where keys are expected", _LINES)]
    try:
        anything: Any = shape
        adapter: TypeAdapter[T] = _adapter(anything)
        return adapter.validate_python(_without_empty(value)), []
    except ValidationError as error:
        misfits = error.errors(include_url=False)[:_TOLD]
        guesses = {(*one["loc"][:-1], _guess(shape, one)) for one in misfits if one["type"] in _UNKNOWN}
        told = [one for one in misfits if not (one["type"] == "missing" and one["loc"] in guesses)]
        told = [one for one in told if not (one["type"] == "missing" and one["loc"][0] in meant)]
        return None, [_mistake(shape, details, written, path, at) for details in told]


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
    names: Any = shape
    key = "id" if "id" in {one.name for one in fields(names)} else "name"
    return kept, written, mistakes + _doubles(written, path, key)


def _doubles(written: Written, path: str, key: str) -> list[Mistake]:
    """Entries that share an id, or the name where they have no id."""
    first: dict[str, int] = {}
    mistakes = []
    for at, entry in enumerate(written.value if isinstance(written.value, list) else ()):
        name = entry.get(key) if isinstance(entry, dict) else None
        if not isinstance(name, str):
            continue
        line = written.line((at, key))
        if name in first:
            what = f"'{shown(name)}' is the {key} of two entries"
            todo = f"rename this one or remove it; the other is on line {first[name]}"
            mistakes.append(Mistake(path, line, what, todo))
        first.setdefault(name, line)
    return mistakes


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
    what, todo = _words(shape, loc, details)
    if details["type"] == "missing" and at + loc in written.lines:
        what, todo = f"`{loc[-1]}` has no value", "write it behind the colon, or below; a # that begins it needs quotes"
    return Mistake(path, written.line(at + loc), what, todo)


_LINES = "write key: value lines"
_UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")


def _words(shape: type[object], loc: Path, details: ErrorDetails) -> tuple[str, str]:
    """What is wrong and what to do, for one of pydantic's errors."""
    key = next((shown(part) for part in reversed(loc) if isinstance(part, str)), "")
    parent = _shape_at(shape, loc[:-1])
    context, given = details.get("ctx", {}), details["input"]
    match details["type"]:
        case "missing":
            return f"`{key}` is missing", f"add {_example(parent, key)}"
        case "unexpected_keyword_argument" | "extra_forbidden":
            return unknown_key(key, _keys(parent))
        case "refused":
            return f"`{key}` {context['what']}", str(context["todo"])
        case "tuple_type" | "list_type":
            return f"`{key}` is {_kind(given)}, not a list", f"write it as a list: {key}: [first, second]"
        case "dataclass_type" | "dict_type":
            return f"`{key}` is {_kind(given)} where keys are expected", f"{_LINES}, indented below it"
        case _ if not isinstance(given, str):
            return f"`{key}` is {_kind(given)} where one value is expected", "write one value, in quotes if need be"
        case "enum" | "literal_error":
            known = re.findall(r"'([^']*)'", str(context["expected"]))
            near = nearest(given, known)
            hint = f"did you mean '{near}'?" if near else f"write one of: {', '.join(known)}"
            return f"`{key}` is '{shown(given)}', which is not known", hint
        case "int_parsing" | "int_type" | "int_from_float":
            return f"`{key}` is '{shown(given)}', not a whole number", "write digits only"
        case "int_parsing_size":
            return f"`{key}` is '{shown(given)}', too large a number", "write a smaller one"
        case "greater_than_equal":
            return f"`{key}` is {shown(given)}, which is too small", f"write {context['ge']} or more"
        case "less_than_equal":
            return f"`{key}` is {shown(given)}, which is too large", f"write {context['le']} or less"
        case "bool_parsing" | "bool_type":
            return f"`{key}` is '{shown(given)}', neither yes nor no", "write true or false"
        case _:
            return f"`{key}`: {details['msg'][:1].lower()}{details['msg'][1:]}", "mend the value"


def unknown_key(key: str, known: Iterable[str]) -> tuple[str, str]:
    """What and todo for a key that stands where only these are known."""
    near = nearest(key, known)
    todo = f"did you mean `{near}`?" if near else f"remove it; known here: {', '.join(sorted(known))}"
    return f"`{shown(key)}` is not a key that is known here", todo


def _guess(shape: type[object], details: ErrorDetails) -> str | None:
    """The key that an unknown one was probably meant to be."""
    loc = tuple(details["loc"])
    return nearest(str(loc[-1]), _keys(_shape_at(shape, loc[:-1])))


def _keys(shape: Any) -> list[str]:
    return [one.name for one in fields(shape)] if is_dataclass(shape) else []


def _kind(value: object) -> str:
    return (
        "a list" if isinstance(value, list | tuple) else "a group of keys" if isinstance(value, dict) else "one value"
    )


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
    """The line to add for a key that is missing, as it could be typed."""
    metadata = next((one.metadata for one in fields(shape) if one.name == key), None) if is_dataclass(shape) else None
    anything: Any = shape
    hint = _hints(anything).get(key) if is_dataclass(shape) else None
    if is_dataclass(hint):
        return f"a line `{key}:` and below it, indented, {', '.join(_keys(hint))}"
    if not metadata:
        return f"a line `{key}: ...`"
    example = f'"{metadata["example"]}"' if ": " in metadata["example"] else metadata["example"]
    return f"a line such as `{key}: {example}` ({metadata['about']})"
