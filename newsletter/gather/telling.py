"""What tells an item's event from others: its names, figures, days, title words and round, read from its beginning.

News is told at the start: the title, the deck and the first few hundred characters are read, so that a long analysis
of a topic does not share something with every report on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise

from newsletter.model.item import Entry, Item
from newsletter.text.dates import MONTHS
from newsletter.text.figures import Figure, find_figures
from newsletter.text.names import find_names
from newsletter.text.numberwords import read_han
from newsletter.text.shingles import words

BEGINNING = 600  # characters of the text that are read, beside title and deck

# How much each kind of mark says, before its rarity is weighed in.
NAME, FIGURE, ROUND, DAY, TITLE_WORD, WORD = 1.6, 1.5, 1.3, 0.8, 1.4, 0.8


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that an item shares, or does not share, with another."""

    weight: float  # NAME, FIGURE, ROUND, DAY, TITLE_WORD or WORD
    shown: str  # as an editor reads it
    unit: str | None = None  # of a figure


@dataclass(frozen=True, slots=True)
class Telling:
    """An item reduced to what tells its event from others."""

    item: Item
    when: datetime | None  # UTC, or the wall time taken for it where the zone is unknown; None: undated
    language: str  # without its region
    marks: dict[str, Mark]  # by key: "n:teo marchand", "f:52", "r:round 3", "d:11-14", "y:1986", "w:hotline"
    text: str  # the beginning that was read
    figures: tuple[Figure, ...]  # in that text
    round: tuple[str, int] | None  # "round", 3: what the title or the first sentence says it is about


def telling(item: Item) -> Telling:
    """What tells this item's event from others."""
    entry = item.entry
    language = entry.language.lower().split("-")[0]
    beginning = " ".join(entry.paragraphs)[:BEGINNING]
    text = "\n".join(part for part in (entry.title, entry.deck or "", beginning) if part)
    when = date_of(entry)
    figures = find_figures(text, entry.language)
    marks = {f"w:{stem}": Mark(WORD, word) for stem, word in content_words(text, language).items()}
    marks.update((f"w:{stem}", Mark(TITLE_WORD, word)) for stem, word in content_words(entry.title, language).items())
    for name in find_names(f"{entry.deck or ''}\n{beginning}", entry.language) + find_names(
        entry.title, entry.language
    ):
        marks[f"n:{name.casefold()}"] = Mark(NAME, name)
        for word in name.casefold().split():
            marks.pop(f"w:{_stem(word)}", None)  # or a name would count twice
    for figure in figures:
        if key := _figure_key(figure):
            marks[key] = Mark(FIGURE, with_unit(figure), figure.unit)
    marks.update((f"d:{month}-{day}", Mark(DAY, f"{day} {_MONTH_NAMES[month]}")) for month, day in days(text))
    if when is not None:
        marks.update(
            (f"y:{year}", Mark(FIGURE, year)) for year in _YEAR.findall(text) if abs(int(year) - when.year) > 2
        )
    first = _FIRST_SENTENCE.match(beginning)
    round_ = round_of(entry.title) or round_of(first[0] if first else "")
    if round_ is not None:
        marks[f"r:{round_[0]} {round_[1]}"] = Mark(ROUND, f"{round_[0]} {round_[1]}")
    return Telling(item, when, language, marks, text, figures, round_)


def date_of(entry: Entry) -> datetime | None:
    """When its source says it was published, as far as that is known; aware, UTC."""
    for stamp in (entry.published, entry.updated):
        if stamp is not None and (moment := stamp.instant or stamp.wall) is not None:
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


_MONTH_NAMES = ("", "Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
_FIRST_SENTENCE = re.compile(r"[^.!?。！？]*[.!?。！？]?")
_YEAR = re.compile(r"(?<![\d.,])(1[5-9]\d\d|20\d\d)(?![\d.,%])")


def _figure_key(figure: Figure) -> str | None:
    """A figure's key; None for small numbers without a unit, which every text has."""
    if abs(figure.value) >= 13 or figure.value % 1:
        return f"f:{figure.value:f}{'%' if figure.unit == '%' else ''}"
    return f"f:{figure.value:f} {figure.unit}" if figure.unit else None


def with_unit(figure: Figure) -> str:
    """A figure as written, with its unit: "52 ships", "31%"."""
    if figure.unit is None or figure.unit == "%" or figure.unit in figure.shown:
        return figure.shown
    return f"{figure.shown} {figure.unit}" if figure.unit < "\u4e00" else f"{figure.shown}{figure.unit}"


def near(one: Telling, figure: Figure) -> frozenset[str]:
    """The content words around a figure of an item."""
    before, after = one.text[max(0, figure.start - 50) : figure.start], one.text[figure.end : figure.end + 50]
    return frozenset(content_words(before.partition(" ")[2] + " " + after.rpartition(" ")[0], one.language))


_MONTH = "|".join(sorted((name.title() for name in MONTHS), key=len, reverse=True))
_DAYS = re.compile(
    r"(?=[0-9JFMASOND])(?:"
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b"
    rf"|\b(?P<month2>{_MONTH})\b\.?\s+(?P<day2>\d{{1,2}})(?![\d,.]\d|\s?%|\d)"
    r"|(?<!\d)(?P<month3>\d{1,2})月(?P<day3>\d{1,2})[日号號])"
)


def days(text: str) -> frozenset[tuple[int, int]]:
    """The days of the calendar that a text names, with or without a year: month and day."""
    found = set()
    for match in _DAYS.finditer(text):
        if match["month3"]:
            month, day = int(match["month3"]), int(match["day3"])
        else:
            month, day = MONTHS[(match["month"] or match["month2"]).lower()], int(match["day"] or match["day2"])
        if 1 <= month <= 12 and 1 <= day <= 31:
            found.add((month, day))
    return frozenset(found)


_ORDINALS = {
    word: at
    for at, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"), 1
    )
} | {word: at for at, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), 1)}
_SERIES = "round|session|meeting|phase|stage|summit|hearing|edition|conference|trial|attempt|reading|vote|test|leg|wave"
_ROUND = re.compile(
    rf"(?i)\b(?:(?P<ordinal>{'|'.join(_ORDINALS)}|\d{{1,3}}(?:st|nd|rd|th))[ -](?:\w+[ -])?(?P<series>{_SERIES})s?\b"
    rf"|(?P<series2>round|session|phase|stage|reading)[ ](?P<number>{'|'.join(_ORDINALS)}|\d{{1,3}})\b)"
)
_HAN_ROUND = re.compile(r"第\s*(?P<number>[一二三四五六七八九十\d]{1,3})\s*(?P<series>[轮輪届屆期阶场])")
_HAN_SERIES = {
    "轮": "round",
    "輪": "round",
    "届": "edition",
    "屆": "edition",
    "期": "phase",
    "阶": "phase",
    "场": "session",
}


def round_of(text: str) -> tuple[str, int] | None:
    """Which of a series an event is, as its text says first: "third round" is ("round", 3); None where it is none."""
    if found := _HAN_ROUND.search(text):
        number = read_han(found["number"])
        return (_HAN_SERIES.get(found["series"], "round"), int(number)) if number is not None else None
    found = _ROUND.search(text)
    if found is None:
        return None
    written = (found["ordinal"] or found["number"]).lower()
    number_ = _ORDINALS.get(written) or int(re.sub(r"\D", "", written))
    return (found["series"] or found["series2"]).lower(), number_


_STOP = frozenset(
    re.findall(
        r"\w+",
        """
        a an the this that these those i we you he she it they them him me us my his her hers its their our your one
        two three four five six seven eight nine ten eleven twelve of in on at to for from by with as than and or but
        nor so if when while where which who whom whose what why how is are was were be been being am has have had
        having do does did done will would can could may might must shall should not no yes about after against before
        behind below beside between during into near off onto out over since through toward towards under until up
        upon within without down both each every all any some more most much other another many several few such same
        only also then there here now yet still even just once again ago later earlier too very own per first second
        third new old last next say says said told tell tells year years month months week weeks day days today
        yesterday tomorrow time times hour hours people monday tuesday wednesday thursday friday saturday sunday
        january february march april june july august september october november december get gets got make makes made
        take takes took taken give gives given go goes went come comes came set put let keep know see seen look like
        want wants ask asks asked call called use used according mr mrs ms dr part way thing something nothing nobody
        anyone back far long little less least good well else among around however whether because although though
        rather quite almost already always never often between second minute hundred thousand million billion dozen
        thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty
        ninety
        """,
    )
)


def content_words(text: str, language: str) -> dict[str, str]:
    """The words that say what a text is about, each by its stem, endings folded; in Chinese, pairs of characters."""
    run = words(text)
    if language in ("zh", "ja"):
        pairs = (a + b for a, b in pairwise(run) if not (a + b).isascii())
        return {pair: pair for pair in pairs}
    found: dict[str, str] = {}
    for word in run:
        if len(word) > 2 and not word.isdigit() and word not in _STOP and (stem := _stem(word)) not in _STOP:
            found.setdefault(stem, word)
    return found


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """A word without the commonest English endings: "growers" and "grower", "signed" and "signs" are one."""
    word = word.removesuffix("'s")
    for ending, least in (("ies", 5), ("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word.removesuffix("e") if len(word) > 4 else word
