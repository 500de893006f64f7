"""Short lines that stand alone in a text: section headings, headlines of other pieces, labels, furniture of a page.

In plain text a headline that leads elsewhere looks exactly like a small heading. What tells them apart: a headline has
a finite verb, and the paragraph behind it does not go on with it.
"""

from __future__ import annotations

import re

from newsletter.gather.vocabulary import IRREGULAR, NOUNS, SMALL, VERBS

_STOP = re.compile(r"[.!…。！;；,，、]['\"’”」』)）]*$")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_QUESTION = re.compile(r"(?i)(?:what|how|why|where|who|whom|whose|when|which)(?:['’]\w+)?\b|.*[?？]['\"’”]?$")


_FURNITURE = re.compile(
    r"(?i)(?:skip|jump) to (?:the )?(?:main )?(?:content|navigation|text)|back to top|share(?: this)?(?: \w+)?:?|print|"
    r"advertisement|continue reading(?: below)?|story continues below|sign up|log in|menu|search|close|"
    r"(?:leave|post) a (?:comment|reply)|(?:no|one|\d[\d,]*) (?:comments?|replies)|add comment|"
    r"跳(?:至|到|轉至)(?:主要|正文)?内?容?|(?:暂无|暫無|没有|沒有|\d+\s*[条條则則]?)(?:评论|評論)|分享到?[：:]?|返回(?:顶部|頂部)|广告|廣告"
)
_COMMENTS = re.compile(
    r"(?i)\s*[|·•]?\s*(?:no|one|\d{1,5}) (?:comments?|replies)$|"
    r"\s*(?:暂无|暫無|没有|沒有|\d+\s*[条條则則])(?:评论|評論)$"
)
_LABEL = re.compile(
    r"(?i)(?:news|policy|issue|research|data|country|legal)? ?(?:brief(?:ing)?|analysis|opinion|commentary|comment|"
    r"editorial|explainer|feature|interview|report|review|essay|column|op-ed|perspective|backgrounder|fact ?sheet|"
    r"working paper|policy paper|white paper|press release|news release|statement|letter|podcast|transcript|obituary|"
    r"q ?& ?a|dispatch|memo(?:randum)?|note|viewpoint|insight|speech|testimony)"
    r"|简报|簡報|分析|评论|評論|观点|觀點|社论|社論|专访|專訪|特写|特寫|报告|報告|解读|解讀|述评|述評|时评|時評|新闻稿|新聞稿|声明|聲明"
)
_SOURCES = re.compile(
    r"(?i)(?P<sources>(?:related |further |main |key )?(?:sources?|references|bibliography|works cited)|"
    r"参考(?:资料|文献|来源)|參考(?:資料|文獻|來源)|(?:资料|資料|消息)?(?:来源|來源))\s*[:：]?|"
    r"(?:related (?:articles?|stories|links?|coverage|content|posts?|reading)|further reading|read (?:more|also|next)|"
    r"more (?:on this|from us|stories|reading)|see also|you (?:may|might) also (?:like|read)|recommended(?: reading)?|"
    r"相关(?:阅读|文章|报道|新闻|链接)|相關(?:閱讀|文章|報道|報導|新聞|連結)|延伸(?:阅读|閱讀)|推荐阅读|推薦閱讀)\s*[:：]?"
)


def is_furniture(line: str) -> bool:
    """A skip link, a share line, a comment count: part of the page, not of the text."""
    return bool(_FURNITURE.fullmatch(line))


def without_comments(line: str) -> str:
    """The line without a comment count, also one glued to the date before it: "November 19, 2026No Comments"."""
    return _COMMENTS.sub("", line)


def is_label(line: str) -> bool:
    """Whether the line is what sources call a kind of text: "Brief", "Opinion", 简报."""
    return bool(_LABEL.fullmatch(line))


def opens_a_list(line: str) -> str | None:
    """ "sources" for a heading such as "Related Sources:", "related" for one such as "Read more"; else None."""
    match = _SOURCES.fullmatch(line)
    if match is None:
        return None
    return "sources" if match["sources"] else "related"


def is_short(line: str) -> bool:
    """A line that can be a heading: at most 14 words or 30 Chinese characters, no full stop at its end."""
    words = len(_WORD.findall(line))
    return 0 < words <= 14 and len(line) <= 110 and len(_HAN.findall(line)) <= 30 and not _STOP.search(line)


def is_question(line: str) -> bool:
    """Whether the line ends with a question mark."""
    return line.rstrip("'\"’”」』").endswith(("?", "？"))


def leads_elsewhere(line: str, following: str) -> bool:
    """Whether a line that stands alone reads as the headline of another piece, not as a heading of what follows it."""
    words = _WORD.findall(line)
    if not 5 <= len(words) <= 14 or _QUESTION.match(line) or not _has_verb(words):
        return False
    return not _goes_on(words, following)


def _has_verb(words: list[str]) -> bool:
    """A finite verb that is not the first word; forms that are nouns as well count only in the middle."""
    for at, word in enumerate(words[1:], 1):
        form, last = word.lower().replace("’", "'"), at == len(words) - 1
        if form in IRREGULAR:
            return True
        if _lemma(form) and not (form in NOUNS and (last or words[at - 1].lower() in SMALL)):
            return True
    return False


def _lemma(form: str) -> bool:
    if form in VERBS:
        return True
    endings = (("ies", "y"), ("ied", "y"), ("es", ""), ("es", "e"), ("s", ""), ("ed", ""), ("ed", "e"))
    return any(form.endswith(end) and form[: -len(end)] + stem in VERBS for end, stem in endings)


def _goes_on(words: list[str], following: str) -> bool:
    """Whether the first sentence of the next paragraph takes up at least half of the line's words of meaning."""
    meaning = {_root(word) for word in words if word.lower() not in SMALL}
    sentence = re.split(r"(?<=[.!?])\s", following, maxsplit=1)[0]
    taken_up = meaning & {_root(word) for word in _WORD.findall(sentence)}
    return 2 * len(taken_up) >= len(meaning)


def _root(word: str) -> str:
    return re.sub(r"(?:['’]s|s|ed|ing)$", "", word.lower())[:8]
