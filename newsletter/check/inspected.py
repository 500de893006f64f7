"""What checks are given, and what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.check.wording import Wording
from newsletter.model.draft import Draft
from newsletter.model.edition import Edition
from newsletter.model.evidence import Evidence, LinkSeen, PastLink, Witness
from newsletter.model.finding import Finding, Rule
from newsletter.publication.publication import Publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """An issue with everything it is held against. Whoever asks a check puts in what is there."""

    draft: Draft
    publication: Publication
    edition: Edition
    html: str  # the mail with the longest values its slots can take
    text: str
    wordings: tuple[Wording, ...]  # every text of the issue, in the order of the mail; `wording.wordings_of` makes them
    evidence: tuple[Evidence, ...]  # one for each of `draft.items`, in that order
    witnesses: tuple[Witness, ...] | None  # None: there is no store here to look into
    past: tuple[PastLink, ...]  # of the issues before this one, the newest first
    links: tuple[LinkSeen, ...] | None  # None: links were not asked for
    now: datetime  # aware, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: a name, what it looks for, and the function that looks."""

    name: str  # what `check --only` takes
    about: str  # one sentence
    rules: tuple[Rule, ...]
    find: Callable[[Inspected], Iterable[Finding]]  # severities as the rules say; schedule.yaml is applied later
