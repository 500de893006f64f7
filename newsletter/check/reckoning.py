"""Words by which a sentence says that its figure is reckoned: as a sum, a difference, a product, a share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from newsletter.text.figures import Figure

_SUM = re.compile(
    r"\b(?:in\s(?:all|total|sum)|all\stold|totals?|together|altogether|combined|overall|sum|jointly|both|between\sthem"
    r"|count(?:ing|ed)|includ(?:e|es|ed|ing)|plus|added\sup|adds?\sup|whole|entire|everything|everyone|everybody"
    r"|com(?:e|es|ing)\sto|came\sto|makes?|making|made|aggregate|cumulative(?:ly)?|across|taken\sas\sone|side\sby\sside"
    r"|(?:in|over|within)\s(?:the\s|these\s)?(?:two|three|four|five)\s\w+s|either|took\spart|all(?:\sof)?\s(?:the|them|these|those|its|their|her|his|\w+)|full)\b|共|合计|合計|总计|總計|加起来|总共|總共|一起",
    re.IGNORECASE,
)
_COMPARATIVES = (
    "more|less|fewer|higher|lower|older|younger|longer|shorter|faster|quicker|slower|later|earlier|sooner|cheaper|dearer"
    "|bigger|larger|greater|smaller|heavier|lighter|taller|warmer|cooler|colder|hotter|wider|narrower|deeper|thinner"
    "|thicker|farther|further|nearer|closer|richer|poorer|stronger|weaker|louder|quieter|busier|better|worse|fuller"
)
_DIFFERENCE = re.compile(
    rf"\b(?:{_COMPARATIVES}|than|apart|rose|risen|rises?|rising|fell|fallen|falls?|falling|grew|grown|grows?|growing"
    r"|growth|up|down|cuts?|cutting|gaps?|differen\w+|extra|additional|another|others?|rest|left|remain\w*|lost|los(?:es?|ing)"
    r"|loss(?:es)?|gone|gain\w*|drop\w*|add(?:s|ed|ing|ition)?|increas\w*|decreas\w*|declin\w*|jump\w*|climb\w*|shrank|shrunk"
    r"|shrink\w*|ahead|behind|restor\w+|new|sav(?:es?|ed|ing|ings)|majority|margin|lead|leads|led|surplus|deficit|shortfall"
    r"|short|shy|spare[ds]?|missing|lack\w*|above|below|beyond|beat\w*|outnumber\w*|exceed\w*|over\sand\sabove|off|slip\w*"
    r"|slid\w*|dip\w*|s[ai]nk\w*|sunk|plung\w*|tumbl\w*|soar\w*|surg\w*|leap\w*|leapt|swell\w*|swollen|expand\w*|widen\w*"
    r"|narrow\w*|trim\w*|shed\w*|slash\w*|rais\w*|lift\w*|boost\w*|extend\w*|top(?:s|ped)|to\sgo|to\scome|too|unfilled"
    r"|vacant|empty|without|except|remov\w*|reduc\w*|trail\w*"
    r"|pass(?:es|ed)?|overtak\w*|overtook|turned\saway|delay\w*)\b"
    r"|增|减|減|多|少|升|降|涨|漲|跌|差|余|餘|添|加|剩|另|快|慢|短|长|長|超|高|低",
    re.IGNORECASE,
)
_BY = re.compile(
    r"\bby(?:\s(?:about|around|some|roughly|nearly|almost|just|only|over|another|a\sfurther|more\sthan|a\sgood))*\s$",
    re.IGNORECASE,
)
_PERIOD = "hour|day|night|week|fortnight|month|quarter|season|year|decade"
_EACH = re.compile(
    rf"\b(?:each|both|apiece|a\spiece|either|per|every|times|times\sover|daily|nightly|weekly|monthly|yearly|annual\w*|average"
    rf"|an?\s(?:{_PERIOD}|head|person|pupil|passenger|share|ticket|tonne|ton|kilo\w*|kilometre|mile|litre|barrel|bushel|piece|family"
    r"|household|visitor|student|member|ship|berth|seat|box|container|parcel|trip|crossing|visit|round|shift|copy|plate|bottle"
    r"|cabin|room|lesson|class|course|play\w*|game|match))\b|[/@]|各|每|平均|人均",
    re.IGNORECASE,
)
_REST = re.compile(
    r"\b(?:rest|remain\w*|others?|not|never|empty|full|filled|without|left|all\sbut|instead|still|un\w+ed|away|missing)\b"
    r"|其余|其餘|剩|未|没|沒|另|空",
    re.IGNORECASE,
)
# A period as it is named with what is done, paid or made in each, and how many days it has.
_PERIODS = tuple(
    (
        Decimal(days),
        re.compile(
            rf"\b(?:an?|per|each|every|one|the|whole|full)\s(?:{words})\b|\b(?:{adverbs})\b|{han}", re.IGNORECASE
        ),
    )
    for days, words, adverbs, han in (
        ("0.04166667", "hour", "hourly", "每小时|每小時|一小时"),
        ("1", "day|night", "daily|nightly", "每天|每日|一天|日均|每晚"),
        ("7", "week", "weekly", "每周|每週|一周|每星期"),
        ("14", "fortnight", "fortnightly", "每两周"),
        ("30.41666667", "month", "monthly", "每月|每个月|月均|一个月"),
        ("91.25", "quarter", "quarterly", "每季"),
        ("365", "year", "yearly|annual|annually", "每年|一年|年均|全年"),
        ("3650", "decade", "by the decade", "十年"),
    )
)
_TWO = re.compile(
    r"\b(?:both\s(?:ways|directions|sides)|either\s(?:way|direction|side)|return|round\strips?|there\sand\sback|out\sand\sback"
    r"|pairs?|couples?|twins?|doubl\w+|twice|each\sway|each\sdirection|one[\s-]way|single\s(?:trips?|crossings?))\b|双|雙|往返|来回|來回|单程",
    re.IGNORECASE,
)
_PAIRS = re.compile(r"\s(?:return|round|pairs?|couples?|twins?|doubles?)\b|个?来回|次往返|对|對|双|雙", re.IGNORECASE)
_SHARE = re.compile(
    r"\b(?:of\s(?:the|those|all|its|their|these|them|every|whom|which)|share|part|portion|proportion|among|half|quarter|third|in\severy|out\sof|rate|majority|minority|most)\b|占|佔|比|率|分之|成",
    re.IGNORECASE,
)


BY, NEAR, FAR = (
    1.6,
    1.0,
    0.2,
)  # "by five points"; how much a word tells of a figure that it stands close to, and of one it does not
_CLOSE = 45  # characters


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a sentence says of how its figure came about: for each way nothing (0), FAR or NEAR."""

    sums: float
    differences: float
    each: float  # so much of each, so many a day: a product, or what falls to each
    twofold: float
    shares: float
    rest: float  # what is left of a whole
    periods: tuple[Decimal, ...]  # days of what it is given for: "a year"


def reckoning(text: str, sentence: tuple[int, int], figure: Figure) -> Reckoning:
    """How a sentence of a text, from its first place to its end, says that its figure is reckoned.

    The words of its exactness tell nothing: "fewer than a million" is no difference.
    """
    start, end = sentence
    before, behind = _HEDGE.sub(" ", text[start : figure.start]), text[figure.end : end]
    close = before[-_CLOSE:], behind[:_CLOSE]

    def told(form: re.Pattern[str]) -> float:
        if any(form.search(part) for part in close):
            return NEAR
        return FAR if form.search(before) or form.search(behind) else 0

    return Reckoning(
        sums=told(_SUM),
        differences=BY if _BY.search(before) else told(_DIFFERENCE),
        each=told(_EACH),
        twofold=told(_TWO),
        shares=told(_SHARE),
        rest=told(_REST),
        periods=periods(text, figure),
    )


_HEDGE = re.compile(rf"(?:(?:{_COMPARATIVES})\s+than\s+(?:the\s+)?|up\s+to\s+)$", re.IGNORECASE)
_BEHIND = 32  # characters behind a figure in which the words "a day", "each" belong to it


def is_rate(sentence: str, figure: Figure) -> bool:
    """Whether a source gives the figure for each of several, or for a day, a head, a tonne."""
    return bool(
        _EACH.search(_clause(sentence, figure)) or _EACH.search(sentence, max(0, figure.start - 12), figure.start)
    )


def is_of_two(sentence: str, figure: Figure) -> bool:
    """Whether it counts what is two: return trips, pairs."""
    return bool(_PAIRS.match(sentence, figure.end))


def periods(sentence: str, figure: Figure) -> tuple[Decimal, ...]:
    """The days of the period for which a sentence gives the figure: 365 for "40 a year"."""
    clause = _clause(sentence, figure)
    before = sentence[max(0, figure.start - 8) : figure.start]  # 每天开放14小时
    led = before if _HAN_EACH.search(before) else ""
    return tuple(days for days, form in _PERIODS if form.search(clause) or form.search(led))


_HAN_EACH = re.compile("[每均]")


def _clause(sentence: str, figure: Figure) -> str:
    return re.split(r"[.;:,。；：，](?!\d)", sentence[figure.end : figure.end + _BEHIND])[0]


# How a source tells one figure by another: "22 minutes, four fewer than", "up 7 percent on", "缩短了9小时".
_DELTA_BEHIND = re.compile(
    rf"[\s-](?:(?!and|or|of|in|at|for|from|to|but)[\w'’-]+\s){{0,3}}(?:{_COMPARATIVES}|ahead|behind|above|below|short|apart|extra|missing|up|down"
    r"|over|under|late|early|clear)\b",
    re.IGNORECASE,
)
_DELTA_BEFORE = re.compile(
    r"(?:\b(?:by|up|down|plus|minus|another|further|extra|additional|lost|gained|added|shed|rise\sof|fall\sof|drop\sof|cut\sof"
    r"|increase\sof|decrease\sof|gain\sof|loss\sof|growth\sof|grew|rose|fell|dropped|climbed|jumped|shrank)"
    r"(?:\s(?:about|around|some|roughly|nearly|almost|just|only|over|more\sthan|less\sthan|a|an|the))*\s"
    r"|(?:增加|增长|增長|减少|減少|缩短|縮短|提高|下降|上升|上涨|上漲|下跌|降低|延长|延長|多|少|涨|漲|跌|降|升|增|减|減)了?(?:约|約|近|逾)?)$",
    re.IGNORECASE,
)
_DOUBLES = re.compile(r"\b(?:doubl\w+|twice|twofold)\b|翻[了一]*番|两倍|兩倍", re.IGNORECASE)
_TRIPLES = re.compile(r"\b(?:tripl\w+|trebl\w+|threefold|three\stimes)\b|三倍", re.IGNORECASE)
_HALVES = re.compile(r"\b(?:halv\w+|half)\b|减半|減半|一半", re.IGNORECASE)


def is_told_as_change(figure: Figure, sentence: str) -> bool:
    """Whether a source's sentence says it as what one figure has more or less than another."""
    return bool(
        _DELTA_BEHIND.match(sentence, figure.end)
        or _DELTA_BEFORE.search(sentence, max(0, figure.start - 40), figure.start)
    )


def multiples_told(sentence: str) -> tuple[int, ...]:
    """By how much a source's sentence multiplies or divides in words: two for "doubled", "half"."""
    two = _DOUBLES.search(sentence) or _HALVES.search(sentence)
    return (*((2,) if two else ()), *((3,) if _TRIPLES.search(sentence) else ()))
