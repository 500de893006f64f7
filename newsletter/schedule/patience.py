"""How soon a process that ended is started again: at once where it did well, later each time where it did not."""

from __future__ import annotations

from dataclasses import dataclass

_WELL = 60.0  # seconds that a process has to live to have done well
_FIRST, _LONGEST = 1.0, 60.0  # seconds before it is started again


@dataclass(frozen=True, slots=True)
class Patience:
    """How often in a row a process has ended too early."""

    early: int = 0

    def after(self, lived: float) -> Patience:
        """The patience with it once it has ended, `lived` seconds after it was started."""
        return Patience(0 if lived >= _WELL else self.early + 1)

    @property
    def seconds(self) -> float:
        """How long to wait before it is started again: 1, doubling to 60 for one that keeps ending early."""
        return min(_FIRST * 2.0 ** max(self.early - 1, 0), _LONGEST)
