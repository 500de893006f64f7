"""Chinese as an index of words can find it: its characters set apart, for it is written without spaces."""

from __future__ import annotations

import re

_TAG = re.compile(r"(<[^>]*>)")
# Han characters and kana (Unicode blocks; the punctuation between them, U+3000 to U+303F, is left out).
_WIDE = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_OPENING = "“‘（《〈「『【〔"
_APART = re.compile(rf"(?<=[^\s{_OPENING}])(?=[{_WIDE}])|(?<=[{_WIDE}])(?=[0-9A-Za-z])")


def characters_apart(html: str) -> str:
    """The HTML with a space before each Chinese character of its text, for one to be a word of its own.

    The index takes a word to end at a space. search.js sets a question apart in the same way, and takes the spaces out
    of what it shows.
    """
    if not re.search(f"[{_WIDE}]", html):
        return html
    pieces = _TAG.split(html)
    for at in range(0, len(pieces), 2):
        apart = _APART.sub(" ", pieces[at])
        begins_wide = re.match(f"[{_WIDE}]", apart)  # what stands before is a tag, and may be no break at all
        pieces[at] = f" {apart}" if begins_wide and at else apart
    return "".join(pieces)
