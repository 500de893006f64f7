"""Copied text: runs of words that stand the same in a source, outside marked quotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from newsletter.check.allowed import policy_of
from newsletter.check.copying import Judge, Run, SourceText, free_words
from newsletter.check.inspected import Check, Inspected
from newsletter.check.runs import Stretch, Told, stretches
from newsletter.check.telling import section_of, shortened
from newsletter.check.unread import cited_texts, unread
from newsletter.model.finding import Beside, Finding, Rule, Severity
from newsletter.model.kinds import Voice
from newsletter.model.source import RightsPolicy
from newsletter.publication.publication import Publication

_RUN = Rule(
    name="copied-run",
    severity=Severity.BLOCK,
    looks="12 words in a row, or more, that stand the same in a source; 8 where a notice in its text forbids copying, "
    "or where it is marked “do not use” (“summarise and link only” alone leaves it at 12). Chinese counts by "
    "characters.",
    why="A sentence of somebody else passes for ours, and where copying is forbidden it may cost us dearly.",
    out="Say it in words of your own; or mark the words as a quotation, and name whose they are. What stands between "
    "quotation marks counts as marked; capitals, punctuation and line breaks make no difference.",
)
_PHRASE = Rule(
    name="copied-phrase",
    severity=Severity.WARN,
    looks="8 to 11 words in a row that stand the same in a source; 7 where it forbids copying. Names, titles, dates "
    "and phrases that everybody uses are no evidence.",
    why="So many words are seldom the same by chance: the source was open while this was written.",
    out="Say it in words of your own, or mark the words as a quotation. Waive it where nobody could say it otherwise.",
)
_TITLE = 3  # words: one that is shorter, "The Week", may stand anywhere without being meant


def _find(inspected: Inspected) -> Iterator[Finding]:
    sources = tuple(_sources(inspected))
    ours = tuple(one for one in sources if one.policy is RightsPolicy.OURS)
    theirs = tuple(one for one in sources if one.policy is not RightsPolicy.OURS)
    titles = tuple(_titles(inspected, sources))
    names = tuple(_names(inspected.publication))
    for stretch in stretches(inspected.wordings):
        judge = Judge(stretch, free_words(stretch, ours, titles), names)
        yield from (_finding(stretch, run) for run in judge.runs(theirs))
    yield from _unread(inspected)


def _sources(inspected: Inspected) -> Iterator[SourceText]:
    known = inspected.publication.sources
    for one in inspected.evidence:
        if one.entry is not None:
            yield SourceText(one.cited.id, one.cited.outlet, one.entry, policy_of(one, known), cited=True)
    cited = {one.item for one in inspected.evidence}
    for witness in inspected.witnesses or ():
        if witness.item not in cited:
            yield SourceText(witness.item, witness.outlet, witness.entry, policy_of(witness, known), cited=False)


def _titles(inspected: Inspected, sources: Iterable[SourceText]) -> Iterator[Sequence[str]]:
    """What pieces are called, as it is compared: such words may stand anywhere."""
    written = [one.title for one in sources] + [one.cited.title for one in inspected.evidence if one.entry is None]
    written += [one.text for one in inspected.wordings if one.voice is Voice.TITLE]
    yield from (keys for title in written if len(keys := Told(title).keys) >= _TITLE)


def _names(publication: Publication) -> Iterator[Sequence[str]]:
    """The names, offices and houses that the publication's own files list, as they are compared."""
    lines: list[str | None] = [source.name for source in publication.sources]
    for name in publication.names:
        lines += [name.name, *name.variants, name.title]
    for person in publication.people:
        lines += [person.name, person.role, person.institute, person.parent]
    yield from (Told(line).keys for line in lines if line)


def _finding(stretch: Stretch, run: Run) -> Finding:
    source, (start, end, at) = run.source, run.shared
    rule = _RUN if run.severity is Severity.BLOCK else _PHRASE
    unit = "characters" if stretch.is_han(start, end) else "words"
    what = f"{run.words} {unit} in a row stand the same in “{shortened(source.entry.title)}” ({source.outlet})"
    what += ", which forbids copying" if source.forbids else ""
    what += f", and in {run.others} other item{'s' if run.others > 1 else ''}" if run.others else ""
    todo = "say it in words of your own, or put the words in quotation marks and name whose they are"
    if source.policy is RightsPolicy.DO_NOT_USE:
        todo = "say it in words of your own, from another source: this one is marked “do not use”"
    text, begin, close = source.told.passage(at, at + end - start)
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        section=section_of(stretch.pieces[start].wording),
        spot=stretch.spot(start, end),
        words=stretch.words(start, end),
        what=what,
        todo=todo,
        beside=(Beside(text, source.name, source.outlet, begin, close),),
    )


def _unread(inspected: Inspected) -> Iterator[Finding]:
    missing = cited_texts(inspected)
    if inspected.witnesses is None:
        what = "not checked here whether words were copied: what was gathered lives at home"
        yield unread(_RUN, inspected, what + (f", with {missing} that the issue cites" if missing else ""))
    elif missing:
        yield unread(_RUN, inspected, f"not checked whether words were copied from {missing} that the issue cites")


CHECK = Check(
    name="copied",
    about="Words of the issue that stand the same in a source, cited or not, and are not marked as a quotation.",
    rules=(_RUN, _PHRASE),
    find=_find,
)
