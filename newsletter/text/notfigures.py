"""Where numbers stand that say neither how much nor how many: dates, times, telephone numbers, numbers of lists."""

from __future__ import annotations

import re

from newsletter.text.numberwords import SMALL

_WORD = "|".join(sorted(SMALL, key=len, reverse=True))
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
_OTHER_MONTHS = (
    "januar|jänner|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre"
    "|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|gennaio"
    "|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|janeiro|fevereiro|março|junho|julho|setembro|outubro"
    "|novembro|dezembro|januari|februari|maart|mei|augustus"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|\.)?(?!\d)"
_TO = r"\s*(?:-|–|—|to|and|through|bis|et|y|au|al|a|,)\s*"
_DAYS = rf"{_DAY}(?:{_TO}{_DAY}){{0,20}}"  # no month is named behind more of them
_YEAR_TOO = r"(?:,?\s+(?:de\s+)?(?:19|20)\d\d\b(?![-/.]\d))?"

_FROM_DIGITS = re.compile(
    rf"""(?x) (?=[\d(+'’])(?:
    # dates
    (?<!\d) {_DAYS} \s* (?:of\s+|de\s+)? (?:(?:{_MONTHS})\b|(?i:{_OTHER_MONTHS})\b) \.? {_YEAR_TOO}
  | (?:19|20)\d\d[-/.]\d\d?[-/.]\d\d? (?:[T\s]\d\d:\d\d[\d:.]*)?
  | (?<![\d.,])\d\d?\.\d\d?\.(?:19|20)?\d\d\b(?!\.\d)
  | (?<![\d.,])\d+/\d+(?:/\d+)?
    # years
  | \b(?:1[5-9]|20)\d\d\s?[-–/]\s?(?:(?:19|20)?\d\d)\b(?!\d)
  | \b(?:(?:1[5-9]|20)\d)?\d?0s\b | (?<!\w)['’]\d\ds?\b
    # times of day
  | \b\d\d?:\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?)? | \b\d\d?(?:\.\d\d)?\s?(?:[ap]\.m\.|[ap]m\b|Uhr\b|o['’]clock\b)
    # telephone numbers
  | (?:\+|\b00)\d[\d ()./-]{{6,}}\d | \(\d{{2,4}}\)\s?\d{{3,4}}[- ]?\d{{3,4}} | \b\d{{3}}-(?:\d{{3}}-)?\d{{4}}\b
    # numbers of lists
  | (?:(?<=[.!?;:\n]\s)|(?<=\n)|\A)\(?\d{{1,3}}[.)、](?=\s|[^\d\s])(?!\d) | \(\d{{1,2}}\)
    )"""
)
_FROM_MONTHS = re.compile(
    rf"(?=[JFMASOND])(?:{_MONTHS})\b\.?\s+{_DAY}(?![.,]\d|\s?%)(?:{_TO}{_DAY}(?![.,]\d|\s?%|\s+[a-z]))*{_YEAR_TOO}"
)
_ADDRESSES = re.compile(r"https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]++@\S+")

# "At twenty to ten", "five past six", "half past nine": an hour told in words. A range never goes down, and what it
# counts stands behind it: "five to seven days".
_HOUR = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_MINUTES = r"five|ten|twenty(?:[-\s]five)?|(?:a\s)?quarter|half"
_CLOCK = re.compile(
    rf"""(?xi) \b(?:
    (?:{_MINUTES})(?:\sminutes)?\s(?:past|after)\s(?:{_HOUR})
  | (?:twenty(?:[-\s]five)?|(?:a\s)?quarter)(?:\sminutes)?\s(?:to|before)\s(?:{_HOUR})
  | (?<=\bat\s)(?:five|ten)\sto\s(?:{_HOUR})(?!\s[a-z]+s\b)
    )\b"""
)

_HAN = "零〇一二三四五六七八九十"
_HAS_HAN = re.compile("[\u4e00-\u9fff]")
_FROM_HAN = re.compile(
    rf"""(?x) (?=[\d{_HAN}两周星礼禮第电传热])(?:
    (?:[12]\d{{3}}|[{_HAN}]{{4}}|\d\d(?=年\d\d?月))\s*年(?:代|度)?
  | (?<!\d)\d0年代 | [{_HAN}]{{1,3}}年代
  | (?<![\d{_HAN}])(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s*月
    (?:份|\s*(?:\d{{1,2}}|[{_HAN}]{{1,3}})\s*[日号號])?
    (?:\s*(?:至|到|-|–|—|、)\s*(?:(?:\d{{1,2}}|[{_HAN}]{{1,3}})\s*月)?(?:\d{{1,2}}|[{_HAN}]{{1,3}})[日号號])*
  | (?<![\d.,{_HAN}])(?:[12]?\d|3[01]|[二三]?十[{_HAN[2:-1]}]?)[日号號]
  | (?:周|星期|礼拜|禮拜)[一二三四五六日天]
  | (?:\d{{1,2}}|[{_HAN}两]{{1,3}})[点點](?!\d)(?:\s*(?:\d{{1,2}}|[{_HAN}]{{1,3}})分?|半|钟|整|左右)?
  | \d{{1,2}}[时時](?:\d{{1,2}}分)?
  | 第\s*[\d{_HAN}百千]+ | [\d{_HAN}]+号
  | (?:电话|传真|热线)[：:]?\s*\d[\d ()-]{{4,}}\d
    )"""
)

# What stands before a number that only says which one it is: "item 6", "round two", "No. 4", "Article 5 and 6".
_NUMBERED = (
    "items?|numbers?|articles?|sections?|chapters?|pages?|footnotes?|tables?|paragraphs?|rounds?|phase|stage|volumes?|clauses?"
    "|appendix|annex|room|flight|route|gate|berth|pier|terminal|building|version|level|channel|resolution|platform|lane|question"
)
_CAPITALS = (
    "Note|Notice|Order|Act|Part|Issue|Line|Type|Class|Rule|Case|Bill|Step|Law|Decree|Highway|Exhibit|Figure|Boeing|Airbus"
    "|Q|FY"
)
_SHORT = "nos?|nr|pp?|vol|figs?|arts?|paras?|ch"
_BEFORE = re.compile(
    rf"(?:^|[^\w-])(?:(?i:{_NUMBERED})\s|(?:{_CAPITALS})\s|(?i:{_SHORT})\.\s?|(?:Nos?|Nr)\s|(?i:tel|phone|fax|call|dial)\.?:?\s|[#№]\s?)"
    r"(?:\d[\d.]*\s?(?:-|–|,|and|to|or)\s?)*$"
)
# What stands after a number word that is an hour or a part: "nine in the evening", "two thirds".
_AFTER = re.compile(
    r"(?i)\s+(?:o['’]clock\b|[ap]\.?m\b|in the (?:morning|afternoon|evening)\b|at night\b)"
    r"|[- ](?:thirds?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?)\b|-quarters?\b"
)


def spans_without_figures(text: str) -> tuple[tuple[int, int], ...]:
    """Where in a text its numbers are no figures: start and end, in order."""
    spans = [match.span() for match in _FROM_DIGITS.finditer(text)]
    spans += [match.span() for match in _FROM_MONTHS.finditer(text)]
    if "@" in text or "://" in text or "www." in text:
        spans += [match.span() for match in _ADDRESSES.finditer(text)]
    spans += [match.span() for match in _CLOCK.finditer(text)]
    if _HAS_HAN.search(text):
        spans += [match.span() for match in _FROM_HAN.finditer(text)]
    return tuple(sorted(spans))


def only_names(text: str, start: int, end: int) -> bool:
    """Whether a number from `start` to `end` says which one, or when, by the words beside it."""
    is_word = not text[start].isdigit()  # "3,5 Prozent am Montag" is no hour
    return bool(_BEFORE.search(text[max(0, start - 30) : start]) or (is_word and _AFTER.match(text, end)))
