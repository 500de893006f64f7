"""Whether the narrative says where it has everything from, and from the first hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from newsletter.check.cited import Said, items_path
from newsletter.check.citings import Citing, citings
from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import told
from newsletter.check.wording import Wording
from newsletter.model.draft import Blurb
from newsletter.model.finding import Beside, Finding, Rule, Severity, Spot
from newsletter.model.prose import Heading, Prose
from newsletter.text.sentences import sentences

_WITHOUT_SOURCE = Rule(
    name="paragraph-without-source",
    severity=Severity.BLOCK,
    looks="A paragraph of the narrative without any mark such as [^gazette-3].",
    why="Readers ask months later who said this, and nobody remembers.",
    out="Add the mark of the item it rests on; items.yaml lists them. A paragraph that rests on none is left out.",
)
_BEHIND = Rule(
    name="sentences-without-source",
    severity=Severity.NOTE,
    looks="Sentences of the narrative that stand behind the last mark of their paragraph; one note lists them all.",
    why="A mark vouches for what stands before it, so nobody can tell later whom these sentences rest on.",
    out="Set the paragraph's last mark behind its last claim. What is our own thought needs none.",
)
_UNDATED = Rule(
    name="undated-item",
    severity=Severity.BLOCK,
    looks="An item behind the narrative whose date of publication is not known.",
    why="A report without a date may be years old, and the narrative is about this week.",
    out="Find the date and write it into items.yaml as `published`, or cite another item.",
)
_SECOND_HAND = Rule(
    name="second-hand",
    severity=Severity.WARN,
    looks="An item that repeats what another outlet reported, where that outlet is neither cited nor named.",
    why="A mistake on the way from one outlet to the next becomes ours.",
    out="Read and cite the original, or say in the text whose report it is.",
)
_NO_LINKS = Rule(
    name="claims-no-links",
    severity=Severity.NOTE,
    looks="An item that names its sources without linking to them.",
    why="Its claims cannot be followed to where they come from.",
    out="Look for the sources it names before leaning on its figures.",
)
_NOT_USED = Rule(
    name="item-not-used",
    severity=Severity.NOTE,
    looks="An item of items.yaml that no section names.",
    why="It is often the trace of a mark that was lost while a paragraph was rewritten.",
    out="Add its mark where it belongs, or remove it from items.yaml.",
)


def _find(inspected: Inspected) -> Iterator[Finding]:
    yield from _paragraphs(inspected)
    yield from _behind_the_last_mark(inspected)
    everything = citings(inspected)
    for citing in everything:
        if citing.in_narrative and citing.evidence.cited.published is None:
            yield _undated(citing)
    names = tuple(_outlets(inspected))
    told_of: set[str] = set()
    for citing in everything:
        if citing.evidence.entry is not None and citing.evidence.cited.id not in told_of:
            told_of.add(citing.evidence.cited.id)
            yield from _second_hand(citing, names, inspected)
            yield from _without_links(citing)
    yield from _unused(inspected, {citing.evidence.cited.id for citing in everything})


def _paragraphs(inspected: Inspected) -> Iterator[Finding]:
    """Each paragraph, list and quotation of the narrative without a mark; a heading needs none."""
    for blurb in inspected.draft.blurbs:
        if blurb.kind != "opening":
            continue
        for block in blurb.body.blocks:
            if isinstance(block, Heading) or Prose((block,)).marks:
                continue
            wording = _wording(inspected, blurb, block.line)
            if wording is not None:
                what = "this paragraph of the narrative names no source"
                todo = "add a mark such as [^gazette-3]; items.yaml lists the items"
                yield told(_WITHOUT_SOURCE, wording, 0, len(wording.text), what, todo)


def _behind_the_last_mark(inspected: Inspected) -> Iterator[Finding]:
    """One finding for all sentences of the narrative that no mark follows in their paragraph."""
    narrative = [one for one in inspected.wordings if one.kind == "opening" and one.field == "body" and one.marks]
    listed = [(one, sentence) for one in narrative for sentence in _after(one.text, one.marks[-1][0])]
    if not listed:
        return
    (first, words), count = listed[0], len(listed)
    start = first.text.rindex(words)
    what = "1 sentence of the narrative stands" if count == 1 else f"{count} sentences of the narrative stand"
    todo = "look whether each is our own thought; where it is a report, set the mark behind it"
    beside = tuple(Beside(sentence, None, None) for _, sentence in listed)
    what = f"{what} behind the last mark of the paragraph"
    yield replace(told(_BEHIND, first, start, start + len(words), what, todo), beside=beside)


def _after(text: str, mark: int) -> tuple[str, ...]:
    """The whole sentences behind a mark; a mark inside a sentence vouches for all of it."""
    found = sentences(text[mark:].strip())
    return found if re.search(r"[.!?…。！？][\"'”’»)\]」』]*\s*$", text[:mark]) else found[1:]


def _wording(inspected: Inspected, blurb: Blurb, line: int) -> Wording | None:
    """The text of a block that begins on this line of the body, or of the first part of it."""
    wanted = line + blurb.body_line - 1
    bodies = [one for one in inspected.wordings if one.section == blurb.name and one.field == "body"]
    return next((one for one in bodies if one.line >= wanted and one.text.strip()), None)


def _undated(citing: Citing) -> Finding:
    cited, entry = citing.evidence.cited, citing.evidence.entry
    beside: tuple[Beside, ...] = ()
    what = f"nobody knows when “{cited.title}” ({cited.outlet}) was published"
    if entry is not None and entry.dates_in_text:
        named = ", ".join(str(day) for day in entry.dates_in_text[:3])
        beside = (Beside(f"its text names {named}", cited.id, cited.outlet),)
    return citing.told(_UNDATED, what, "find its date and write it into items.yaml, or cite another item", beside)


# What makes a name that of an outlet, where sources.yaml does not know it.
_PRESS = (
    r"Gazette|Times|Post|Journal|Wire|Ledger|Herald|Tribune|News|Daily|Press|Courier|Observer|Mail|Guardian|Telegraph"
    r"|Chronicle|Review|Quarterly|Magazine|Agency|Reuters|Bloomberg|Xinhua|Broadcaster|Television|Weekly|Monitor|Star"
)
_NAME = rf"(?P<name>(?:[Tt]he\s)?(?:[A-Z][\w'’&-]*\s){{0,3}}(?:{_PRESS})(?:\s[A-Z][\w'’&-]*){{0,2}})"
_REPORTED = r"(?:first\s)?(?:reported|reports|wrote|writes|revealed|disclosed|broke\sthe)"
_FORMS = (
    r"[Aa]ccording\sto\s(?:(?:a|the)\s(?:report|story|article|account|survey|piece)\s(?:in|by|from|of)\s)?{name}",
    r"(?:[Aa]s\s)?(?:first\s)?(?:reported|revealed|published|disclosed)\s(?:by|in)\s{name}",
    r"\b(?:told|citing|quoting|quoted\s(?:by|in)|[Aa]\s(?:report|story)\s(?:in|by))\s{name}",
    r"{name}(?:,\swhich)?\s{reported}\b",
    r"{name}\s(?:has\s)?(?:reported|said)\s(?:that|on)\b",
)
_HAN_FORM = r"(?:据|根据|援引)《?(?P<name>[\u4e00-\u9fff]{2,12}?)》?(?:报道|報道|消息|的报道|披露)"


def _outlets(inspected: Inspected) -> Iterator[str]:
    yield from (source.name for source in inspected.publication.sources)
    yield from (item.outlet for item in inspected.draft.items)


def _second_hand(citing: Citing, outlets: tuple[str, ...], inspected: Inspected) -> Iterator[Finding]:
    """The first outlet whose report the item repeats, unless the section names or cites that outlet itself."""
    said = Said(citing.evidence, citing.evidence.entry) if citing.evidence.entry else None
    for sentence in (one for paragraph in said.sentences for one in paragraph) if said else ():
        name, start, end = _repeated(sentence, outlets)
        if not name or _is_one(name, citing.evidence.cited.outlet) or _is_named(name, citing, inspected):
            continue
        cited = citing.evidence.cited
        what = f"“{cited.title}” ({cited.outlet}) repeats a report of {name}"
        todo = f"read and cite {name} itself, or say in the text that it is the report of {name}"
        yield citing.told(_SECOND_HAND, what, todo, (Beside(sentence, cited.id, cited.outlet, start, end),))
        return


def _repeated(sentence: str, outlets: tuple[str, ...]) -> tuple[str, int, int]:
    """The outlet that a sentence gives as its source, and where it is named."""
    known = "|".join(re.escape(name.removeprefix("The ")) for name in sorted(set(outlets), key=len, reverse=True))
    forms = [form.replace("{reported}", _REPORTED) for form in _FORMS]
    tried = [form.replace("{name}", rf"(?P<name>(?:[Tt]he\s)?(?:{known}))") for form in forms if known]
    tried += [form.replace("{name}", _NAME) for form in forms]
    for form in (*tried, _HAN_FORM):
        if found := re.search(form, sentence):
            return found["name"], *found.span("name")
    return "", 0, 0


def _is_named(name: str, citing: Citing, inspected: Inspected) -> bool:
    """Whether the section says whose report it is, or cites that outlet as well."""
    section = [one for one in inspected.wordings if one.section == citing.blurb.name]
    outlets = {item.id: item.outlet for item in inspected.draft.items}
    leans = {item for one in section for item in one.leans}
    if any(_is_one(name, outlets[item]) for item in leans if item in outlets and item != citing.evidence.cited.id):
        return True
    return any(_bare(name) in one.text.casefold() for one in section)


def _is_one(name: str, outlet: str) -> bool:
    one, other = _bare(name), _bare(outlet)
    return one in other or other in one


def _bare(name: str) -> str:
    return name.casefold().removeprefix("the ").strip()


def _without_links(citing: Citing) -> Iterator[Finding]:
    for warning in citing.evidence.entry.warnings if citing.evidence.entry else ():
        if "names sources" in warning:
            what = f"“{citing.evidence.cited.title}” names its sources without linking to them"
            yield citing.told(_NO_LINKS, what, "look for what it names before leaning on its figures")
            return


def _unused(inspected: Inspected, used: set[str]) -> Iterator[Finding]:
    for item in inspected.draft.items:
        if item.id not in used:
            yield Finding(
                rule=_NOT_USED.name,
                severity=_NOT_USED.severity,
                section=None,
                spot=Spot(items_path(inspected.draft), 0),
                words=item.id,
                what=f"no section names the item {item.id} (“{item.title}”)",
                todo=f"put the mark [^{item.id}] where it belongs, or remove it from items.yaml",
            )


CHECK = Check(
    name="sourcing",
    about="Whether the narrative says where it has everything from, and from the first hand.",
    rules=(_WITHOUT_SOURCE, _BEHIND, _UNDATED, _SECOND_HAND, _NO_LINKS, _NOT_USED),
    find=_find,
)
