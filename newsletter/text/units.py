"""What a number counts or measures: the unit beside it, by one name in all languages where it is a common one."""

from __future__ import annotations

import re

from newsletter.text.numberwords import SMALL
from newsletter.text.unit_tables import CLASSIFIERS, COUNTED, CURRENCIES, HAN, HAN_MONEY, MEASURES, MONEY, STOP

BEFORE = "(?:" + "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True)) + r")[ \u00a0\u202f]?"

_KNOWN = COUNTED | MEASURES
_PHRASES = re.compile(
    "|".join(re.escape(name) for name in sorted((*MONEY, *_KNOWN), key=len, reverse=True) if " " in name),
    re.IGNORECASE,
)
# Directly after the digits, without a space: what may stand there. Else "5G", "3D" and "1st" would be figures.
_ATTACHED = re.compile(
    r"(?:km²|km/h|km|kg|kWh|MWh|GWh|TWh|kW|MW|GW|mm|cm|m²|m³|ha|ft|mph|min|GB|MB|TB|TEU|h|x|g|t|l|°C|°F|°|€|£|\$)(?![A-Za-z])"
)

_HAN_UNIT = re.compile("|".join(sorted(HAN, key=len, reverse=True)))
_FIRM = frozenset(MEASURES.values()) | frozenset(MONEY.values()) | frozenset(CURRENCIES.values()) | {"%", "‰"}
_ALL = _FIRM | frozenset(COUNTED.values()) | frozenset(HAN.values())

_TOKEN = re.compile(r"[ \u00a0\u202f]([^\W\d_]+(?:[-/][^\W\d_]+)*)")
_HYPHENED = re.compile(r"[-‐‑]([A-Za-z]+)")


def currency(sign: str) -> str:
    """The name of the money whose sign or code stands before a number."""
    return CURRENCIES[sign.strip().lower()]


def is_measure(unit: str) -> bool:
    """Whether it is one of length, time, weight and the like, before which even "one" is a number."""
    return unit in _FIRM and unit != "times"


def is_known(unit: str) -> bool:
    """Whether it is a common unit, and not just the word that stood there."""
    return unit in _ALL


def compatible(one: str | None, other: str | None, same_language: bool) -> bool:
    """Whether two figures with these units may be one: "44 lawmakers" and "44 legislators", "52 ships" and "52"."""
    if one is None or other is None or one == other:
        return True
    if _FIRM & {one, other}:
        return False
    if CLASSIFIERS & {one, other}:
        return True
    return same_language and not (one in _ALL and other in _ALL)


def is_glued(text: str, at: int) -> bool:
    """Whether letters that are no unit hang on the number that ends here: "1st", "5G"."""
    return text[at : at + 1].isascii() and text[at : at + 1].isalpha() and not _ATTACHED.match(text, at)


def after(text: str, at: int) -> tuple[str | None, bool]:
    """The unit named after a number that ends at `at`, and whether it is money; None where none is named.

    The first known unit, else the first word that looks like a plural, among the next four words of the phrase:
    "60 export applications for" gives "applications". A guess for words that are not known.
    """
    if found := _ATTACHED.match(text, at):
        return named(found[0].lower())
    if found := _HYPHENED.match(text, at):
        word = found[1].lower()
        name, is_money = named(word)
        return (name, is_money) if name else (None, False)
    if (found := _HAN_UNIT.match(text, at)) or (
        found := _HAN_UNIT.match(text, at + 1) if text[at : at + 1] == " " else None
    ):
        return HAN[found[0]], found[0] in HAN_MONEY
    if text[at : at + 1] not in (" ", "\u00a0", "\u202f"):
        return None, False
    if found := _PHRASES.match(text, at + 1):
        return named(found[0].lower())
    if sign := re.match(r"[€£$]|°[CF]?", text[at + 1 : at + 3]):
        return named(sign[0].lower())
    return _counted(text, at)


def _counted(text: str, at: int) -> tuple[str | None, bool]:
    for position in range(4):
        token = _TOKEN.match(text, at)
        if token is None:
            break
        word = token[1].lower()
        if (
            word in STOP or word in SMALL or text[token.end() : token.end() + 1] in ("'", "’")
        ):  # "against nineteen three weeks before"
            break
        name, is_money = named(word)
        if name and (position == 0 or len(word) > 2):
            return name, is_money
        if _looks_plural(word):
            return word, False
        at = token.end()
    return None, False


def named(word: str) -> tuple[str | None, bool]:
    """The unit that this word alone names, and whether it is money; None where it is none that is known."""
    for form in (word, word.removesuffix("s")):
        if form in MONEY:
            return MONEY[form], True
        if form in _KNOWN:
            return _KNOWN[form], False
    return None, False


def _looks_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and word not in _NO_PLURALS


_NO_PLURALS = frozenset(("customs", "news", "series", "means", "politics", "economics", "physics", "across", "always"))


def after_han(text: str, at: int) -> tuple[str | None, bool]:
    """The Chinese measure word after a number that ends at `at`, by its common name, and whether it is money."""
    found = _HAN_UNIT.match(text, at)
    return (HAN[found[0]], found[0] in HAN_MONEY) if found else (None, False)
