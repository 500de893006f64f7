"""Mailed newsletters as entries. What is about their one reader (links to leave, pixels that count) is never kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr
from itertools import islice

from trafilatura import load_html

from newsletter.gather import prose, rights, stamps, unwrap
from newsletter.gather.addresses import impersonal
from newsletter.gather.blocks import Block, Claims, Kind
from newsletter.gather.charsets import decoded
from newsletter.gather.markup import Element, blocks_of, is_hidden, text_of
from newsletter.gather.tame import tamed
from newsletter.model.errors import SourceError
from newsletter.model.item import Author, Original, Reading
from newsletter.model.source import Source
from newsletter.text import sanitise

MAX_MAIL = 20_000_000  # octets
MAX_PARTS = 1_000  # that are looked at
MAX_DELIMITERS = 20_000  # lines that could part one part from the next; a mail of more is not taken apart
MAX_HEADER = 5_000  # characters; a longer one is not decoded

# What the standard library's header parser and part decoder raise for hostile mails, beside their own errors.
_HOSTILE = (MessageError, ValueError, LookupError, AttributeError, TypeError, AssertionError)

_BROWSER = re.compile(
    r"(?i)\b(?:view|read|open|see)\b.{0,40}\b(?:browser|online|web)\b|\b(?:web|online) version\b|"
    r"浏览器|瀏覽器|网页版|網頁版"
)
_FOOT = re.compile(
    r"(?i)\bunsubscribe\b|\bopt[ -]?out\b|"
    r"\b(?:manage|update|change|edit)\b.{0,30}\b(?:preferences|profile|subscriptions?)\b|"
    r"\byou (?:are receiving|received|get|are getting) this\b|\bthis (?:e-?mail|message) was sent (?:to|by)\b|"
    r"\bno longer wish to receive\b|\badd us to your address book\b|"
    r"退订|退訂|取消订阅|取消訂閱|abmelden|abbestellen|désabonn"
)
_LIST_FOOT = re.compile(r"(?i)^(?:forward (?:this|to a friend)|follow us|our mailing address|sent by)\b")
_HAN = re.compile(r"[\u3400-\u9fff]")
_GREETED = re.compile(r"(?i)^(?:trouble|problems?|having trouble|can['’]t see)\b.{0,60}")


def read(data: bytes, source: Source) -> Reading:
    """The entry of a mailed newsletter, and the untouched mail. Its identity is the Message-ID.

    The HTML part is preferred. The link is the mail's page on the web, when its address is the same for all readers.
    Raises `SourceError` for a mail that is empty, too large or without a readable part.
    """
    if len(data) > MAX_MAIL:
        raise SourceError(source.id, f"the mail is over {MAX_MAIL // 1_000_000} MB; drop its attachments")
    if not data.strip():
        raise SourceError(source.id, "the mail is empty; save it again, with its headers")
    if data.count(b"\n--") > MAX_DELIMITERS:
        raise SourceError(source.id, "the mail is made of too many parts; save the text that is wanted")
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        html, plain = _parts(message)
    except RecursionError as error:
        raise SourceError(source.id, "the mail is a mail in a mail, too deep to be read; save its text") from error
    claims = _claims(message)
    warnings: tuple[str, ...] = ()
    if html is not None:
        tree = load_html(tamed(html)[0])
        blocks = _blocks_of(tree) if tree is not None else ()
        claims = replace(claims, link=_page_of(tree) if tree is not None else None, related=_named(blocks))
    else:
        blocks, warnings = unwrap.blocks(plain or "")
    body, notice = _without_foot(blocks)
    if not body:
        raise SourceError(source.id, "the mail has no text that can be read; save its text by hand")
    entry = prose.entry(body, replace(claims, notice=notice), source, "mail", warnings, marked=html is not None)
    return Reading(entry, Original(media_type="message/rfc822", data=data))


def _claims(message: Message) -> Claims:
    name, _ = parseaddr(_header(message, "From") or "")
    date = _header(message, "Date")
    return Claims(
        guid=_header(message, "Message-ID"),
        title=_header(message, "Subject") or "",
        authors=(Author(name=clean),) if (clean := sanitise.line(name)) and "@" not in clean else (),
        published=stamps.parse(date) if date else None,
        language=_language(_header(message, "Content-Language")),
    )


def _header(message: Message, name: str) -> str | None:
    """The first header of a name, decoded, on one line; None for one that is missing, empty or cannot be decoded."""
    for key, raw in message.raw_items():
        if key.lower() == name.lower():
            try:
                text = str(policy.default.header_fetch_parse(key, str(raw))) if len(str(raw)) <= MAX_HEADER else ""
            except _HOSTILE:
                text = str(raw)
            return sanitise.line(text) or None
    return None


def _language(written: str | None) -> str | None:
    match = re.match(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$", written or "")
    return match[0] if match else None


def _parts(message: Message) -> tuple[str | None, str | None]:
    """The first HTML part and the first plain one that are no attachments."""
    html = plain = None
    for part in islice(message.walk(), MAX_PARTS):
        try:
            kind, attached = part.get_content_type(), part.get_content_disposition() == "attachment"
            if part.is_multipart() or attached or kind not in ("text/html", "text/plain"):
                continue
            text = _text(part)
        except _HOSTILE:
            continue
        if kind == "text/html" and html is None and text.strip():
            html = text
        elif kind == "text/plain" and plain is None and text.strip():
            plain = text
    return html, plain


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return decoded(payload, part.get_content_charset()) if isinstance(payload, bytes) else ""


def _blocks_of(tree: Element) -> tuple[Block, ...]:
    """The blocks of a mail's HTML; the subject is the headline, so a heading is one of a part."""
    blocks = blocks_of(next(tree.iter("body"), tree), None)
    return tuple(replace(block, level=max(block.level, 2)) if block.kind is Kind.HEADING else block for block in blocks)


def _page_of(tree: Element) -> str | None:
    """The mail's page on the web, when its address is the same for all readers."""
    shown = (one for one in tree.iter("a") if not is_hidden(one) and _BROWSER.search(text_of(one)))
    return next((url for one in shown if (url := impersonal(one.get("href") or ""))), None)


def _named(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The pieces that a mail links to: lines that are one link, with the address where it is the same for all readers.

    A link of a word or two is a button.
    """
    return tuple(
        replace(block, url=impersonal(block.url))
        for block in blocks
        if block.url
        and _leads(block)
        and _is_headline(block.text)
        and not _is_foot(block)
        and not _is_browser_line(block)
    )


def _leads(block: Block) -> bool:
    """Whether a block only leads somewhere; a whole paragraph that is a link is still a paragraph."""
    return block.url is not None and len(block.text) <= 200


def _is_headline(text: str) -> bool:
    return len(text.split()) >= 4 or len(_HAN.findall(text)) >= 6


def _without_foot(blocks: Sequence[Block]) -> tuple[list[Block], str | None]:
    """The blocks without links and what newsletters put around their text, and what its foot forbids.

    The first line about leaving in the second half of a mail begins its foot; such a line elsewhere goes alone.
    """
    begin = next((at for at, block in enumerate(blocks) if 2 * at >= len(blocks) and _is_foot(block)), len(blocks))
    notice = next((block.text for block in blocks[begin:] if rights.forbids(block.text)), None)
    inner = (block for block in blocks[:begin] if not _is_foot(block) and not _is_browser_line(block))
    body = [replace(block, url=None) for block in inner if not _leads(block) or block.kind is Kind.HEADING]
    return body, notice


def _is_foot(block: Block) -> bool:
    return len(block.text) <= 400 and bool(_FOOT.search(block.text) or _LIST_FOOT.search(block.text))


def _is_browser_line(block: Block) -> bool:
    return len(block.text) <= 120 and bool(_BROWSER.search(block.text) or _GREETED.fullmatch(block.text))
