"""Numbers that say how much or how many: percents, money and counts, with the unit they stand beside.

What only looks like one is left out: dates, years, times of day, telephone numbers, the numbers of lists, rounds,
articles and pages, ordinals, and digits inside names ("G20"). English and Chinese are read whole; of other languages
the digits, their decimal comma, magnitudes and percents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from newsletter.text import units
from newsletter.text.notfigures import only_names, spans_without_figures
from newsletter.text.numberwords import HAN_MAGNITUDES, MAGNITUDES, SMALL, read_digits, read_han, read_words


class FigureKind(Enum):
    """What a figure measures."""

    PERCENT = "percent"
    MONEY = "money"
    COUNT = "count"  # with a unit: days, ships, words
    BARE = "bare"  # none is named beside it


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a text."""

    value: Decimal  # magnitudes multiplied out: 1.2 billion is 1200000000; a percent is 37, not 0.37
    shown: str  # as written, with its sign, currency, magnitude and percent sign, without the unit's word
    unit: str | None  # "days", "ships", "%", "US$", "yuan"; known units by one name in all languages, others as written
    start: int  # where `shown` stands in the text
    end: int
    kind: FigureKind


_HAN = "零〇一二三四五六七八九十百千万亿两萬億兩"
_SCALES = "|".join(
    sorted((word for word in MAGNITUDES if len(word) > 2 and word not in ("mio", "mrd", "tsd")), key=len, reverse=True)
)
_LARGE = "thousand|million|billion|trillion"
_PERCENT = r"%|‰|(?i:percent)\b|per\scent\b|pct\b|Prozent\b|pour\scent\b|por\sciento\b|procent\b"
_DIGITS = r"\d+(?:[.,]\d+)*"
# Groups set apart by a space, as French, Swedish and the SI have them; in English only by one that does not break.
_SPACED = r"\d{1,3}(?:[\ \u00a0\u2009\u202f'’]\d{3})+(?!\d)(?:[.,]\d+)?"
# An ordinary space parts groups there only where two of them follow: "1 200 000".
_NO_BREAK = r"\d{1,3}(?:(?:[\u00a0\u2009\u202f]\d{3})+|(?:\ \d{3}){2,})(?!\d)(?:\.\d+)?"
_SPACING = {"fr", "es", "it", "pt", "de", "sv", "nb", "no", "fi", "pl", "cs", "ru", "da"}


def _digits_pattern(number: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?x)
        (?=[-−–\d$€£¥₹₩₽A-Z]) (?<![A-Za-zÀ-ɏ0-9_.,/\#第]) (?<![A-Za-z]['’]) (?:(?<![A-Za-z]-)|(?=[$€£¥]))
        (?P<sign>[-−–](?=[\d$€£¥]))? (?P<money>(?i:{units.BEFORE}))?
        (?P<number>{number}) (?!\.?\d)
        (?: [多余餘]?(?P<han>[{"".join(HAN_MAGNITUDES)}]+)
          | [\ \u00a0\u202f-]?(?P<scale>(?i:{_SCALES}))\b
          | (?P<letter>(?i:bn|tn|mn|[kmb]))(?![\w²³/])
          | [\ \u00a0\u202f](?P<short>bn|tn|mn|Mio|Mrd|Tsd)\b\.?
        )?
        (?:\s?(?P<percent>{_PERCENT}))?
        (?P<fraction>\ and\ a\ half\b(?:\ (?P<halves>{_LARGE})\b)?)?
        """
    )


_PLAIN = _digits_pattern(rf"(?:{_NO_BREAK}|{_DIGITS})")
_BY_SPACES = _digits_pattern(rf"(?:{_SPACED}|{_DIGITS})")

_SMALL = "|".join(sorted(SMALL, key=len, reverse=True))
_TENS = "|".join(word for word, value in SMALL.items() if value >= 20)
_ONES = "|".join(word for word, value in SMALL.items() if 0 < value < 10)
_SIZES = "hundred|thousand|million|billion|trillion|dozen"
# "Forty – four" is how some word processors leave "forty-four", "twentynine" how some PDF files do.
_ONE_WORD = rf"(?:(?:{_TENS})(?:\s?[-‐‑–]\s?|\s)?(?:{_ONES})|{_SMALL})\b"
_WORDS = re.compile(
    rf"""(?x)
    \b(?=[aefhnostz])(?<![.-])(?<!\w['’])
    (?P<half>half\ (?=an?\ ))?
    (?P<number> (?:{_ONE_WORD}|an?(?=[ ](?:{_SIZES})\b)) (?:[ -](?:and\ )?(?:{_SIZES})\b(?:\ (?:and\ )?{_ONE_WORD})?)* )
    (?:\s(?P<percent>{_PERCENT}))?
    (?P<fraction>\ and\ a\ half\b(?:\ (?P<halves>{_LARGE})\b)?)?
    (?![\w'’]|[-‐‑](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b)
    """
)

_CHINESE = re.compile(
    rf"""(?x)
    (?<![第数几上\d.,{_HAN}])
    (?: (?P<percent>百分之)(?P<share>[{_HAN}点]+|{_DIGITS})
      | (?P<number>[{_HAN}]+)[多余餘]?(?P<half>半)?
        (?:(?P<tenths>成)(?!不)(?P<hundredths>[一二三四五六七八九半](?![{_HAN}]))?)?
    )
    """
)


@lru_cache(maxsize=2048)  # two checks read the same sentences, again and again while an issue is written
def find_figures(text: str, language: str) -> tuple[Figure, ...]:
    """The figures of a text, in its order; none overlaps another.

    A range gives two figures with one unit ("5 to 7 days": 5 days, 7 days). `language` (BCP 47) decides only how
    "1.200" and "1,200" are read.
    """
    folded = _FULL_WIDTH_COMMA.sub(",", text.translate(_FULL_WIDTH)) if not text.isascii() else text
    found: dict[int, Figure] = {}
    excluded: tuple[tuple[int, int], ...] | None = None
    for figure in _all(folded, language):
        if excluded is None:  # most paragraphs hold no number at all
            excluded = spans_without_figures(folded)
        inside = any(figure.start < end and start < figure.end for start, end in excluded)
        if not inside and not only_names(folded, figure.start, figure.end):
            found.setdefault(figure.start, figure)
    figures = _apart([found[start] for start in sorted(found)], text)
    # What was folded to be read is shown as it was written.
    return tuple(
        one if text[one.start : one.end] == one.shown else replace(one, shown=text[one.start : one.end])
        for one in figures
    )


# One character each, so that places in the folded text are places in the text.
_FULL_WIDTH = str.maketrans("０１２３４５６７８９％＄￥", "0123456789%$¥")
_FULL_WIDTH_COMMA = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")
_HAS_HAN = re.compile(rf"[{_HAN}]")


def _all(text: str, language: str) -> Iterator[Figure]:
    for match in _PART_OF_LARGE.finditer(text) if " of a" in text else ():
        value = _PARTS[match["part"].lower()] * MAGNITUDES[match["large"].lower()]
        unit, is_money = units.after(text, match.end())
        yield _figure(match, value, unit, FigureKind.MONEY if is_money else _kind(unit))
    pattern = _BY_SPACES if language.lower().split("-")[0] in _SPACING else _PLAIN
    for match in pattern.finditer(text):
        if figure := _of_digits(match, language):
            yield figure
    lower = text.lower()
    for match in _WORDS.finditer(lower if len(lower) == len(text) else text):
        if figure := _of_words(match):
            yield figure
    if "hour" in lower:
        for match in _PART_OF_UNIT.finditer(text):
            yield _of_part(match)
    if _HAS_HAN.search(text):
        for match in _CHINESE.finditer(text):
            if figure := _of_han(match):
                yield figure


def _of_digits(match: re.Match[str], language: str) -> Figure | None:
    value = read_digits(match["number"], language)
    if value is None:
        return None
    if han := match["han"]:
        value = read_han(f"{value:f}{han}") or value
    elif scale := match["scale"] or match["letter"] or match["short"]:
        value *= MAGNITUDES[scale.lower()]
    if match["fraction"]:
        value = (value + Decimal("0.5")) * MAGNITUDES.get((match["halves"] or "").lower(), 1)
    if match["sign"]:
        value = -value
    if match["percent"]:
        return _figure(match, value, "‰" if match["percent"] == "‰" else "%", FigureKind.PERCENT)
    if match["money"]:
        return _figure(match, value, units.currency(match["money"]), FigureKind.MONEY)
    if units.is_glued(match.string, match.end()):
        return None
    unit, is_money = units.after(match.string, match.end())
    # "The 2024 elections" are no count of elections; "2000 people" are one of people.
    if _LIKE_A_YEAR.fullmatch(match[0].rstrip()) and not (unit and (is_money or units.is_known(unit))):
        return None
    return _figure(match, value, unit, FigureKind.MONEY if is_money else _kind(unit))


_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "three quarters": Decimal("0.75")}
_PART_OF_LARGE = re.compile(
    rf"\b(?:an?\s)?(?P<part>half|quarter|three\squarters)\sof\san?\s(?P<large>{_LARGE})\b", re.IGNORECASE
)  # "a quarter of a million"; "half a million" is read as a number word
_LIKE_A_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")


def _of_words(match: re.Match[str]) -> Figure | None:
    written = match["number"]
    value = read_words(written)
    if value is None:
        return None
    if match["half"]:
        value /= 2
    if match["fraction"]:
        value = (value + Decimal("0.5")) * MAGNITUDES.get((match["halves"] or "").lower(), 1)
    if match["percent"]:
        return _figure(match, value, "%", FigureKind.PERCENT)
    unit, is_money = units.after(match.string, match.end())
    # "One owner said", "no one", "one of them": a pronoun, unless it stands beside a measure.
    if value == 1 and (unit is None or not units.is_measure(unit)):
        return None
    return _figure(match, value, unit, FigureKind.MONEY if is_money else _kind(unit))


_MINUTES = {"half an hour": 30, "quarter of an hour": 15, "three quarters of an hour": 45, "hour and a half": 90}
_PART_OF_UNIT = re.compile(
    r"\b(?:(?P<part>half\san\shour|three[\s-]quarters\sof\san\shour)|an?\s(?P<less>quarter\sof\san\shour|hour\sand\sa\shalf))\b",
    re.IGNORECASE,
)


def _of_part(match: re.Match[str]) -> Figure:
    """ "Half an hour" is 30 minutes."""
    words = re.sub(r"[\s-]+", " ", match["part"] or match["less"]).lower()
    return _figure(match, Decimal(_MINUTES[words]), "minutes", FigureKind.COUNT)


_AND_A_HALF = re.compile("(?:年|天|周|小时|个小时)半")  # "两年半": two and a half years


def _of_han(match: re.Match[str]) -> Figure | None:
    if match["percent"]:
        whole, _, decimals = match["share"].partition("点")
        value = read_han(whole)
        if value is None:
            return None
        if decimals and (fraction := read_han(decimals)) is not None:
            value = Decimal(f"{value}.{fraction}")
        return _figure(match, value, "%", FigureKind.PERCENT)
    value = read_han(match["number"])
    if value is None:
        return None
    if match["half"] or _AND_A_HALF.match(match.string, match.end()):
        value += Decimal("0.5")
    if match["tenths"]:
        value = value * 10 + _hundredths(match["hundredths"])
        return _figure(match, value, "%", FigureKind.PERCENT)
    unit, is_money = units.after_han(match.string, match.end())
    # A small numeral without a measure is a part of some word: 统一, 十分, 千万, 两国; so is 一 without a firm one.
    if (unit is None and not _LARGE_HAN.match(match["number"])) or (value == 1 and not units.is_measure(unit or "")):
        return None
    return _figure(match, value, unit, FigureKind.MONEY if is_money else _kind(unit))


def _hundredths(written: str | None) -> Decimal:
    """What stands behind the tenths: 一成二 is 12 percent, 五成半 is 55."""
    return Decimal(5) if written == "半" else Decimal(read_han(written) or 0) if written else Decimal(0)


_LARGE_HAN = re.compile("[一二三四五六七八九两兩].*[百千万萬亿億]")


def _kind(unit: str | None) -> FigureKind:
    if unit in ("%", "percentage points"):
        return FigureKind.PERCENT
    return FigureKind.BARE if unit is None else FigureKind.COUNT


def _figure(match: re.Match[str], value: Decimal, unit: str | None, kind: FigureKind) -> Figure:
    shown = match[0].rstrip()
    return Figure(value.normalize() + 0, shown, unit, match.start(), match.start() + len(shown), kind)


_RANGE = re.compile(r"\s?(?:-|–|—|to|or|bis|à|a|至|到|~|～)\s?", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s$", re.IGNORECASE)


def _apart(figures: list[Figure], text: str) -> tuple[Figure, ...]:
    """The figures without overlaps; the first of a range takes the unit, and the magnitude, of the second."""
    kept: list[Figure] = []
    for figure in figures:
        if kept and figure.start < kept[-1].end:
            continue
        if kept and kept[-1].kind in (FigureKind.BARE, FigureKind.MONEY) and _is_range(kept[-1], figure, text):
            kept[-1] = _like(kept[-1], figure)
        kept.append(figure)
    return tuple(kept)


def _is_range(first: Figure, second: Figure, text: str) -> bool:
    between = text[first.end : second.start]
    if _RANGE.fullmatch(between):
        return True
    return between == " and " and bool(_BETWEEN.search(text, max(0, first.start - 9), first.start))


def _like(first: Figure, second: Figure) -> Figure:
    """The first figure of a range, with what only the second says: "3 to 5 million dollars"."""
    scale = next((MAGNITUDES[word] for word in _SCALED.findall(second.shown.lower())), 1)
    own = _SCALED.search(first.shown.lower())
    value = first.value if own or abs(first.value) >= abs(second.value) else first.value * scale
    same = first.kind is FigureKind.BARE
    return replace(
        first, value=value, unit=second.unit if same else first.unit, kind=second.kind if same else first.kind
    )


_SCALED = re.compile(rf"{_SCALES}|(?<=\d)(?:bn|tn|mn|[kmb])\b|\b(?:bn|tn|mn|mio|mrd|tsd)\b")
