"""Runs of text with their look (bold, slanted, a link) to inlines: the least nesting that says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from newsletter.model.prose import Break, Code, Emphasis, Inline, Link, Strong, Text
from newsletter.text import sanitise


@dataclass(frozen=True, slots=True)
class Look:
    """How a run of text is set."""

    strong: bool = False
    slanted: bool = False
    code: bool = False
    link: str = ""  # its address; "" without one
    anchor: int = 0  # which link of the source it is: two in a row may have one address


@dataclass(frozen=True, slots=True)
class Run:
    text: str  # "\n" alone is a break that was asked for
    look: Look


PLAIN = Look()
BREAK = Run("\n", PLAIN)


def paragraphs(runs: Iterable[Run], *, one: bool = False) -> tuple[tuple[Inline, ...], ...]:
    """The inlines of each paragraph: two breaks in a row part two. White space is folded, no paragraph is empty.

    `one`: breaks are spaces, and all is one paragraph.
    """
    if one:
        runs = (Run(" ", PLAIN) if run is BREAK else run for run in runs)
    folded = _parted(_folded(list(_clean(runs))))
    return tuple(tuple(_inlines(piece)) for piece in folded if any(run is not BREAK for run in piece))


def _clean(runs: Iterable[Run]) -> Iterable[Run]:
    """The runs with what no text may hold gone, those that are set alike joined, white space in runs of its own."""
    kept = [run for run in runs if run.text]
    for look, group in groupby(kept, key=lambda run: None if run is BREAK else run.look):
        if look is None:
            yield from group
            continue
        # Between two bars, because the white space at the ends is wanted.
        text = "".join(run.text for run in group)
        text = sanitise.line(f"|{text}|", len(text) + 2)[1:-1]
        stripped = text.strip(" ")
        if text.startswith(" "):
            yield Run(" ", look)
        if stripped:
            yield Run(stripped, look)
            if text.endswith(" "):
                yield Run(" ", look)


def _folded(runs: Iterable[Run]) -> list[Run]:
    """One space between words at most, none beside a break, set as both its neighbours are set; equals are joined."""
    found: list[Run] = []
    spaced = False
    for run in runs:
        if run.text == " ":
            spaced = True
            continue
        before = found[-1] if found else BREAK
        if spaced and before is not BREAK and run is not BREAK:
            found.append(Run(" ", _shared(before.look, run.look)))
        found.append(run)
        spaced = False
    joined: list[Run] = []
    for look, group in groupby(found, key=lambda run: None if run is BREAK else run.look):
        members = list(group)
        joined += members if look is None else [Run("".join(run.text for run in members), look)]
    return joined


def _shared(one: Look, other: Look) -> Look:
    linked = one.anchor == other.anchor and one.link == other.link
    return Look(
        strong=one.strong and other.strong,
        slanted=one.slanted and other.slanted,
        code=one.code and other.code,
        link=one.link if linked else "",
        anchor=one.anchor if linked else 0,
    )


def _parted(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs of each paragraph. A break at either end goes."""
    parted: list[list[Run]] = [[]]
    breaks = 0
    for run in runs:
        if run is BREAK:
            breaks += 1
            continue
        if breaks > 1:
            parted.append([])
        elif breaks and parted[-1]:
            parted[-1].append(BREAK)
        parted[-1].append(run)
        breaks = 0
    return parted


def _inlines(runs: Sequence[Run]) -> list[Inline]:
    """The inlines of one paragraph: a link is never cut in two, and of bold and slanted the longer goes around."""
    units = [list(group) for _, group in groupby(enumerate(runs), key=lambda one: one[1].look.anchor or -one[0])]
    return _grouped([[run for _, run in unit] for unit in units])


def _grouped(units: list[list[Run]]) -> list[Inline]:
    found: list[Inline] = []
    at = 0
    while at < len(units):
        first = units[at][0]
        if first.text[0] == " " and first.look != PLAIN:  # emphasis does not begin with a space
            found.append(Text(" "))
            units[at][0] = replace(first, text=first.text[1:])
            if not units[at][0].text:
                at += 1
                continue
        strong = _reach(units, at, lambda run: run.look.strong)
        slanted = _reach(units, at, lambda run: run.look.slanted)
        if strong and strong >= slanted:
            inner = [[_unset(run, strong=False) for run in unit] for unit in units[at : at + strong]]
            found.append(Strong(tuple(_grouped(inner))))
        elif slanted:
            inner = [[_unset(run, slanted=False) for run in unit] for unit in units[at : at + slanted]]
            found.append(Emphasis(tuple(_grouped(inner))))
        else:
            found.append(_single(units[at]))
        at += max(1, strong, slanted)
    return found


def _reach(units: Sequence[Sequence[Run]], at: int, is_set: Callable[[Run], bool]) -> int:
    """How many units from here on are set so from end to end."""
    end = at
    while end < len(units) and all(is_set(run) for run in units[end]):
        end += 1
    return end - at


def _unset(run: Run, **plain: bool) -> Run:
    return replace(run, look=replace(run.look, **plain))  # type: ignore[arg-type]  # the names of two booleans


def _single(unit: Sequence[Run]) -> Inline:
    first = unit[0]
    if first.look.link:
        bare = [[replace(run, look=replace(run.look, link="", anchor=0))] for run in unit]
        return Link(tuple(_grouped(bare)), first.look.link, 1)
    if first is BREAK:
        return Break()
    return Code(first.text) if first.look.code else Text(first.text)
