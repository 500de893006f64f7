"""Where the figures of one story differ, in words: "84 tons (Gazette), 86 tons (Harbour Wire)"."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from newsletter.gather.telling import Telling, near, with_unit
from newsletter.text.figures import Figure

NEAR = 2  # so many content words must stand beside both figures


def differing(group: list[Telling], outlets: Mapping[str, str]) -> tuple[str, ...]:
    """Where two outlets give two values of one unit in like surroundings, the most alike surroundings first."""
    found: dict[str, int] = {}
    for one, other in combinations(group, 2):
        if one.item.entry.source == other.item.entry.source or one.language != other.language:
            continue
        for a in one.figures:
            for b in other.figures:
                if _may_differ(a, b, one, other) and (alike := len(near(one, a) & near(other, b))) >= NEAR:
                    found.setdefault(f"{_named(a, one, outlets)}, {_named(b, other, outlets)}", alike)
    return tuple(sorted(found, key=lambda words: (-found[words], words)))


def _may_differ(a: Figure, b: Figure, one: Telling, other: Telling) -> bool:
    if a.unit is None or a.unit != b.unit or a.value == b.value:
        return False
    # What both give is no difference: "32 in September, 26 now" in two reports makes no "32 against 26".
    return not (_gives(other, a) or _gives(one, b))


def _gives(one: Telling, figure: Figure) -> bool:
    return any(each.value == figure.value and each.unit in (figure.unit, None) for each in one.figures)


def _named(figure: Figure, one: Telling, outlets: Mapping[str, str]) -> str:
    source = one.item.entry.source
    return f"{with_unit(figure)} ({outlets.get(source, source)})"
