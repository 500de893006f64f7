"""Line ends: a text that was changed is written with those of the file it came from."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from newsletter.model.saving import with_line_feeds

_END = re.compile("\r\n|\r|\n")
_BOM = "\ufeff"


def fitted(before: str, text: str) -> str:
    """A text of line feeds as the file that said `before` holds it: with its byte order mark, and on each line the end
    that was there before. New lines get the end of the file's first; a text that is the same is the very same file.
    """
    text = with_line_feeds(text)
    if text == with_line_feeds(before):
        return before
    ends = _END.findall(before)
    mark = _BOM if before.startswith(_BOM) else ""
    if len(set(ends)) < 2:
        return mark + text.replace("\n", ends[0] if ends else "\n")
    return mark + _line_by_line(before.removeprefix(_BOM), ends, text)


def _line_by_line(before: str, ends: list[str], text: str) -> str:
    """For a file with ends of several kinds, which nobody shall have changed by a word elsewhere."""
    lines = text.split("\n")
    found = [ends[0]] * len(lines)
    steps = SequenceMatcher(None, _END.split(before), lines, autojunk=False).get_opcodes()
    for _, first, last, begin, finish in steps:  # of lines that were changed, the first has the first one's end
        for old, new in zip(range(first, last), range(begin, finish), strict=False):
            found[new] = [*ends, ends[0]][old]
    return "".join(line + end for line, end in zip(lines[:-1], found, strict=False)) + lines[-1]
