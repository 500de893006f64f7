"""What a text of the issue may rest on: the items it leans on, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from newsletter.check.inspected import Inspected
from newsletter.check.wording import Wording
from newsletter.model.draft import Draft
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Beside
from newsletter.model.item import Entry
from newsletter.model.kinds import Number, Voice
from newsletter.text.sentences import sentences

# Lines of a front matter that claim nothing of a source: what we say to the reader, and what is wrong on purpose.
_NO_CLAIMS = frozenset(("greeting", "sign_off", "button", "promise", "duration", "wrong", "alt", "credit", "licence"))
_NO_SOURCES = frozenset(("replies", "question", "catchup"))  # kinds in which readers speak, or we speak to them


@dataclass(frozen=True)
class Said:
    """A cited item whose text is here."""

    evidence: Evidence
    entry: Entry

    @property
    def id(self) -> str:
        """What items.yaml calls it."""
        return self.evidence.cited.id

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """All it says: headline, what stands around it, and the text."""
        entry = self.entry
        lines = (
            entry.title,
            self._named_otherwise,
            entry.kicker,
            entry.deck,
            *(passage.label for passage in entry.passages),
        )
        return (*(line for line in lines if line), *entry.paragraphs)

    @property
    def _named_otherwise(self) -> str | None:
        """The title that the issue gives it, where it is not the source's."""
        return None if self.evidence.cited.title == self.entry.title else self.evidence.cited.title

    @cached_property
    def sentences(self) -> tuple[tuple[str, ...], ...]:
        """The sentences of each paragraph."""
        return tuple(sentences(paragraph) for paragraph in self.paragraphs)

    @cached_property
    def is_han(self) -> bool:
        """Whether it is written in Chinese characters, so that no English name or quotation can be found in it."""
        text = "".join(self.entry.paragraphs) or self.entry.title
        return 3 * sum("\u3400" <= sign <= "\u9fff" for sign in text) > len(text)

    def beside(self, text: str, start: int = 0, end: int = 0) -> Beside:
        """A passage of it, to be shown beside a finding."""
        return Beside(text, self.id, self.evidence.cited.outlet, start, end)


@dataclass(frozen=True, slots=True)
class Resting:
    """A text that leans on items, with what these say."""

    wording: Wording
    said: tuple[Said, ...]  # of the items whose text is here
    missing: tuple[Evidence, ...]  # the items whose text is not

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All that it leans on."""
        return (*(one.evidence for one in self.said), *self.missing)


@dataclass(frozen=True, slots=True)
class Cited:
    """The texts of an issue that claim something of a source, and everything that its sources say."""

    resting: tuple[Resting, ...]
    said: tuple[Said, ...]  # in the order of items.yaml

    def elsewhere(self, resting: Resting) -> tuple[Said, ...]:
        """What items say that the issue cites, though not there."""
        here = {one.id for one in resting.said}
        return tuple(one for one in self.said if one.id not in here)


def cited(inspected: Inspected) -> Cited:
    """What may be held against the sources: our own words and quotations of sections that lean on an item."""
    known = {one.cited.id: one for one in inspected.evidence}
    said = {name: Said(one, one.entry) for name, one in known.items() if one.entry is not None}
    numbers = {one.name: one.fields.source for one in inspected.draft.blurbs if isinstance(one.fields, Number)}
    resting = []
    for wording in inspected.wordings:
        named = wording.leans
        if wording.section in numbers and wording.field in ("value", "unit"):
            named = (numbers[wording.section],)  # the number itself comes from the one item it names
        leans = [known[name] for name in named if name in known]
        if leans and _claims(wording):
            here = tuple(said[one.cited.id] for one in leans if one.cited.id in said)
            resting.append(Resting(wording, here, tuple(one for one in leans if one.cited.id not in said)))
    return Cited(tuple(resting), tuple(said.values()))


def _claims(wording: Wording) -> bool:
    return (
        wording.voice in (Voice.OURS, Voice.QUOTED)
        and wording.kind not in _NO_SOURCES
        and wording.field.rpartition(".")[2] not in _NO_CLAIMS
    )


def cite(resting: Resting, item: Said) -> str:
    """How an editor makes a text lean on one more item."""
    if resting.wording.kind == "opening" and resting.wording.field == "body":
        return f"put the mark [^{item.id}] behind it"
    return f"add {item.id} to the section's items"


def not_looked_up(claims: Sequence[tuple[Evidence, ...]], one: str, many: str) -> str:
    """How many claims were not looked up, for each the items whose texts are not here; "" where all were."""
    if not claims:
        return ""
    items = {item.cited.id: item for missing in claims for item in missing}
    forgotten = sum(item.forgotten for item in items.values())
    texts = "the text of 1 item is not here" if len(items) == 1 else f"the texts of {len(items)} items are not here"
    kept = f" ({forgotten} no longer kept)" if forgotten else ""
    return f"{len(claims)} {one if len(claims) == 1 else many} not looked up: {texts}{kept}"


def items_path(draft: Draft) -> str:
    """Where the issue names what it leans on."""
    return f"content/issues/{draft.issue}/items.yaml"
