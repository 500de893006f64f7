"""Words that prove nothing: phrases that everybody who reports uses, dates, and the little words of a language."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_WHEN = rf"(?:(?:late |early )?(?:on )?{_DAY}|(?:last|this|next) (?:{_DAY}|week|month|year)|today|yesterday)"
_DATE = (
    rf"(?:(?:on )?(?:{_DAY} )?(?:the )?\d\d?(?:st|nd|rd|th)?(?: of)? {_MONTH}(?: \d{{4}})?"
    rf"|(?:on )?(?:{_DAY} )?{_MONTH} \d\d?(?: \d{{4}})?)"
)
_PAPER = r"(?:statement|report|notice|press release|communiqué|memo|study|survey|paper|letter|post)"
_TALK = rf"(?:{_PAPER}|interview|speech|briefing|(?:press|news) (?:conference|briefing))"
_COUNT = r"(?:\d+|an?|two|three|four|five|six|seven|eight|nine|ten|a dozen|several|a few)"
_SPAN = r"(?:days?|weeks?|months?|quarters?|years?|decades?|century|centuries|hours?|half|generation)"
_ORDER = r"(?:first|second|third|fourth|last|past|next|coming|final)"

# As words are compared: small letters, no marks, "s" apart from what it belongs to.
_PHRASES = (
    rf"(?:according to|in|says|said in) (?:an?|the|its|their) (?:joint |written |brief |short )?{_PAPER}"
    rf"(?: (?:that was )?(?:released|published|issued|posted))?(?: (?:{_DATE}|{_WHEN}))?"
    r"(?: by(?: the)?(?: (?:ministry|department|office|bureau|government)(?: (?:of|for))?)?)?",
    rf"(?:said|says|told reporters|announced|wrote|added|warned|argued)(?: {_WHEN})? (?:in|at|during) (?:an?|the)"
    rf" {_TALK}(?: {_WHEN})?",
    rf"(?:he|she|they|it|who|officials?) (?:said|told reporters|announced|added)(?: (?:{_WHEN}|that))?",
    r"an? spokes(?:man|woman|person) for(?: the)?",
    r"(?:did|do|does|has|have|had) not (?:immediately )?(?:respond|reply|return)(?:ed)?(?: immediately)?(?: to)?"
    r"(?: (?:an?|our|multiple|several|repeated|emailed))? (?:requests?|questions?|calls?|messages?)"
    r" (?:for|seeking)(?: a)? comments?",
    r"declined (?:to comment|to be (?:named|identified)|to say)(?: (?:further|on the matter))?",
    r"(?:who )?(?:spoke|speaking|asked|talked) (?:on|under)(?: the)? condition of anonymity",
    r"(?:because|as|since) (?:he|she|they) (?:was|were) not (?:been )?authori[sz]ed to (?:speak|talk|comment)"
    r" (?:publicly|to(?: the)? (?:media|press|reporters|journalists))(?: (?:about|on) (?:the|this) (?:matter|issue))?",
    r"people (?:who are )?familiar with the (?:matter|talks|discussions|negotiations|situation)",
    r"on the sidelines of(?: (?:the|an?))?",
    rf"(?:for the )?first time (?:in|since)(?: (?:more than|almost|nearly|over|at least))? {_COUNT} {_SPAN}",
    rf"(?:in|during|over|(?:at|by|until|before|from) the (?:end|beginning|start|middle|turn|close) of)(?: the)?"
    rf"(?: {_ORDER})?(?: {_COUNT})? {_SPAN}(?: of(?: (?:the|this|last|next))? (?:{_SPAN}|\d{{4}}|{_MONTH}))?",
    rf"(?:compared (?:with|to)|than in|from|as in) the same (?:{_SPAN}|period|time)"
    r"(?: (?:of |in )?(?:last year|\d{4}|an? year (?:earlier|ago|before)|the previous year|the year before))?",
    r"(?:it )?remains to be seen(?: (?:whether|how|if|what|when))?",
    rf"(?:is|are|was|were) (?:expected|scheduled|due|set) to (?:be )?(?:held|take place|meet|begin|start|end|resume"
    rf"|published|signed|announced|released)(?: (?:{_WHEN}|in {_MONTH}))?",
    r"one of the (?:world s )?(?:most|largest|biggest|oldest|first|best|few)(?: \S+)?(?: in the world| of its kind)?",
    r"at the (?:same time|time of (?:writing|publication)|moment|very least)",
    r"on the (?:one|other) hand",
    r"the (?:united states of america|united nations|european union|people s republic of china)",
    _DATE,
    rf"(?:from|between) {_MONTH} (?:to|and|until) {_MONTH}",
)
_HAN_PHRASES = (
    "(?:中华人民共和国|中華人民共和國)",
    "(?:外交部|商务部|商務部|国务院|國務院|教育部)?(?:新闻|新聞)?(?:发言人|發言人)",
    "(?:有关|有關|相关|相關)(?:负责人|負責人|部门|部門|人士)",
    r"(?:\d+|[一二三四五六七八九十〇零]+)年(?:\d+|[一二三四五六七八九十]+)月(?:(?:\d+|[一二三四五六七八九十]+)日)?",
    r"(?:\d+|[一二三四五六七八九十]+)月(?:\d+|[一二三四五六七八九十]+)日",
    "(?:星期|周|週)[一二三四五六日天]",
    "在?接受.{0,6}(?:采访|採訪)(?:时|時)(?:表示|指出|说|說|称|稱)?",
    "在?(?:例行)?(?:记者会|記者會|新闻发布会|新聞發布會)上(?:表示|指出|说|說|称|稱)?",
    "(?:据|據)(?:悉|了解|介绍|介紹|报道|報道)|(?:截至)(?:目前|发稿时)|与此同时|與此同時|北京时间|北京時間|值得注意的是",
)
_STOCK = re.compile("|".join(rf"(?<!\S)(?:{phrase})(?!\S)" for phrase in _PHRASES))
_HAN_STOCK = re.compile("|".join(_HAN_PHRASES))

# Of English, and what Chinese has like them; those of other languages are taken for what they say.
LITTLE = frozenset(
    re.findall(
        r"\S+",
        """
        a about after again all also an and any are as at be because been before being both but by can could did do
        does for from had has have he her here him his how i if in into is it its just may might more most must my no
        nor not of off on once one only or other our out over own s said same say says she should so some such t than
        that the their them then there these they this those through to too under until up us very was we were what
        when where which while who whom whose why will with would yet you your
        的 了 和 在 与 是 也 有 这 那 一 个 将 对 于 其
        """,
    )
)


def stock_words(keys: Sequence[str]) -> frozenset[int]:
    """The places of the words that belong to a stock phrase or a date, in a text as it is compared."""
    return frozenset((*_matched(_STOCK, keys, " "), *_matched(_HAN_STOCK, keys, "")))


def places_of(phrases: Iterable[Sequence[str]], keys: Sequence[str]) -> frozenset[int]:
    """The places of the words of these phrases in a text, all as they are compared; wherever one stands whole."""
    starting: dict[str, list[tuple[str, ...]]] = {}
    for phrase in filter(None, phrases):
        starting.setdefault(phrase[0], []).append(tuple(phrase))
    found: set[int] = set()
    for at, key in enumerate(keys):
        for phrase in starting.get(key, ()):
            if tuple(keys[at : at + len(phrase)]) == phrase:
                found.update(range(at, at + len(phrase)))
    return frozenset(found)


def _matched(phrases: re.Pattern[str], keys: Sequence[str], between: str) -> Iterator[int]:
    """The places of the words that a phrase takes in, in the words put together."""
    ends = list(accumulate(len(key) + len(between) for key in keys))
    for match in phrases.finditer(between.join(keys)):
        yield from range(bisect_right(ends, match.start()), bisect_left(ends, match.end()) + 1)
