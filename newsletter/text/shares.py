"""Parts of a whole that a text names in words: "two thirds", "by a fifth", "nine out of ten", 三分之一."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from newsletter.text.numberwords import FRACTIONS, SMALL, read_han


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole."""

    value: Decimal  # percent, to two decimals
    start: int
    end: int


_PARTS = tuple(FRACTIONS)
_DENOMINATORS = FRACTIONS | {f"{word}s": at for word, at in FRACTIONS.items()} | {"halves": 2}
_COUNT = "one|two|three|four|five|six|seven|eight|nine"
_HEDGE = r"\b(?:by|nearly|almost|about|around|roughly|over|than|least|under|some|up\s+to|just|only)"
_WHOLE = (
    r"(?=\s+(?:are|were|have|say|live|work|come|go|want|pay|of|more|fewer|less|higher|lower|smaller|larger|as)\b"
    r"|,\sor\s)"
)
_NO_WHOLE = r"(?! of an? (?:hour|thousand|million|billion))"  # fifteen minutes, and 250,000
_QUALITY = r"(?:(?:good|full|mere|bare|scant|solid)\s)?"
# "A third round" and "a quarter of an hour" are no parts; "a third of the ships" is one, and so is "fell by a third".
_FORMS = (
    re.compile(
        rf"\b(?P<over>{_COUNT})[\s-](?P<under>halves|{'s|'.join(_PARTS[1:])}s)\b{_NO_WHOLE}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?P<over>an?|one)[\s-]{_QUALITY}(?P<under>{'|'.join(_PARTS)})\b{_NO_WHOLE}{_WHOLE}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_HEDGE}\s(?P<part>(?P<over>an?|one)[\s-]{_QUALITY}(?P<under>{'|'.join(_PARTS[1:])}))\b(?!\s+[a-z]|-)",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?P<under>half)(?=\s+of\b(?! an? (?:hour|thousand|million|billion)))", re.IGNORECASE),
    re.compile(rf"{_HEDGE}\s(?P<part>(?:a\s)?(?P<under>half))\b(?!\s+an?\b|-)", re.IGNORECASE),
)
_NUMBER = rf"{_COUNT}|ten|eleven|twelve|twenty|\d{{1,3}}"
_TIME = r"(?:second|minute|hour|day|night|week|month|quarter|year|decade|centur)"
_NO_TIME = rf"(?![.,]\d|[\s-]{_TIME})"
_OUT_OF = re.compile(
    rf"(?<![\w.,-])(?P<over>{_NUMBER})\s(?:in|in\severy|out\sof|out\sof\severy|of\severy)\s(?P<under>{_NUMBER})\b"
    rf"{_NO_TIME}"
    # "one child in 20", "six cases out of ten"; not "two ships in five ports"
    rf"|(?<![\w.,-])(?P<some>{_NUMBER})\s(?!of\b)[a-z]+(?:\s[a-z]+)?\s(?:in(?:\severy)?|out\sof(?:\severy)?)\s"
    r"(?P<all>four|five|six|seven|eight|nine|ten|twelve|twenty|fifty|three|[3-9]|10|12|20|25|50|100)\b"
    rf"(?!\.\d|,\d|-|\s(?:per|%)|\s?%)(?![\s-]{_TIME})"
    rf"|\b(?:in|at|for|with|on)\s(?P<few>{_NUMBER})\sof\s(?P<many>{_NUMBER})\b{_NO_TIME}"
    # "of every ten who asked, seven"
    rf"|\b(?:of|in|from)\severy\s(?P<whole>{_NUMBER})\b{_NO_TIME}[^.;:!?]{{1,50}}?\b(?P<part>{_NUMBER})\b(?!,\d|\s?%|\sper)",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"\s(?!was|is|has|does)[a-z]+s\b")
_EVERY = re.compile(
    rf"\bevery\s(?P<under>third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twentieth)\s(?!{_TIME})(?=[a-z])",
    re.IGNORECASE,
)
_ONE_OF = "[个個名位人家艘件张張]"
_HAN = re.compile(
    r"(?P<under>[二两三四五六七八九十])分之(?P<over>[一二两三四五六七八九])|(?P<half>一半|半数|半數|半价|半價|半费|半費|减半|減半)"
    rf"|(?P<whole>[一二两兩三四五六七八九十百\d]{{1,12}}){_ONE_OF}(?:人|学生|學生)?之?[里裡裏中](?:面|头|頭)?[就便]?有(?P<part>[一二两兩三四五六七八九十\d]+){_ONE_OF}"
)
# "The darker half of the year" says which half, and not how much.
_WHICH_HALF = re.compile(r"\b(?:the|its|his|her|their|our)\s+[a-z]+\s$", re.IGNORECASE)


def find_shares(text: str) -> tuple[Share, ...]:
    """The parts of a whole in a text, in its order; none overlaps another. English and Chinese."""
    found: dict[int, Share] = {}
    for form in _FORMS:
        for match in form.finditer(text):
            named = match.groupdict()
            over, under = _small(named.get("over") or "one"), _DENOMINATORS[match["under"].lower()]
            start, end = match.span("part" if named.get("part") else 0)
            which = under == 2 and _WHICH_HALF.search(text, max(0, start - 40), start)
            if over < under and not which:
                found.setdefault(start, Share(_percent(over, under), start, end))
    for match in _OUT_OF.finditer(text):
        over = _small(match["over"] or match["some"] or match["few"] or match["part"])
        under = _small(match["under"] or match["all"] or match["many"] or match["whole"])
        if over < under and not (match["some"] and over > 1 and _PLURAL.match(text, match.end())):
            found[match.start()] = Share(_percent(over, under), *match.span())
    for match in _EVERY.finditer(text):
        value = _percent(1, _DENOMINATORS[match["under"].lower()])
        found.setdefault(match.start(), Share(value, match.start(), match.end() - 1))
    for match in _HAN.finditer(text):
        over, under = (
            (1, 2) if match["half"] else (_han(match["over"] or match["part"]), _han(match["under"] or match["whole"]))
        )
        if over < under:
            found[match.start()] = Share(_percent(over, under), *match.span())
    return _apart(found)


def _apart(found: dict[int, Share]) -> tuple[Share, ...]:
    kept: list[Share] = []
    for start in sorted(found):
        if not kept or start >= kept[-1].end:
            kept.append(found[start])
    return tuple(kept)


def _small(word: str) -> int:
    return int(word) if word.isdigit() else {**SMALL, "a": 1, "an": 1}[word.lower()]


def _han(written: str) -> int:
    return int(read_han(written) or 0)


def _percent(over: int, under: int) -> Decimal:
    return Decimal(50) if 2 * over == under else round(Decimal(100 * over) / under, 2)
