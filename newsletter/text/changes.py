"""What has changed between two texts, word by word, wherever their lines break."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from typing import TypeAlias

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"  # a character is a word; see words.py
_WORD = re.compile(rf"\n\n|[{_CJK}] ?|[^\s{_CJK}]+ ?")
_Numbers: TypeAlias = "tuple[Mapping[str, str], Mapping[str, str]]"  # of both texts: the address under each number
_MARK = re.compile(r"\[(\d{1,3})\]")
_ADDRESS = re.compile(r"(?m)^\[(\d{1,3})\] (\S+)$")  # below the text that bears the mark, as `plain.Links` numbers them


class Kind(Enum):
    """Whether words stand in both texts."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that follow each other and are all of one kind."""

    kind: Kind
    words: str  # with the space behind the last one, where there is one


def word_changes(before: str, after: str) -> tuple[tuple[Run, ...], ...]:
    """Each paragraph that differs, as runs of words; empty for texts that differ in spaces and line breaks only.

    A mark such as [3] is the same word for as long as the address listed under its number is, whatever the number: a
    source that comes in renumbers all that follow it, and nobody is to read those again. Shown is the new number.
    """
    numbers = _addresses(before), _addresses(after)
    old, new = _paragraphs(before), _paragraphs(after)
    found = []
    for kind, i, j, k, m in _steps(old, new, numbers):
        if kind == "equal":
            continue
        if j - i == m - k:  # as many as before: each is held against its successor
            found += [_runs(old[i + at], new[k + at], numbers) for at in range(j - i)]
        else:
            found.append(_runs("\n\n".join(old[i:j]), "\n\n".join(new[k:m]), numbers))
    return tuple(found)


def is_renumbered(before: str, after: str) -> bool:
    """Whether an address that both texts list stands under another number."""
    old, new = ({url: number for number, url in _addresses(text).items()} for text in (before, after))
    return any(new.get(url, number) != number for url, number in old.items())


def _addresses(text: str) -> dict[str, str]:
    """The address listed under each number."""
    return dict(_ADDRESS.findall(text))


def _meant(words: str, addresses: Mapping[str, str]) -> str:
    """The words with the addresses that their marks stand for, whether a space follows or not."""
    return _MARK.sub(lambda mark: f"[{addresses.get(mark[1], mark[1])}]", words).rstrip(" ")


def _paragraphs(text: str) -> list[str]:
    folded = (" ".join(one.split()) for one in re.split(r"\n[ \t]*\n", text))
    return [one for one in folded if one]


def _steps(old: list[str], new: list[str], numbers: _Numbers) -> Sequence[tuple[str, int, int, int, int]]:
    """How to get from the one to the other, where what means the same is equal."""
    before, after = ([_meant(one, told) for one in text] for text, told in zip((old, new), numbers, strict=True))
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def _runs(before: str, after: str, numbers: _Numbers) -> tuple[Run, ...]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    runs: list[Run] = []
    for kind, i, j, k, m in _steps(old, new, numbers):
        if kind == "equal":
            runs.append(_run(Kind.SAME, [_either(*pair) for pair in zip(old[i:j], new[k:m], strict=True)]))
            continue
        runs += [_run(Kind.GONE, old[i:j])] if j > i else []
        runs += [_run(Kind.NEW, new[k:m])] if m > k else []
    return tuple(runs)


def _either(old: str, new: str) -> str:
    """A word of both texts; one that ends a text has a space behind it in the other."""
    return f"{new} " if old.endswith(" ") and not new.endswith(" ") else new


def _run(kind: Kind, words: Sequence[str]) -> Run:
    return Run(kind, "".join(words))
