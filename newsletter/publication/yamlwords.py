"""What is wrong with a text that is not YAML, in an editor's words and on the line where it has to be mended.

The parser tells where it could not go on, which is often far below: a quote that is never closed is found at the next
quote, a bracket at the next key. So what was read last is asked as well.
"""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError, StreamMark
from ruamel.yaml.events import Event, ScalarEvent

_SPECIAL = "has a meaning in YAML"


def explained(error: MarkedYAMLError, text: str, first_line: int, last: Event | None) -> tuple[int, str, str]:
    """Line, what and todo of a syntax error. `last` is what was read before it, `first_line` the line of the first."""
    mark = error.problem_mark or error.context_mark
    begun = error.context_mark or mark
    if mark is None or begun is None:
        return first_line, "this is not YAML", "compare it with the sample's file of the same name"
    problem = re.sub(r"\s+", " ", str(error.problem or error.context or "it cannot be read"))
    at, what, todo = (
        _odd_indent(mark, text)
        or _quote(error, problem, mark, begun, last, first_line)
        or _bracket(problem, mark, begun, text, last)
        or _key(problem, mark, begun, text)
        or _value(problem, mark, text)
        or (mark.line, f"this is not YAML: {problem}", "compare it with the lines around it")
    )
    return first_line + at, what, todo


Words = tuple[int, str, str] | None  # line from 0, what, todo; None: it is something else


def _line(text: str, at: int) -> str:
    lines = text.split("\n")
    return lines[at] if 0 <= at < len(lines) else ""


def _odd_indent(mark: StreamMark, text: str) -> Words:
    for at in (mark.line, mark.line - 1):  # what only looks like a space is taken for a word, and the next line told
        line = _line(text, at)
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            return at, "a tab indents this line", "use spaces; YAML takes no tabs"
        if indent.strip(" "):
            return at, "this line is indented with a character that only looks like a space", "use plain spaces"
    return None


def _quote(
    error: MarkedYAMLError, problem: str, mark: StreamMark, begun: StreamMark, last: Event | None, first_line: int
) -> Words:
    if "escape character" in problem:
        todo = r"write \\ for a backslash, or use single quotes"
        return mark.line, "a backslash in double quotes begins nothing that is known", todo
    if "quoted scalar" in str(error.context):
        return begun.line, "a quote is opened here and not closed", "close it at the end of the text"
    if not isinstance(last, ScalarEvent) or last.style not in ("'", '"') or last.end_mark.line != mark.line:
        return None
    if last.start_mark.line < mark.line:
        what = f"the quote that is opened here closes only on line {first_line + mark.line}"
        return last.start_mark.line, what, "close it at the end of its own text"
    inner = "''" if last.style == "'" else r"\""
    todo = f"put the quotes around the whole text, and write {inner} for a quote inside it"
    return mark.line, "text stands behind a quote that is closed already", todo


def _bracket(problem: str, mark: StreamMark, begun: StreamMark, text: str, last: Event | None) -> Words:
    if "expected ',' or" in problem:
        if begun.line == mark.line and re.search(r"[\]}]", _line(text, mark.line)[mark.column + 1 :]):
            return mark.line, "a comma is missing inside brackets", "write [first, second] or {key: value, key: value}"
        return begun.line, "a list or a group in brackets opens here and is not closed", "close it with ] or }"
    if "expected the node content" in problem:
        todo = "remove it, or put the whole text in quotes"
        return mark.line, "a bracket or a comma stands where a value is expected", todo
    closed = last is not None and last.end_mark.line == mark.line and last.end_mark.index > 0
    if closed and last is not None and text[last.end_mark.index - 1] in "]}":
        return mark.line, f"text stands behind a bracket, which {_SPECIAL}", "put the whole text in quotes"
    return None


def _key(problem: str, mark: StreamMark, begun: StreamMark, text: str) -> Words:
    if "could not find expected ':'" in problem:
        todo = "write key: value with a space behind the colon, or put a text of several lines in quotes"
        return begun.line, "a key has no colon behind it", todo
    misplaced = "mapping values are not allowed" in problem
    if misplaced and not re.fullmatch(r"\s*(?:- +)?[^\s:'\"]+", _line(text, mark.line)[: mark.column]):
        return mark.line, "a colon stands where none may", 'put the whole text in quotes: key: "text: more text"'
    if misplaced or ("expected <block end>" in problem and not re.match(r"\s*[^\s:]+: +[*]", _line(text, mark.line))):
        return mark.line, "the indent does not fit the lines above", "begin the keys of one group in the same column"
    return None


def _value(problem: str, mark: StreamMark, text: str) -> Words:
    signs = (
        "indicators",
        "cannot start any token",
        "not allowed here",
        "a comment or a line break",
        "alphabetic or numeric",
        "<block",
    )
    if not any(sign in problem for sign in signs):
        return None
    found = re.search(r"[@`%*&>|!?]|- ", _line(text, mark.line))
    what = (
        f"a value begins with {found[0].strip()}, which {_SPECIAL}" if found else "a value begins with a special sign"
    )
    return mark.line, what, "put the whole text in quotes"
