"""The sandbox that templates run in, beside Jinja's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest
from jinja2 import Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter.archive.rows import Row
from newsletter.model.frame import Frame
from newsletter.model.issue import IssueNumber
from newsletter.templating.sandbox import Sandbox


@dataclass
class Open:
    """A value of a type that anybody may change."""

    name: str = "open"
    _hidden: str = "hidden"


@dataclass(frozen=True)
class Shut:
    name: str = "shut"
    _hidden: str = "hidden"
    names: list[str] = field(default_factory=lambda: ["one"])

    def method(self) -> str:
        return self.name


ROW = Row(
    address="/issues/2026-11-27/",
    date=date(2026, 11, 27),
    number=IssueNumber(128),
    subject="A subject",
    preheader="A preheader",
    figure=None,
    caption=None,
    corrected=None,
    language="en",
)
FRAME = Frame("en", "ltr", {"site_search": "Search", "language": "no text, a field", "_odd": "odd"}, ())
VALUES = [ROW, FRAME, Shut(), Open(), ["one"], {"name": 1}, "text", len, Shut().method, type(ROW)]
NAMES = [
    *("subject", "date", "number", "figure", "name", "names", "method", "site_search", "language", "texts", "_odd"),
    *("_hidden", "__class__", "__dict__", "__init__", "__dataclass_fields__", "__getitem__", "__globals__", "__code__"),
    *("append", "clear", "update", "pop", "format", "format_map", "mro", "unheard_of", "func_globals"),
]


def _told(environment: ImmutableSandboxedEnvironment, how: str, value: object, name: str) -> object:
    got = getattr(environment, how)(value, name)
    return (type(got), got._undefined_message) if isinstance(got, Undefined) else repr(got).partition(" at ")[0]


@pytest.mark.parametrize("how", ["getattr", "getitem"])
@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_the_sandbox_gives_what_jinjas_own_gives(how: str, value: object) -> None:
    """Of every value a template gets the same as from Jinja's sandbox, and is refused the same in the same words."""
    ours, jinjas = Sandbox(), ImmutableSandboxedEnvironment()
    assert {name: _told(ours, how, value, name) for name in NAMES} == {
        name: _told(jinjas, how, value, name) for name in NAMES
    }


def test_an_item_is_not_taken_for_a_name() -> None:
    """What is no text, as a slice, is asked of the value itself."""
    assert Sandbox().getitem("text", slice(0, 2)) == "te"
    assert isinstance(Sandbox().getitem(ROW, 0), Undefined)
