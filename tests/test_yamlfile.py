"""YAML that nobody writes by hand costs no more than what people write."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pydantic import ConfigDict, with_config

from newsletter.publication.yamlfile import MAX_DEPTH, build, read


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Card:
    """A shape with one key."""

    title: str


@pytest.mark.parametrize("sign", ["[", "{a: ", "- "])
def test_what_is_nested_without_end_is_not_read_to_its_end(sign: str) -> None:
    """Half a million brackets are refused where the twenty-first stands; read to their end they would take weeks."""
    told = read(f"a:\n {sign * 500_000}").mistakes
    assert [(line, what) for line, what, _ in told] == [
        (2, f"this is not YAML: it is nested more than {MAX_DEPTH} deep")
    ]


def test_as_deep_as_is_allowed_is_read() -> None:
    """The limit is one of nesting, not of brackets."""
    deep = "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)
    assert read(deep).mistakes == ()
    assert read(f"[{deep}]").mistakes
    assert read("[" + "[a], " * 500 + "]").mistakes == ()


def test_of_very_many_mistakes_the_first_are_told() -> None:
    """For each of them a likely one is looked for, which takes its time."""
    written = read("".join(f"key{number}: a\n" for number in range(2_000)))
    found, mistakes = build(Card, written.value, written, "card.yaml")
    assert found is None
    assert len(mistakes) == 50
