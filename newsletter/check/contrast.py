"""Whether every text stands out from its ground, in light, in dark, and where a program makes its own dark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from newsletter.check.colours import Colour, contrast, fitting, fully_inverted, partly_inverted
from newsletter.check.inspected import Check, Inspected
from newsletter.check.mailtext import MailText
from newsletter.check.markup import Markup
from newsletter.check.shades import Scheme, Shade, has_dark, shades
from newsletter.model.finding import Finding, Rule, Severity, Spot
from newsletter.model.theme import Palette, Theme
from newsletter.publication.folder import SCHEDULE

_FORCED = 3.0  # no program publishes how it turns colours round, so less is asked of what is only simulated
_BY_FORCE = " where a mail program makes a dark mode of its own, as Gmail and Outlook do"
Pair = tuple[Colour, Colour]  # of a text and its ground
_WORDS = 60  # characters that are shown of a text

_LIGHT = Rule(
    name="contrast",
    severity=Severity.WARN,
    looks="Text whose colour stands out too little from what is behind it: less than 4.5 to 1, or 3 to 1 where it is"
    " large (WCAG 2.2, 1.4.3).",
    why="Many readers cannot make it out, and nobody can in the sun.",
    out="Choose a darker or a lighter colour under theme in schedule.yaml, or in the template; the finding names one.",
)
_DARK = Rule(
    name="contrast-dark",
    severity=Severity.WARN,
    looks="Text that is hard to read in dark mode: by the mail's own dark colours, or where Gmail and Outlook turn the"
    " light ones round themselves (3 to 1 is asked there).",
    why="Text can vanish there, unseen by whoever looks at the mail in light.",
    out="Choose another colour under theme, dark, in schedule.yaml, or in the template; look at it with"
    " `newsletter preview`.",
)


@dataclass(frozen=True, slots=True)
class _Faint:
    """A text that does not stand out."""

    rule: Rule
    scheme: Scheme
    shade: Shade
    written: Pair  # of text and ground, as the mail says
    seen: Pair
    needed: float
    where: str  # "": in light
    names: tuple[str, str] | None  # of text and ground in the theme; None where a template has colours of its own


def _find(inspected: Inspected) -> Iterator[Finding]:
    mail = MailText(inspected)
    groups: dict[tuple[object, ...], list[_Faint]] = {}
    for one in _faint(mail.markup, inspected.publication.schedule.theme):
        ground = None if one.names else str(one.written[1])  # what the theme paints is mended in one place
        groups.setdefault((one.rule.name, one.where, str(one.written[0]), ground), []).append(one)
    for group in groups.values():
        yield _told(group, mail)


def _faint(markup: Markup, theme: Theme) -> Iterator[_Faint]:
    known = set()  # what is as faint in the light is not told again
    for shade, pair in _pairs(markup, "light"):
        names = _names(pair, theme.light)
        if contrast(*pair) < shade.needed:
            known.add((shade.at, pair))
            yield _Faint(_LIGHT, "light", shade, pair, pair, shade.needed, "", names)
            continue
        worst = min((way(*pair) for way in (fully_inverted, partly_inverted)), key=lambda seen: contrast(*seen))
        if contrast(*worst) < _FORCED:
            yield _Faint(_DARK, "light", shade, pair, worst, _FORCED, _BY_FORCE, names)
    for shade, pair in _pairs(markup, "dark") if has_dark(markup) else ():
        if contrast(*pair) < shade.needed and (shade.at, pair) not in known:
            yield _Faint(_DARK, "dark", shade, pair, pair, shade.needed, " in dark mode", _names(pair, theme.dark))


def _pairs(markup: Markup, scheme: Scheme) -> Iterator[tuple[Shade, Pair]]:
    """Every text with its colour and its ground, where both are known."""
    for shade in shades(markup, scheme):
        if shade.text and shade.ground:
            yield shade, (shade.text, shade.ground)


def _names(pair: Pair, palette: Palette) -> tuple[str, str] | None:
    """What the theme calls a text and its ground; None where one of them is not of the theme."""
    values = {one.name: getattr(palette, one.name) for one in fields(palette)}

    def name(colour: Colour, usual: tuple[str, ...]) -> str | None:
        return next((one for one in (*usual, *values) if values[one] == str(colour)), None)

    ground = name(pair[1], ("card", "paper", "tint", "button"))
    text = name(pair[0], ("on_accent",) if ground == "button" else ("ink", "muted", "accent"))
    return (text, ground) if text and ground else None


def _told(group: list[_Faint], mail: MailText) -> Finding:
    """One finding for all texts that one change mends, told by the faintest of them."""
    faint = min(group, key=lambda one: contrast(*one.seen))
    words = _short(group[0].shade.words)
    count = f" and {len(group) - 1} more" if len(group) > 1 else ""
    seen = "{} on {}".format(*faint.seen)
    return Finding(
        rule=faint.rule.name,
        severity=faint.rule.severity,
        section=None if faint.names else mail.section_at(faint.shade.at),
        spot=Spot(SCHEDULE, 0) if faint.names else mail.template_at(faint.shade.at),
        words=words,
        what=f"“{words}”{count} can hardly be told from the ground{faint.where}: {seen} is"
        f" {_cut(contrast(*faint.seen))} to 1, and {faint.needed:g} to 1 is needed",
        todo=_todo(group, faint),
    )


def _todo(group: list[_Faint], faint: _Faint) -> str:
    text, ground = "the colour of the text in the template", "the ground"
    if faint.names:
        text = f"`{faint.names[0]}` under theme, {faint.scheme}, in schedule.yaml"
        ground = f"`{faint.names[1]}`, which is behind it"
    if faint.where == _BY_FORCE:
        return f"bring {text} nearer to black, or {ground}, nearer to white, so that they differ more"
    better = fitting(faint.written[0], [one.written[1] for one in group], max(one.needed for one in group))
    return f"change {text}; {better} would do" if better else f"change {ground}; no text of this kind is legible on it"


def _cut(ratio: float) -> str:
    """Cut off, not rounded, so that none is told as enough that is not."""
    return f"{int(ratio * 10) / 10:g}"


def _short(words: str) -> str:
    return words if len(words) <= _WORDS else words[: _WORDS + 1].rpartition(" ")[0] or words[:_WORDS]


CHECK = Check(
    name="contrast",
    about="Whether every text of the mail can be told from its ground, in light and in dark.",
    rules=(_LIGHT, _DARK),
    find=_find,
)
