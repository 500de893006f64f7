"""A draft with typographic quotes, in every text that is meant to be read and in none that is not."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from newsletter.model.prose import Prose
from newsletter.model.shape import Typeset
from newsletter.text.typography import typeset, typeset_prose

T = TypeVar("T")
_PLAIN = (str, int, float, bool, bytes, date, time, datetime, type(None), ...)


def set_in_type(value: T, language: str) -> T:
    """The dataclass with its `Line` fields and its prose set in type; nested dataclasses and tuples likewise."""
    changed: T = _set(value, None, language)
    return changed


def _set(value: Any, hint: Any, language: str) -> Any:
    if isinstance(value, Prose):
        return typeset_prose(value, language)
    if isinstance(value, str):
        return typeset(value, language) if _is_line(hint) else value
    if isinstance(value, tuple):
        inner = get_args(_bare(hint))
        return tuple(_set(one, inner[0] if inner else None, language) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            name: new
            for name, inside in _fields_to_read(type(value))
            if (new := _set(old := getattr(value, name), inside, language)) is not old
        }
        return replace(value, **changed) if changed else value
    return value


@lru_cache(maxsize=128)
def _fields_to_read(shape: Any) -> tuple[tuple[str, Any], ...]:
    """Name and hint of each field that can hold text to be read. Most hold ids, dates and addresses, and cannot."""
    hints = get_type_hints(shape, include_extras=True)
    return tuple((one.name, hints[one.name]) for one in fields(shape) if _holds_more(hints[one.name]))


def _holds_more(hint: Any) -> bool:
    """Whether a value of this hint can hold more than strings as they stand, numbers, dates and choices."""
    if get_origin(hint) is Annotated:
        return _is_line(hint) or _holds_more(_bare(hint))
    if inner := get_args(hint):
        return any(map(_holds_more, inner))
    return hint not in _PLAIN and not (isinstance(hint, type) and issubclass(hint, Enum))


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _is_line(hint: Any) -> bool:
    """Whether a hint is `Line`, or `Line | None`."""
    if get_origin(hint) is Annotated:
        return any(isinstance(one, Typeset) for one in get_args(hint)[1:])
    return any(_is_line(inner) for inner in get_args(hint))
