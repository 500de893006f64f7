"""Dates of a blurb agree with what its items say and with the calendar; each text counts from its own day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.check import dates_claimed
from newsletter.check.inspected import Inspected
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Finding, Severity
from newsletter.text.datings import find_datings
from tests.checking import evidence, inspected
from tests.claiming import TUESDAY, found, held, says, written
from tests.conftest import opened


@pytest.fixture(scope="session")
def sample(pristine: Path) -> Inspected:
    """The coming issue of the sample, of which only the texts and the items are changed."""
    return inspected(opened(pristine))


def dates(sample: Inspected, text: str, *against: Evidence, language: str = "en") -> list[Finding]:
    return found(dates_claimed.CHECK, sample, text, *against, language=language)


def said_on(theirs: str, day: date | None = TUESDAY) -> Evidence:
    return says(theirs, language="zh" if theirs[0] > "一" else "en", published=day)


# The issue is of Friday 27 November 2026, the items of Tuesday 24 November.
RIGHT = [
    ("The pause began on 14 November.", "The pause began on Nov. 14, 2026."),
    ("The pause began on November 14th, 2026.", "自11月14日起的90天关税暂停期维持不变。"),
    ("The teams met on Tuesday.", "The teams met."),
    ("The teams met on Monday.", "The teams met yesterday and on Monday."),
    ("The teams met on Monday.", "双方周一会面。"),
    ("The teams meet on 1 December.", "The teams will meet next Tuesday."),
    ("The teams will meet on Monday.", "The teams will meet on 30 November."),
    ("The council voted on Friday.", "The council voted on Friday 20 November."),
    ("They met on 22 November.", "The delegations met from 21 to 24 November."),
    ("It was dated in September.", "It is dated September 18."),
    ("In January there will be ministers.", "明年1月部长会晤。"),
    ("The count began in 2003.", "No quarter since the index opened in 2003 was as bad."),
    ("It is the worst since 2004.", "Every autumn for 22 years they counted."),
    ("It fell against 2024.", "It fell against two years earlier."),
    ("It happened last month.", "It happened on 3 October."),
    ("It happened in October.", "It happened last month."),
    ("The link broke two months ago.", "The link broke on 19 September."),
    ("In the 2024-25 season it rained.", "It rained in 2024 and in 2025."),
    ("双方11月14日签字。", "It was signed on 14 November."),
    ("双方24日签字。", "It was signed on Tuesday."),
    ("They return in the autumn of 2028.", "They return in Fall 2028."),
    ("They return in the autumn of 2027.", "They return next autumn."),
    ("They return in the autumn of 2027.", "They return in October 2027."),
    ("They return in the spring of 2028.", "In 2028 the budget ends. They return in the spring."),
    ("It lasted until the winter of 2027.", "It lasted until the winter of 2027-28."),
    ("They return in 2028.", "They return in the winter of 2028."),
    ("It opens in the third quarter of 2027.", "It opens in Q3 2027."),
    ("It opens in the third quarter of 2027.", "It opens on 9 August 2027."),
    ("It opens in the third quarter of 2027.", "它将于2027年第三季度启用。"),
    ("It fell in the third quarter of 2026.", "Third-quarter sales fell."),
    ("它将于2027年秋季启用。", "It opens next autumn."),
    ("They met on the first Saturday of October.", "They met on Saturday, 3 October."),
    ("They met on the last Friday of October.", "They met on 30 October."),
    ("他们在10月第一个星期六会面。", "They met on 3 October 2026."),
    ("It must be signed before April.", "It must be signed by 31 March 2027."),
    ("It must be signed before 2027.", "It must be signed by the end of 2026."),
    ("It holds from 1 April.", "It holds after 31 March."),
    ("须在4月之前签字。", "It must be signed by 31 March."),
    # vague, or ours
    ("They meet on a Monday, on the first Monday of the month, every other Friday, on Sunday evenings.", "They met."),
    ("They meet every Monday; one Sunday they met twice. It begins with a Monday.", "They met."),
    ("They met on the last Friday of the month, in the spring and in the first quarter.", "They met."),
    ("每月第一个星期一会面。", "They met."),
    ("It comes in early 2028.", "It comes in late 2028."),
    ("This week, this month and now they met; recently, too.", "They met."),
    ("Three weeks earlier they had met; in two weeks they meet.", "They met."),
    ("They may march on. Every Friday, on Mondays and in the 1990s they met.", "They met."),
    ("We write again on 4 December.", "They met."),
    ("2000 people came in 90 minutes.", "They came: 2,000 people in an hour and a half."),
    ("He said “we met on Sunday”.", "He said: we met."),
]
WRONG = [
    ("The pause began on 15 November.", "The pause began on 14 November.", "15 November", "14 November"),
    ("The pause began on 14 December.", "The pause began on 14 November.", "14 December", "14 November"),
    ("The teams met on Wednesday.", "The teams met on Tuesday.", "Wednesday", "Tuesday"),
    ("The teams met on Wednesday.", "双方周一会面。", "Wednesday", "周一"),
    ("The count began in 2013.", "The count began in 2003.", "2013", "2003"),
    ("It was dated in August.", "It is dated September 18.", "August", "September 18"),
    ("In March 2025 it broke.", "In March 2024 it broke.", "March 2025", "March 2024"),
    ("It happened last month.", "It happened on 3 August.", "last month", "3 August"),
    ("It happened last year.", "It happened in 2019.", "last year", "2019"),
    ("双方11月15日签字。", "双方11月14日签字。", "11月15日", "11月14日"),
    ("They return in the autumn of 2028.", "They return in the spring of 2028.", "autumn of 2028", "spring of 2028"),
    ("They return in the spring of 2029.", "They return in the spring of 2028.", "spring of 2029", "spring of 2028"),
    ("They return in winter 2028.", "They return in July 2028.", "winter 2028", "July 2028"),
    ("它将于2028年秋季启用。", "它将于2028年春季启用。", "2028年秋季", "2028年春季"),
    ("It opens in Q3 2027.", "It opens in the second quarter of 2027.", "Q3 2027", "second quarter of 2027"),
    ("They met on the second Saturday of October.", "It was 3 October.", "second Saturday of October", "3 October"),
    ("It was said in a Sunday statement.", "It was said on Monday.", "Sunday", "Monday"),
    ("It must be signed before April.", "It must be signed by 30 June.", "April", "30 June"),
    ("It holds after 31 March.", "It holds until 1 April.", "31 March", "1 April"),
]


def test_what_agrees_with_an_item_is_found(sample: Inspected) -> None:
    """In any form, relative or not, in both languages; what is vague claims nothing."""
    told = {ours: dates(sample, ours, said_on(theirs)) for ours, theirs in RIGHT}
    assert {ours: findings[0].what for ours, findings in told.items() if findings} == {}


@pytest.mark.parametrize(("ours", "theirs", "words", "nearest"), WRONG)
def test_a_wrong_date_is_told_with_the_nearest(
    sample: Inspected, ours: str, theirs: str, words: str, nearest: str
) -> None:
    """With the words as they stand there, and the source's sentence beside them."""
    (finding, *others) = dates(sample, ours, said_on(theirs))
    assert not others
    assert (finding.rule, finding.words, finding.severity) == ("date-not-found", words, Severity.WARN)
    assert finding.spot.column == ours.index(words) + 1
    assert [one.text[one.start : one.end] for one in finding.beside] == [nearest]


def test_relative_words_count_from_the_item_s_own_day(sample: Inspected) -> None:
    """The Tuesday of an item of October is no Tuesday of this week."""
    old = said_on("The teams met on Tuesday.", date(2026, 10, 2))
    (finding,) = dates(sample, "The teams met on Tuesday.", old)
    assert finding.what == (
        "no item cited here speaks of “Tuesday” (Tuesday 24 November 2026); "
        "the nearest there is Tuesday 29 September 2026"
    )
    last = said_on("The teams met on Tuesday.", date(2026, 11, 18))
    assert dates(sample, "The teams met on Tuesday.", last) != []
    assert dates(sample, "The teams met on Tuesday 17 November.", last) == []
    undated = said_on("The teams met on Tuesday.", None)
    assert dates(sample, "The teams met on Tuesday.", undated) == []


def test_the_day_of_another_report_of_the_paragraph_vouches_for_nothing(sample: Inspected) -> None:
    """A time may rest on the day of the item whose mark comes next."""
    here = says("They met.", published=date(2026, 11, 25))
    there = says("They left.", "wire-2", published=date(2026, 11, 23))
    text = "They met on {}. They left on {}."
    marks = ((21, "gazette-1"), (42, "wire-2"))

    def told(first: str, second: str) -> list[str]:
        wording = written(text.format(first, second), here, there, marks=marks)
        return [one.words for one in held(dates_claimed.CHECK, sample, [wording], here, there)]

    assert told("Wednesday", "Monday") == []
    assert told("Monday", "Wednesday") == ["Monday", "Wednesday"]


def test_a_date_of_another_item_names_that_item(sample: Inspected) -> None:
    """The way out is its mark."""
    here, there = said_on("They met."), says("They met on 14 November.", "wire-2")
    (finding,) = held(dates_claimed.CHECK, sample, [written("They met on 14 November.", here)], here, there)
    assert finding.todo.startswith("put the mark [^wire-2] behind it")


def test_what_cannot_be_looked_up_is_counted_once(sample: Inspected) -> None:
    """The day on which an item was published is known without its text."""
    away = evidence("wire-2", None)
    text = "They met on Tuesday, after 3 August and 9 May."
    (finding,) = held(dates_claimed.CHECK, sample, [written(text, away)], away)
    assert (finding.severity, finding.words) == (Severity.UNCHECKED, "")
    assert finding.what == "2 dates were not looked up: the text of 1 item is not here"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They met this week.", "this week"),
        ("双方本周会面。", "本周"),
        ("They met recently.", "recently"),
    ],
)
def test_this_week_over_old_items_is_told(sample: Inspected, text: str, words: str) -> None:
    """Even where no text is here; one newer item is enough to say it."""
    old, older = evidence("old", None, published=date(2026, 10, 3)), evidence("older", None, published=date(2026, 9, 1))
    told = [one for one in dates(sample, text, old, older) if one.rule == "not-this-week"]
    assert [one.words for one in told] == [words]
    assert "the newest item cited here is of Saturday 3 October 2026" in told[0].what
    assert dates(sample, text, old, said_on("They met.")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They meet on 31 November.", "31 November"),
        ("They meet on February 30, 2027.", "February 30, 2027"),
        ("双方11月31日会面。", "11月31日"),
        ("They met on Monday 24 November 2026.", "Monday 24 November 2026"),
        ("They met on Monday, Nov. 24.", "Monday, Nov. 24"),
    ],
)
def test_a_day_that_is_none_is_told_without_any_source(sample: Inspected, text: str, words: str) -> None:
    """Wherever it stands, and once."""
    (finding,) = held(dates_claimed.CHECK, sample, [written(text)])
    assert (finding.rule, finding.words) == ("impossible-date", words)


@pytest.mark.parametrize("theirs", ["They waited on 24 November.", "They waited on 9 May."])
def test_what_is_impossible_is_told_once(sample: Inspected, theirs: str) -> None:
    """Whether an item speaks of half of it or not."""
    (finding,) = dates(sample, "They waited on Monday 24 November.", said_on(theirs))
    assert (finding.rule, finding.words) == ("impossible-date", "Monday 24 November")


@pytest.mark.parametrize("text", ["Tuesday 24 November 2026", "Tuesday, Nov. 24", "29 February", "the 31st of May"])
def test_a_day_of_the_calendar_is_left_alone(sample: Inspected, text: str) -> None:
    """Its weekday fits, or none is named."""
    assert held(dates_claimed.CHECK, sample, [written(text)]) == []


_DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 30))


def notations(day: date) -> list[str]:
    month = f"{day:%B}"
    forms = [
        f"{day.day} {month}",
        f"{month} {day.day}",
        f"{month} {day.day}, {day.year}",
        f"{day.day} {day:%b}. {day.year}",
    ]
    return [*forms, day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day:%A} {day.day} {month}"]


@given(day=_DAYS, other=_DAYS, data=st.data())
def test_a_copied_date_is_found_and_another_is_not(
    sample: Inspected, day: date, other: date, data: st.DataObject
) -> None:
    """Whatever the form on either side."""
    item = says(f"It was signed on {data.draw(st.sampled_from(notations(day)))} by both.")
    assert dates(sample, f"Both signed on {data.draw(st.sampled_from(notations(day)))} there.", item) == []
    told = dates(sample, f"Both signed on {data.draw(st.sampled_from(notations(other)))} there.", item)
    known = {day, TUESDAY, date(2026, 11, 27), sample.draft.week.next_issue, sample.draft.week.answers_by}
    assert (told == []) is (other in known)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_the_check(sample: Inspected, ours: str, theirs: str) -> None:
    """Whatever an editor or a source writes."""
    for finding in dates(sample, ours, says(theirs)):
        assert finding.words in " ".join(ours.split())


def test_a_fall_is_no_season_where_it_is_an_amount() -> None:
    """Nor is a feast."""
    texts = ["a fall of 2000 points", "winter 2000 people", "春节", "2028年春节"]
    assert [one.part for text in texts for one in find_datings(text) if one.part] == []


@given(st.from_regex(r"(99|1|31|0|13)( |年|月|/|-)(May|ago|years ago|日|40|2026)( |-)(2026|Nov|13|日)", fullmatch=True))
def test_no_odd_date_breaks_the_reader(text: str) -> None:
    """Datings lie in the text, apart from each other, and mean days of the calendar."""
    end = 0
    for one in find_datings(text):
        assert end <= one.start < one.end <= len(text)
        assert all(first <= last for first, last in one.spans(TUESDAY))
        end = one.end
