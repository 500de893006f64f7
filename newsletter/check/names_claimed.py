"""Whether every name of a text stands in one of the items it leans on."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from newsletter.check.cited import Resting, Said, cite, cited, not_looked_up
from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import told
from newsletter.check.unread import unread
from newsletter.check.wording import Wording
from newsletter.model.draft import Draft
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Beside, Finding, Rule, Severity
from newsletter.model.kinds import Voice
from newsletter.publication.publication import Publication
from newsletter.text.geography import is_everyday
from newsletter.text.names import FoundName, find_names, placed_names

_RULE = Rule(
    name="name-not-found",
    severity=Severity.WARN,
    looks="A name of a person, a place or a body that stands in none of the items behind its paragraph or section.",
    why="A misspelt name is the one mistake that its bearer never misses.",
    out="Write it as the item does, or cite the item it comes from. Countries and well-known cities need no source, "
    "nor do the people of people.yaml, the outlets that are cited, and short forms of what the item names in full.",
)
_ALIKE = 0.8  # how much two spellings must share to be taken for one name
_LONGEST = 20  # words; of what is taken for a longer name only the ends are compared
_TITLES = frozenset(
    re.findall(
        r"\S+",
        """
        president minister premier chancellor senator governor mayor professor secretary general ambassador judge king
        queen prince princess pope captain director chairman chairwoman chair commissioner deputy prime vice chief
        representative congressman congresswoman foreign lord lady baron former acting
        """,
    )
)
_OPENS = "“‘\"'(«「『[—–-"  # behind these a capital may only begin a sentence of its own
_HAN = re.compile("[\u3400-\u9fff]")
_WORDS = re.compile(r"[^\W_]+")
_JOINING = frozenset(("of", "the", "for", "and", "de", "la", "von", "van", "der", "di", "del"))


@dataclass(frozen=True)
class _Read:
    """What an item says, folded for looking names up."""

    said: Said
    words: str  # every word, small and without accents, one space around each
    names: tuple[tuple[str, ...], ...]  # those it gives, in folded words, without titles
    initials: frozenset[str]  # of its longer names: "wto" for World Trade Organization
    acronyms: frozenset[str]  # that it uses, in small letters

    @cached_property
    def forms(self) -> tuple[tuple[str, str, str], ...]:
        """What may be a name, folded and as it is written, and its sentence; of those folded alike the first."""
        found: dict[str, tuple[str, str]] = {}
        for sentence in (one for paragraph in self.said.sentences for one in paragraph):
            for form in _forms(sentence, self.said.entry.language):
                found.setdefault(fold(form), (form, sentence))
        return tuple((folded, form, sentence) for folded, (form, sentence) in found.items())


def _find(inspected: Inspected) -> Iterator[Finding]:
    everything = cited(inspected)
    read = {said.id: _read(said) for said in everything.said}
    ours = _ours(inspected)
    missed: list[tuple[Evidence, ...]] = []
    for resting in _with_speakers(inspected, everything.resting):
        here = [read[said.id] for said in resting.said]
        for name in _claims(resting.wording, inspected.draft):
            spellings = _spellings(name.name, inspected.publication)
            if any(_known(one, ours) for one in spellings) or any(_says(one, name, spellings) for one in here):
                continue
            if any(_is_other_script(name.name, said) for said in resting.said):
                continue  # a name is not found in another script; nothing can be said
            if resting.missing:
                missed.append(resting.missing)
                continue
            elsewhere = [one for one in everything.elsewhere(resting) if _says(read[one.id], name, spellings)]
            yield _finding(resting, name, here, elsewhere)
    if what := not_looked_up(missed, "name was", "names were"):
        yield unread(_RULE, inspected, what)


def _with_speakers(inspected: Inspected, resting: tuple[Resting, ...]) -> Iterator[Resting]:
    """What leans on items, and beside each quotation of the week who is said to have spoken."""
    speakers = {one.section: one for one in inspected.wordings if one.kind == "quote" and one.field == "speaker"}
    for one in resting:
        yield one
        if one.wording.kind == "quote" and one.wording.field == "quote" and one.wording.section in speakers:
            yield Resting(speakers[one.wording.section], one.said, one.missing)


def _claims(wording: Wording, draft: Draft) -> Iterator[FoundName]:
    """The names of a text, each once."""
    seen = set()
    for name in placed_names(wording.text, draft.language):
        single = " " not in name.name and not name.name.isupper()
        begins = single and wording.text[: name.start].rstrip(" ")[-1:] in {*_OPENS, "…", "•", "\n"}
        title = any(start <= name.start and name.end <= end for start, end in wording.emphasised)
        if name.name not in seen and not begins and not title and not is_everyday(name.name):
            seen.add(name.name)
            yield name


def _spellings(name: str, publication: Publication) -> tuple[str, ...]:
    """The name, and the other spellings that names.yaml knows of it."""
    folded = fold(name)
    for one in publication.names:
        forms = (one.name, *one.variants)
        if any(folded == fold(form) or f" {folded} ".endswith(f" {fold(form)} ") for form in forms):
            return (name, *forms)
    return (name,)


def _ours(inspected: Inspected) -> frozenset[str]:
    """Names that need no source: our own people and pieces, outlets, what the issue itself has as a title."""
    schedule = inspected.publication.schedule
    names = [schedule.name, schedule.tagline or "", schedule.sender.name, *(city.name for city in schedule.cities)]
    names += [member.name for member in schedule.team]
    names += [source.name for source in inspected.publication.sources]
    names += [item.outlet for item in inspected.draft.items]
    for person in inspected.publication.people:
        names += [part for part in (person.name, person.institute, person.parent, person.city) if part]
    names += [one.text for one in inspected.wordings if one.voice in (Voice.TITLE, Voice.NAME) and not _is_speaker(one)]
    return frozenset(f" {fold(name)} " for name in names if name)


def _is_speaker(wording: Wording) -> bool:
    return wording.kind == "quote" and wording.field == "speaker"


def _known(name: str, ours: frozenset[str]) -> bool:
    words = f" {fold(name)} "
    return any(words in one for one in ours)


def fold(text: str) -> str:
    """A name as it is compared: small letters, no accents, points and possessives, words parted by one space."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    plain = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", plain)  # U.S.
    plain = re.sub(r"['’]s\b|['’]", "", plain)
    return " ".join(_WORDS.findall(plain.casefold()))


def _read(said: Said) -> _Read:
    entry = said.entry
    authors = [part for one in entry.authors for part in (one.name, one.role, one.institution) if part]
    texts = (*said.paragraphs, *authors, said.evidence.cited.outlet, *(one.title for one in entry.related))
    names = [name for text in texts for name in find_names(text, entry.language)]
    untitled = (tuple(word for word in fold(name).split() if word not in _TITLES) for name in names)
    return _Read(
        said=said,
        words=f" {' | '.join(fold(text) for text in texts)} ",
        names=tuple(dict.fromkeys(untitled)),
        initials=frozenset(one for name in names for one in _initials(fold(name))),
        acronyms=frozenset(fold(one) for text in texts for one in re.findall(r"\b[A-Z][A-Z.&]+\b", text)),
    )


def _initials(name: str) -> tuple[str, ...]:
    """The letters a longer name is shortened to, with those of its joining words and without."""
    words = name.split()
    if len(words) < 2:
        return ()
    return "".join(word[0] for word in words), "".join(word[0] for word in words if word not in _JOINING)


def _says(read: _Read, name: FoundName, spellings: tuple[str, ...]) -> bool:
    """Whether an item has the name in any spelling, in full or in short."""
    if _HAN.search(name.name):
        return any(name.name in text for text in read.said.paragraphs)
    if name.name.isupper() and fold(name.name) in read.initials:
        return True
    return any(_stands(read, fold(one)) for one in spellings)


def _stands(read: _Read, name: str) -> bool:
    words = name.split()
    if not words or f" {name} " in read.words or f" {name}s " in read.words:
        return True
    if len(words) == 1:
        return False
    if read.acronyms.intersection(_initials(name)):
        return True
    rest = [word for word in words if word not in _TITLES]
    while len(rest) > 1 and rest[0] in _JOINING:
        rest = rest[1:]
    if rest != words:
        return bool(rest) and _stands(read, " ".join(rest))
    if all(f" {word} " in read.words for word in words if word not in _JOINING) and _in_one(read, words):
        return True
    # "Teo Marchand" where the item only says "Mr Marchand"; where it gives a first name, that one holds.
    alike = [one for one in read.names if one and one[-1] == words[-1]]
    titled = re.search(rf" (?:mr|mrs|ms|dr|professor|president|minister) {re.escape(words[-1])} ", read.words)
    return bool(alike or titled) and all(len(one) == 1 for one in alike)


def _in_one(read: _Read, words: list[str]) -> bool:
    """Whether one sentence of the item has all the words of a longer name: "University of Lakeside"."""
    wanted = {word for word in words if word not in _JOINING}
    return any(wanted <= set(fold(sentence).split()) for paragraph in read.said.sentences for sentence in paragraph)


def _is_other_script(name: str, said: Said) -> bool:
    return bool(_HAN.search(name)) is not said.is_han


def _finding(resting: Resting, name: FoundName, here: list[_Read], elsewhere: list[Said]) -> Finding:
    what, todo = f"no item cited here names {name.name}", "check the name, or cite the item it comes from"
    beside: tuple[Beside, ...] = ()
    near = _nearest(name.name, here)
    if near is not None:
        said, spelt, sentence = near
        what, todo = f"{what}; the source writes {spelt}", f"write {spelt}, if that is who is meant"
        at = max(sentence.find(spelt), 0)
        beside = (said.beside(sentence, at, at + len(spelt)),)
    elif elsewhere:
        what = f"{what}, but {elsewhere[0].evidence.cited.outlet} does"
        todo = f"{cite(resting, elsewhere[0])} if it comes from there, or check the name"
    return told(_RULE, resting.wording, name.start, name.end, what, todo, beside=beside)


def _nearest(name: str, here: list[_Read]) -> tuple[Said, str, str] | None:
    """The name in the items that is spelt most like it, and its sentence; None where none is near."""
    found: tuple[float, tuple[Said, str, str]] | None = None
    ours = fold(name)
    for read in here:
        for theirs, form, sentence in read.forms:
            if 2 * min(len(ours), len(theirs)) < _ALIKE * (len(ours) + len(theirs)):
                continue  # too short or too long, whatever is in it
            likeness = difflib.SequenceMatcher(None, ours, theirs).ratio()
            if likeness >= _ALIKE and (found is None or likeness > found[0]):
                found = likeness, (read.said, form, sentence)
    return found[1] if found else None


def _forms(sentence: str, language: str) -> Iterator[str]:
    """The names of a sentence, whole and in part, and the words in it that begin with a capital."""
    for name in find_names(sentence, language):
        words = name.split()
        if len(words) <= _LONGEST:
            yield name
        yield from (" ".join(words[at:]) for at in range(max(1, len(words) - _LONGEST), len(words)))
        yield from (" ".join(words[:at]) for at in range(1, min(len(words), _LONGEST + 1)))
    yield from re.findall(r"\b[A-ZÀ-Þ][\w-]{3,}", sentence)


CHECK = Check(
    name="names",
    about="Whether the names of a text stand in the items it cites.",
    rules=(_RULE,),
    find=_find,
)
