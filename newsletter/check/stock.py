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
# What every readout says of every meeting. Whoever reports on one can hardly help it, but a long run is a copy still.
_SIDES = r"(?:(?:the |both |the two )?(?:sides|parties|delegations|countries|governments|ministers|leaders))"
_MANNER = (
    r"(?:candid|frank|open|constructive|productive|fruitful|substantive|in depth|friendly|cordial|pragmatic|honest)"
)
_MEETING = (
    r"(?:talks|dialogues?|discussions?|consultations?|negotiations?|exchanges?|meetings?|conversations?|communications?"
    r"|contacts?|cooperation|atmosphere)"
)
_RANK = r"(?:working|ministerial|vice ministerial|expert|official|senior|technical|political|highest|high)"
_MATTERS = r"(?:issues|matters|topics|questions|concerns)"
_READOUT = (
    rf"(?:{_SIDES} )?(?:have |had )?(?:also )?agreed (?:to|on)(?: the need to)?"
    r"(?: (?:continue|hold|resume|maintain|keep(?: up)?|strengthen|deepen|expand|advance|step up|enhance))?"
    rf"(?: (?:further|their|the|close|closer|regular|bilateral|mutual|future|more|{_MANNER}))*(?: {_MEETING})?",
    rf"(?:to )?(?:continue|hold|held|resume|maintain|keep up|strengthen|deepen|expand|enhance)"
    rf"(?: (?:further|their|close|closer|regular|bilateral|mutual|{_MANNER}|and))*"
    r" (?:talks|dialogue|discussions|consultations|communication|contacts?|cooperation|exchanges)",
    rf"(?:at|on) (?:the |a |an )?{_RANK}(?: and {_RANK})? levels?",
    r"(?:in|over|during) the (?:coming|next few) (?:days|weeks|months)",
    rf"exchanged views(?: (?:on|about))?(?: (?:a (?:wide )?range of|various|the))?(?: {_MATTERS})?"
    r"(?: of (?:mutual|common|shared) (?:interest|concern))?",
    rf"{_MATTERS} of (?:mutual|common|shared) (?:interest|concern)",
    r"reached (?:an? |the )?(?:broad |important |initial |new |series of )*(?:consensus|agreement|understandings?)"
    r"(?: on)?",
    r"(?:re)?affirm(?:s|ed|ing)? (?:its|their|his|her|the) (?:shared |strong |firm )?commitment to(?: the)?",
    rf"(?:an? )?{_MANNER}(?:,? (?:and )?{_MANNER})*(?: and {_MANNER})?(?: {_MEETING})?",
    rf"in an? {_MANNER} (?:and {_MANNER} )?(?:atmosphere|manner|spirit)",
    r"on the (?:sidelines|margins) of(?: (?:the|an?))?",
    r"(?:to )?(?:stay|remain|keep) in (?:close |regular )?(?:touch|contact)",
    r"(?:keep|kept|maintain(?:ed)?)(?: open)? (?:the )?(?:lines|channels) of communication(?: open)?",
    r"(?:underlin|underscor|stress|emphasi[sz]|highlight|not)(?:ed|es|ing) the importance of(?: the)?",
    r"welcomed the (?:progress|results|outcomes?)(?: (?:made|achieved))?(?: (?:in|of|by))?(?: the)?",
    r"expressed (?:their |its )?(?:concern|hope|readiness|willingness|appreciation)(?: (?:about|over|that|to|for))?",
    r"(?:look(?:s|ed|ing)?) forward to(?: the)?|took note of(?: the)?",
    r"(?:bilateral|mutual) (?:ties|relations|cooperation|trust|respect|benefit|understanding)",
    r"mutually (?:beneficial|acceptable)(?: (?:cooperation|solution|outcome))?|win win (?:cooperation|outcome)",
    rf"(?:the )?(?:two|both) (?:sides|parties|delegations|countries|governments|ministers|leaders)|{_SIDES}",
)
_HAN_READOUT = (
    "(?:双方|雙方|两国|兩國)(?:一致)?(?:同意|认为|認為|表示|愿|願|强调|強調)?(?:将|將)?(?:继续|繼續)?",
    "(?:就|对|對)?(?:共同关心的|共同關心的|双方关切的|有关|有關)?(?:问题|問題|议题|議題)?(?:深入)?(?:交换|交換)(?:了)?意见",
    "(?:交换|交換)(?:了)?(?:意见|意見)|(?:达成|達成)(?:了)?(?:重要|广泛|廣泛|多项|多項)?(?:共识|共識)",
    "(?:坦诚|坦誠|深入|建设性|建設性|务实|務實|友好)[、和]?(?:的)?(?:气氛|氣氛|交流|沟通|溝通)?",
    "(?:保持|加强|加強|深化|继续|繼續)(?:密切|沟通|溝通)*(?:沟通|溝通|对话|對話|合作|交流|磋商)",
    "共同关心的|共同關心的|互利共赢|互利共贏|相互尊重|和平共处|和平共處",
)
_HAN_PHRASES = (
    "(?:中华人民共和国|中華人民共和國)",
    "(?:外交部|商务部|商務部|国务院|國務院|教育部)?(?:新闻|新聞)?(?:发言人|發言人)",
    "(?:有关|有關|相关|相關)(?:负责人|負責人|部门|部門|人士)",
    r"(?:\d{1,4}|[一二三四五六七八九十〇零]{1,4})年(?:\d{1,2}|[一二三四五六七八九十]{1,3})月(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})日)?",
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})月(?:\d{1,2}|[一二三四五六七八九十]{1,3})日",
    "(?:星期|周|週)[一二三四五六日天]",
    "在?接受.{0,6}(?:采访|採訪)(?:时|時)(?:表示|指出|说|說|称|稱)?",
    "在?(?:例行)?(?:记者会|記者會|新闻发布会|新聞發布會)上(?:表示|指出|说|說|称|稱)?",
    "(?:据|據)(?:悉|了解|介绍|介紹|报道|報道)|(?:截至)(?:目前|发稿时)|与此同时|與此同時|北京时间|北京時間|值得注意的是",
)
_STOCK = re.compile("|".join(rf"(?<!\S)(?:{phrase})(?!\S)" for phrase in _PHRASES))
_HAN_STOCK = re.compile("|".join(_HAN_PHRASES))
_READOUTS = re.compile("|".join(rf"(?<!\S)(?:{phrase})(?!\S)" for phrase in _READOUT))
_HAN_READOUTS = re.compile("|".join(_HAN_READOUT))

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


def readout_words(keys: Sequence[str]) -> frozenset[int]:
    """The places of the words that every readout of a meeting uses; they prove nothing where they are few in a row."""
    return frozenset((*_matched(_READOUTS, keys, " "), *_matched(_HAN_READOUTS, keys, "")))


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
