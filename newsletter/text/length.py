"""How many words a section has, as its readers count them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from newsletter.model.draft import Blurb
from newsletter.model.kinds import Picture, lines_of
from newsletter.text import plain, words


def words_in(blurb: Blurb) -> int:
    """The words of a section that readers read: its lines and its body; of a picture none."""
    body = plain.render(blurb.body, plain.Links())
    return words.count(body) + sum(words.count(line) for line in _lines(blurb.fields))


def _lines(value: Any) -> Iterator[str]:
    shape: Any = type(value)
    lines = {name for name, _ in lines_of(shape)}
    for one in fields(value):
        inner = getattr(value, one.name)
        if isinstance(inner, str) and one.name in lines:
            yield inner
        for part in inner if isinstance(inner, tuple) else (inner,):
            if is_dataclass(part) and not isinstance(part, Picture):
                yield from _lines(part)
