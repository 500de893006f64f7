"""What making an edition costs, beside a peer in the same run: `python -m bench.assemble`. Nothing here is a test."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from email.parser import BytesParser
from email.policy import SMTP
from itertools import cycle
from pathlib import Path
from statistics import linear_regression

from mjml import mjml2html

from bench.peers import Builder, NpmMjml, node
from bench.sample import Sample
from bench.timing import Figure, Taken, by_turns, clocked, process, table
from newsletter.mail.mime import splice
from newsletter.model.mailing import Recipient

PYTHON = (sys.executable, "-c", "pass")
NEWSLETTER = str(Path(sys.executable).with_name("newsletter"))

EXTRA = (0, 10, 20, 40)  # sections more than the sample has
LONG = 60_000  # octets of a long letter as it is sent
READERS = 50


def main() -> None:
    executable = node()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        npm = opened.enter_context(NpmMjml(executable)) if executable else None
        figures = [
            shown_help(),
            cold_build(Sample(folder / "cold")),
            *warm_rebuild(Sample(folder / "warm"), npm),
            section(Sample(folder / "sections"), npm),
            *message(Sample(folder / "long")),
        ]
    print(table(figures))
    if npm is None:
        print("\nNode with npm's mjml is not there, so nothing was measured beside it; `make bench` installs both.")


def shown_help() -> Figure:
    ours, theirs = by_turns([lambda: process(NEWSLETTER, "--help"), lambda: process(*PYTHON)], rounds=25)
    return Figure(
        "newsletter --help", ours, "python -c pass", theirs, "within 7 times", ours.median <= 7 * theirs.median
    )


def cold_build(sample: Sample) -> Figure:
    """A fresh process from the files to the finished edition."""
    command = (NEWSLETTER, "-C", str(sample.root), "build", "--out", str(sample.root / "var" / "build"))
    ours, theirs = by_turns([lambda: process(*command), lambda: process(*PYTHON)], rounds=9)
    return Figure("newsletter build, a fresh process", ours, "python -c pass", theirs)


def warm_rebuild(sample: Sample, npm: NpmMjml | None) -> Iterator[Figure]:
    """In one process: a word changes in a file, and the issue is read and assembled again."""
    sample.rebuild()
    skeleton = sample.skeleton()
    peer = f"npm's mjml, the mail's skeleton alone ({len(skeleton) / 1000:.0f} kB)"

    def rebuilt() -> float:
        sample.change_a_word()
        return clocked(sample.rebuild)

    sides = [rebuilt, lambda: clocked(lambda: mjml2html(skeleton, fonts={}))]
    if npm is not None:
        npm.warm(skeleton)
        sides.append(lambda: npm.render(skeleton))
    ours, rendered, *others = by_turns(sides, rounds=40)
    theirs = others[0] if others else None
    yield Figure("warm rebuild, one blurb changed", ours, peer, theirs, "under 60 ms", ours.median < 0.060)
    yield Figure("  of it, rendering the skeleton", rendered, peer, theirs)


def section(sample: Sample, npm: NpmMjml | None) -> Figure:
    """What each section more adds to a warm rebuild."""
    skeletons = {}
    for count in EXTRA:
        sample.set_extra(count)
        skeletons[count] = sample.skeleton()

    def rebuilt(count: int) -> float:
        sample.set_extra(count)
        sample.change_a_word()
        return clocked(sample.rebuild)

    sides = [lambda count=count: rebuilt(count) for count in EXTRA]
    if npm is not None:
        sides += [lambda count=count: npm.render(skeletons[count]) for count in EXTRA]
    taken = by_turns(sides, rounds=11)
    ours, theirs = _slope(taken[: len(EXTRA)]), _slope(taken[len(EXTRA) :]) if npm is not None else None
    return Figure("  each section more", ours, "npm's mjml, each section more", theirs)


def _slope(taken: Sequence[Taken]) -> Taken:
    medians, quickest = [one.median for one in taken], [one.quickest for one in taken]
    return Taken(linear_regression(EXTRA, medians).slope, linear_regression(EXTRA, quickest).slope)


def message(sample: Sample) -> Iterator[Figure]:
    """One reader's copy of a long letter: bytes joined, beside a message built from the start."""
    built = sample.grown(LONG)
    readers = [
        Recipient(seq=seq, subscriber=f"sample-{seq}", address=f"reader-{seq}@example.org", name=f"Reader {seq}")
        for seq in range(1, READERS + 1)
    ]
    values = [built.values(reader) for reader in readers]
    spliced = splice(built.edition.letter, values[0])
    builder = Builder(built.edition, spliced)
    _same_mail(spliced, builder.message(values[0]))
    ours_next, theirs_next, reader_next = cycle(values), cycle(values), cycle(readers)
    ours, theirs, signed = by_turns(
        [
            lambda: clocked(lambda: splice(built.edition.letter, next(ours_next)), times=200),
            lambda: clocked(lambda: builder.message(next(theirs_next))),
            lambda: clocked(lambda: built.values(next(reader_next)), times=50),
        ],
        rounds=100,
    )
    what = f"one reader's mail of {len(spliced) / 1000:.0f} kB, spliced"
    met = ours.median < 15e-6 or theirs.median >= 300 * ours.median
    yield Figure(what, ours, "the same by EmailMessage", theirs, "15 µs, or 1/300", met)
    yield Figure("  its links signed, before that", signed, "the same by EmailMessage", theirs)


def _same_mail(ours: bytes, theirs: bytes) -> None:
    """Both sides have to make the same mail, or the figures say nothing."""
    one, other = (BytesParser(policy=SMTP).parsebytes(data) for data in (ours, theirs))
    for name in {*one.keys(), *other.keys()} - {"Content-Type", "MIME-Version"}:
        # EmailMessage folds a long List-Unsubscribe behind its colon, which leaves a space.
        assert str(one[name]).strip() == str(other[name]).strip(), f"{name} differs"
    for part, twin in zip(one.iter_parts(), other.iter_parts(), strict=True):
        assert part.get_content().splitlines() == twin.get_content().splitlines(), "a body differs"


if __name__ == "__main__":
    main()
