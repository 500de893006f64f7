"""The lines of an issue's files as they were typed, with everything blanked that is not the words of a text.

What readers do not read, or what must stay as it is, is blanked by `BLANK`: keys, comments and quotation marks of YAML,
signs of Markdown, addresses, code, marks. So a place in a line is a place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from newsletter.check.inspected import Inspected
from newsletter.check.wording import Wording
from newsletter.model.draft import Blurb
from newsletter.model.finding import Fix, Spot
from newsletter.model.kinds import Voice
from newsletter.model.prose import Block, Code, Emphasis, Heading, Inline, Link, Listing, Paragraph, Quotation, Strong

BLANK = "\0"
CODE = re.compile(r"(?<![\\`])(`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S])*?(?<!`)\1(?!`)")
_BODY = re.compile(
    rf"{CODE.pattern}"
    r"|(?<=\])\((?:[^()\n]|\([^()\n]*\))*\)"  # the target of a link
    r"|\[\^[^\]\n]*\]"  # a mark
    r"|<[^<>\n]*>"
    r"|https?://[^\s<>]+"
    r"|^ {0,3}\[[^\]\n]+\]:.*$"  # a link's definition
    r"|\\[^\w\s]"
    r"|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,31});"
    r"|^[ \t>]*(?:(?:[-*+]|\d{1,9}\.)[ \t]+|#+[ \t]+)?",  # what makes a quotation, a list or a heading of a line
    re.MULTILINE,
)
_KEY = re.compile(r"[ \t]*(?:- )*(?:[A-Za-z_]+:(?:[ \t]+|$))?")
_BLOCK = re.compile(r"[|>][+-]?\d?[+-]?[ \t]*(?:#.*)?$")
_COMMENT = re.compile(r"(?:^|(?<![ \t])[ \t])[ \t]*+#.*$")
_BEFORE, _AFTER = re.compile(r"[^\s\0]*\s*$"), re.compile(r"\s*[^\s\0]*")
_NEAR = 200  # characters on each side of a place within which the words beside it are looked for


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """One line on which words of a text stand."""

    section: str | None
    voice: Voice
    path: str
    number: int  # of the line, from 1
    text: str  # as long as the line itself
    in_body: bool

    def spot(self, start: int, end: int) -> Spot:
        """Where these characters of the line stand."""
        return Spot(self.path, self.number, start + 1, self.number, end + 1)

    def fix(self, start: int, end: int, new: str) -> Fix:
        """A change of these characters of the line, none of which is blanked."""
        return Fix(path=self.path, line=self.number, column=start + 1, old=self.text[start:end], new=new)

    def around(self, start: int, end: int) -> str:
        """The words on both sides of a place, on one line."""
        before = _BEFORE.search(self.text, max(0, start - _NEAR), start)
        after = _AFTER.match(self.text, end, end + _NEAR)
        found = (before[0] if before else "") + self.text[start:end] + (after[0] if after else "")
        return " ".join(found.replace(BLANK, "").split())


def written_lines(inspected: Inspected) -> Iterator[WrittenLine]:
    """Every line of the issue that holds words of a text: file by file, the front matter before the body."""
    texts = dict(inspected.draft.texts)
    for blurb in inspected.draft.blurbs:
        lines = texts.get(blurb.path, "").split("\n")
        for wording in inspected.wordings:
            if wording.path == blurb.path and wording.field != "body":
                yield from _of_field(blurb, lines, wording)
        body = "\n".join(lines[blurb.body_line - 1 :])
        for number, line in enumerate(_blanked(body).split("\n"), blurb.body_line):
            yield WrittenLine(blurb.name, Voice.OURS, blurb.path, number, line, in_body=True)


def without_code(wording: Wording, inspected: Inspected) -> str:
    """The wording's text, what is shown as code in it blanked: it stands there exactly as it was meant."""
    if wording.field != "body" or "`" not in wording.source:
        return wording.text
    text = wording.text
    codes = {
        code
        for blurb in inspected.draft.blurbs
        if (blurb.name, blurb.path) == (wording.section, wording.path)
        for code in codes_in(blurb.body.blocks)
    }
    for code in sorted(codes, key=len, reverse=True):
        for match in re.finditer(re.escape(code), wording.text):
            spot = wording.spot(*match.span())
            before = wording.source.split("\n")[spot.line - 1][: max(0, spot.column - 1)]
            if not spot.column or before.rstrip().endswith("`"):
                text = text[: match.start()] + BLANK * len(code) + text[match.end() :]
    return text


def codes_in(nodes: Iterable[Block | Inline]) -> Iterator[str]:
    """What a body shows as code."""
    for node in nodes:
        match node:
            case Code():
                yield node.text.replace("\n", " ")
            case Paragraph() | Heading() | Emphasis() | Strong() | Link():
                yield from codes_in(node.children)
            case Quotation():
                yield from codes_in(node.blocks)
            case Listing():
                for entry in node.entries:
                    yield from codes_in(entry)


def _blanked(body: str) -> str:
    return _BODY.sub(lambda match: re.sub(r"[^\n]", BLANK, match[0]), body)


def _of_field(blurb: Blurb, lines: list[str], wording: Wording) -> Iterator[WrittenLine]:
    """The lines of one key's text. A text written as [a, b] or {a: b} is left out: its signs are YAML's."""
    begins = wording.line
    ends = min((line for _, line in blurb.lines if line > begins), default=blurb.body_line - 1)
    if not 0 < begins <= len(lines):
        return
    first = lines[begins - 1]
    value = _KEY.match(first)
    upto = value.end() if value else 0
    if first[upto : upto + 1] in ("[", "{"):
        return
    block = _BLOCK.match(first, upto) is not None
    for number in range(begins, max(ends, begins + 1)):
        line = lines[number - 1]
        if not block and (line.lstrip().startswith("#") or (number > begins and not line.strip())):
            continue
        section = None if wording.section == "issue" else blurb.name
        text = _without_signs(line, upto if number == begins else 0, block and number > begins)
        if block and number == begins:
            continue
        yield WrittenLine(section, wording.voice, blurb.path, number, text, in_body=False)


def _without_signs(line: str, upto: int, block: bool) -> str:
    """The line without its indent, its key, its comment and the quotation marks around it."""
    upto = max(upto, len(line) - len(line.lstrip()))
    text = BLANK * upto + line[upto:]
    if not block:
        text = _COMMENT.sub(lambda match: BLANK * len(match[0]), text) if "#" in text else text
        text = re.sub(r"(?<=\0)[\"']|[\"'](?=[ \t]*\0*$)", BLANK, text)
    kept = text.rstrip()
    return kept + BLANK * (len(text) - len(kept))
