"""Whether one figure may stand for another: equal, honestly rounded, or in another unit of the same measure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from newsletter.text import units
from newsletter.text.figures import Figure, FigureKind
from newsletter.text.numberwords import HAN_MAGNITUDES, MAGNITUDES

BARELY = Decimal("0.06")  # what rounding without a word for it may change, as a part of the figure
ABOUT = Decimal("0.12")  # the same behind "about" or "nearly"
FARTHEST = Decimal("0.3")  # how far above may lie what is "more than" a round figure: 284 and "more than two hundred"


class Hedge(Enum):
    """What the words beside a figure say of its exactness."""

    NONE = "as it is"
    ABOUT = "about"
    NEARLY = "nearly"  # a little less
    ABOVE = "more than"
    BELOW = "less than"


_BEFORE = tuple(
    (re.compile(rf"(?:{words})\s*$", re.IGNORECASE), hedge)
    for words, hedge in (
        (r"\bnot\smuch\s(?:more\sthan|over|above)", Hedge.ABOVE),
        (r"\bnot\smuch\s(?:(?:less|fewer)\sthan|under|below)", Hedge.BELOW),
        (r"\b(?:no|not)\s(?:more|greater|higher)\sthan", Hedge.BELOW),
        (r"\b(?:no|not)\s(?:less|fewer|lower)\sthan", Hedge.ABOVE),
        (
            r"\b(?:about|around|some|roughly|say|barely|hardly|scarcely|in\sthe\sregion\sof|on\sthe\sorder\sof|approximately|circa|ca\.|c\.|(?:an\s)?estimated|or\sso)|大约|约为|约|大概",
            Hedge.ABOUT,
        ),
        (
            r"\b(?:nearly|almost|close\sto|(?:just|a\s(?:little|shade|touch|bit)|slightly|a\sfraction)\s(?:under|below|short\sof"
            r"|less\sthan|fewer\sthan)|not\squite|approaching|getting\son\sfor|shy\sof)|将近|近|接近",
            Hedge.NEARLY,
        ),
        (
            r"\b(?:(?:more|greater|higher)\sthan|over|above|upwards?\sof|north\sof|a\sgood|an\sodd|in\sexcess\sof|at\sleast|beyond"
            r"|exceed(?:s|ed|ing)?|passed|topped)(?:\sthe)?|超过|超|逾|多于|高于|至少|不少于|突破",
            Hedge.ABOVE,
        ),
        (
            r"\b(?:(?:less|fewer|lower)\sthan|under|below|up\sto|at\smost|as\s(?:many|much)\sas|short\sof)(?:\sthe)?"
            r"|不到|不足|少于|低于|至多|最多",
            Hedge.BELOW,
        ),
    )
)
_BEHIND = tuple(
    (re.compile(rf"(?:\s\w+)?\s?(?:{words})", re.IGNORECASE), hedge)
    for words, hedge in (
        (r"or\sso\b|or\sthereabouts\b|-?odd\b|左右|上下", Hedge.ABOUT),
        (r"or\smore\b|以上|\+", Hedge.ABOVE),
        (r"or\s(?:less|fewer)\b|at\smost\b|以下|以内", Hedge.BELOW),
    )
)


def hedge_of(text: str, start: int, end: int) -> Hedge:
    """What the words right before a figure, else those right behind it, say of its exactness."""
    before, behind = text[max(0, start - 24) : start], text[end : end + 24]
    found = next((hedge for form, hedge in _BEFORE if form.search(before)), None)
    if found is None:
        found = next((hedge for form, hedge in _BEHIND if form.match(behind)), Hedge.NONE)
    if found is Hedge.NONE and re.search("[多余]", text[start : end + 1]):  # "10多万人": more than a hundred thousand
        return Hedge.ABOVE
    return found


@dataclass(frozen=True, slots=True)
class Claimed:
    """A figure as a text of the issue has it."""

    figure: Figure
    hedge: Hedge
    last: Decimal  # the place of its last digit as it is written: "1.2 billion" is exact to 0.1 billion
    significant: Decimal  # the place of its last digit that is not zero: of 1,200 it is the hundreds


def claimed(figure: Figure, text: str) -> Claimed:
    """A figure with how exact it claims to be."""
    value = abs(figure.value)
    exponent = value.normalize().as_tuple().exponent if value else 0
    significant = Decimal(1).scaleb(int(exponent))
    if value and int(value / significant) % 10 == 5:  # "about 250" is as round as "about 200" to who speaks
        significant *= 5
    return Claimed(figure, hedge_of(text, figure.start, figure.end), _last_place(figure.shown), significant)


_DIGITS = re.compile(r"\d[\d.,'’ \u00a0\u2009\u202f]*")
_SCALE = re.compile(r"(?<![a-z])(" + "|".join(sorted(MAGNITUDES, key=len, reverse=True)) + r")(?![a-z])")


def _last_place(shown: str) -> Decimal:
    """The place of the last digit that is written: 1 for "1,187" and "sixty", 100,000 for "2.3 million"."""
    lower = shown.lower()
    digits = _DIGITS.search(lower)
    decimals = 0
    if digits and (found := re.search(r"[.,](\d{1,2}|\d{4,})$", digits[0].rstrip(" .,"))):
        decimals = len(found[1])
    scale = Decimal(1)
    for word in _SCALE.findall(lower):
        # In digits a word multiplies them; in words the last one says how fine the number is.
        scale = scale * MAGNITUDES[word] if digits else Decimal(MAGNITUDES[word])
    for sign in shown:
        scale *= HAN_MAGNITUDES.get(sign, 1)
    if scale in (12, 20):  # a dozen is twelve, and a score twenty
        scale = Decimal(1)
    return scale.scaleb(-decimals)


def stands_for(claim: Claimed, value: Decimal, near: Decimal = BARELY) -> bool:
    """Whether the figure may be given where a source has this value.

    Exact always; rounded at the written place ("1.2 billion" for 1,187 million); with a word for it as far as the word
    goes, in its direction: "more than 1,200" is not 1,187.
    """
    written, value = abs(claim.figure.value), abs(value)  # a fall of 48 % is -48 % in a table
    if written == value:
        return True
    gap = value - written
    part = abs(gap) / max(value, written)
    match claim.hedge:
        case Hedge.NONE:
            return abs(gap) * 2 <= claim.last and part <= near
        case Hedge.ABOUT:
            return abs(gap) * 2 <= claim.significant and part <= ABOUT
        case Hedge.NEARLY:
            return -gap > 0 and -gap * 2 <= claim.significant and part <= ABOUT
        case Hedge.ABOVE:
            return gap > 0 and _is_beside(claim, gap, part) and gap <= written
        case Hedge.BELOW:
            return gap < 0 and _is_beside(claim, -gap, part) and -gap <= value


def _is_beside(claim: Claimed, gap: Decimal, part: Decimal) -> bool:
    """Whether nobody would name another figure for what is so far above or below this one."""
    is_round = gap < 2 * claim.significant or "dozen" in claim.figure.shown.lower()
    return (part <= BARELY and gap <= 3 * claim.significant) or (part <= FARTHEST and is_round)


_OPPOSITE = {Hedge.ABOVE: (Hedge.BELOW, Hedge.NEARLY), Hedge.BELOW: (Hedge.ABOVE,), Hedge.NEARLY: (Hedge.ABOVE,)}


def is_said_by(claim: Claimed, figure: Figure, sentence: str, same_language: bool) -> bool:
    """Whether this figure of a source's sentence is the one that is claimed.

    "Fewer than a million" is not "more than a million"; and a number without a unit is one of hours, or of percents,
    only where it is the same: that there are ten of something makes nothing last "up to 12 hours".
    """
    value = in_unit_of(claim.figure, figure, same_language)
    if value is None or not stands_for(claim, value):
        return False
    written = abs(claim.figure.value)
    if abs(value) == written:
        opposite = _OPPOSITE.get(claim.hedge, ())
        return not opposite or hedge_of(sentence, figure.start, figure.end) not in opposite
    loose = figure.unit is None and claim.figure.unit is not None and units.is_measure(claim.figure.unit)
    return not loose or abs(abs(value) - written) <= BARELY * written


# What one unit is of another of the same measure.
_MEASURES: dict[str, dict[str, int | str]] = {
    "short time": {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "nights": 86400, "weeks": 604800},
    "long time": {"months": 1, "quarters": 3, "years": 12, "decades": 120, "centuries": 1200},
    "length": {"mm": "0.001", "cm": "0.01", "metres": 1, "km": 1000},
    "mass": {"g": "0.001", "kg": 1, "tonnes": 1000},
    "area": {"m²": 1, "hectares": 10_000, "km²": 1_000_000},
    "power": {"W": 1, "kW": 1000, "MW": 10**6, "GW": 10**9},
    "energy": {"kWh": 1, "MWh": 1000, "GWh": 10**6, "TWh": 10**9},
    "data": {"MB": 1, "GB": 1000, "TB": 10**6},
}
_SIZES = {unit: (measure, Decimal(size)) for measure, sizes in _MEASURES.items() for unit, size in sizes.items()}
_DAYS_OF: dict[str, Decimal] = {
    unit: Decimal(days)
    for unit, days in (
        ("days", "1"),
        ("nights", "1"),
        ("weeks", "7"),
        ("months", "30.44"),
        ("quarters", "91.31"),
        ("years", "365.25"),
        ("decades", "3652.5"),
    )
}
_DOLLARS = frozenset(("US$", "HK$", "NT$", "S$", "A$", "C$", "NZ$"))
_IN_CENTS = _DOLLARS | {"$", "€"}
_EASTERN = frozenset(("yen", "yuan"))
_ALIKE = (
    frozenset(("people", "men", "women", "children", "staff", "troops", "police")),
    frozenset(("containers", "TEU")),
)


def in_unit_of(claim: Figure, other: Figure, same_language: bool) -> Decimal | None:
    """The other figure's value in the claim's unit; None where they measure different things.

    A unit that only one of them names differs from nothing, and so does a word that is no common unit: "43 directors"
    may be 43 people.
    """
    one, two = claim.unit, other.unit
    if one is None or two is None or one == two:
        return other.value
    if one in _SIZES and two in _SIZES:
        (measure, size), (another, bigger) = _SIZES[one], _SIZES[two]
        return other.value * bigger / size if measure == another else None
    if "cents" in (one, two):  # of whatever money stands on the other side
        if FigureKind.MONEY is claim.kind is other.kind and {one, two} & _IN_CENTS:
            return other.value * 100 if one == "cents" else other.value / 100
        return None
    if FigureKind.MONEY in (claim.kind, other.kind):
        bare = {"$": _DOLLARS, "¥": _EASTERN}
        return other.value if two in bare.get(one, ()) or one in bare.get(two, ()) else None
    if FigureKind.PERCENT in (claim.kind, other.kind):
        return None
    if units.compatible(one, two, same_language) or any({one, two} <= alike for alike in _ALIKE):
        return other.value
    firm = units.is_measure(one) or units.is_measure(two)
    return None if firm or (units.is_known(one) and units.is_known(two)) else other.value


def in_days(claim: Figure, other: Figure) -> Decimal | None:
    """Another time in the claim's unit, by the mean length of months and years; None where one of them is no time."""
    one, two = _DAYS_OF.get(claim.unit or ""), _DAYS_OF.get(other.unit or "")
    return None if one is None or two is None else other.value * two / one


def measured(figure: Figure) -> tuple[str, Decimal]:
    """What a figure measures, by a name, and how much in the smallest unit of that; "" for what is counted."""
    unit = figure.unit or ""
    if unit in _SIZES:
        measure, size = _SIZES[unit]
        return measure, figure.value * size
    if figure.kind is FigureKind.MONEY or units.is_measure(unit):
        return unit, figure.value
    return "", figure.value
