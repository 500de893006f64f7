"""How much Markdown a body may hold: what is beyond it is told, and what is within makes nobody wait."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import markdown as library
import pytest

from newsletter.text.limits import MAX_BRACKETS, MAX_CHARACTERS, MAX_DEPTH, MAX_LINES, MAX_LINKS, MAX_MARKS, MAX_TICKS
from newsletter.text.markdown import parse
from tests.prose import prose_of, spelled

Trace: TypeAlias = Callable[[FrameType, str, Any], Any]


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [
        ("a" * (MAX_CHARACTERS + 1), 1, "20,001 characters"),
        ("a\n" * MAX_LINES, 1, "more than 1,000 lines"),
        ("[a] " * (MAX_LINKS + 1), 1, "more than 300 brackets"),
        ("a\n\n" + "[\n" * (MAX_BRACKETS + 1), 3 + MAX_BRACKETS, "more than 8 brackets open"),
        ("a\n\n" + "_ *\n" * (MAX_MARKS // 2 + 1), 3 + MAX_MARKS // 2, "more than 400 marks"),
        ("a\n\n" + ">" * (MAX_DEPTH + 1), 3, "nested more than 6 deep"),
        ("a\n\n" + "\n".join("    " * at + "- b" for at in range(MAX_DEPTH + 1)), 3 + MAX_DEPTH, "nested more"),
    ],
)
def test_what_would_take_too_long_is_refused(source: str, line: int, what: str) -> None:
    """A body has limits that no blurb comes near; what is beyond them is told with its line."""
    _, troubles = parse(source)
    assert troubles[0].line == line
    assert what in troubles[0].what


@pytest.mark.parametrize(
    "source",
    [
        "a\n" * (MAX_LINES - 1),
        "> " * MAX_DEPTH + "a",
        "[" * MAX_BRACKETS + "a" + "]" * MAX_BRACKETS,
        "*a* " * (MAX_MARKS // 2),
        "\n\n".join(["*a* " * (MAX_MARKS // 2)] * 20),
        "a" * MAX_CHARACTERS,
    ],
)
def test_what_is_within_the_limits_is_read(source: str) -> None:
    """The limits are where they are said to be."""
    assert prose_of(source)


# Patterns that make a Markdown parser slow.
PATHOLOGICAL = spelled("""
    [ [a]( ![ ![a]( [a](b" [a](< [^ ]( [a][ [a]:⏎ [a]:·https://e.example/⏎ ( * *a· **a· ***a· _a *_ *a**b· ` `a
    ``a` < <a <a· <a@ <!-- <? <!A· <b> <http: <a@b.cc> & &a &#1 &amp; \\ \\⏎ \\* a··⏎ >· > >·a⏎ >·a⏎b⏎
    >·#·a⏎>·b⏎ -· -·a⏎ -·a⏎⏎ 1.·a⏎ -·a⏎1.·b⏎ -·a⏎⏎····b⏎⏎ -·#·a⏎ # #·a⏎ #·a⏎b⏎ a⏎=⏎ a⏎-⏎ ***⏎ -·- ····a⏎ ⇥a⏎ ⏎
    ·⏎ · ⇥ a a· é a⏎⏎ http:// http://a· http://a. http://a) a@ ' " 字 https://e.example/( https://e.example/\\_
""")
STEPS = 200 * MAX_CHARACTERS  # lines of Python-Markdown's code, run for one body
READ = 4_000 * MAX_CHARACTERS  # characters that its block parser is handed, one call with another


@pytest.mark.parametrize("pattern", PATHOLOGICAL)
def test_no_body_makes_the_parser_work_long(pattern: str) -> None:
    """The work is counted, not timed: it stays within what a body of this length may take, however it is made.

    What would take more is refused by a limit before the parser starts. Each pattern is tried at the full length of a
    body, and as often as the limits let it through, before a text that fills the rest.
    """
    limits = {
        "\n": MAX_LINES,
        "*": MAX_MARKS,
        "_": MAX_MARKS,
        "`": MAX_TICKS,
        ">": MAX_DEPTH,
        "[": MAX_LINKS if "]" in pattern else MAX_BRACKETS,
        "](": MAX_LINKS if ")" in pattern else MAX_BRACKETS,
    }
    often = min((limit // pattern.count(sign) for sign, limit in limits.items() if sign in pattern), default=99)
    bodies = {pattern * (MAX_CHARACTERS // len(pattern)), filled(pattern * (often - 1))}
    bodies.add(filled(pattern.replace("a", "a" * (MAX_CHARACTERS // often // len(pattern))) * (often - 1)))
    for body in bodies:
        steps, read = work_of(body)
        assert steps <= STEPS
        assert read <= READ


def filled(beginning: str) -> str:
    return (beginning + "a" * MAX_CHARACTERS)[:MAX_CHARACTERS]


class TooMuchWork(Exception):
    pass


def work_of(source: str) -> tuple[int, int]:
    """Lines of Python-Markdown's code that one body takes, and the characters its block parser is handed."""
    folder = str(Path(library.__file__).parent)
    steps = read = 0

    def step(_: FrameType, event: str, __: object) -> Trace:
        nonlocal steps
        steps += event == "line"
        if steps > STEPS:
            raise TooMuchWork
        return step

    def call(frame: FrameType, _: str, __: object) -> Trace | None:
        nonlocal read
        code = frame.f_code
        if not code.co_filename.startswith(folder):
            return None
        if "/block" in code.co_filename:
            handed = (frame.f_locals.get(name) for name in code.co_varnames[: code.co_argcount])
            read += sum(len(one) for one in handed if isinstance(one, str))
        return step

    before = sys.gettrace()
    sys.settrace(call)
    try:
        parse(source)
    finally:
        sys.settrace(before)
    return steps, read
