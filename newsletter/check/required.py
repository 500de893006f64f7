"""What a mail must have before it may go out: its parts, an address, a way to leave, pictures with their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

from newsletter.check.inspected import Check, Inspected
from newsletter.check.mailtext import MailText, template
from newsletter.check.markup import Element, parse, words_of
from newsletter.check.shades import shades
from newsletter.check.telling import section_of
from newsletter.check.wording import Wording
from newsletter.model.draft import Blurb
from newsletter.model.edition import Edition
from newsletter.model.finding import Finding, Rule, Severity, Spot
from newsletter.model.kinds import Picture, pictures_in
from newsletter.model.letter import BODY_SLOTS, Letter, Part, Place, Slot
from newsletter.model.prose import Block, Code, Inline, Listing, Mark, Quotation, Text
from newsletter.model.prose import Break as LineBreak
from newsletter.publication.folder import SCHEDULE

_PART = Rule(
    name="part-missing",
    severity=Severity.BLOCK,
    looks="A section that every issue has, by schedule.yaml or by the issue's own order, and that is not written.",
    why="Readers look for it, and an issue without it looks unfinished.",
    out="Write the section, or take `required` from it in schedule.yaml.",
)
_ADDRESS = Rule(
    name="postal-address",
    severity=Severity.BLOCK,
    looks="A mail that does not show the publication's postal address, in the HTML and in the text part.",
    why="The law of many countries asks for it in every mail that goes to a list (CAN-SPAM in the United States).",
    out="Put {{ postal_address }} into email/issue.mjml and text/issue.txt, as the packaged templates have it.",
    fixed=True,
)
_UNSUBSCRIBE = Rule(
    name="unsubscribe",
    severity=Severity.BLOCK,
    looks="A mail without a link to leave the list that can be seen, in the HTML and in the text part, or without the"
    " List-Unsubscribe headers that mail programs make a button of (RFC 8058).",
    why="The law asks for it, Gmail and Yahoo refuse mails without it, and who cannot leave calls the mail spam.",
    out="Put {{ slot.unsubscribe_url }} as a link with words into email/issue.mjml and text/issue.txt again.",
    fixed=True,
)
_IMAGE = Rule(
    name="image-without",
    severity=Severity.BLOCK,
    looks="A picture whose description, credit or licence is missing or only stands in for one:"
    " a file's name, “image”, TODO, a question mark.",
    why="Who cannot see the picture learns nothing of it, and a picture without a right to it can be costly.",
    out="Write what the picture shows, who made it, and by which right it is shown.",
)
_TAGS = Rule(
    name="tags-in-text",
    severity=Severity.BLOCK,
    looks="A tag or an entity of HTML that readers of the plain text would see as it is: <b>, &amp;.",
    why="It looks broken, in the text part and often in the HTML as well.",
    out="Write the character itself; for emphasis use *stars* in the text of a section.",
)

_HTML_TAGS = (
    "a abbr article aside b blockquote body br center code col dd del div dl dt em figure font footer form h1 h2 h3 h4"
    " h5 h6 head header hr html i iframe img input ins label li link main meta nav ol p picture pre q s script section"
    " small span strike strong style sub sup svg table tbody td th thead title tr tt u ul video"
)
_MARKUP = re.compile(
    rf"</?(?:{_HTML_TAGS.replace(' ', '|')})(?:\s+[a-z-]+(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s<>]+))?)*\s*/?>"
    r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|<!--",
    re.IGNORECASE,
)
_ONE_CLICK = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"

_STAND_INS = frozenset(
    {"todo", "tbd", "tbc", "tba", "fixme", "xxx", "xx", "x", "none", "na", "missing", "placeholder", "later"}
)
_NO_DESCRIPTION = _STAND_INS | frozenset(
    {
        "image",
        "images",
        "picture",
        "photo",
        "photograph",
        "img",
        "foto",
        "bild",
        "graphic",
        "drawing",
        "illustration",
        "alt",
        "alttext",
        "untitled",
    }
)
_NO_LICENCE = _STAND_INS | frozenset({"unknown", "licence", "license"})
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|webp|svg|tiff?)|(?:IMG|DSC|DSCN|PXL|Screenshot)[_-]?\d+", re.IGNORECASE)


def _find(inspected: Inspected) -> Iterator[Finding]:
    mail = MailText(inspected)
    yield from _parts(inspected)
    yield from _addresses(inspected)
    yield from _leaving(inspected)
    yield from _pictures(inspected)
    yield from _pictures_of_templates(mail)
    yield from _markup_in_text(inspected)


def _parts(inspected: Inspected) -> Iterator[Finding]:
    for planned in inspected.draft.plan:
        if planned.required and not planned.written:
            yield Finding(
                rule=_PART.name,
                severity=_PART.severity,
                section=planned.name,
                spot=Spot(f"content/issues/{inspected.draft.issue}/issue.md", 0),
                words=planned.name,
                what=f"the section '{planned.name}' is not there, and every issue has it",
                todo=f"write it in {planned.name}.md beside issue.md",
            )


def _addresses(inspected: Inspected) -> Iterator[Finding]:
    address = inspected.publication.schedule.postal_address
    seen = "".join(_letters(shade.words) for shade in shades(parse(inspected.html), "light"))
    for part, text, folder, suffix in (
        ("the HTML", seen, "email", ".mjml"),
        ("the text part", _letters(inspected.text), "text", ".txt"),
    ):
        if _letters(address) not in text:
            what = f"{part} of the mail does not show the postal address, “{address}”"
            todo = "put {{ postal_address }} into the template, where everybody can read it"
            yield _of_template(_ADDRESS, inspected.edition, folder, suffix, what, todo)


def _leaving(inspected: Inspected) -> Iterator[Finding]:
    edition = inspected.edition
    if not _shows_way_out(edition):
        what = "the HTML of the mail has no link to leave the list that can be seen"
        todo = "put a link to {{ slot.unsubscribe_url }}, with words, into the template"
        yield _of_template(_UNSUBSCRIBE, edition, "email", ".mjml", what, todo)
    if Slot.UNSUBSCRIBE_URL not in edition.text.pieces:
        what = "the text part of the mail has no address to leave the list"
        todo = "put {{ slot.unsubscribe_url }} into the template"
        yield _of_template(_UNSUBSCRIBE, edition, "text", ".txt", what, todo)
    if not _has_headers(edition.letter):
        what = "the mail's headers do not say how to leave the list with one click"
        yield Finding(
            rule=_UNSUBSCRIBE.name,
            severity=_UNSUBSCRIBE.severity,
            section=None,
            spot=Spot(SCHEDULE, 0),
            words="",
            what=what,
            todo="report this: the program writes List-Unsubscribe and List-Unsubscribe-Post itself",
        )


def _shows_way_out(edition: Edition) -> bool:
    """Whether a link that can be seen, and has words, leads where the slot says."""
    values = {slot: f"https://{slot.name.lower()}.test/" for slot in BODY_SLOTS}
    markup = parse(edition.html.fill(values))
    seen = [shade.at for shade in shades(markup, "light")]

    def is_seen(link: Element) -> bool:
        return any(link.start <= at < link.end for at in seen)

    wanted = values[Slot.UNSUBSCRIBE_URL]
    links = (one for one in markup.elements if one.tag == "a" and one.attributes.get("href") == wanted)
    return any(words_of(link) and is_seen(link) for link in links)


def _has_headers(letter: Letter) -> bool:
    head = b""
    for piece in letter.pieces:
        if isinstance(piece, bytes):
            head += piece
        elif piece.part is Part.HEADER and piece == Place(Slot.LIST_UNSUBSCRIBE, Part.HEADER):
            head += b"<list-unsubscribe>"
        if b"\r\n\r\n" in head:
            break
    head = head.partition(b"\r\n\r\n")[0]
    return b"\nList-Unsubscribe: <list-unsubscribe>" in head and b"\n" + _ONE_CLICK in head


def _pictures(inspected: Inspected) -> Iterator[Finding]:
    lines = {(one.section, one.field): one for one in inspected.wordings}
    for blurb in inspected.draft.blurbs:
        for field, picture, _ in pictures_in(blurb.fields):
            for key, what, todo in _unfit(picture):
                yield _of_line(_IMAGE, blurb, lines.get((blurb.name, f"{field}.{key}")), what, todo)


def _unfit(picture: Picture) -> Iterator[tuple[str, str, str]]:
    """The key, what is the matter and what to do, for each line of a picture that says nothing."""
    alt = _folded(picture.alt)
    stem = _folded(picture.file.rpartition(".")[0])
    if not alt or alt in _NO_DESCRIPTION or alt in (stem, _folded(picture.file)) or _FILE_NAME.fullmatch(picture.alt):
        what = f"“{picture.alt}” does not say what the picture {picture.file} shows"
        yield "alt", what, "write in a few words what is to be seen, for who cannot see it"
    if _says_nothing(picture.credit, _STAND_INS):
        yield "credit", f"“{picture.credit}” does not say who made the picture {picture.file}", "write who made it"
    if _says_nothing(picture.licence, _NO_LICENCE):
        what = f"“{picture.licence}” does not say by which right the picture {picture.file} is shown"
        yield "licence", what, "write its licence, as CC BY 4.0, or who gave leave"


def _says_nothing(line: str, stand_ins: frozenset[str]) -> bool:
    """Whether a line, what stands before a colon left aside, holds nothing but a stand-in."""
    rest = _folded(line.partition(":")[2] if ":" in line else line)
    return not rest or rest in stand_ins


def _pictures_of_templates(mail: MailText) -> Iterator[Finding]:
    for element in mail.markup.elements:
        if element.tag == "img" and "alt" not in element.attributes:
            address = element.attributes.get("src", "")
            yield Finding(
                rule=_IMAGE.name,
                severity=_IMAGE.severity,
                section=mail.section_at(element.start),
                spot=mail.template_at(element.start),
                words=address,
                what=f"the template shows the picture {address} without a description",
                todo='write alt="..." at its tag; alt="" where it is only decoration',
            )


def _markup_in_text(inspected: Inspected) -> Iterator[Finding]:
    """In the editors' words first; what is left in the text part was written by a template."""
    shown = {blurb.name: tuple(_code(blurb.body.blocks)) for blurb in inspected.draft.blurbs}  # on purpose
    known: set[str] = set()
    for wording in inspected.wordings:
        for match in _MARKUP.finditer(wording.text):
            known.add(match[0])
            meant = wording.field == "body" and any(match[0] in code for code in shown[wording.section])
            if _is_markup(match[0]) and not meant:
                yield Finding(
                    rule=_TAGS.name,
                    severity=_TAGS.severity,
                    section=section_of(wording),
                    spot=wording.spot(*match.span()),
                    words=match[0],
                    what=f"readers would see {match[0]} as it stands here",
                    todo="write the character or the word itself",
                )
    for found in dict.fromkeys(match[0] for match in _MARKUP.finditer(inspected.text)):
        if _is_markup(found) and found not in known:
            what = f"the text part of the mail shows {found} as it is"
            todo = "write the character itself in the template or in the standing texts"
            yield _of_template(_TAGS, inspected.edition, "text", ".txt", what, todo, found)


def _is_markup(found: str) -> bool:
    return not found.startswith("&") or found.startswith("&#") or found[1:] in html5


def _code(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Quotation):
            yield from _code(block.blocks)
        elif isinstance(block, Listing):
            for entry in block.entries:
                yield from _code(entry)
        else:
            yield from _code_among(block.children)


def _code_among(inlines: tuple[Inline, ...]) -> Iterator[str]:
    for inline in inlines:
        if isinstance(inline, Code):
            yield inline.text
        elif not isinstance(inline, (Text, Mark, LineBreak)):
            yield from _code_among(inline.children)


def _of_line(rule: Rule, blurb: Blurb, line: Wording | None, what: str, todo: str) -> Finding:
    spot = line.spot() if line else Spot(blurb.path, 0)
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        section=blurb.name,
        spot=spot,
        words=line.text if line else "",
        what=what,
        todo=todo,
    )


def _of_template(
    rule: Rule, edition: Edition, folder: str, suffix: str, what: str, todo: str, words: str = ""
) -> Finding:
    labels = (file.path for file in edition.manifest.inputs)
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        section=None,
        spot=template(labels, "issue", folder, suffix),
        words=words,
        what=what,
        todo=todo,
    )


def _letters(text: str) -> str:
    """Letters and digits only: what setting in type and wrapping never change."""
    return "".join(filter(str.isalnum, text))


def _folded(text: str) -> str:
    return _letters(text).casefold()


CHECK = Check(
    name="required",
    about="Whether the mail has what every mail must have.",
    rules=(_PART, _ADDRESS, _UNSUBSCRIBE, _IMAGE, _TAGS),
    find=_find,
)
