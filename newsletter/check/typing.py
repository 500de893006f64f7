"""Typing: spaces, dashes and quotation marks. Each is a trifle, and most of them `check --fix` mends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import told
from newsletter.check.wording import Wording
from newsletter.check.written import BLANK, WrittenLine, written_lines
from newsletter.model.finding import Finding, Fix, Rule, Severity, Spot
from newsletter.model.kinds import Voice
from newsletter.text.typography import typeset

_DOUBLE = Rule(
    name="double-space",
    severity=Severity.NOTE,
    looks="Two or more spaces between two words.",
    why="They come from typing or pasting, and some mail programs show them as a gap.",
    out="Delete one; `check --fix` does it.",
)
_BEFORE = Rule(
    name="space-before-punctuation",
    severity=Severity.NOTE,
    looks="A space before a comma, a full stop or another mark that follows its word at once.",
    why="The mark may slip to the beginning of the next line.",
    out="Delete the space; `check --fix` does it.",
)
_DASH = Rule(
    name="hyphen-as-dash",
    severity=Severity.NOTE,
    looks="A hyphen between two spaces, or two hyphens, where a dash is meant.",
    why="A hyphen joins words, a dash parts them; readers stumble over the wrong one.",
    out="Write a dash; `check --fix` does it, in English without spaces around it.",
)
_ODD = Rule(
    name="odd-character",
    severity=Severity.NOTE,
    looks="A character that nobody sees: no-break spaces, zero-width characters, soft hyphens, marks of direction.",
    why="It was pasted along with a text, and makes lines, searches and links behave oddly.",
    out="Write a plain space, or delete it; `check --fix` does it.",
)
_TRAILING = Rule(
    name="trailing-space",
    severity=Severity.NOTE,
    looks="Spaces at the end of a line that break no line.",
    why="They show as a change when two people edit the same file, and one more makes a line break of them.",
    out="Delete them; `check --fix` does it.",
)
_NEWLINE = Rule(
    name="no-final-newline",
    severity=Severity.NOTE,
    looks="A file whose last line has no end.",
    why="What somebody adds below it would be glued to it.",
    out="Add a line end; `check --fix` does it.",
)
_QUOTES = Rule(
    name="mixed-quotes",
    severity=Severity.NOTE,
    looks="Straight and curly quotation marks, or apostrophes, in one text.",
    why="Straight ones are set as curly ones anyway; a curly one that was pasted may face the wrong way.",
    out="Write straight ones; `check --fix` does it below the front matter where readers see no change.",
)
_STOPS = Rule(
    name="mixed-stops",
    severity=Severity.NOTE,
    looks="U.S. and US, or U.K. and UK, side by side in one issue.",
    why="One house writes it in one way.",
    out="Write it as the rest of the issue does; inside quotations and titles it stays as it is.",
)

_DASHES = {"en": "—", "de": " – ", "es": " – ", "it": " – ", "nl": " – ", "pt": " – ", "fr": " – "}
_NO_SPACE = {"fr"}  # languages that put a space before some marks
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)(?![,;:!?.](?:[\s\0]|$))")
_SPACED_MARK = re.compile(r"(?<=[\w)\]\"'”’%\0]) +(?=[,;:!?.](?:[\s\0]|$))")
_HYPHENS = re.compile(r"(?<=[^\s\0]) -{1,3} (?=[^\s\0])|(?<=\w)--(?=\w)")
_INVISIBLE = re.compile(r"[\u00a0\u202f\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_NAMES = {
    "\u00a0": "a no-break space",
    "\u202f": "a narrow no-break space",
    "\u00ad": "a soft hyphen",
    "\u200e": "a mark of direction",
    "\u200f": "a mark of direction",
    "\ufeff": "a byte order mark",
}
_CURLY = {"“": '"', "”": '"', "‘": "'", "’": "'"}
_STOPPED = re.compile(r"\b(U\.S\.|U\.K\.|U\.N\.|E\.U\.)(?!\w)|(?<![\w.$-])(US|UK|UN|EU)(?![\w$-])")


def _find(inspected: Inspected) -> Iterable[Finding]:
    language = inspected.draft.language.lower().split("-")[0]
    ends = _paragraph_ends(inspected)
    for line in written_lines(inspected):
        yield from _gaps(line)
        if language not in _NO_SPACE:
            yield from _spaced_marks(line)
            yield from _invisible(line)
        if language in _DASHES and line.voice is Voice.OURS:
            yield from _hyphens(line, _DASHES[language])
        if line.in_body:
            yield from _trailing(line, (line.path, line.number) in ends)
    yield from _unended(inspected)
    for wording in inspected.wordings:
        yield from _mixed_quotes(wording, inspected.draft.language)
    yield from _mixed_stops(inspected.wordings)


def _gaps(line: WrittenLine) -> Iterator[Finding]:
    for match in _GAP.finditer(line.text):
        what = f"{len(match[0])} spaces stand where one is enough"
        yield _on_line(_DOUBLE, line, match, what, "delete one", " ")


def _spaced_marks(line: WrittenLine) -> Iterator[Finding]:
    for match in _SPACED_MARK.finditer(line.text):
        mark = line.text[match.end()]
        yield _on_line(_BEFORE, line, match, f"a space stands before the “{mark}”", "delete it", "")


def _hyphens(line: WrittenLine, dash: str) -> Iterator[Finding]:
    for match in _HYPHENS.finditer(line.text):
        if not (line.text[match.start() - 1].isdigit() and line.text[match.end()].isdigit()):  # 8 - 14, a sum
            what = "a hyphen stands where a dash is meant"
            yield _on_line(_DASH, line, match, what, f"write a dash, “{dash.strip()}”", dash)


def _invisible(line: WrittenLine) -> Iterator[Finding]:
    for match in _INVISIBLE.finditer(line.text):
        before, after = line.text[match.start() - 1 : match.start()], line.text[match.end() : match.end() + 1]
        is_space = match[0] in "\u00a0\u202f"
        if is_space and (before.isdigit() or after.isdigit()):
            continue  # it keeps a figure and its unit together
        if not is_space and not (before.isascii() and after.isascii()):
            continue  # it shapes a letter or a picture
        begins = not before.strip(BLANK)  # what it hides might become a sign of Markdown or YAML
        what = f"{_NAMES.get(match[0], 'a character without width')} stands here"
        todo = "write a plain space" if is_space else "delete it"
        yield _on_line(_ODD, line, match, what, todo, None if begins else (" " if is_space else ""))


def _trailing(line: WrittenLine, ends_paragraph: bool) -> Iterator[Finding]:
    spaces = re.search(r"[ \t]+$", line.text)
    if spaces and (ends_paragraph or not spaces[0].endswith("  ")):
        what = f"{len(spaces[0])} spaces end the line" if len(spaces[0]) > 1 else "a space ends the line"
        yield _on_line(_TRAILING, line, spaces, what, "delete what stands behind the last word", "")


def _paragraph_ends(inspected: Inspected) -> frozenset[tuple[str, int]]:
    """Path and number of each line before an empty one, or before the end: spaces there break no line."""
    found = set()
    for path, text in inspected.draft.texts:
        lines = text.split("\n")
        found |= {(path, at) for at, line in enumerate((*lines[1:], ""), 1) if not line.strip()}
    return frozenset(found)


def _unended(inspected: Inspected) -> Iterator[Finding]:
    for blurb in inspected.draft.blurbs:
        text = dict(inspected.draft.texts).get(blurb.path, "\n")
        if not text.endswith("\n"):
            number, last = text.count("\n") + 1, text.rpartition("\n")[2]
            yield Finding(
                rule=_NEWLINE.name,
                severity=_NEWLINE.severity,
                section=blurb.name,
                spot=Spot(blurb.path, number, len(last) + 1),
                words="",
                what="the file's last line has no end",
                todo="add a line end behind it",
                fix=Fix(blurb.path, number, len(last) + 1, "", "\n"),
            )


def _mixed_quotes(wording: Wording, language: str) -> Iterator[Finding]:
    for curly, straight in (("“”", '"'), ("‘’", "'")):
        places = [at for at, character in enumerate(wording.text) if character in curly]
        if not places or straight not in wording.text:
            continue
        plain = "".join(straight if character in curly else character for character in wording.text)
        safe = wording.field == "body" and typeset(plain, language) == typeset(wording.text, language)
        for at in places:
            spot = wording.spot(at, at + 1)
            start, end = _word_at(wording.text, at)
            what = f"“{wording.text[start:end]}” has a curly mark, and others in this text are straight"
            fix = Fix(spot.path, spot.line, spot.column, wording.text[at], straight) if safe and spot.column else None
            yield told(_QUOTES, wording, start, end, what, "write straight ones throughout", fix=fix)


def _word_at(text: str, at: int) -> tuple[int, int]:
    start, end = at, at + 1
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end


def _mixed_stops(wordings: Iterable[Wording]) -> Iterator[Finding]:
    found: dict[str, list[tuple[Wording, re.Match[str]]]] = {}
    for wording in wordings:
        if wording.voice is Voice.OURS and not wording.text.isupper():
            for match in _STOPPED.finditer(wording.text):
                if not any(start <= match.start() < end for start, end in wording.quoted):
                    found.setdefault(match[0].replace(".", ""), []).append((wording, match))
    for plain, places in found.items():
        spellings = Counter(match[0] for _, match in places)
        if len(spellings) > 1:
            usual = max(spellings, key=lambda one: (spellings[one], one != plain))
            for wording, match in places:
                if match[0] != usual:
                    what = f"“{match[0]}” stands here, and “{usual}” elsewhere in the issue"
                    yield told(_STOPS, wording, *match.span(), what, "write it in one way throughout")


def _on_line(rule: Rule, line: WrittenLine, match: re.Match[str], what: str, todo: str, new: str | None) -> Finding:
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        section=line.section,
        spot=line.spot(*match.span()),
        words=line.around(*match.span()),
        what=what,
        todo=todo,
        fix=None if new is None else line.fix(*match.span(), new),
    )


CHECK = Check(
    name="typing",
    about="Spaces, dashes and quotation marks as they were typed.",
    rules=(_DOUBLE, _BEFORE, _DASH, _ODD, _TRAILING, _NEWLINE, _QUOTES, _STOPS),
    find=_find,
)
