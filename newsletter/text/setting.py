"""A draft with typographic quotes, in every text that is meant to be read and in none that is not."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from newsletter.model.prose import Prose
from newsletter.model.shape import Typeset
from newsletter.text.typography import typeset, typeset_prose

T = TypeVar("T")


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
        hints = _hints(type(value))
        changed = {
            one.name: new
            for one in fields(value)
            if (new := _set(old := getattr(value, one.name), hints.get(one.name), language)) is not old
        }
        return replace(value, **changed) if changed else value
    return value


@lru_cache(maxsize=128)
def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape, include_extras=True)


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _is_line(hint: Any) -> bool:
    """Whether a hint is `Line`, or `Line | None`."""
    if get_origin(hint) is Annotated:
        return any(isinstance(one, Typeset) for one in get_args(hint)[1:])
    return any(_is_line(inner) for inner in get_args(hint))
