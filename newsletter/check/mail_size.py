"""Whether the mail is small enough for Gmail to show the whole of it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from newsletter.check.inspected import Check, Inspected
from newsletter.check.limits import LIMIT_OCTETS, WARN_OCTETS
from newsletter.check.mailtext import MailText, template
from newsletter.model.edition import Edition
from newsletter.model.finding import Finding, Rule, Severity, Spot
from newsletter.model.letter import Slot

_NAME = '"' * 60  # the longest name that a greeting takes, of the character that HTML writes longest
_TOKEN = "x" * 100  # a subscriber's id, a key's and a code of 26 characters, with room to spare
_HEAVIEST = 3

_TOO_LARGE = Rule(
    name="mail-too-large",
    severity=Severity.BLOCK,
    looks="A mail whose HTML has more than 100 kB with the longest values its personal places can take.",
    why="Gmail cuts it off at 102 kB and hides the end behind a link, and the end is where readers leave the list.",
    out="Shorten or leave out a section; the finding tells the heaviest.",
)
_NEAR = Rule(
    name="mail-near-limit",
    severity=Severity.WARN,
    looks="A mail whose HTML has more than 85 kB.",
    why="Another section may take it over the 100 kB at which nothing can be sent.",
    out="Keep an eye on it, or shorten one of the sections that the finding names.",
)


def longest_values(edition: Edition, site: str) -> dict[Slot, str]:
    """The longest value that each place in the mail's HTML can take, as HTML."""
    greeting = edition.greeting
    lines = [escape(greeting.plain), escape(greeting.named.replace("{name}", _NAME)) if greeting.named else ""]
    return {
        Slot.GREETING: max(lines, key=lambda line: len(line.encode())),
        Slot.UNSUBSCRIBE_URL: escape(f"{site}/u/{_TOKEN}"),
        Slot.PREFERENCES_URL: escape(f"{site}/p/{_TOKEN}"),
    }


def _find(inspected: Inspected) -> Iterator[Finding]:
    edition = inspected.edition
    values = longest_values(edition, inspected.publication.schedule.site)
    octets = len(edition.html.fill(values).encode())
    if octets <= WARN_OCTETS:
        return
    rule = _TOO_LARGE if octets > LIMIT_OCTETS else _NEAR
    yield Finding(
        rule=rule.name,
        severity=rule.severity,
        section=None,
        spot=_place(inspected),
        words=f"{_kilobytes(octets)} kB",
        what=f"the mail has {_kilobytes(octets)} kB of HTML, and {_kilobytes(LIMIT_OCTETS)} kB are the most that can be"
        f" sent; the heaviest are {_heaviest(inspected)}",
        todo="shorten or leave out a section, or send part of it in an issue of its own",
    )


def _heaviest(inspected: Inspected) -> str:
    """The three heaviest sections and what is the same in every issue."""
    weights = [
        (len(inspected.html[one.start : one.end].encode()), one.section) for one in MailText(inspected).stretches
    ]
    standing = len(inspected.html.encode()) - sum(octets for octets, _ in weights)
    told = [f"'{name}' {_kilobytes(octets)} kB" for octets, name in sorted(weights, reverse=True)[:_HEAVIEST]]
    return ", ".join([*told, f"and what stands in every issue {_kilobytes(standing)} kB"])


def _place(inspected: Inspected) -> Spot:
    opening = next((blurb.path for blurb in inspected.draft.blurbs if blurb.kind == "opening"), None)
    return Spot(opening, 0) if opening else template((), "issue")


def _kilobytes(octets: int) -> str:
    """Rounded up, so that nothing over a limit is told as within it."""
    return str(-(-octets // 1000))


CHECK = Check(
    name="size",
    about="How large the mail is, with the longest values of its personal places.",
    rules=(_TOO_LARGE, _NEAR),
    find=_find,
)
