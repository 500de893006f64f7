"""How long each section is, beside what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from newsletter.model.draft import Blurb, Draft, Planned
from newsletter.model.kinds import Picture, lines_of
from newsletter.text import plain, words


@dataclass(frozen=True, slots=True)
class Length:
    """One place in the plan of an issue, and the words its section has."""

    planned: Planned
    words: int  # 0 when it is not written

    @property
    def trouble(self) -> str | None:
        """What is not as it was asked for, in words; None when all is well."""
        name, most, least = self.planned.name, self.planned.most, self.planned.least
        if not self.planned.written:
            return f"the section '{name}' is not there yet, and every issue has it" if self.planned.required else None
        if most is not None and self.words > most:
            return f"the section '{name}' has {self.words} words; at most {most} are asked for"
        if self.words < least:
            return f"the section '{name}' has {self.words} words; at least {least} are asked for"
        return None


def lengths(draft: Draft) -> tuple[Length, ...]:
    """Every place in the plan, in its order, with the words it has."""
    counted = {blurb.name: words_in(blurb) for blurb in draft.blurbs}
    return tuple(Length(planned, counted.get(planned.name, 0)) for planned in draft.plan)


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
