"""What a web page calls itself, what that says of the page, and whether it can be the page our words are about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape

from newsletter.text import sanitise

_READ = 600_000  # characters of a page within which its title stands
_LONGEST = 300  # characters of a title
_LONGEST_TAG = 2_000
_TAG = re.compile(r"(?i)<(?:(?P<comment>!--)|(?P<name>script|style|svg|noscript|template|title|meta)\b)")
_OG_TITLE = re.compile(r"(?i)(?:property|name)\s*=\s*[\"']?og:title\b")
_CONTENT = re.compile(r"(?i)\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ENDS = {name: re.compile(rf"(?i)</{name}\b") for name in ("script", "style", "svg", "noscript", "template", "title")}
_BARS = re.compile(r"\s*[|·•–—]\s*|\s+-\s+")
_PARTS = re.compile(r"\s*[|·•»«–—]\s*|\s+[-/]\s+|:\s+|\s*[:：_]\s*(?=\W|$)")

_PAGE = r"(?:page|article|content|story|file|document|url|item)"
_MISSING = re.compile(
    rf"""(?xi)
      (?:oops|whoops)[,!.…\ ]*
    | (?:sorry[,!. ]+|oops[,!. ]+|we're\ sorry[,. ]+)? (?:
        (?:http\ )?(?:error\ )?404(?:\ error)?(?:[\ ,(]+(?:{_PAGE}\ )?not\ found\)?)?
      | (?:error\ )?(?:404\ )?(?:the\ |this\ |that\ |your\ |requested\ )*{_PAGE}
        (?:\ you(?:'re|’re|\ are)?\ (?:requested|looking\ for))?
        (?:\ (?:is|was|has|could|can))? \ ?
        (?:not|no\ longer|cannot|can['’]t|does\ not|(?:could|is|does)n['’]t) (?:\ be|\ been)?
        \ (?:found|available|exist|here|there|published)
      | we\ (?:can't|can’t|cannot|couldn't|couldn’t|could\ not)\ find\ (?:that|the|this)\ {_PAGE}
      | not\ found | {_PAGE}\ missing | missing\ {_PAGE}
      | (?:diese\ |die\ )?seite\ (?:wurde\ )?nicht\ gefunden | page\ (?:introuvable|non\ trouvée)
      | página\ no\ encontrada | página\ não\ encontrada | pagina\ non\ trovata | pagina\ niet\ gevonden
      ) [.!]*
    | .{{0,12}}(?:页面|頁面|网页|網頁|文章)(?:不存在|未找到|找不到|没有找到|沒有找到|已删除|已刪除).{{0,4}}
    | .{{0,6}}找不到(?:该|此|該|您.{{0,6}}的)?(?:页面|頁面|网页|網頁).{{0,4}}
    """
)
_WALL = re.compile(
    r"""(?xi)
      (?: just\ a\ moment | one\ moment(?:,\ please)? | please\ wait | attention\ required | access\ (?:denied|blocked)
    | (?:are\ you|you\ are)\ (?:a\ robot|human|not\ a\ robot) | (?:please\ )?(?:verify|confirm)(?:ing)?\ (?:that\ )?you
      (?:'re|’re|\ are)\ (?:a\ )?(?:human|not\ a\ robot) | checking\ your\ browser.* | robot\ check | captcha
    | security\ (?:check|verification) | (?:human|bot)\ (?:verification|check) | pardon\ our\ interruption
    | ddos-guard | request\ blocked | 人机验证 | 安全验证 | 安全驗證 | 访问验证
    | before\ you\ continue(?:\ to\ \S+)? | (?:cookie|privacy)\ consent | we\ value\ your\ privacy
    | (?:log|sign)[\ -]?in(?:\ (?:to|or|with)\ .{1,30})? | log\ into\ .{1,30} | (?:please\ )?(?:log|sign)\ in
    | subscribe\ to\ (?:read|continue) | 登录 | 登入 | 登錄 | anmelden | connexion | se\ connecter
      ) [\s.!?…]*
    """
)

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_COMMON_WORDS = (
    "about after again against all also amid among and any are because been before being between both but can could "
    "did does doing down during each even ever every few for from had has have her here him his how into its just "
    "like made make makes many may might more most much must new news not now off once one only other our out over "
    "own part per said same say says shall she should since some still such than that the their them then there "
    "these they this those through too two under until upon very was were what when where which while who whom "
    "whose why will with within without would year years yet you your week weekly today read more home page site "
    "video watch listen podcast article essay opinion analysis report review interview issue"
)
_COMMON = frozenset(_COMMON_WORDS.split())
# Words that are written in every longer title of a language and in hardly any of another.
_SMALL_WORDS = {
    "en": "the of and for with from is are its how why what this that in to on",
    "de": "der das und für mit von dem den ein eine einer nicht wie zum zur auf im",
    "fr": "le les des du et pour dans une sur aux est qui pas au ce cette",
    "es": "el los las del y una por para con que su sus se al",
    "it": "il della delle dei degli che per di nel nella è gli una",
    "pt": "o os da das dos uma não com para e em ao um na no",
    "nl": "het van een en voor niet met dat zijn naar bij op",
}
_TELLING = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}


def title_of(html: str) -> str | None:
    """What a page calls itself, as one line of plain text; None where it says nothing of the kind.

    Its title, and behind a bar what it wants to be called elsewhere (og:title) where that says something else. Takes a
    time that grows with the page's length alone, however broken the page is.
    """
    page, at = html[:_READ], 0
    named: list[str] = []
    shared: list[str] = []
    while not (named and shared) and (tag := _TAG.search(page, at)):
        at = tag.end()
        name = (tag["name"] or "").lower()
        opened = page.find(">", at, at + _LONGEST_TAG)
        if tag["comment"]:
            at = _behind(page.find("-->", at), page)
        elif name == "meta":
            attributes = page[at : max(at, opened)]
            if _OG_TITLE.search(attributes) and (content := _CONTENT.search(attributes)):
                shared.append(content[1] or content[2] or "")
        elif opened >= 0:
            end = _ENDS[name].search(page, opened)
            if name == "title":
                named.append(page[opened + 1 : end.start() if end else opened + _LONGEST])
            at = _behind(end.start() if end else -1, page)
    lines = [sanitise.line(unescape(text), _LONGEST) for text in (*named[:1], *shared[:1])]
    if len(lines) == 2 and (lines[1].casefold() in lines[0].casefold() or lines[0].casefold() in lines[1].casefold()):
        lines = [max(lines, key=len)]
    return " | ".join(line for line in lines if line) or None


def _behind(found: int, page: str) -> int:
    """Where reading goes on: at what ends an element, or at the end of a page where nothing does."""
    return found if found >= 0 else len(page)


def says_missing(title: str) -> bool:
    """Whether a page that was answered as if all were well says in its title that it is not there."""
    return any(_MISSING.fullmatch(part) for part in _parts(title))


def is_wall(title: str) -> bool:
    """Whether a title is that of what stands before a page: a test for robots, a question of consent, a sign-in."""
    return any(_WALL.fullmatch(part.strip()) for part in (title, _BARS.split(title)[0]))


def have_nothing_in_common(ours: str, theirs: str, names: Iterable[str]) -> bool:
    """Whether our words for a page and its title share no word of meaning, so that the link may be the wrong one.

    `names` are those of sites and outlets, which say nothing of a page, and neither do numbers and small words. False
    as well where the two cannot be compared: one of them says nothing, or they are in two scripts or languages.
    """
    if _script(ours) != _script(theirs) or _in_two_languages(ours, theirs):
        return False
    nothing = {word for name in names for word in _words(name)}
    here, there = _words(ours) - nothing, _words(theirs) - nothing
    return bool(here and there) and not any(_alike(one, other) for one in here for other in there)


def _parts(title: str) -> list[str]:
    return [part.strip() for part in (title, *_PARTS.split(title)) if part and part.strip()]


def _words(text: str) -> set[str]:
    """The words of meaning: without case and accents; of Chinese, each two characters that stand together."""
    found = {pair for run in _HAN.findall(text) for pair in _pairs(run)}
    for match in _WORD.finditer(_HAN.sub(" ", text)):
        written = match[0].replace("’", "'").removesuffix("'s")
        word = _plain(written)
        if (len(word) > 2 or (written.isupper() and len(word) > 1)) and word not in _COMMON:
            found.add(word)
    return found


def _pairs(run: str) -> Iterator[str]:
    yield from (run[at : at + 2] for at in range(max(1, len(run) - 1)))


def _plain(word: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(one))


def _alike(one: str, other: str) -> bool:
    """Whether two words are the same or forms of one: they begin alike, for five letters or all of the shorter."""
    if one == other or _HAN.match(one):
        return one == other
    reach = min(len(one), len(other), 5)
    return reach >= 4 and one[:reach] == other[:reach]


def _script(text: str) -> str:
    """The script that most of a text is in; "" for a text without letters. A Chinese character counts for two."""
    counts: dict[str, int] = {}
    for character in text:
        if character.isalpha():
            name = unicodedata.name(character, "?").split()[0]
            name = "CJK" if name in ("HIRAGANA", "KATAKANA") else name
            counts[name] = counts.get(name, 0) + (2 if name == "CJK" else 1)
    return max(counts, key=lambda name: counts[name], default="")


def _in_two_languages(one: str, other: str) -> bool:
    first, second = _languages(one), _languages(other)
    return bool(first and second) and not first & second


def _languages(text: str) -> set[str]:
    """The languages that a title's small words speak for; empty where none does."""
    words = [match[0].casefold() for match in _WORD.finditer(text)]
    scores = {language: sum(word in telling for word in words) for language, telling in _TELLING.items()}
    best = max(scores.values())
    if best == 0 and sum(not word.isascii() for word in words) > 1:
        return {"another"}  # words with accents, none of them English
    return {language for language, score in scores.items() if score == best} if best else set()
