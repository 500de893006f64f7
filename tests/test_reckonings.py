"""Figures and dates that no item has and that follow from what items say: told as notes that show the reckoning."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from newsletter.check import dates_claimed, figures_claimed
from newsletter.check.inspected import Inspected
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Severity
from tests.checking import inspected
from tests.claiming import found, says
from tests.conftest import opened


@pytest.fixture(scope="session")
def sample(pristine: Path) -> Inspected:
    """The coming issue of the sample, of which only the texts and the items are changed."""
    return inspected(opened(pristine))


# Items as full of figures as reports are; each sentence of ours has one figure that none of them holds.
HARBOUR = (
    "The port of Velmouth handled 86,400 containers in October, 9,300 of them empty. Its four quays moved 31,200, "
    "24,600, 18,900 and 11,700. A year ago October brought 79,200. The crane crews worked 1,440 hours on 30 days.",
    "The port pays $3.6 million a year for the tugs, of which there are 8. Towing one ship costs $1,250. In October "
    "412 ships called, 103 of them from Sandor. Of the 64 pilots, 22 are over sixty; 12 leave next year.",
    "The oldest pier was built in 1911 and the newest in 2019. Repairs began in March 2025 and take 21 months. The "
    "guards work from 6:00 to 14:30. Ana Quill, the harbour master, was born in 1968 and has served since 2003.",
)
SCHOOL = (
    "The college at Tannberg has 1,860 students, 1,085 of them women. Last year there were 1,740. They come from 46 "
    "countries; 372 from abroad. Fees are 4,800 crowns a year, a room costs 620 crowns a month.",
    "It employs 155 teachers, 31 of them part-time, and spends 84 million crowns a year. The state gives 47 percent, "
    "the town 18 percent, donors 6 percent. The library lends 52,000 books a year and opens on 260 days.",
    "The canteen sells 740 meals a day at 9 crowns; a coffee costs 2.40. A lesson lasts 50 minutes, with 28 lessons a "
    "week. Latin, Greek, Hebrew, Coptic and Syriac are taught. The new hall seats 420, the old one 275.",
)
HAN = (
    "青澜镇有茶农1200户，茶园9600亩，去年产茶48万斤，今年产茶54万斤。每斤收购价85元，比去年低15元。",
    "镇上的茶厂有工人三百二十人，其中女工二百四十人。茶厂每天加工6000斤，每周开工六天。新厂房投资两千四百万元，政府出六成。",
)
FIGURES = [
    (HARBOUR, "Full boxes came to {}.", "77,100"),
    (HARBOUR, "The two busiest quays moved {} boxes.", "55,800"),
    (HARBOUR, "The three smaller quays had {} of them.", "55,200"),
    (HARBOUR, "That is {} boxes above the October before.", "7,200"),
    (HARBOUR, "Growth in a year: {} percent.", "nine"),
    (HARBOUR, "Every day of October {} boxes passed.", "2,880"),
    (HARBOUR, "Every hour of work meant {} boxes.", "60"),
    (HARBOUR, "Some {} percent of the boxes held nothing.", "11"),
    (HARBOUR, "Each tug costs {} dollars.", "450,000"),
    (HARBOUR, "The tugs cost {} dollars a month.", "300,000"),
    (HARBOUR, "One ship in {} came from Sandor.", "four"),
    (HARBOUR, "The other {} ships came from elsewhere.", "309"),
    (HARBOUR, "Those are {} ships a day.", "14"),
    (HARBOUR, "Pilots of sixty and less: {}.", "42"),
    (HARBOUR, "Between the oldest and the newest pier lie {} years.", "108"),
    (HARBOUR, "The oldest pier has stood for {} years.", "115"),
    (HARBOUR, "Quill, {}, smiles.", "58"),
    (HARBOUR, "Quill took over at {}.", "35"),
    (HARBOUR, "A guard is on his feet for {} hours.", "eight and a half"),
    (HARBOUR, "All the calls together brought the tugs {} dollars.", "515,000"),
    (SCHOOL, "Men are in the minority: {} of them.", "775"),
    (SCHOOL, "Women make up {} percent.", "58"),
    (SCHOOL, "The college grew by {} heads.", "120"),
    (SCHOOL, "One student in {} is a foreigner.", "five"),
    (SCHOOL, "A teacher has {} students.", "12"),
    (SCHOOL, "A year in a room comes to {} crowns.", "7,440"),
    (SCHOOL, "Fees and room come to {} crowns a year.", "12,240"),
    (SCHOOL, "Fees bring in {} crowns.", "8.9 million"),
    (SCHOOL, "Full-time teachers number {}.", "124"),
    (SCHOOL, "Public money covers {} percent.", "65"),
    (SCHOOL, "The rest, {} percent, is for the students to find.", "29"),
    (SCHOOL, "From the state come {} crowns.", "39.5 million"),
    (SCHOOL, "On a day {} books go out.", "200"),
    (SCHOOL, "A student borrows {} books.", "28"),
    (SCHOOL, "Lunch brings {} crowns a day.", "6,660"),
    (SCHOOL, "A meal with coffee costs {} crowns.", "11.40"),
    (SCHOOL, "They sit in class for {} hours a week.", "23"),
    (SCHOOL, "They teach {} dead languages.", "five"),
    (SCHOOL, "Both halls have {} seats.", "695"),
    (SCHOOL, "The old hall holds {} fewer.", "145"),
    (HAN, "A household has {} mu of tea.", "eight"),
    (HAN, "The harvest grew by {} jin.", "60,000"),
    (HAN, "Growth was {} percent.", "12.5"),
    (HAN, "Last year a jin brought {} yuan.", "100"),
    (HAN, "Women are {} of the workers.", "three quarters"),
    (HAN, "There are {} men at work.", "80"),
    (HAN, "The plant makes {} jin a week.", "36,000"),
    (HAN, "The state paid {} yuan.", "14.4 million"),
    (HAN, "The harvest was worth {} yuan.", "45.9 million"),
]
# The items are of Tuesday 24 November 2026, the issue of Friday 27 November.
DATES = [
    ("Building starts in February 2027. It takes 18 months.", "It opens in {}.", "August 2028", "May 2028"),
    (
        "The bridge closes in spring 2028 for 27 months.",
        "It is open again in the {}.",
        "summer of 2030",
        "summer of 2031",
    ),
    ("The committee will report in six weeks.", "The report comes in {}.", "January", "June"),
    ("The trial opened on 2 November. It is to last 30 days.", "The trial ends on {}.", "2 December", "12 December"),
    ("The show opened on Thursday.", "The show opened on {}.", "26 November", "28 November"),
    ("The licence runs out in March 2027, after 20 years.", "The licence was given in {}.", "March 2007", "March 2009"),
    ("The first shoots came in April, 15 months after sowing.", "They were sown in {}.", "January 2025", "March 2025"),
    ("工程2027年3月开工，工期20个月。", "It will be done in {}.", "November 2028", "June 2028"),
]


def item(text: str | tuple[str, ...]) -> Evidence:
    return says(text, language="zh" if any(sign > "一" for sign in "".join(text)) else "en")


@pytest.mark.parametrize(("theirs", "ours", "right"), FIGURES)
def test_what_an_editor_reckons_is_no_warning(
    sample: Inspected, theirs: tuple[str, ...], ours: str, right: str
) -> None:
    """A figure that follows from others is passed where our sentence tells how, and otherwise a note."""
    told = found(figures_claimed.CHECK, sample, ours.format(right), item(theirs))
    assert [one.what for one in told if one.severity is Severity.WARN] == []
    assert {(one.rule, one.todo) for one in told} <= {("figure-reckoned", "see whether that is what you mean")}


# Notes as they are read: what our text says, and what the note tells of it.
TOLD = [
    (HARBOUR, "The two busiest quays moved 55,800 boxes.", "24,600 and 31,200 together give it"),
    (HARBOUR, "All the calls together brought the tugs 515,000 dollars.", "$1,250 times 412 gives it"),
    (HARBOUR, "Those are 14 ships a day.", "412 divided by 30 gives 13.73"),
    (SCHOOL, "A year in a room comes to 7,440 crowns.", "620 times 12 (the months of a year) gives it"),
    (
        SCHOOL,
        "Fees and room come to 12,240 crowns a year.",
        "620 times 12 (the months of a year), and 4,800 more, give it",
    ),
    (SCHOOL, "Women make up 58 percent.", "1,085 of 1,860 is 58.33 %"),
    (SCHOOL, "From the state come 39.5 million crowns.", "47 percent of 84 million gives 39.48 million"),
    (SCHOOL, "They sit in class for 23 hours a week.", "50 minutes times 28 gives 23.33"),
    (HAN, "There are 80 men at work.", "320 less 240 gives it"),
]


@pytest.mark.parametrize(("theirs", "ours", "how"), TOLD)
def test_a_note_shows_the_reckoning_and_the_sentences_it_rests_on(
    sample: Inspected, theirs: tuple[str, ...], ours: str, how: str
) -> None:
    """In words, with the likeliest of all reckonings that hit; beside it, where its figures stand."""
    (one,) = found(figures_claimed.CHECK, sample, ours, item(theirs))
    assert (one.rule, one.severity) == ("figure-reckoned", Severity.NOTE)
    assert one.what == f"no item cited here says “{one.words}”; {how}"
    assert 1 <= len(one.beside) <= 3
    assert all(beside.text in "".join(theirs) for beside in one.beside)


def test_most_slips_of_a_digit_stay_warnings(sample: Inspected) -> None:
    """Every figure of the table with one digit raised by one, or two swapped: at least two in three are warned of."""
    verdicts = Counter(
        next((one.severity for one in found(figures_claimed.CHECK, sample, ours.format(slip), item(theirs))), None)
        for theirs, ours, right in FIGURES
        for slip in _slips(right)
    )
    print({verdict and verdict.name: count for verdict, count in verdicts.items()})
    assert verdicts.total() > 100
    assert verdicts[Severity.WARN] / verdicts.total() >= 2 / 3


def _slips(written: str) -> list[str]:
    digits = [match.start() for match in re.finditer(r"\d", written)]
    raised = {f"{written[:at]}{int(written[at]) % 9 + 1}{written[at + 1 :]}" for at in digits}
    swapped = {
        f"{written[:one]}{written[other]}{written[one + 1 : other]}{written[one]}{written[other + 1 :]}"
        for one, other in pairwise(digits)
        if written[other] != "0"
    }
    return sorted((raised | swapped) - {written})


def test_a_reckoning_may_take_figures_of_two_items(sample: Inspected) -> None:
    """Where no item alone makes the figure; both sentences are shown."""
    north = says("The northern mill sold 14,750 sacks.", "gazette-1")
    south = says("The southern mill sold 9,340 sacks.", "gazette-2")
    (one,) = found(figures_claimed.CHECK, sample, "Customers took 24,090 sacks home.", north, south)
    assert one.what == "no item cited here says “24,090”; 9,340 and 14,750 together give it"
    assert sorted(beside.item or "" for beside in one.beside) == ["gazette-1", "gazette-2"]


def test_where_anything_might_be_reckoned_nothing_is(sample: Inspected) -> None:
    """Among fifty figures some sum or product is any number of two digits: that is no word for ours."""
    many = says(f"It counted {', '.join(str(7 * at + at % 5) for at in range(14, 64))} herons.")
    (one,) = found(figures_claimed.CHECK, sample, "There were 85 nests.", many)
    assert one.rule == "figure-not-found"


@pytest.mark.parametrize(("theirs", "ours", "right", "slip"), DATES)
def test_a_date_that_follows_is_a_note_and_its_slip_a_warning(
    sample: Inspected, theirs: str, ours: str, right: str, slip: str
) -> None:
    """So long after or before a time that the item names, or another day that it may mean."""
    told = found(dates_claimed.CHECK, sample, ours.format(right), item(theirs))
    assert [one.rule for one in told if one.rule != "date-reckoned"] == []
    assert all(one.severity is Severity.NOTE and one.beside for one in told)
    assert [one.rule for one in found(dates_claimed.CHECK, sample, ours.format(slip), item(theirs))] == [
        "date-not-found"
    ]


def test_a_date_note_says_how_it_follows(sample: Inspected) -> None:
    """With the length of time and the time it counts from, each in its sentence."""
    theirs = "Building starts in February 2027. It takes 18 months."
    (one,) = found(dates_claimed.CHECK, sample, "It opens in August 2028.", item(theirs))
    assert one.what == "no item cited here speaks of “August 2028”; 18 months after February 2027 is August 2028"
    assert one.todo == "see whether that is what you mean"
    assert [beside.text for beside in one.beside] == ["Building starts in February 2027.", "It takes 18 months."]
