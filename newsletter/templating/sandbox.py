"""Jinja's sandbox, quicker: what is a plain value for certain is handed out without asking what it could do."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter.model.frame import Frame


class Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox that templates run in. It allows what Jinja's own does, and refuses what that refuses."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a template gets for `obj.attribute`.

        A page reaches for hundreds of fields and standing texts. Jinja asks of each anew whether it is a method that
        changes something, or one that leads out; a field of a frozen dataclass and a text are neither.
        """
        kind: type = type(obj)
        if attribute in _fields(kind):
            return getattr(obj, attribute)
        if kind is Frame and attribute in obj.texts:
            return obj.texts[attribute]
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """What a template gets for `obj[argument]`, and a filter such as groupby for the name of a field."""
        kind: type = type(obj)
        if type(argument) is str:
            if kind is Frame and argument in obj.texts:
                return obj.texts[argument]
            if argument in _fields(kind) and not hasattr(kind, "__getitem__"):
                return getattr(obj, argument)
        return super().getitem(obj, argument)


@cache
def _fields(kind: type) -> frozenset[str]:
    """The fields of a frozen dataclass but those with an underscore in front; none of any other type."""
    if not is_dataclass(kind) or not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]  # not in typeshed
        return frozenset()
    return frozenset(one.name for one in fields(kind) if not one.name.startswith("_"))
