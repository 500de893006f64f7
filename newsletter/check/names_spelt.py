"""Names as the publication spells them, the offices people hold, and what authors are called beside their cards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import told
from newsletter.check.wording import Wording
from newsletter.model.finding import Beside, Finding, Rule, Severity
from newsletter.model.kinds import Quote, Voice
from newsletter.model.people import Person, PreferredName

_VARIANT = Rule(
    name="name-variant",
    severity=Severity.WARN,
    looks="A spelling of a name that names.yaml lists as one we do not use.",
    why="One name in two spellings reads as two people, and the one who bears it minds.",
    out="Write it as names.yaml does. In quotations and titles it may stand as it is.",
)
_OUTDATED = Rule(
    name="title-outdated",
    severity=Severity.WARN,
    looks="An office beside a name that is not the one names.yaml gives.",
    why="People change offices, and the old one is easily copied.",
    out="Write the office of names.yaml, mend names.yaml, or say that it was the office of that time.",
)
_CREDIT = Rule(
    name="credit-differs",
    severity=Severity.WARN,
    looks="A role or an institute written beside an author's name that differs from the card in people.yaml.",
    why="The credit line comes from the card, and readers see both.",
    out="Write what the card says, or mend the card.",
)

_OFFICES = (
    "minister|secretary|president|premier|chancellor|negotiator|spokesman|spokeswoman|spokesperson|ambassador|envoy"
    "|chief|chair|chairman|chairwoman|chairperson|commissioner|governor|senator|mayor|director|director-general|speaker"
    "|consul|counsellor|counselor|undersecretary|attache|attaché|delegate|representative|head|judge|justice|general"
    "|admiral|chief executive|treasurer|deputy"
)
_ROLES = (
    "professor|fellow|director|lecturer|historian|economist|essayist|photographer|violinist|teacher|researcher|scholar"
    "|editor|writer|author|journalist|correspondent|hydrologist|interpreter|translator|scientist|analyst|student|dean"
    "|engineer|lawyer|novelist|poet|painter|columnist|reporter|curator|librarian|chemist|physicist|biologist|geographer"
    "|sociologist|anthropologist|philosopher|physician|musician|composer"
)
_RANKS = frozenset({"deputy", "vice", "acting", "assistant", "under", "associate", "interim", "junior", "former", "ex"})
_IDLE = frozenset(re.findall(r"\S+", "the a an our its their his her of for in at on to and by who then this"))
_THEN = re.compile(r"(?i)\b(?:then|at the time|when (?:he|she|they) (?:was|were)|former|ex|until|years? ago)\b")
_VERBAL = re.compile(r"(?:ed|ing|said|says|told|met)$")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


def _find(inspected: Inspected) -> Iterable[Finding]:
    publication = inspected.publication
    ours = [one for one in inspected.wordings if one.voice in (Voice.OURS, Voice.NAME) and one.field != "wrong"]
    for wording in ours:
        for name in publication.names:
            yield from _variants(wording, name)
        if inspected.draft.language.lower().startswith("en"):
            for name in publication.names:
                if name.title is not None and name.name in wording.text:
                    yield from _offices(wording, name, name.title, _is_old(wording, name, inspected))
            for person in publication.people:
                if person.name in wording.text:
                    yield from _credits(wording, person)
    yield from _roles_of_speakers(inspected)


def _variants(wording: Wording, name: PreferredName) -> Iterator[Finding]:
    """Spellings that are not ours, outside quotations."""
    preferred = [match.span() for match in _form(name.name).finditer(wording.text)]
    for variant in name.variants:
        for match in _form(variant).finditer(wording.text):
            inside = any(start <= match.start() and match.end() <= end for start, end in (*preferred, *wording.quoted))
            if not inside:
                what = f"“{match[0]}” is not how we spell {name.name}"
                yield told(_VARIANT, wording, *match.span(), what, f"write {name.name}")


@lru_cache(maxsize=1024)
def _form(name: str) -> re.Pattern[str]:
    """The name in a text: as a whole word, with any white space and either apostrophe between its parts."""
    words = [re.escape(word).replace("'", "['’]").replace("’", "['’]") for word in name.split()]
    before = r"(?<![\w-])" if name[:1].isascii() else ""
    after = r"(?![\w-])" if name[-1:].isascii() else ""
    return re.compile(before + r"\s+".join(words) + after)


def _offices(wording: Wording, name: PreferredName, title: str, old: bool) -> Iterator[Finding]:
    """Offices that stand right before or behind a name and are not the one its holder has."""
    for start, end, phrase in _beside(wording.text, name.name, _OFFICES):
        if old or _in_quotation(wording, start) or _speaks_of_before(wording.text, start, end, name.since):
            continue
        if _differs(phrase, title):
            what = f"{name.name} is called “{phrase}” here; names.yaml says {title}{_since(name.since)}"
            yield told(_OUTDATED, wording, start, end, what, f"write {title}, or mend names.yaml", beside=())


def _since(day: date | None) -> str:
    return f", since {day}" if day else ""


def _is_old(wording: Wording, name: PreferredName, inspected: Inspected) -> bool:
    """Whether all that these words rest on is older than the office."""
    if name.since is None or not wording.leans:
        return False
    dates = [item.published for item in inspected.draft.items if item.id in wording.leans]
    return bool(dates) and all(day is not None and day < name.since for day in dates)


def _speaks_of_before(text: str, start: int, end: int, since: date | None) -> bool:
    """Whether the sentence speaks of a time before the office began."""
    begins = max((match.end() for match in _SENTENCE_END.finditer(text, 0, start)), default=0)
    ends = next((match.start() for match in _SENTENCE_END.finditer(text, end)), len(text))
    sentence = text[begins:ends]
    years = [int(year) for year in _YEAR.findall(sentence)]
    return bool(_THEN.search(sentence)) or (since is not None and any(year < since.year for year in years))


def _credits(wording: Wording, person: Person) -> Iterator[Finding]:
    """Roles and institutes beside an author's name that the card does not know."""
    known = " ".join(part for part in (person.role, person.institute, person.parent, person.city) if part)
    if person.role is None and person.institute is None:
        return
    for start, end, phrase in _beside(wording.text, person.name, _ROLES):
        role, _, institute = phrase.partition(" at ")
        wrong_role = person.role is not None and _differs(role, person.role)
        wrong_place = bool(institute) and not _words(institute) <= _words(known)
        if (wrong_role or wrong_place) and not _in_quotation(wording, start):
            what = f"{person.name} is called “{phrase}” here; the card says {person.credit}"
            beside = Beside(person.credit, None, None)
            yield told(_CREDIT, wording, start, end, what, "write what the card says, or mend it", beside=(beside,))


def _roles_of_speakers(inspected: Inspected) -> Iterator[Finding]:
    """The role below a quotation, beside the office of the one who spoke."""
    offices = {one.name: one for one in inspected.publication.names if one.title is not None}
    for blurb in inspected.draft.blurbs:
        if not isinstance(blurb.fields, Quote) or blurb.fields.role is None:
            continue
        name = offices.get(blurb.fields.speaker)
        wording = next((one for one in inspected.wordings if (one.section, one.field) == (blurb.name, "role")), None)
        if name is None or name.title is None or wording is None or _is_old(wording, name, inspected):
            continue
        said = wording.text
        if re.search(rf"\b(?:{_OFFICES})\b", said.casefold()) and not _THEN.search(said) and _differs(said, name.title):
            what = f"{name.name} is called “{said}” here; names.yaml says {name.title}{_since(name.since)}"
            yield told(_OUTDATED, wording, 0, len(said), what, f"write {name.title}, or mend names.yaml")


def _beside(text: str, name: str, heads: str) -> Iterator[tuple[int, int, str]]:
    """What stands in apposition to a name and has one of these words in it: its place with the name, and itself."""
    before = re.compile(
        rf"((?:[\w’'-]+\s+){{0,3}}\b(?:{heads})(?:\s+(?:for|of)\s+(?:the\s+)?[\w’'-]+(?:\s+(?:and\s+)?[a-z][\w’'-]*)?)?)\s+$",
        re.IGNORECASE,
    )
    behind = re.compile(r"(?:['’]s)?,\s+((?:the|a|an|our|its|their|now)\s+[^,.;:()\n“”\"!?]{3,90})", re.IGNORECASE)
    for match in _form(name).finditer(text):
        if found := before.search(text[: match.start()]):
            phrase = _apposition(found[1], heads)
            start = text.rfind(phrase, 0, match.start())
            yield (start if start >= 0 else match.start()), match.end(), phrase
        if (found := behind.match(text, match.end())) and re.search(rf"\b(?:{heads})\b", found[1], re.IGNORECASE):
            phrase = re.split(r"\s+(?:who|whom|whose|said|says|that|which|told|was|is|has|had)\b", found[1])[0]
            if re.search(rf"\b(?:{heads})\b", phrase, re.IGNORECASE):
                yield (
                    match.start(),
                    found.start(1) + len(phrase),
                    re.sub(r"(?i)^(?:the|a|an|our|its|their)\s+", "", phrase),
                )


def _apposition(words: str, heads: str) -> str:
    """Of the words before a name those that belong to the office: from the last article, verb or comma on."""
    parts = words.split()
    head = max(at for at, part in enumerate(parts) if re.fullmatch(heads, part, re.IGNORECASE))
    first = head
    while first > 0 and parts[first - 1].casefold() not in _IDLE and not _VERBAL.search(parts[first - 1]):
        first -= 1
    return " ".join(parts[first:])


def _differs(phrase: str, title: str) -> bool:
    """Whether two offices are different ones; a shorter form of the same, such as the head alone, is no other."""
    said, known = _words(phrase), _words(title)
    if said <= known:
        return len(said) > 1 and bool(known & _RANKS - said)  # "trade minister" for the deputy
    return not (known <= said and not (said - known) & _RANKS)


def _words(phrase: str) -> frozenset[str]:
    found = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", phrase.casefold())
    return frozenset(word for word in found if word not in _IDLE)


def _in_quotation(wording: Wording, at: int) -> bool:
    return any(start <= at < end for start, end in wording.quoted)


CHECK = Check(
    name="names-spelt",
    about="Names, offices and credit lines beside names.yaml and people.yaml.",
    rules=(_VARIANT, _OUTDATED, _CREDIT),
    find=_find,
)
