"""Names in a text: people, places, bodies, by how they are written. A guess without a dictionary, told as one.

In languages with capitals: runs of capitalised words, small joining words inside them allowed ("School of
Interpreting"), acronyms (which lose their points), and single capitalised words inside a sentence. Left out: a single
word that only begins a sentence, weekdays, months, holidays, currencies, articles, placeholders such as TODO, and
whatever stands in a headline with Every Word Capitalised, acronyms apart. In Chinese: what stands in 《》, and
characters before a word such as 大学, 委员会 or 港.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.text.currencies import is_currency
from newsletter.text.holidays import is_holiday

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’]*(?:-?[A-ZÀ-ÖØ-Þ]?[a-zß-öø-ÿ'’]+)*"
_JOINING = r"(?:of the|of|for the|for|de la|de|del|di|da|van der|van|von|al|bin|la|le)"
_ACRONYM = r"[A-Z](?:[A-Z&]|\.[A-Z])+(?:\.(?=\s|$))?\d{0,2}"
_ACRONYM_ONLY = re.compile(r"[A-Z](?:\.?[A-Z&])+\.?\d{0,2}")
_RUN = re.compile(rf"(?<![\w'’])(?:{_ACRONYM}|{_CAPITAL})(?:\s(?:{_JOINING}\s)?(?:{_ACRONYM}|{_CAPITAL}))*(?![\w])")
_SENTENCE = re.compile(r"[^.!?。！？:;]+(?:\.(?=[A-Z]\.|\w)[^.!?。！？:;]*)*")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")

# Capitalised by the rules of spelling, or by the place where they stand; no name begins or ends with one of these.
_COMMON = frozenset(
    re.findall(
        r"\S+",
        """
        a an the this that these those i we you he she it they my his her its their our your one two three four five
        six seven eight nine ten of in on at to for from by with as than and or but nor so if when while where which
        who whom whose what why how is are was were be been has have had do does did will would can could may might
        must shall should not no yes about after against before behind below between during into near over since
        through under until upon within without january february march april june july august september october
        november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
        saturday sunday mon tue wed thu fri sat sun christmas easter mr mrs ms miss dr prof sir both each every all
        any some more most other another many several few such same only also then there here now yet still even just
        once again today yesterday tomorrow last next first second third however meanwhile according although because
        despite instead perhaps nobody nothing neither either question answer transcript notice letters sponsored
        explained updated published brief description impact
        """,
    )
)
_NO_NAMES = frozenset(
    re.findall(
        r"\S+",
        "kWh MWh GWh TWh kW MW GW TEU AM PM EST EDT CET CEST GMT UTC OK TV CEO CFO PDF URL FAQ ID NO II III IV R&D Q&A"
        " TODO TBD TBA TBC TK TKTK FIXME XXX WIP NB PS PPS FYI RSVP",
    )
)
# Little words that may begin a sentence right before a name: "Off Tern Island". Elsewhere they may be part of one.
_LEADING = frozenset(
    re.findall(
        r"\S+",
        """
        aboard above across ahead alongside along amid amidst among amongst around aside astride atop beneath beside
        besides beyond circa considering despite down downstream except facing following given inside like near nearby
        notwithstanding off onto opposite out outside outwards past per regarding round save throughout till toward
        towards underneath unlike unto up upstream versus via
        already always certainly earlier eventually ever finally later lately maybe meantime moreover never nevertheless
        nonetheless obviously often otherwise possibly probably rather recently seldom sometimes soon still suddenly
        therefore though thus usually whereas whenever whether whatever
        """,
    )
)

_HAN_SUFFIX = (
    "委员会|委員會|研究院|研究所|研究中心|大学|大學|学院|學院|银行|銀行|公司|集团|集團|法院|协会|協會|论坛|論壇|海关|海關"
    "|机场|機場|商会|商會|基金会|交易所|部|委|局|署|港|湾|海峡|省|市|州|县|岛"
)
_HAS_HAN = re.compile("[\u4e00-\u9fff]")
_HAN_TITLE = re.compile(r"《([^《》]{1,40})》")
_HAN_NAME = re.compile(rf"([\u4e00-\u9fff]{{2,8}}?)({_HAN_SUFFIX})(?![内外长分门])")
# Before a name stand words that are none of it: the last of these signs cuts it off.
_HAN_CUT = re.compile(
    "[的在和与與对對向由从從于於是了将將被把到等说說称稱及或据據至这這该該各每两兩几幾后後前为為有给給让讓经經因以"
    "个個所家一不出离離开開上下]"
)
_HAN_COMMON = frozenset(
    re.findall(
        r"\S+",
        "全部 内部 外部 南部 北部 东部 西部 中部 局部 大部 总部 干部 城市 超市 股市 都市 门市 楼市 结局 当局 布局",
    )
)


@dataclass(frozen=True, slots=True)
class FoundName:
    """One name where it stands in a text."""

    name: str  # without a possessive; an acronym without its points
    start: int
    end: int


def find_names(text: str, language: str) -> tuple[str, ...]:
    """The names in a text, as written, each once, in the order in which they first stand there."""
    return tuple(dict.fromkeys(found.name for found in placed_names(text, language)))


def placed_names(text: str, language: str) -> tuple[FoundName, ...]:
    """Every name in a text with its place: first the Chinese ones, then those in languages with capitals."""
    found = list(_han_names(text)) if _HAS_HAN.search(text) else []
    singles = not language.lower().startswith("de")  # where every noun has a capital, one word tells nothing
    for sentence in _SENTENCE.finditer(text):
        ended = text[sentence.end() : sentence.end() + 1] == "."
        for one in _in_sentence(sentence[0], singles, ended):
            found.append(FoundName(one.name, sentence.start() + one.start, sentence.start() + one.end))
    return tuple(found)


def _in_sentence(sentence: str, singles: bool, ended: bool) -> Iterator[FoundName]:
    if sentence.islower():
        return
    runs = tuple(_RUN.finditer(sentence))
    if not runs:
        return
    shouted = not ended and _is_headline(sentence)  # no headline ends with a point
    first = _WORD.search(sentence)
    for match in runs:
        opens = first is not None and match.start() == first.start()
        run = _unled(match[0]) if opens else match[0]
        if is_holiday(run):
            continue
        name = _trimmed(run)
        start = match.start() + match[0].find(run) + max(run.find(name), 0)
        begins = opens and match[0].startswith(name)
        if _is_acronym(name):
            plain = name.replace(".", "")
            if plain not in _NO_NAMES and not is_currency(plain, sentence[start + len(name) :]):
                yield FoundName(plain, start, start + len(name))
        elif shouted:
            for word in re.finditer(r"\S+", name):
                if _is_acronym(word[0]) and word[0] not in _NO_NAMES and not is_currency(word[0]):
                    yield FoundName(word[0], start + word.start(), start + word.end())
        elif " " in name or (singles and len(name) > 2 and not begins):
            yield FoundName(name, start, start + len(name))


def _is_headline(sentence: str) -> bool:
    """Whether most of its longer words begin with a capital, so that capitals tell nothing."""
    words = [word for word in _WORD.findall(sentence) if len(word) > 3]
    return len(words) >= 3 and sum(word[0].isupper() for word in words) >= 0.7 * len(words)


def _is_acronym(word: str) -> bool:
    return " " not in word and len(word) > 1 and _ACRONYM_ONLY.fullmatch(word) is not None


def _unled(run: str) -> str:
    """A run that begins a sentence, without the little words before what may be a name."""
    words = run.split()
    while (
        len(words) > 1 and (words[0].casefold() in _LEADING or _is_common(words[0])) and not is_holiday(" ".join(words))
    ):
        words.pop(0)
    return run[run.rindex(" ".join(words)) :] if " ".join(words) in run else run


def _trimmed(run: str) -> str:
    """The run without common words at its ends, and without a possessive."""
    words = run.split()
    while words and _is_common(words[0]):
        words.pop(0)
    while words and _is_common(words[-1]):
        words.pop()
    name = " ".join(words)
    return name.removesuffix("'s").removesuffix("’s").rstrip("'’")


def _is_common(word: str) -> bool:
    plain = word.casefold().rstrip(".")
    if word in _NO_NAMES:
        return True
    return (plain in _COMMON or plain.removesuffix("s") in _COMMON) and not (word.isupper() and len(word) > 1)


def _han_names(text: str) -> Iterator[FoundName]:
    yield from (FoundName(match[1], *match.span(1)) for match in _HAN_TITLE.finditer(text))
    for match in _HAN_NAME.finditer(text):
        stem = _HAN_CUT.split(match[1])[-1][-6 if len(match[2]) > 1 else -3 :]
        name = stem + match[2]
        if len(stem) >= (1 if len(match[2]) > 1 else 2) and name not in _HAN_COMMON and name[-2:] not in _HAN_COMMON:
            yield FoundName(name, match.end() - len(name), match.end())
