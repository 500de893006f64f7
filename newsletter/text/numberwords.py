"""Numbers as they are written: digits grouped and pointed by language, English words, Chinese numerals, magnitudes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_FIRST = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SMALL = {word: at for at, word in enumerate(_FIRST + _TEENS)} | {word: 10 * at for at, word in enumerate(_TENS, 2)}

# What a word or letter after a number multiplies it by. The long scale (a French "billion") is not told apart: the
# languages that have it write "milliard" where a newspaper needs the word.
MAGNITUDES = {
    "hundred": 100,
    "thousand": 1_000,
    "k": 1_000,
    "tsd": 1_000,
    "tausend": 1_000,
    "mil": 1_000,
    "lakh": 100_000,
    "million": 10**6,
    "millions": 10**6,
    "millionen": 10**6,
    "millones": 10**6,
    "millón": 10**6,
    "milioni": 10**6,
    "milhões": 10**6,
    "miljoen": 10**6,
    "mio": 10**6,
    "mn": 10**6,
    "m": 10**6,
    "crore": 10**7,
    "billion": 10**9,
    "milliard": 10**9,
    "milliards": 10**9,
    "milliarde": 10**9,
    "milliarden": 10**9,
    "miliardi": 10**9,
    "miljard": 10**9,
    "mrd": 10**9,
    "bn": 10**9,
    "b": 10**9,
    "trillion": 10**12,
    "tn": 10**12,
    "dozen": 12,
    "score": 20,
}
HAN_MAGNITUDES = {"十": 10, "百": 100, "千": 1_000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_HAN_DIGITS = {sign: at for at, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}

_POINT_IS_COMMA = {"de", "fr", "es", "it", "pt", "nl", "da", "sv", "nb", "no", "fi", "pl", "cs", "ru", "tr", "id"}


def read_digits(written: str, language: str) -> Decimal | None:
    """The value of a number in digits, or None where its signs make none ("1,2,3", "1.2.3").

    A comma or point before three digits groups them or begins the decimals, as the language has it; before any other
    count of digits it begins decimals in every language: "2,9 million" is 2.9 million.
    """
    if written.isascii() and written.isdigit():
        return Decimal(written)
    text = re.sub(r"[ \u00a0\u2009\u202f'’]", "", written)
    commas, points = text.count(","), text.count(".")
    if commas and points:
        decimal = "," if text.rindex(",") > text.rindex(".") else "."
    elif commas + points > 1 or re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", text):
        decimal = "," if language.lower().split("-")[0] in _POINT_IS_COMMA else "."
        if commas + points > 1:  # twice the same sign: it groups
            decimal = "." if commas else ","
    else:
        decimal = "," if commas else "."
    group = "." if decimal == "," else ","
    whole, _, fraction = text.partition(decimal)
    grouped = whole.split(group)
    western = len(grouped[0]) <= 3 and all(len(each) == 3 for each in grouped[1:])
    indian = len(grouped[-1]) == 3 and len(grouped[0]) <= 2 and all(len(each) == 2 for each in grouped[1:-1])
    if (len(grouped) > 1 and not (western or indian)) or not re.fullmatch(r"\d*", fraction):
        return None
    return Decimal("".join(grouped) + (f".{fraction}" if fraction else ""))


def read_words(written: str) -> Decimal | None:
    """The value of an English number in words: "forty-four", "two hundred and twelve", "a million"."""
    total = part = 0
    for word in re.findall(r"[a-z]+", written.casefold()):
        if word in ("and", "a", "an"):
            continue
        if word in SMALL:
            part += SMALL[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in MAGNITUDES:
            total += max(part, 1) * MAGNITUDES[word]
            part = 0
        elif (tens := next((ten for ten in _TENS if word.startswith(ten)), "")) and word[len(tens) :] in SMALL:
            part += SMALL[tens] + SMALL[word[len(tens) :]]  # "twentynine": a hyphen lost at the end of a line
        else:
            return None
    return Decimal(total + part)


_EARLY = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh")
_LATE = ("twelfth", *(f"{word}th" for word in _TEENS), "twentieth")
_ORDINALS = {word: at for at, word in enumerate(_EARLY + _LATE, 1)}
_ORDINALS |= {f"{word[:-1]}ieth": 10 * at for at, word in enumerate(_TENS[1:], 3)}  # "thirtieth"
# What a word of a fraction divides by: "two fifths", "a twentieth".
FRACTIONS = {"half": 2, "third": 3, "quarter": 4}
FRACTIONS |= {word: at for word, at in _ORDINALS.items() if at > 4} | {"twentieth": 20, "hundredth": 100}
FRACTIONS |= {"thirtieth": 30, "fortieth": 40, "fiftieth": 50, "thousandth": 1000}
_ORDINAL = re.compile(
    rf"\b(?:(?P<digits>\d{{1,4}})(?:st|nd|rd|th)|(?:(?P<tens>{'|'.join(_TENS)})[-‐‑\s])?(?P<word>{'|'.join(_ORDINALS)}))\b"
    r"|第(?P<han>[\d一二三四五六七八九十百]{1,5})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Ordinal:
    """A place in an order: "twenty-second", 第五."""

    value: int
    start: int
    end: int


def find_ordinals(text: str) -> tuple[int, ...]:
    """The places in an order that a text names, as numbers: "twenty-second" is 22, 第五 is 5."""
    return tuple(one.value for one in ordinals(text))


def ordinals(text: str) -> tuple[Ordinal, ...]:
    """The places in an order that a text names, and where it does."""
    found: list[Ordinal] = []
    for match in _ORDINAL.finditer(text):
        if match["han"]:
            value = int(read_han(match["han"]) or 0)
        elif match["digits"]:
            value = int(match["digits"])
        else:
            tens = 10 * (_TENS.index(match["tens"].lower()) + 2) if match["tens"] else 0
            value = tens + _ORDINALS[match["word"].lower()]
        if value:
            found.append(Ordinal(value, *match.span()))
    return tuple(found)


def read_han(written: str) -> Decimal | None:
    """The value of a Chinese number: "三十四", "一千二百万", "1.2亿", "二〇二六"; None for what is none."""
    if not any(sign in HAN_MAGNITUDES for sign in written):
        digits = "".join(str(_HAN_DIGITS[sign]) if sign in _HAN_DIGITS else sign for sign in written)
        return read_digits(digits, "zh")
    total = section = Decimal(0)
    digit: Decimal | None = None
    for sign in re.findall(r"[\d.,]+|.", written):
        if sign[0].isdigit():
            digit = read_digits(sign, "zh")
            if digit is None:
                return None
        elif sign in _HAN_DIGITS:
            digit = Decimal(_HAN_DIGITS[sign])
        elif (size := HAN_MAGNITUDES.get(sign, 0)) and size < 10**4:
            section += (digit if digit is not None else 1) * size
            digit = None
        elif size:
            # "万人" is ten thousand people; "一万亿" is a million millions: what is greater multiplies all before it.
            bare = not (total or section) and digit is None
            whole = Decimal(1) if bare else section + (digit or 0)
            total = (total + whole) * size if total < size else total + whole * size
            section, digit = Decimal(0), None
        else:
            return None
    return total + section + (digit or 0)


def display(value: Decimal) -> str:
    """A value as an English reader is shown it: "84", "1.2 billion", "2,300", "1.9"."""
    for word, size in (("trillion", 10**12), ("billion", 10**9), ("million", 10**6)):
        if abs(value) >= size and value * 1000 % size == 0:  # at most three decimals; more are shown as they are
            return f"{_plain(value / size)} {word}"
    return _plain(value)


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
