"""What checking costs, beside a peer in the same run: `python -m bench.check`. Nothing here is a test."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from statistics import median

from bench.timing import Figure, Taken, by_turns, clocked, table
from newsletter.actions.app import coming_issue, open_app, read_issue
from newsletter.actions.check_issue import check_issue
from newsletter.actions.demo import sample_now
from newsletter.actions.gather_sources import gather_sources
from newsletter.actions.init_publication import init_publication
from newsletter.actions.witnesses import witnesses
from newsletter.assemble.edition import assemble
from newsletter.check.runs import marks_in, marks_of
from newsletter.check.wording import Wording
from newsletter.model.identity import New
from newsletter.model.item import Entry, Passage, Reading, Rights, text_digest
from newsletter.model.kinds import Voice
from newsletter.model.source import RightsPolicy, SourceId, SourceState
from newsletter.publication.folder import Folder
from newsletter.publication.publication import Publication, read
from newsletter.store import items
from newsletter.store.engine import Store, file_url, open_store
from newsletter.store.fingerprints import bring_up_to_date, sharing

ITEMS = 20_000
WORDS = 1_500  # of the issue
SHORT, LONG = 60, 500  # words of an item: half of the feeds give a summary, half the whole text
COPIED = 30  # items of which the issue has a run
TENTH = 10  # the peer reads every tenth item

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
_VOCABULARY = [f"{first}{second}{third}" for first in "bdfgklmnpr" for second in "aeiou" for third in "bdfgklmnprst"]
_WEIGHTS = list(accumulate(1 / rank for rank in range(1, len(_VOCABULARY) ** 2 // 40)))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    chance = random.Random(5)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        print(table([*whole_check(Path(folder) / "publication")]))
        path = Path(folder) / "newsletter.db"
        with open_store(file_url(path)) as store:
            texts = _recorded(store, chance, count)
            before = _size(path)
            figures = [*fingerprinting(store, count), *found(store, _issue(chance, texts), count)]
            print(table(figures))
            after = _size(path)
    print(f"\nthe fingerprints take {(after - before) / 1e6:.0f} MB beside the {before / 1e6:.0f} MB of the items")


def whole_check(root: Path) -> Iterator[Figure]:
    """The sample's coming issue, everything gathered, links not asked for; beside assembling, which is part of it."""
    now = sample_now(init_publication(root))
    app = open_app(root, clock=lambda: now)
    gather_sources(app)
    issue = coming_issue(root)
    checked = check_issue(app, issue)
    templates = app.templates

    def assembled() -> float:
        desk = read_issue(app, issue)
        return clocked(lambda: assemble(desk.draft, desk.publication, desk.frame, templates))

    whole, alone = by_turns([lambda: clocked(lambda: check_issue(app, issue)), assembled], rounds=7)
    assert checked.report.blocks == ()
    peer, aim = "assembling it alone", "under 1 s"
    yield Figure("the whole check of the sample's issue", whole, peer, alone, aim, whole.median < 1)


def fingerprinting(store: Store, count: int) -> Iterator[Figure]:
    """Each thousand items that are new."""
    thousands = [clocked(lambda: bring_up_to_date(store, marks_of, at_most=1_000)) for _ in range(count // 1_000)]
    bring_up_to_date(store, marks_of)
    yield Figure("1,000 new items fingerprinted", Taken(median(thousands), min(thousands)), "", None)


def found(store: Store, issue: tuple[Wording, ...], count: int) -> Iterator[Figure]:
    """Which of all items have words of the issue."""
    marks = marks_in(issue)
    publication = _publication()
    assert len(sharing(store, marks, count)) >= COPIED
    peer = f"reading and hashing all texts (every {TENTH}th, times {TENTH})"
    looked, whole, theirs = by_turns(
        [
            lambda: clocked(lambda: sharing(store, marks, 60)),
            lambda: clocked(lambda: witnesses(store, issue, publication)),
            lambda: TENTH * clocked(lambda: _read_anew(store, marks)),
        ],
        rounds=5,
    )
    aim = "under 1 s"
    yield Figure(f"an issue of {WORDS:,} words against {count:,} items", looked, peer, theirs, aim, looked.median < 1)
    yield Figure("  and its witnesses read, nothing being new", whole, peer, theirs, aim, whole.median < 1)


def _read_anew(store: Store, marks: frozenset[int]) -> list[str]:
    """The same without an index, for a tenth of the items: those of one of ten sources."""
    return [item.id for item in items.items(store, source=SourceId("source-0")) if marks & marks_of(item.entry)]


def _recorded(store: Store, chance: random.Random, count: int) -> list[str]:
    texts = []
    for batch in range(0, count, 500):
        source = SourceId(f"source-{batch // 500 % TENTH}")
        entries = [entry_of(source, batch + at, chance) for at in range(500)]
        changes = tuple(New(Reading(one, None)) for one in entries)
        items.record(store, source, changes, SourceState(source=source, tried=NOW), NOW)
        texts += [one.paragraphs[0] for one in entries[:10]]
    return texts


def entry_of(source: SourceId, number: int, chance: random.Random) -> Entry:
    """What a source has published: texts long and short, by turns."""
    title, text = f"Item {number}", _text(chance, SHORT if number % 2 else LONG)
    return Entry(
        source=source,
        guid=f"urn:{number}",
        link=f"https://example.com/{number}",
        title=title,
        passages=(Passage(None, (text,)),),
        language="en",
        rights=Rights(RightsPolicy.SUMMARISE),
        method="feed",
        digest=text_digest(title, (text,)),
    )


def _text(chance: random.Random, count: int) -> str:
    """Words as often as in a language: each of some thousands, the commonest every tenth time."""
    ranks = chance.choices(range(len(_WEIGHTS)), cum_weights=_WEIGHTS, k=count)
    size = len(_VOCABULARY)
    return " ".join(_VOCABULARY[rank % size] + (_VOCABULARY[rank // size] if rank >= size else "") for rank in ranks)


def _issue(chance: random.Random, texts: list[str]) -> tuple[Wording, ...]:
    """Words of its own, in paragraphs, and in thirty of them a run of twelve words of an item."""
    copied = [" ".join(text.split()[9:21]) for text in chance.sample(texts, COPIED)]
    each = WORDS // COPIED - 12
    return tuple(_wording(number, f"{_text(chance, each)} {run}.") for number, run in enumerate(copied))


def _wording(number: int, text: str) -> Wording:
    section, path = f"note-{number}", f"note-{number}.md"
    return Wording(
        section=section, kind="note", field="body", voice=Voice.OURS, text=text, path=path, line=1, source=text
    )


def _publication() -> Publication:
    publication, _ = read(Folder(Path(__file__).parent.parent))
    assert publication is not None
    return publication


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*"))


if __name__ == "__main__":
    main()
