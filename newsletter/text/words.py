"""Counting words as an editor counts them."""

from __future__ import annotations

import re

# A Chinese, Japanese or Korean character counts as a word; else a run of letters and digits, its apostrophes, hyphens
# and the points and commas inside numbers included.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\W_]+(?:['’.,\-][^\W_]+)*")


def count(text: str) -> int:
    """The number of words in a text."""
    return sum(1 for _ in _WORD.finditer(re.sub(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])", r" \1 ", text)))
