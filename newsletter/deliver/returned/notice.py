"""The part of a returned mail that is written for people: the server's words, without the mail that it gives back.

Our own words must not be taken for its reasons: an issue may well be about spam, or about full mailboxes.
"""

from __future__ import annotations

import re

from newsletter.deliver.returned import reasons
from newsletter.deliver.returned.parts import Part
from newsletter.text import sanitise

MAX_NOTICE = 20_000  # characters
_HTML = 100_000  # characters; cleaning HTML takes a time that grows with the square of its "&"
_LINES = 400
_LINE = 300  # characters; what looks for addresses takes a time that grows with the square of it
_EXCERPT = 1_000

# Below such a line stands the mail that is given back, in part or whole. A line of dashes alone is none: servers part
# their own paragraphs with it.
_BELOW = re.compile(
    r"(?im)^(?:[^\w\n]|_)*+(?:"
    r"(?:this is|below (?:this|the next) line is|here (?:is|follows)|included (?:is|below)|enclosed is)?"
    r"[ \t]*(?:an? |the )?(?:copy|headers?|start|beginning|text|body|original|returned|undelivered|unsent|forwarded)"
    r"(?: of| the| your| text| headers?| original| returned| undelivered| message| mail| follows?| below| attached)*"
    r"(?: message| mail| headers?| follows?| below)(?:, including all the headers)?"
    r"|ursprüngliche nachricht|originalnachricht|kopie der nachricht|message d'origine|mensaje original"
    r"|messaggio originale|原始邮件|原邮件|元のメッセージ|以下は元の"
    r")(?:[^\w\n]|_)*+$"
)
_HEADER = re.compile(r"(?im)^(?:return-path|received|dkim-signature|message-id|mime-version|list-unsubscribe): ?\S")
_SUBJECT = re.compile(r"(?i)\s*(?:the )?(?:subject|betreff|objet|asunto|oggetto|主题|主題|件名|тема)\b.{0,30}?[:：]")


def notice_of(mail: Part) -> str:
    """The first text of a mail that is shown, as lines, without what it encloses; empty where it has none.

    Lines that tell the subject are left out: it is ours.
    """
    leaves = [leaf for leaf in mail.leaves() if leaf.kind in ("text/plain", "text/html") and not leaf.attached]
    for kind in ("text/plain", "text/html"):
        for leaf in leaves:
            if leaf.kind == kind and (found := _own(_lines(leaf))):
                return found
    return ""


def about(address: str | None, notice: str) -> str:
    """What a notice says of one address: the first paragraph that names it and tells a reason, else the first of both.

    Servers name it above the reason, in one paragraph with it or in one of its own, and may name it before that as the
    one that was written to. The whole notice where it does not name the address, up to a length.
    """
    paragraphs = [one for one in re.split(r"\n\s*\n", notice) if one.strip()]
    naming = [at for at, one in enumerate(paragraphs) if address and address.lower() in one.lower()]
    beside = [_from(paragraphs[at], address or "") for at in naming]
    below = ["\n".join((one, *paragraphs[at + 1 : at + 2])) for at, one in zip(naming, beside, strict=True)]
    whole = notice[:_EXCERPT]
    told = next(filter(reasons.tells, (*beside, *below, whole)), None)
    return (told or next(iter(below), whole))[:_EXCERPT]


def _lines(leaf: Part) -> str:
    text = leaf.text
    lines = sanitise.paragraphs(text[:_HTML]) if leaf.kind == "text/html" else text[:MAX_NOTICE].splitlines()
    kept = (line[:_LINE].rstrip() for line in lines[:_LINES] if not _SUBJECT.match(line[:_LINE]))
    return ("\n\n" if leaf.kind == "text/html" else "\n").join(kept).strip()[:MAX_NOTICE]


def _own(text: str) -> str:
    cut = min((match.start() for match in (_BELOW.search(text), _HEADER.search(text)) if match), default=len(text))
    return text[:cut].rstrip() or text


def _from(paragraph: str, address: str) -> str:
    """A paragraph from the line on that names the address."""
    return paragraph[paragraph.rfind("\n", 0, paragraph.lower().find(address.lower())) + 1 :]
