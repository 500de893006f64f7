"""How long each section is, beside what is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.model.draft import Draft, Planned
from newsletter.text.length import words_in


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
