"""Topics in addresses: the name in small letters and hyphens, the same for ever."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

MAX_LENGTH = 60  # characters; what is longer is cut at a hyphen where it has one


@lru_cache(maxsize=4_096)
def folded(name: str) -> str:
    """What two spellings of one topic have in common: capitals, widths and spaces make no difference."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def slug(name: str) -> str:
    """The name as it stands in an address: letters and digits of any script, accents off Latin letters, hyphens."""
    letters = unicodedata.normalize("NFKD", folded(name))
    bare = "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")
    plain = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", bare)).strip("-")
    if len(plain) > MAX_LENGTH:
        plain = plain[:MAX_LENGTH].rpartition("-")[0] or plain[:MAX_LENGTH]
    return plain or "topic"


def slugs(names: Iterable[str]) -> dict[str, str]:
    """The slug of each topic, by its folded name. `names` are in the order in which they were first used.

    Where two topics would get the same, the later one gets a number behind it, so that no address ever changes hands.
    """
    given: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        key = folded(name)
        if key in given:
            continue
        plain = found = slug(name)
        copy = 1
        while found in taken:
            copy += 1
            found = f"{plain}-{copy}"
        taken.add(found)
        given[key] = found
    return given
