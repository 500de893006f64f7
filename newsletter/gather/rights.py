"""Rights notices: what a text itself says may be done with it.

Only a notice about *this* text counts, told by its wording and by its place at the end or the beginning: an article
that discusses copyright is full of the same words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.model.source import RightsPolicy

LONGEST = 80  # words of a notice; what is longer is text
_FIRST, _LAST = 2, 4  # a notice stands within so many paragraphs of the beginning or the end

_TEXT = (
    r"(?:article|text|document|paper|report|brief|briefing|publication|material|materials|content|contents|work|page|"
    r"issue|newsletter|story|post|translation|website|site)"
)
_COPY = (
    r"(?:cop(?:y|ying|ied)|reproduc(?:e|ed|tion|ing)|republi(?:sh|shed|shing|cation)|reprint(?:s|ed|ing)?|"
    r"redistribut(?:e|ed|ion|ing)|distribut(?:e|ed|ion|ing)|duplicat(?:e|ed|ion)|translat(?:ed|ion)|quot(?:e|ed|ing)|"
    r"forward(?:ed|ing)?|publication|transmitted|broadcast|rewritten|used)"
)
_EXTENT = (
    r"(?:,? (?:in whole or in part|in part or in full|in any (?:form|way|manner)|by any means|of any kind|"
    rf"without [^.,]{{0,40}}(?:permission|consent)|of (?:this|our|any part of this|the) {_TEXT}),?)"
)
_FORBIDDEN = r"(?:forbidden|prohibited|not (?:permitted|allowed|authori[sz]ed)|unlawful)"

_DO_NOT_USE = (
    r"\b(?:not|never) for (?:publication|circulation|distribution|attribution)(?: (?:or|before|until)\b|[.!]|$)",
    r"\bfor (?:the )?(?:internal use|(?:the )?addressees?|subscribers'? use|your eyes) only\b",
    r"^(?:strictly )?(?:confidential|embargoed)(?:[.:!,]| until\b| ?[–—-]|$)",
    rf"\bthis {_TEXT} (?:is|may) (?:strictly )?(?:confidential\b|not be (?:quoted|cited)\b)",
    r"不得以任何(?:形式|方式)(?:使用|引用)|(?:仅供|僅供)(?:内部|內部)|(?:内部|內部)(?:资料|資料)|(?:请勿|請勿)(?:外传|外傳|引用)",
)
_NO_COPIES = (
    rf"\b{_COPY}\b[^.;]{{0,40}}\b(?:this|these|our)\b[^.;]{{0,30}}{_TEXT}\b[^.]{{0,120}}\b{_FORBIDDEN}",
    rf"^(?:any |all |the )?(?:unauthori[sz]ed |further |commercial )?{_COPY}"
    rf"(?:,? (?:or|and) (?:\w+ )?{_COPY})*{_EXTENT}*+ (?:is|are) (?:strictly |expressly )?{_FORBIDDEN}",
    rf"\bthis {_TEXT}(?: or [^.]{{0,30}})? (?:may|must|can|shall) not be {_COPY}",
    rf"\bno part of (?:this|the|our) {_TEXT} (?:may|can|shall) be {_COPY}",
    rf"\b(?:may|must|can|shall) not be {_COPY}[^.]{{0,160}}\bwithout\b[^.]{{0,40}}\b(?:permission|consent)\b",
    r"^(?:please )?do not (?:copy|reproduce|republish|redistribute|reprint|forward)\b",
    r"(?:^|[.,;|–-] ?|(?:19|20)\d\d[^.]{0,60})all rights? reserved\b",
    r"(?:未经|未經|未获|未獲|未得)[^。；]{0,24}(?:许可|許可|授权|授權|同意|允许|允許)[^。；]{0,20}(?:不得|禁止|请勿|請勿|严禁|嚴禁|谢绝|謝絕)",
    r"(?:禁止|谢绝|謝絕|严禁|嚴禁|请勿|請勿|不得)(?:任何|擅自|私自|一切)?(?:形式的?)?(?:转载|轉載|复制|複製|抄袭|抄襲|翻印|摘编|摘編)",
    r"(?:版权|版權|著作权|著作權)(?:所有|归|歸)",
    r"^(?:© [^.]{0,60}\. ?)?alle rechte vorbehalten\b|^nachdruck\b[^.]{0,60}\b(?:verboten|untersagt|nur mit)\b",
    r"^(?:© [^.]{0,60}\. ?)?tous droits réservés\b|^(?:toute )?reproduction\b[^.]{0,60}\binterdite\b",
)
_MAY_BE_QUOTED = (
    r"\bcreative commons\b|\bCC[ -]BY\b",
    r"(?:转载|轉載)(?:请|請|须|須|时请|時請)?(?:注明|註明)(?:出处|出處|来源|來源)",
)
_RULES = tuple(
    (policy, re.compile("|".join(forms), re.IGNORECASE))
    for policy, forms in (
        (RightsPolicy.DO_NOT_USE, _DO_NOT_USE),
        (RightsPolicy.SUMMARISE, _NO_COPIES),
        (RightsPolicy.QUOTE, _MAY_BE_QUOTED),
    )
)
_FORBIDS = re.compile("|".join(form for form in (*_DO_NOT_USE, *_NO_COPIES) if "reserved" not in form), re.IGNORECASE)
_OWNED = re.compile(
    r"^(?:©|\(c\) ?(?:19|20)\d\d|copyright (?:©|\(c\)|(?:19|20)\d\d\b)|(?:版权|版權) ?©)", re.IGNORECASE
)
# Without one of these nothing is a notice. Most sentences have none, and looking for words is much quicker than forms.
_HINTS = (
    *("not ", "never ", "no part ", "only", "confidential", "embargoed", "forbidden", "prohibited", "unlawful"),
    *("reserved", "copyright", "©", "(c)", "creative commons", "cc by", "cc-by", "vorbehalten", "nachdruck", "droits"),
    *(
        "interdite",
        "转载",
        "轉載",
        "版权",
        "版權",
        "著作",
        "禁止",
        "未经",
        "未經",
        "未获",
        "未獲",
        "未得",
        "谢绝",
        "謝絕",
    ),
    *("严禁", "嚴禁", "请勿", "請勿", "不得", "仅供", "僅供", "内部", "內部", "请注明", "請註明", "注明", "註明"),
)
# Who reports or argues about a notice does not give one.
_TALK = re.compile(
    r"(?i)\b(?:said|says|say|told|argue[sd]?|ruled|court|judges?|lawyers?|lawsuit|laws?|bill|according to|would|could|"
    r"should|because|whether|whose|when|but|they|he|she|has been|had been|was|were)\b|[“\"]"
    r"|(?:表示|认为|認為|法院|记者|記者|规定|規定|条例|條例|草案|指出|[说說][，。：:])"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+(?=\S)|(?<=[。！？])(?=\S)")


def notice_in(paragraphs: Sequence[str]) -> tuple[str | None, RightsPolicy | None, tuple[str, ...]]:
    """The rights notice of a text as written, the policy it asks for, and the paragraphs that are left.

    The notice is a paragraph near the end or the beginning, or the last sentences of the last paragraph. (None, None,
    all of them) when there is none. "(c) 2026 Name" alone is a notice without a policy: it forbids nothing.
    """
    notices, rest = [], []
    for at, paragraph in enumerate(paragraphs):
        near = at < _FIRST or at >= len(paragraphs) - _LAST
        begin = _begin_of_notice(paragraph) if near and _is_hinted(paragraph) else len(paragraph)
        notices.append(paragraph[begin:])
        rest.append(paragraph[:begin].rstrip())
    notice = " ".join(filter(None, notices))
    return notice or None, policy_of(notice) if notice else None, tuple(filter(None, rest))


def _begin_of_notice(paragraph: str) -> int:
    """Where a notice begins that goes on to the paragraph's end; its length when there is none."""
    begins = [0, *(match.end() for match in _SENTENCE.finditer(paragraph))]
    sentences = [paragraph[begin:end] for begin, end in zip(begins, [*begins[1:], len(paragraph)], strict=True)]
    if _is_notice(sentences[0].strip()) and _is_short(paragraph):
        return 0
    last = next((at for at, text in enumerate(reversed(sentences)) if not _is_notice(text.strip())), len(sentences))
    return len(paragraph) if last == 0 else begins[len(sentences) - last]


def policy_of(notice: str) -> RightsPolicy | None:
    """What a notice allows; None when it only names an owner."""
    return next((policy for policy, form in _RULES if form.search(notice)), None)


def forbids(text: str) -> bool:
    """Whether a short text outside the article, such as a page's footer, forbids more than every footer does."""
    return _is_short(text) and bool(_FORBIDS.search(text)) and not _TALK.search(text)


def _is_notice(paragraph: str) -> bool:
    if not _is_hinted(paragraph) or not _is_short(paragraph):
        return False
    if _OWNED.match(paragraph) and len(paragraph.split()) <= 30:
        return True
    return policy_of(paragraph) is not None and not _TALK.search(paragraph)


def _is_hinted(text: str) -> bool:
    lowered = text.lower()
    return any(hint in lowered for hint in _HINTS)


def _is_short(text: str) -> bool:
    return len(text) <= 600 and len(text.split()) <= LONGEST and len(_HAN.findall(text)) <= 2 * LONGEST
