"""Two people's texts of one file: side by side, and put together. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

YOURS, OR, THEIRS = "<<<<<<< your words", "=======", ">>>>>>> their words"  # around what does not fit together


@dataclass(frozen=True, slots=True)
class Merged:
    """Two texts in one."""

    text: str
    clashes: int  # places where both changed the same; each stands there twice, between marks


@dataclass(frozen=True, slots=True)
class Row:
    """A line of each text beside the other's; None where the other has one more."""

    mine: tuple[tuple[bool, str], ...] | None  # words, and whether they are in this text alone
    theirs: tuple[tuple[bool, str], ...] | None

    @property
    def differs(self) -> bool:
        """Whether the lines are not the same."""
        return self.mine != self.theirs


def merged(base: str, mine: str, theirs: str) -> Merged:
    """What both made of `base`: where one left its lines alone, what the other wrote; "" is a base nobody knows.

    Where both changed the same lines, both stand there between marks, so that nothing is lost and nothing is chosen.
    """
    ours, others = mine.split("\n"), theirs.split("\n")
    old = base.split("\n") if base else [one for _, one in _common(ours, others)]
    here, there = _places(old, ours), _places(old, others)
    lines: list[str] = []
    clashes = i = j = k = 0
    for at in [*(at for at in range(len(old)) if at in here and at in there), len(old)]:
        to_mine, to_theirs = here.get(at, len(ours)), there.get(at, len(others))
        if at == len(old):
            to_mine, to_theirs = len(ours), len(others)
        chunk, clash = _chosen(old[i:at], ours[j:to_mine], others[k:to_theirs])
        lines += chunk + old[at : at + 1]
        clashes += clash
        i, j, k = at + 1, to_mine + 1, to_theirs + 1
    return Merged("\n".join(lines), clashes)


def _chosen(old: list[str], mine: list[str], theirs: list[str]) -> tuple[list[str], bool]:
    if mine in (old, theirs):
        return theirs, False
    if theirs == old:
        return mine, False
    return [YOURS, *mine, OR, *theirs, THEIRS], True


def _common(mine: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, str]]:
    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
    return [(at, mine[at]) for i, _, size in blocks for at in range(i, i + size)]


def _places(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Where each line of the old text stands in the new one, if it does."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {i + at: j + at for i, j, size in blocks for at in range(size)}


def has_clash(text: str) -> bool:
    """Whether marks of a merge stand in the text still."""
    return any(line in (YOURS, THEIRS) for line in text.split("\n"))


def beside(mine: str, theirs: str) -> tuple[Row, ...]:
    """Both texts line by line, with the words that only one of them has."""
    old, new = mine.rstrip("\n").split("\n"), theirs.rstrip("\n").split("\n")
    rows: list[Row] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            rows += [Row(((False, line),), ((False, line),)) for line in old[i:j]]
            continue
        for at in range(max(j - i, m - k)):
            left = old[i + at] if i + at < j else None
            right = new[k + at] if k + at < m else None
            rows.append(_row(left, right))
    return tuple(rows)


def _row(mine: str | None, theirs: str | None) -> Row:
    if mine is None or theirs is None:
        return Row(
            None if mine is None else ((True, mine),),
            None if theirs is None else ((True, theirs),),
        )
    left, right = re.findall(r"\S+\s*|\s+", mine), re.findall(r"\S+\s*|\s+", theirs)
    here: list[tuple[bool, str]] = []
    there: list[tuple[bool, str]] = []
    for kind, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        here += [(kind != "equal", "".join(left[i:j]))] if j > i else []
        there += [(kind != "equal", "".join(right[k:m]))] if m > k else []
    return Row(tuple(here), tuple(there))
