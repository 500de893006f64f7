"""Slips of markup: brackets and quotation marks that nothing closes, Markdown that shows as it was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from newsletter.check.inspected import Check, Inspected
from newsletter.check.partners import OPENS, open_brackets, open_quotes
from newsletter.check.telling import folded, shortened, told
from newsletter.check.wording import Wording
from newsletter.check.written import BLANK, CODE, without_code
from newsletter.model.draft import Blurb
from newsletter.model.finding import Finding, Rule, Severity, Spot

_UNBALANCED = Rule(
    name="unbalanced",
    severity=Severity.WARN,
    looks="A bracket or a quotation mark that opens and never closes, or the other way round.",
    why="Readers cannot tell where an aside or somebody else's words end.",
    out="Add the missing one, or remove the other.",
)
_MALFORMED = Rule(
    name="malformed-markdown",
    severity=Severity.WARN,
    looks="Markdown that is almost right and shows as it was typed: stars, [words] (address), #Title, a bare address.",
    why="Readers see the signs instead of what they stand for.",
    out="Write it as Markdown wants it: **bold**, [words](address), # Title, a mark as [^id].",
)

_LIST_SIGN = re.compile(r"(?:^|(?<=[\s;,:(]))(?:\d{1,3}|[a-z]|[ivx]{1,4})\)")  # 1) a) iv)
_SMILEY = re.compile(r"[:;]-?[()](?=\s|$)|\(:")
_CONTEXT = 40  # characters that name the place of a lonely sign

_LINKISH = r"(?:https?:|www\.|mailto:|/)"
_SLIPS = (
    (re.compile(rf"\[[^\[\]\n]{{1,120}}\]\s*\(\s*{_LINKISH}[^)\s]*\s*\)?"), "a link shows as it was typed"),
    (re.compile(r"(?<![^\s\[\]])(?:[^\s\[\]]*+\]\([^)\s]*+\)?)+"), "half a link shows as it was typed"),
    (re.compile(r"\[[^\[\]\n]{1,120}\]\s?\[[^\[\]\n]{0,60}\]"), "a link without its address shows as it was typed"),
    (re.compile(r"\[\s*\^[^\]\n]{0,60}\]|\[[a-z0-9-]+\^\]|\(\^[a-z0-9-]+\)"), "a mark shows as it was typed"),
)
_SLIP_TODO = "write it without a space between the brackets, as [words](address) or [^id]"
_SIGNS = (
    (re.compile(r"(?<![\w\\*])\*{1,3}(?=[^\s*])|(?<=[^\s*])\*{1,3}(?!\w)|(?<![^\s])\*{2,3}(?![^\s])"), "a star"),
    (re.compile(r"(?<![\w_/.@#])_{1,3}(?=[^\W_])|(?<=[^\W_])_{1,3}(?![\w/.@])"), "an underscore"),
    (re.compile(r"`+"), "a backtick"),
)
_GLUED_HEADING = re.compile(r" {0,3}#{1,6}(?=[^\s#])")
_GLUED_LIST = re.compile(r" {0,3}(?:[-*+•]|1\.)[ \t]+\S")
_BARE = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")


def _find(inspected: Inspected) -> Iterable[Finding]:
    texts = dict(inspected.draft.texts)
    following = (*inspected.wordings[1:], None)
    for wording, after in zip(inspected.wordings, following, strict=True):
        text = without_code(wording, inspected)
        slips = tuple(_slips(wording, text))
        yield from (finding for _, _, finding in slips)
        for start, end, _ in slips:
            text = text[:start] + BLANK * (end - start) + text[end:]
        yield from _bare(wording, text)
        text = _BARE.sub(lambda match: BLANK * len(match[0]), text)
        yield from _signs(wording, text)
        goes_on = after is not None and after.section == wording.section and after.text[:1] in tuple(OPENS)
        yield from _unbalanced(wording, text, goes_on)
    for blurb in inspected.draft.blurbs:
        yield from _glued(blurb, texts.get(blurb.path, "").split("\n"))


def _slips(wording: Wording, text: str) -> Iterator[tuple[int, int, Finding]]:
    """Links and marks that are none, with their places."""
    for form, what in _SLIPS:
        for match in form.finditer(text):
            if not _is_escaped(wording, match.start()):
                yield *match.span(), told(_MALFORMED, wording, *match.span(), what, _SLIP_TODO)
                text = text[: match.start()] + BLANK * len(match[0]) + text[match.end() :]


def _bare(wording: Wording, text: str) -> Iterator[Finding]:
    for match in _BARE.finditer(text):
        what = f"the address {shortened(match[0])} stands bare in the text"
        todo = "put it behind words, as [words](address)" if wording.field == "body" else "remove it; only `url` links"
        yield told(_MALFORMED, wording, *match.span(), what, todo)


def _signs(wording: Wording, text: str) -> Iterator[Finding]:
    """Signs of emphasis and code that show, once for each sign and text."""
    for form, name in _SIGNS:
        found = [match for match in form.finditer(text) if not _is_escaped(wording, match.start())]
        if not found or (len(found) == 1 and _is_footnote(text, found[0])):
            continue
        start, end = found[0].start(), found[-1].end()
        if len(found) == 1 or end - start > 2 * _CONTEXT:
            start, end = _around(text, found[0].start())
        what = f"{name} shows as it was typed"
        if wording.field == "body":
            todo = "put the signs on both sides of the words, without a space; with a backslash before it, it is shown"
        else:
            what, todo = f"{what}, for a front matter knows no Markdown", "remove the signs"
        yield told(_MALFORMED, wording, start, end, what, todo)


def _is_footnote(text: str, match: re.Match[str]) -> bool:
    """Whether it is one star behind a word, as before a note: "from 90 dollars*"."""
    return match[0] == "*" and text[match.start() - 1 : match.start()].strip() != "" and match.start() > 0


def _is_escaped(wording: Wording, at: int) -> bool:
    """Whether a backslash in the file says that this character is meant."""
    if wording.field != "body" or "\\" not in wording.source:
        return False
    spot = wording.spot(at, at + 1)
    line = wording.source.split("\n")[spot.line - 1]
    return spot.column > 1 and line[spot.column - 2] == "\\"


def _unbalanced(wording: Wording, text: str, goes_on: bool) -> Iterator[Finding]:
    """`goes_on`: the next paragraph begins with a quotation mark, as each paragraph of a long quotation does."""
    for form in (_SMILEY, _LIST_SIGN):
        text = form.sub(lambda match: BLANK * len(match[0]), text)
    for at in sorted({*open_brackets(text), *open_quotes(text)}):
        if at == 0 and goes_on and text[0] in OPENS:
            continue
        if _is_escaped(wording, at):
            continue
        opens = text[at] in OPENS or text[at] == '"'
        what = f"the sign {text[at]} {'is never closed' if opens else 'closes nothing that was opened'}"
        yield told(_UNBALANCED, wording, *_around(text, at), what, "add the missing one, or remove this one")


def _around(text: str, at: int) -> tuple[int, int]:
    """A few words that name the place of a sign: those behind one that opens, else those before it."""
    start, end = max(0, at - _CONTEXT), min(len(text), at + _CONTEXT)
    before = start if start == 0 else text.find(" ", start, at) + 1 or at
    behind = end if end == len(text) else text.rfind(" ", at, end)
    behind = behind if behind > at else end
    if text[at] in OPENS:
        return (at, behind) if behind - at >= _CONTEXT // 2 else (before, behind)
    return (before, at + 1) if at + 1 - before >= _CONTEXT // 2 else (before, behind)


def _glued(blurb: Blurb, lines: list[str]) -> Iterator[Finding]:
    """Headings without a space, and lists that begin right below a paragraph."""
    body = CODE.sub(lambda match: re.sub(r"[^\n]", "x", match[0]), "\n".join(lines[blurb.body_line - 1 :])).split("\n")
    for at, line in enumerate(body):
        if match := _GLUED_HEADING.match(line):
            what = "a line that begins with # becomes a heading"
            todo = "write a space behind #, or \\# where no heading is meant"
            yield _of_line(blurb, at, line, match.end() - 1, what, todo)
        before = body[at - 1] if at else ""
        after = body[at + 1] if at + 1 < len(body) else ""
        if _GLUED_LIST.match(line) and before.strip() and not re.match(r"\s*(?:[-*+•>#]|\d+\.)", before):
            if not before.rstrip().endswith(":") and not _GLUED_LIST.match(after):
                continue  # a dash that happens to begin the line
            if not any(_GLUED_LIST.match(one) for one in _paragraph_before(body, at)):
                what = "a list that begins right below a paragraph shows as running text"
                yield _of_line(blurb, at, line, 0, what, "put an empty line above it")


def _paragraph_before(lines: list[str], at: int) -> list[str]:
    start = at
    while start > 0 and lines[start - 1].strip():
        start -= 1
    return lines[start:at]


def _of_line(blurb: Blurb, at: int, line: str, start: int, what: str, todo: str) -> Finding:
    number = blurb.body_line + at
    return Finding(
        rule=_MALFORMED.name,
        severity=_MALFORMED.severity,
        section=blurb.name,
        spot=Spot(blurb.path, number, start + 1, number, len(line) + 1),
        words=folded(line),
        what=what,
        todo=todo,
    )


CHECK = Check(
    name="markup",
    about="Brackets, quotation marks and signs of Markdown that have lost their partner.",
    rules=(_UNBALANCED, _MALFORMED),
    find=_find,
)
