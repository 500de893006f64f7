"""Rejection memory: whether an entry only repeats an item that editors have rejected.

The same press release comes back through five feeds for three weeks. Its copies arrive folded, under the rejected item
and with the reason in words. A later piece on the same matter is news and stays unfolded: other figures, another round
or mostly other words make it one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from newsletter.gather.telling import round_of
from newsletter.model import links
from newsletter.model.item import Entry, Item, ItemId
from newsletter.text.figures import find_figures
from newsletter.text.shingles import hashes, shared_words, words

RUN = 3  # words: what stands in a shared run of so many counts as shared
SHORT = 25  # words: a text below it is compared only beside its headline
ALONE = 0.85  # of a text's words: enough whatever its headline
WITH_TITLE = 0.6  # enough under the same headline
SAME_TITLE = 0.8  # of the words of two headlines
TITLE_WORDS = 5  # a shorter headline ("Weekly briefing") says nothing by itself
TELLING_WORDS = 6  # of title and text together: the same few words are no copy
TEXT = 6_000  # characters of a text that are compared
COMMON = 40  # a run of words that so many rejected texts have leads to none of them


@dataclass(frozen=True, slots=True)
class _Text:
    """An entry as far as it is compared."""

    link: str | None  # canonical; None for a front page, which every entry of a site may carry
    title: frozenset[str]
    words: tuple[str, ...]  # of the text, without the title
    runs: frozenset[int]
    figures: frozenset[tuple[str, str | None]]
    round: tuple[str, int] | None
    digest: str


def find_copy(entry: Entry, rejected: tuple[Item, ...]) -> tuple[ItemId, str] | None:
    """The rejected item that this entry repeats and why it is taken for a copy, in words; None where it is none."""
    return Rejected(rejected).copy_of(entry)


class Rejected:
    """Rejected items, made ready for many comparisons; build it once for a run."""

    def __init__(self, items: tuple[Item, ...]) -> None:
        self._ids = [item.id for item in items]
        self._texts = [_text(item.entry) for item in items]
        self._by_digest: dict[str, int] = {}
        self._by_link: dict[str, list[int]] = defaultdict(list)
        self._by_run: dict[int, list[int]] = defaultdict(list)
        self._by_title: dict[frozenset[str], list[int]] = defaultdict(list)
        for at, text in enumerate(self._texts):
            self._by_digest.setdefault(text.digest, at)
            self._by_title[text.title].append(at)
            if text.link is not None:
                self._by_link[text.link].append(at)
            for run in text.runs:
                self._by_run[run].append(at)

    def copy_of(self, entry: Entry) -> tuple[ItemId, str] | None:
        """The rejected item that this entry repeats, the most alike one, and why, in words; None where it is none."""
        if not self._ids:
            return None
        text = _text(entry)
        if text.link is not None and len(self._by_link.get(text.link, ())) == 1:
            return self._ids[self._by_link[text.link][0]], "the same address"
        at = self._by_digest.get(text.digest)
        if at is not None and len(text.words) + len(text.title) >= TELLING_WORDS:
            return self._ids[at], "the same words under another address"
        judged = [(_judge(text, self._texts[at]), at) for at in self._candidates(text)]
        found = [(*judgement, at) for judgement, at in judged if judgement is not None]
        if not found:
            return None
        _, why, at = max(found, key=lambda one: (one[0], -one[2]))
        return self._ids[at], why

    def _candidates(self, text: _Text) -> set[int]:
        """The places of those that share the headline, or more than a stock phrase of the text."""
        shared = Counter(
            at for run in text.runs if len(self._by_run.get(run, ())) <= COMMON for at in self._by_run.get(run, ())
        )
        return {at for at, _ in shared.most_common(20)} | set(self._by_title.get(text.title, ())[:20])


def _text(entry: Entry) -> _Text:
    title = words(entry.title)
    body = words(" ".join(entry.paragraphs)[:TEXT])
    link = links.canonical(entry.link) if entry.link else None
    whole = f"{entry.title}\n{' '.join(entry.paragraphs)[:TEXT]}"
    return _Text(
        link=None if link is None or links.is_front_page(link) else link,
        title=frozenset(title),
        words=body,
        runs=frozenset(hashes(body, RUN)),
        figures=frozenset((f"{one.value:f}", one.unit) for one in find_figures(whole, entry.language)),
        round=round_of(whole),
        digest=entry.digest,
    )


def _judge(text: _Text, rejected: _Text) -> tuple[float, str] | None:
    """How alike an entry is to a rejected one, and why it is a copy of it; None where it is none."""
    title = len(text.title & rejected.title) / max(1, len(text.title | rejected.title))
    same_title = title >= SAME_TITLE and min(len(text.title), len(rejected.title)) >= TITLE_WORDS
    if text.round != rejected.round and None not in (text.round, rejected.round):
        return None
    if not text.words or not rejected.words:
        if title == 1 and same_title:
            return 1.0, "the same headline, and one of the two has no text"
        return None
    given = shared_words(text.words, rejected.runs, RUN) / len(text.words)
    taken = shared_words(rejected.words, text.runs, RUN) / len(rejected.words)
    # What brings figures that the rejected text does not have, and is not its longer edition, goes on from it.
    if not text.figures <= rejected.figures and not (same_title and taken >= ALONE):
        return None
    percent = f"{round(100 * given)} % of its words"
    if given >= ALONE and min(len(text.words), len(rejected.words)) >= SHORT:
        return given, f"the same text under another address, {percent}"
    if same_title and given >= WITH_TITLE:
        return given, f"the same headline and {percent}"
    if same_title and taken >= ALONE:
        return taken, f"the same headline, and the whole of the rejected text ({round(100 * taken)} % of it)"
    return None
