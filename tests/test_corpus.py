"""How well the checks see: blurbs with known verdicts, and what was promised of them."""

from __future__ import annotations

from collections import Counter

import pytest

from newsletter.actions.init_publication import init_publication
from tests.tools import corpus
from tests.tools.corpus import Verdict

PLANTED = ("figure-not-found", "date-not-found", "impossible-date", "not-this-week")


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Verdict, ...]:
    """What the checks say of every blurb that they were mended by."""
    publication = init_publication(tmp_path_factory.mktemp("corpus") / "publication")
    return (*corpus.measured(publication), *corpus.measured(publication, corpus.HELD_OUT))


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Verdict, ...]:
    """What they say of the blurbs that nothing was mended by."""
    return corpus.measured(init_publication(tmp_path_factory.mktemp("unseen") / "publication"), corpus.UNSEEN)


def planted(verdicts: tuple[Verdict, ...], *rules: str) -> tuple[int, int]:
    """How many faults of these rules were planted, and how many of them were missed."""
    asked = Counter(rule for one in verdicts for rule, _ in one.blurb.expect)
    missed = Counter(rule for one in verdicts for rule, _ in one.missed)
    return sum(asked[rule] for rule in rules), sum(missed[rule] for rule in rules)


def test_the_corpus_is_large_enough_to_say_something(verdicts: tuple[Verdict, ...]) -> None:
    """At least 120 blurbs, a good part of them without any fault, and every rule planted is one there is."""
    assert len(verdicts) >= 120
    assert sum(not one.blurb.expect for one in verdicts) >= 40
    assert {rule for one in verdicts for rule, _ in one.blurb.expect} <= set(corpus.rules_measured())
    assert len({one.blurb.id for one in verdicts}) == len(verdicts)


def test_every_copied_run_of_twelve_words_blocks_and_nothing_else_does(verdicts: tuple[Verdict, ...]) -> None:
    """All that were planted, however they were disguised; and no other blurb is blocked for it."""
    count, missed = planted(verdicts, "copied-run")
    assert count >= 20
    assert missed == 0
    assert [one.blurb.id for one in verdicts for alarm in one.false_alarms if alarm.rule == "copied-run"] == []


def test_wrong_figures_and_dates_are_found(verdicts: tuple[Verdict, ...]) -> None:
    """At least 95 % of those that were planted."""
    count, missed = planted(verdicts, *PLANTED)
    assert count >= 30
    assert (count - missed) / count >= 0.95


def test_most_wrong_figures_are_more_than_a_note(verdicts: tuple[Verdict, ...]) -> None:
    """That some reckoning hits on a wrong figure by chance is the exception: at most three in ten."""
    count, _ = planted(verdicts, *PLANTED)
    assert sum(len(one.noted) for one in verdicts) <= 0.3 * count


def test_most_of_what_is_planted_is_found_in_blurbs_that_nothing_was_mended_by(unseen: tuple[Verdict, ...]) -> None:
    """Wrong figures, dates, names and quotations, and copied runs: nine in ten. Names them by number only."""
    count = sum(len(one.blurb.expect) for one in unseen)
    assert count >= 20
    assert sum(len(one.missed) for one in unseen) <= 0.1 * count


def test_false_alarms_are_rare(verdicts: tuple[Verdict, ...]) -> None:
    """At most one blurb in twenty has one."""
    troubled = [one.blurb.id for one in verdicts if one.false_alarms]
    assert len(troubled) <= len(verdicts) / 20, troubled


def test_the_figures_of_the_manual_are_those_that_were_measured(
    verdicts: tuple[Verdict, ...], unseen: tuple[Verdict, ...]
) -> None:
    """docs/checks-measured.md; `make checks-page` writes it anew."""
    assert corpus.PAGE.read_text("utf-8") == corpus.page(verdicts, unseen)
