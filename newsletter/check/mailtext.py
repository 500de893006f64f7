"""Where in the mail each section stands, and which words of an editor's file each text of it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from newsletter.check.inspected import Inspected
from newsletter.check.markup import Element, Markup, Run, parse
from newsletter.check.wording import Wording
from newsletter.model.finding import Spot

STANDING = "issue"  # the template of what is the same in every issue
_ANCHOR = 8  # letters: shorter words stand in many places


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of the mail's HTML that one section takes."""

    section: str
    kind: str
    start: int  # in characters
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """The editor's words that a text of the mail is made of."""

    wording: Wording
    start: int  # in the wording's text
    end: int

    @property
    def spot(self) -> Spot:
        """Where they stand in the file."""
        return self.wording.spot(self.start, self.end)


@dataclass(frozen=True, slots=True)
class _Found:
    """A wording in the letters of the mail."""

    wording: Wording
    start: int
    end: int


class MailText:
    """The mail with its words traced back to the files. What is traced to none comes from a template."""

    def __init__(self, inspected: Inspected) -> None:
        self.markup = parse(inspected.html)
        self._labels = tuple(file.path for file in inspected.edition.manifest.inputs)
        runs = list(self.markup.runs)
        pieces = [_letters(run.text) for run in runs]
        self._starts = {id(run): start for run, start in zip(runs, _sums(pieces), strict=True)}
        letters = "".join(pieces)
        self._found = sorted(_traced(inspected.wordings, letters), key=lambda one: one.start)
        self._alone = {_letters(wording.text): wording for wording in reversed(inspected.wordings)}
        offsets = [*self._starts.values()]

        def run_at(letter: int) -> Run:
            return runs[bisect_right(offsets, letter) - 1]

        kinds = {blurb.name: blurb.kind for blurb in inspected.draft.blurbs}
        ends = {
            name: (run_at(min(one.start for one in own)), run_at(max(one.end for one in own) - 1))
            for name in kinds
            if (own := [one for one in self._found if one.wording.section == name])
        }
        self.stretches = tuple(_stretches(ends, kinds))

    def place(self, run: Run) -> Place | None:
        """The words of a file that this text is; None where a template says it, or a file of standing texts."""
        start = self._starts[id(run)]
        end = start + len(_letters(run.text))
        around = [one for one in self._found if one.start < end and start < one.end]
        if not around:
            return None
        best = max(around, key=lambda one: min(one.end, end) - max(one.start, start))
        return _placed(best.wording, max(start - best.start, 0), min(end, best.end) - best.start)

    def place_of(self, words: str) -> Place | None:
        """The line of a file that says just these words; None where none does."""
        wording = self._alone.get(_letters(words))
        return Place(wording, 0, len(wording.text)) if wording and _letters(words) else None

    def first_place(self, element: Element) -> Place | None:
        """The words of a file that an element begins with; None where a template says all of it."""
        runs = (run for run in Markup(element, (), ()).runs if id(run) in self._starts)
        return next((place for run in runs if (place := self.place(run))), None)

    def section_at(self, at: int) -> str | None:
        """The section that this character of the HTML belongs to; None in what is the same in every issue."""
        return next((one.section for one in self.stretches if one.start <= at < one.end), None)

    def template_at(self, at: int) -> Spot:
        """The file of the template that wrote this character of the HTML."""
        kind = next((one.kind for one in self.stretches if one.start <= at < one.end), STANDING)
        return template(self._labels, kind)


def template(labels: Iterable[str], kind: str, folder: str = "email", suffix: str = ".mjml") -> Spot:
    """The file of a template, by the labels of what an edition was made from."""
    name = f"templates/{folder}/{kind}{suffix}"
    return Spot(next((label for label in labels if label.endswith(name)), name), 0)


def _letters(text: str) -> str:
    """Letters and digits only: what setting in type never changes."""
    return "".join(filter(str.isalnum, text))


def _sums(pieces: Iterable[str]) -> Iterator[int]:
    at = 0
    for piece in pieces:
        yield at
        at += len(piece)


def _traced(wordings: Iterable[Wording], letters: str) -> Iterator[_Found]:
    """Each wording where the mail has it, section by section, the longest of a section first."""
    sections: dict[str, list[Wording]] = {}
    for wording in wordings:
        sections.setdefault(wording.section, []).append(wording)
    begins = 0
    for own in sections.values():
        taken: list[_Found] = []
        for wording in sorted(own, key=lambda one: -len(_letters(one.text))):
            sought = _letters(wording.text)
            if len(sought) < _ANCHOR and not taken:
                continue
            at = _next(letters, sought, begins, taken)
            if at is not None:
                taken.append(_Found(wording, at, at + len(sought)))
        if taken:
            begins = taken[0].end
        yield from taken


def _next(letters: str, sought: str, begins: int, taken: list[_Found]) -> int | None:
    """Where these letters stand behind a place, but not within what was found already; None where nowhere."""
    at = letters.find(sought, begins) if sought else -1
    while at >= 0 and any(one.start < at + len(sought) and at < one.end for one in taken):
        at = letters.find(sought, at + 1)
    return at if at >= 0 else None


def _placed(wording: Wording, start: int, end: int) -> Place:
    """From letters of a wording to characters of its text."""
    places = [at for at, character in enumerate(wording.text) if character.isalnum()]
    return Place(wording, places[start], places[end - 1] + 1)


def _stretches(ends: dict[str, tuple[Run, Run]], kinds: dict[str, str]) -> Iterator[Stretch]:
    """The sections as blocks beside each other. What lies between two belongs to the second: it is its heading."""
    if not ends:
        return
    runs = [run for pair in ends.values() for run in pair]
    container = _common([run.parent for run in runs])
    begins: int | None = None
    for name, (first, last) in ends.items():
        start = _block(first, container).start if begins is None else begins
        end = _block(last, container).end
        if end > start:
            yield Stretch(name, kinds[name], start, end)
            begins = end


def _common(elements: list[Element]) -> Element:
    """The innermost element around them all that is not the only block of a section."""
    shared = [one for one in elements[0].around() if all(one in other.around() for other in elements[1:])]
    return shared[0]


def _block(run: Run, container: Element) -> Element:
    """The child of the container that the run stands in."""
    return next((one for one in run.parent.around() if one.parent is container), run.parent)
