"""What a round brought, source by source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from newsletter.gather.politeness import Answered, Refused
from newsletter.model.source import SourceId, SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOutcome:
    """How one source was asked in one round. One bad source never stops the others, so its failure is a value."""

    source: SourceId
    new: int = 0  # items, those that arrived folded included
    folded: int = 0  # of them copies of rejected ones
    changed: int = 0  # items whose text is another one now
    failure: str | None = None  # why it gave nothing, in words
    note: str | None = None  # what an operator should know though it answered
    retired: bool = False  # gone for good, asked no more
    next_try: datetime | None  # UTC

    @classmethod
    def of(cls, state: SourceState, outcome: Answered | Refused) -> Self:
        """The outcome as the source's new state tells it; what it brought is known once that is written."""
        return cls(
            source=state.source,
            failure=state.error if isinstance(outcome, Refused) else None,
            note=state.note,
            retired=state.retired is not None,
            next_try=state.next_try,
        )
