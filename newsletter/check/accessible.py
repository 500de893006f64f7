"""Whether the mail can be heard as well as seen: headings, the words of links and of pictures, the language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from newsletter.check.inspected import Check, Inspected
from newsletter.check.mailtext import MailText, Place, template
from newsletter.check.markup import Element, Markup, parse, words_of
from newsletter.check.shades import shades
from newsletter.check.telling import section_of
from newsletter.check.wording import Wording
from newsletter.model.finding import Finding, Rule, Severity, Spot
from newsletter.model.kinds import pictures_in

_LONG_ADDRESS = 30  # characters: a longer one is read out letter by letter
_LONG_ALT = 150  # characters

_HEADINGS = Rule(
    name="heading-order",
    severity=Severity.WARN,
    looks="Headings that skip a level, none of the first level, or more than one, in the mail or on the page.",
    why="Who listens to a mail jumps from heading to heading and gets lost where a level is missing.",
    out="Let one heading of the first level stand at the head, and each one below be at most one level deeper.",
)
_LINKS = Rule(
    name="link-text",
    severity=Severity.WARN,
    looks="A link whose words do not say where it leads: “here”, “read more” alone, nothing at all, a long bare"
    " address, or the same words as another link to another place.",
    why="Screen readers read the links of a mail out as a list, where nothing stands around them.",
    out="Let the link's words name what is behind it, as the title of the article.",
)
_ALT = Rule(
    name="alt-text",
    severity=Severity.WARN,
    looks="A picture's description of more than 150 characters, one that begins with “image of”, or one that only"
    " repeats the title beside it.",
    why="Screen readers say by themselves that it is a picture, and cannot skip within a description.",
    out="Say in one short sentence what is to be seen.",
)
_LANGUAGE = Rule(
    name="language",
    severity=Severity.NOTE,
    looks="A mail whose HTML does not say which language it is in.",
    why="A screen reader then reads it in the voice of another language.",
    out='Write lang="{{ lang }}" at the first tag of the template.',
)

_EMPTY_WORDS = frozenset(
    {
        *("here", "click here", "click", "this", "this link", "link", "more", "read more", "learn more", "see more"),
        *("find out more", "more here", "read here", "read this", "read it", "this article", "this page", "website"),
        *("details", "info", "more info", "download", "continue", "continue reading", "go", "open", "view", "url"),
        *("hier", "mehr", "weiter", "weiterlesen", "ici", "lire la suite", "en savoir plus", "aquí", "leer más"),
        *("这里", "点击这里", "更多", "阅读更多", "點擊這裡", "更多資訊"),
    }
)
_BARE = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)+/\S*")
_REDUNDANT = re.compile(
    r"(?:an? |the )?(?:image|picture|photo|photograph|graphic|illustration|screenshot|drawing|icon)"
    r" (?:of|showing|shows)\b",
    re.IGNORECASE,
)


def _find(inspected: Inspected) -> Iterator[Finding]:
    mail = MailText(inspected)
    labels = tuple(file.path for file in inspected.edition.manifest.inputs)
    yield from _headings(_shown_headings(mail.markup), "mail", template(labels, "issue"), mail)
    page = parse(inspected.edition.page)
    headings = [one for one in page.elements if one.level]
    yield from _headings(headings, "page", template(labels, "issue", "web", ".html"), None)
    yield from _links(mail, {_bare(item.outlet) for item in inspected.draft.items})
    yield from _descriptions(inspected)
    if not any(one.tag == "html" and one.attributes.get("lang") for one in mail.markup.elements):
        yield Finding(
            rule=_LANGUAGE.name,
            severity=_LANGUAGE.severity,
            section=None,
            spot=template(labels, "issue"),
            words="",
            what="the mail's HTML does not say which language it is in",
            todo='write lang="{{ lang }}" at the first tag of the template',
        )


def _shown_headings(markup: Markup) -> list[Element]:
    seen = [shade.at for shade in shades(markup, "light")]
    return [one for one in markup.elements if one.level and any(one.start <= at < one.end for at in seen)]


def _headings(headings: list[Element], name: str, standing: Spot, mail: MailText | None) -> Iterator[Finding]:
    def told(element: Element | None, words: str, what: str, todo: str) -> Finding:
        # Whose words a heading says, its level is a template's.
        return Finding(
            rule=_HEADINGS.name,
            severity=_HEADINGS.severity,
            section=mail.section_at(element.start) if mail and element else None,
            spot=mail.template_at(element.start) if mail and element else standing,
            words=words,
            what=what,
            todo=f"{todo} in the template",
        )

    firsts = [one for one in headings if one.level == 1]
    if not firsts:
        yield told(None, "", f"the {name} has no heading of the first level", "make its title one")
    for second in firsts[1:]:
        words = words_of(second)
        what = f"“{words}” is a second heading of the first level in the {name}; there should be one"
        yield told(second, words, what, "make it a heading of the second level")
    for before, after in pairwise(headings):
        if before.level and after.level and after.level > before.level + 1:
            words = words_of(after)
            levels = f"is of level {after.level}, right below “{words_of(before)}” of level {before.level}"
            what = f"in the {name}, the heading “{words}” {levels}"
            yield told(after, words, what, f"make it a heading of level {before.level + 1}")


def _links(mail: MailText, outlets: Collection[str]) -> Iterator[Finding]:
    """What is the matter with links. An outlet may be named at each of its pieces: that is what sources are."""
    seen = [shade.at for shade in shades(mail.markup, "light")]
    places: dict[str, tuple[str, str]] = {}  # folded words to words and address
    told: set[str] = set()
    for link in mail.markup.elements:
        address = link.attributes.get("href", "")
        words = words_of(link)
        if link.tag != "a" or not address or address.startswith("#"):
            continue
        if words and not any(link.start <= at < link.end for at in seen):
            continue  # hidden: read by nobody
        fault = _fault_of(words, address)
        folded = _bare(words)
        if fault is None and folded and folded not in outlets:
            first, other = places.setdefault(folded, (words, address))
            if other != address and folded not in told:
                told.add(folded)
                fault = (
                    f"two links say “{first}” and lead to different places: {other} and {address}",
                    "let the words of each say which is which",
                )
        if fault:
            yield _link(mail, link, words, *fault)


def _fault_of(words: str, address: str) -> tuple[str, str] | None:
    """What is the matter with a link's words by themselves, and what to do; None where nothing is."""
    if not words:
        return f"the link to {address} has no words", "give it words, or its picture a description"
    if _bare(words) in _EMPTY_WORDS:
        return f"“{words}” does not say where the link leads", "let it name what is behind it, as a title"
    if len(words) > _LONG_ADDRESS and _BARE.fullmatch(words):
        return f"the link says a bare address of {len(words)} characters", "write words in its place"
    return None


def _link(mail: MailText, link: Element, words: str, what: str, todo: str) -> Finding:
    place = mail.first_place(link) or _alt_place(mail, link)
    return Finding(
        rule=_LINKS.name,
        severity=_LINKS.severity,
        section=section_of(place.wording) if place else mail.section_at(link.start),
        spot=place.spot if place else mail.template_at(link.start),
        words=words or link.attributes.get("href", ""),
        what=what,
        todo=todo if place else f"{todo}, in the template",
    )


def _alt_place(mail: MailText, link: Element) -> Place | None:
    alts = (one.attributes.get("alt", "") for one in link.walk() if one.tag == "img")
    return next((place for alt in alts if (place := mail.place_of(alt))), None)


def _descriptions(inspected: Inspected) -> Iterator[Finding]:
    lines = {(one.section, one.field): one for one in inspected.wordings}
    for blurb in inspected.draft.blurbs:
        beside = [one for one in inspected.wordings if one.section == blurb.name and "." not in one.field]
        for field, _, _ in pictures_in(blurb.fields):
            line = lines.get((blurb.name, f"{field}.alt"))
            if line and (fault := _fault_of_alt(line, beside)):
                what, todo = fault
                yield Finding(
                    rule=_ALT.name,
                    severity=_ALT.severity,
                    section=blurb.name,
                    spot=line.spot(),
                    words=line.text,
                    what=what,
                    todo=todo,
                )


def _fault_of_alt(line: Wording, beside: Iterable[Wording]) -> tuple[str, str] | None:
    if len(line.text) > _LONG_ALT:
        return f"the picture's description has {len(line.text)} characters", "say it in one sentence of up to 150"
    if match := _REDUNDANT.match(line.text):
        return f"“{match[0]}” is said by every screen reader already", "begin with what is to be seen"
    same = next((one for one in beside if _bare(one.text) == _bare(line.text)), None)
    if same:
        return f"the picture's description only repeats the {same.field} beside it", "say what is to be seen"
    return None


def _bare(words: str) -> str:
    """Words without the signs around them, in small letters."""
    return re.sub(r"^\W+|\W+$", "", " ".join(words.split())).casefold()


CHECK = Check(
    name="accessible",
    about="Whether the mail can be followed by who hears it: headings, links, pictures, language.",
    rules=(_HEADINGS, _LINKS, _ALT, _LANGUAGE),
    find=_find,
)
