"""Figures of a blurb are looked up in the items it cites: what is right is left alone, what is wrong is told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.check import figures_claimed
from newsletter.check.inspected import Inspected
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Finding, Severity
from newsletter.text.numberwords import find_ordinals
from newsletter.text.shares import find_shares
from tests.checking import evidence, inspected, issue_with
from tests.claiming import found, held, says, written
from tests.conftest import opened


@pytest.fixture(scope="session")
def sample(pristine: Path) -> Inspected:
    """The coming issue of the sample, of which only the texts and the items are changed."""
    return inspected(opened(pristine))


def figures(sample: Inspected, text: str, *against: Evidence, language: str = "en") -> list[Finding]:
    return found(figures_claimed.CHECK, sample, text, *against, language=language)


RIGHT = [
    # the same figure in another notation
    ("The bill is US$1.2 billion.", "The bill came to US$1,200 million."),
    ("The bill is $1.2 billion.", "The bill came to US$1,200,000,000."),
    ("It cost 3 million yuan.", "It cost RMB 3m."),
    ("Some 90 days remain.", "Ninety days remain."),
    ("A dozen ships wait.", "There are 12 vessels outside."),
    ("Fifty-two ships wait.", "周一早晨共有52艘船等候。"),
    ("Forty-three directors signed.", "43位联合实验室主任联名致信。"),
    ("It takes two weeks and 48 hours.", "It takes 14 days, and 2 days of rest."),
    ("They walked 5,000 metres.", "They walked 5 km."),
    ("It fell by 48%.", "Materials science\n-48%"),
    ("It lasts 5 to 7 days.", "It lasts between five and seven days."),
    ("The count is 1 200 000 000 now.", "The count is 1.2 billion now."),
    # rounded, with a word for it or without
    ("About 1,200 people came.", "The clerk counted 1,187 people."),
    ("Nearly 1,200 people came.", "The clerk counted 1,187 people."),
    ("More than 1,100 people came.", "The clerk counted 1,187 people."),
    ("Fewer than 1,200 people came.", "The clerk counted 1,187 people."),
    ("Up to 1,200 people came.", "The clerk counted 1,187 people."),
    ("It cost 1.2 billion euros.", "It cost 1,187 million euros."),
    ("It fell by 31%.", "It fell by 30.7 percent."),
    ("Nearly a third of the papers are gone.", "The papers fell by 31%."),
    ("Two thirds of them stayed.", "Of them, 67 per cent stayed."),
    ("Half of the fleet sails.", "The share that sails is 50%."),
    ("约1200人到场。", "共有1187人到场。"),
    # one simple step
    ("It rose by 2 to 28 passages.", "The authority goes from 26 daily passages to 28."),
    ("The two counts were six birds apart.", "This time the totals were 4,118 and 4,112."),
    ("In all, 44 lawmakers signed.", "It was signed by 23 lawmakers of one party and 21 of the other."),
    ("A fifth of the 60 requests were approved.", "Of 60 requests, twelve were approved."),
    ("The toll is five times higher.", "The toll rose from 20 dollars to 100 dollars."),
    ("Talks lasted four days.", "The delegations met from 21 to 24 November."),
    ("The pause is ten days old.", "The pause began on 14 November."),
    ("The link was down for fourteen months.", "The link, cut in September 2025, is back."),
    ("For the twenty-second autumn in a row they counted.", "Every autumn for 22 years they counted."),
    ("He was asked five times.", "Question (for the fifth time): What was it?"),
    ("Two countries share 280 nights.", "Each country receives 140 nights."),
    (
        "A sold 150,000 tonnes, B the other 110,000.",
        "A sold 150,000 tonnes of barley, and B the rest. In all 260,000 tonnes went.",
    ),
    ("Of 1,640 files 905 are decided; 735 lie there.", "It had 1,640 applications and decided 905 of them."),
    ("It sold more than its five rivals.", "It is the largest of six."),
    ("It sank more than 200 years ago.", "The ship sank in 1742."),
    ("Students pay 60 yuan.", "A ticket costs 120 yuan, half of that for students."),
    ("A third is paid in yuan.", "The share is 34.5 percent."),
    # a share of a unit, and other languages
    ("It took 30 minutes, then 15.", "It took half an hour, then a quarter of an hour."),
    ("The port moved 860,000 containers.", "全港处理集装箱八十六万标准箱。"),
    ("一共有八十六万个标准箱。", "全港处理集装箱八十六万标准箱。"),
    ("They shipped 3,400 tonnes.", "秋茶出口量達到三千四百公噸。"),
    ("增长一成二，还剩五成半。", "增长12%，还剩55%。"),
    ("学生只要六十元。", "门票一百二十元，学生半价。"),
    ("十个里有六个说好。", "六成学生说好。"),
    ("明年添六百张床。", "床位从一千二百张增加到一千八百张。"),
    ("船沉了两百多年。", "船沉于1742年。"),
    # what an item has word for word, and what is a part of what it counts
    (
        "“Five of them are a population,” she says.",
        "'A good year is a good year,' she says. 'Five of them are a population.'",
    ),
    ("It has five of the eleven words.", "It lists 11 words."),
    # places in an order
    ("They met for the fourth time.", "They held their fourth meeting."),
    ("It was renewed for the fifth time.", "It has been renewed four times. It was the second meeting."),
    ("The third reason is rain, in the sixth week.", "They held their fourth meeting."),
    ("The second time it rained.", "It rained for the first time."),
    # what claims nothing
    ("The darker half of the year begins at twenty to ten, or at half past nine.", "They met."),
    ("Two readouts, one meeting and three handshakes.", "They met."),
    ("In 2024, on 24 November, at 18:30, for the second time.", "They met."),
    ('The same four words, "it has not rained", were sent to both.', "It has not rained, the authority replied."),
]
WRONG = [
    ("The bill is US$1.3 billion.", "The bill came to US$1,200 million.", "US$1.3 billion", "US$1,200 million"),
    ("Some 60 days remain.", "Ninety days remain.", "60", "Ninety"),
    ("Fifty-three ships wait.", "There are 52 vessels outside.", "Fifty-three", "52"),
    ("Fifty-two ships wait.", "周一早晨共有25艘船等候。", "Fifty-two", "25"),
    ("The bill is HK$3 million.", "The bill is US$3 million, or 9 dollars each.", "HK$3 million", "9"),
    ("The wait is 52 days.", "There are 52 vessels and 19 days.", "52", "19"),
    ("1,200 people came.", "The clerk counted 1,187 people.", "1,200", "1,187"),
    ("More than 1,200 people came.", "The clerk counted 1,187 people.", "1,200", "1,187"),
    ("Nearly 1,200 people came.", "The clerk counted 1,214 people.", "1,200", "1,214"),
    ("About 1,200 people came.", "The clerk counted 1,017 people.", "1,200", "1,017"),
    ("It fell by 13%.", "It fell by 31%.", "13%", "31%"),
    ("It fell by 31%.", "It fell by 31 percentage points.", "31%", None),
    ("A quarter of the papers are gone.", "A third of the papers are gone.", "A quarter", "A third"),
    ("She is 57.", "Oda Fennimore, 75, has had letters.", "57", "75"),
    ("共有25艘船等候。", "周一早晨共有52艘船等候。", "25", "52"),
    ("占百分之十三。", "占31%。", "百分之十三", "31%"),
    ("出口四千三百公噸。", "出口量達到三千四百公噸。", "四千三百", "三千四百"),
    ("增长一成二。", "增长21%。", "一成二", "21%"),
    ("They shipped 4,300 tonnes.", "秋茶出口量達到三千四百公噸。", "4,300", "三千四百"),
    ("Fewer than a million climbed.", "More than a million eels climbed.", "a million", "a million"),
    ("More than a hundred came.", "Nearly a hundred came.", "a hundred", "a hundred"),
    ("It fell by over 40 percent.", "It fell by 39.6 percent.", "40 percent", "39.6 percent"),
    (
        "Two fifths are full.",
        "They are four fifths full: five of seven are in, and two are out.",
        "Two fifths",
        "four fifths",
    ),
    ("It takes up to 12 hours.", "It takes from 5 to 12 days, and of clerks there are ten.", "12", "ten"),
    ("It has five of the eleven words.", "Of the 11 words it has seven.", "five", "seven"),
    ("They met for the sixth time.", "They held their fourth meeting.", "sixth", "fourth meeting"),
    ("It was the third round.", "They held their second meeting.", "third", "second meeting"),
    ("It costs less than 59 euros.", "It costs 50 euros.", "59", "50"),
    ("73 percent went.", "Of them 9 percent, 33 percent, 24 percent and 18 percent did.", "73 percent", "33 percent"),
    ("It took 45 minutes.", "It took half an hour.", "45", "half an hour"),
]


def test_what_an_item_says_is_found(sample: Inspected) -> None:
    """In other notations, units and languages, rounded honestly, or one simple step away."""
    told = {
        ours: figures(sample, ours, says(theirs, language="zh" if theirs[0] > "一" else "en"))[:1]
        for ours, theirs in RIGHT
    }
    assert {ours: findings[0].what for ours, findings in told.items() if findings} == {}


@pytest.mark.parametrize(("ours", "theirs", "words", "nearest"), WRONG)
def test_a_wrong_figure_is_told_with_the_nearest(
    sample: Inspected, ours: str, theirs: str, words: str, nearest: str | None
) -> None:
    """With the words as they stand there, and the source's sentence beside them."""
    (finding, *others) = figures(sample, ours, says(theirs, language="zh" if theirs[0] > "一" else "en"))
    assert not others
    assert (finding.rule, finding.words, finding.severity) == ("figure-not-found", words, Severity.WARN)
    assert finding.spot.column == ours.index(words) + 1
    beside = [one.text[one.start : one.end] for one in finding.beside]
    assert beside == ([] if nearest is None else [nearest])
    assert all(one.item == "gazette-1" and one.text == theirs for one in finding.beside)


def test_a_word_in_the_wrong_direction_is_told_as_that(sample: Inspected) -> None:
    """ "More than 1,200" is not 1,187."""
    (finding,) = figures(sample, "More than 1,200 people came.", says("The clerk counted 1,187 people."))
    assert finding.what == "“more than 1,200” does not fit the source, which says 1,187"


def test_a_figure_of_another_item_names_that_item(sample: Inspected) -> None:
    """The way out is its mark."""
    here, there = says("Nothing was counted."), says("The clerk counted 1,187 people.", "wire-2")
    (finding,) = held(figures_claimed.CHECK, sample, [written("1,187 people came.", here)], here, there)
    assert finding.todo.startswith("put the mark [^wire-2] behind it")
    assert [one.item for one in finding.beside] == ["wire-2"]


def test_what_cannot_be_looked_up_is_counted_once(sample: Inspected) -> None:
    """A figure found in one item is right whatever the missing one says; the others are neither wrong nor right."""
    here, away = says("Ninety days remain."), evidence("wire-2", None)
    texts = [written("After 90 days, 52 ships and 7 men.", here, away), written("It took 11 hours.", away)]
    (finding,) = held(figures_claimed.CHECK, sample, texts, here, away)
    assert finding.severity is Severity.UNCHECKED
    assert finding.words == ""
    assert finding.what == "3 figures were not looked up: the text of 1 item is not here"


def test_texts_that_lean_on_nothing_are_left_alone(sample: Inspected) -> None:
    """They claim nothing of a source; neither does what a reader wrote, nor what a correction calls wrong."""
    item = says("She is 75.")
    texts = [
        written("Would you wait 90 days?", kind="question"),
        written("I waited 90 days.", item, kind="replies", field="replies.0.text"),
        written("We gave her age as 57.", item, kind="correction", field="wrong"),
    ]
    assert held(figures_claimed.CHECK, sample, texts, item) == []


def test_the_number_of_the_week_is_read_with_its_unit_and_caption(publication: Path) -> None:
    """And comes from the item it names as its source: what another item says does not vouch for it."""
    number = (
        "---\nvalue: {}\nunit: '%'\ncaption: fewer papers\nsource: joint-readout\nas_of: 2026-11-24\n"
        "items: [pacific-pause]\n---\n"
    )
    readout = evidence("joint-readout", "Papers fell by 31%, and the 13 delegates left.")
    ledger = evidence("pacific-pause", "Papers fell by 48%.")

    def told(value: int) -> list[Finding]:
        issue_with(publication, {"number.md": number.format(value)})
        desk = inspected(opened(publication), evidence=[readout, ledger])
        return [one for one in figures_claimed.CHECK.find(desk) if one.section == "number"]

    assert told(31) == []
    (finding,) = told(13)
    assert (finding.words, finding.spot.line, finding.spot.column) == ("13", 2, 8)
    (other,) = told(48)
    assert "add pacific-pause to the section's items" in other.todo


def test_a_spot_is_the_figure_itself(publication: Path) -> None:
    """In the file, behind links and emphasis and on its own line."""
    matter = "---\nnumber: 128\ndate: 2026-11-27\nsubject: A\npreheader: B\n---\n"
    body = "The *pause* of\n[ninety-one](https://a.test) days ends.[^joint-readout]\n"
    issue_with(publication, {"issue.md": matter + body})
    desk = inspected(opened(publication), evidence=[evidence("joint-readout", "The pause lasts 90 days.")])
    (finding,) = [one for one in figures_claimed.CHECK.find(desk) if one.section == "opening"]
    assert finding.words == "ninety-one"
    assert (finding.spot.line, finding.spot.column, finding.spot.end_column) == (8, 2, 12)


_VALUES = st.integers(min_value=13, max_value=999_999)


def notations(value: int) -> list[str]:
    """Ways to write a count of ships."""
    written = [
        f"{value:,}",
        str(value) if not 1500 <= value <= 2099 else f"{value:,}",
        f"{value:,}".replace(",", "\u00a0"),
    ]
    if value % 100 == 0 and value < 10_000 and value // 100 % 10:
        written.append(f"{_spelt(value // 100)} hundred")
    if value % 1000 == 0:
        written += [f"{value // 1000} thousand", f"{value // 1000}k"]
    elif value % 100 == 0:
        written.append(f"{Decimal(value) / 1000:f} thousand")
    if value < 100:
        written.append(_spelt(value))
    return written


_ONES = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_ONES += [f"{word}teen" for word in ("thir", "four", "fif", "six", "seven", "eigh", "nine")]
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def _spelt(value: int) -> str:
    return _ONES[value] if value < 20 else "-".join(filter(None, (_TENS[value // 10], _ONES[value % 10])))


@given(value=_VALUES | _VALUES.map(lambda one: one // 100 * 100 + 100), data=st.data())
def test_a_copied_figure_is_found_and_a_changed_one_is_not(sample: Inspected, value: int, data: st.DataObject) -> None:
    """Whatever the notation on either side; one digit changed, and it is told."""
    theirs = data.draw(st.sampled_from(notations(value)))
    item = says(f"The harbour master counted {theirs} ships off the coast.")
    ours = data.draw(st.sampled_from(notations(value)))
    assert figures(sample, f"There were {ours} ships.", item) == []
    digits = list(str(value))
    at = data.draw(st.integers(0, len(digits) - 1))
    digits[at] = data.draw(st.sampled_from([one for one in "123456789" if one != digits[at]]))
    changed = int("".join(digits))
    (finding,) = figures(sample, f"There were {changed:,} ships.", item)
    assert finding.words == f"{changed:,}"


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_the_check(sample: Inspected, ours: str, theirs: str) -> None:
    """Whatever an editor or a source writes."""
    for finding in figures(sample, ours, says(theirs)):
        assert finding.words in " ".join(ours.split())


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("a third of the ships, by a fifth", ["33.33", "20.00"]),
        ("nine out of ten, one in five", ["90.00", "20.00"]),
        ("three-quarters; almost half", ["75.00", "50"]),
        ("三分之一，一半", ["33.33", "50"]),
        ("十个人里有六个，半價", ["60.00", "50"]),
        ("the darker half of the year, its other half of the bargain", []),
        ("in a third capital, a quarter of an hour, half an hour, the fourth in two years, three in ten days", []),
    ],
)
def test_parts_of_a_whole_are_read(text: str, shares: list[str]) -> None:
    """And what only looks like one is left."""
    assert [str(one.value) for one in find_shares(text)] == shares


def test_ordinals_are_read() -> None:
    """In words, in digits, in Chinese."""
    assert find_ordinals("the twenty-second, the 3rd, a fifth time, 第十二轮") == (22, 3, 5, 12)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The canal went to 28.", "It takes 26 ships a day, and two governments asked why."),
        ("It lists fifteen words.", "It holds 11 words; the first edition held 4."),
        ("The cover runs for eleven days.", "The cover runs for 14 days, says a broker, from 3 November."),
        ("Five ships wait.", "For the fifth time they met."),
        ("It was 57 days.", "There were 4,118 birds, and 72 days of rain."),
    ],
)
def test_figures_that_have_nothing_to_do_with_each_other_make_none(sample: Inspected, ours: str, theirs: str) -> None:
    """A sum or a difference is one only where our sentence tells it as one."""
    assert len(figures(sample, ours, says(theirs))) == 1


def test_the_title_an_issue_gives_an_item_is_said(sample: Inspected) -> None:
    """An item is found by it, so what it counts is no invention."""
    item = says("They met.", title="Why 4,118 birds stayed")
    assert figures(sample, "Of 4,118 birds it says little.", item) == []
    assert len(figures(sample, "Of 4,181 birds it says little.", item)) == 1


def test_a_quotation_that_no_item_has_vouches_for_no_figure(sample: Inspected) -> None:
    """Only where the clause around it is the item's, word for word, is it left to the check of phrases."""
    item = says("“We counted ninety ships,” she said.")
    assert len(figures(sample, "“We counted sixty ships,” she said.", item)) == 1


def test_a_place_in_an_order_is_told_with_what_the_item_names(sample: Inspected) -> None:
    """In one sentence, the noun with it; nothing where an item's text is not here."""
    item, away = says("They held their fourth annual meeting."), evidence("wire-2", None)
    (finding,) = figures(sample, "They met for the sixth time.", item)
    assert finding.what == "no item cited here says “sixth time”; the nearest is “fourth annual meeting”"
    (unlooked,) = held(figures_claimed.CHECK, sample, [written("The sixth time, 90 days.", item, away)], item, away)
    assert unlooked.severity is Severity.UNCHECKED
