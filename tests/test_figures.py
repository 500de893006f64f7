"""Figures, names, sentences and runs of words are found as a reader would find them."""

from __future__ import annotations

import time
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.text import shingles
from newsletter.text.figures import FigureKind, find_figures
from newsletter.text.names import find_names
from newsletter.text.numberwords import display, read_han, read_words
from newsletter.text.sentences import sentences


def told(text: str, language: str = "en") -> list[str]:
    """Each figure as its value and unit."""
    return [f"{one.value:f} {one.unit or ''}".strip() for one in find_figures(text, language)]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        # percents
        ("fell 31% in a year", ["31 %"]),
        ("fell 31 % in a year", ["31 %"]),
        ("about 20 per cent of them", ["20 %"]),
        ("forty per cent; 3.5 percent", ["40 %", "3.5 %"]),
        ("Materials science -48%, medicine −27%", ["-48 %", "-27 %"]),
        ("up 2 percentage points", ["2 percentage points"]),
        # money
        ("US$1.2 billion", ["1200000000 US$"]),
        ("HK$3m and $7bn", ["3000000 HK$", "7000000000 $"]),
        ("€5 million, 3 million euros", ["5000000 €", "3000000 €"]),
        ("RMB 3 million or 3 million yuan", ["3000000 yuan", "3000000 yuan"]),
        ("$5-$7bn", ["5000000000 $", "7000000000 $"]),
        ("nine dollars today", ["9 $"]),
        ("£450 a month", ["450 £"]),
        ("2 million Hong Kong dollars", ["2000000 HK$"]),
        # counts, with the unit or what is counted
        ("took 71 days in October, against 28 a year ago", ["71 days", "28"]),
        ("counted 52 vessels outside", ["52 ships"]),
        ("Fifty-two ships and a tide table", ["52 ships"]),
        ("Forty – four legislators", ["44 legislators"]),
        ("twentynine hold more than ninety days", ["29", "90 days"]),
        ("two hundred and twelve men", ["212 men"]),
        ("sixty weekly flights, up from forty-eight", ["60 flights", "48"]),
        ("60 export applications for metals", ["60 applications"]),
        ("190 million litres of water", ["190000000 litres"]),
        ("1.9 metres below, 78 kilometres by rail", ["1.9 metres", "78 km"]),
        ("3 tonnes of fuel, 12km away", ["3 tonnes", "12 km"]),
        ("a 90-day pause, a ninety-day freeze, a two-page text", ["90 days", "90 days", "2 pages"]),
        ("Oda Fennimore, 75, retired", ["75"]),
        ("the 75-year-old pilot", ["75 years"]),
        ("a million people, half a million tonnes", ["1000000 people", "500000 tonnes"]),
        ("a dozen ships in two and a half years", ["12 ships", "2.5 years"]),
        ("some 60,000 enrolled students", ["60000 students"]),
        ("1,20,000 people", ["120000 people"]),
        ("12\u202f000 ships", ["12000 ships"]),
        ("2000 tonnes in 2,000 boxes", ["2000 tonnes", "2000 boxes"]),
        ("one day, one million", ["1 days", "1000000"]),
        ("The totals were 4,118 and 4,112.", ["4118", "4112"]),
        ("eleven times the ordinary toll", ["11 times"]),
        ("120 km², 30 °C, 5 GW", ["120 km²", "30 °C", "5 GW"]),
        # ranges
        ("between 5 and 7 days", ["5 days", "7 days"]),
        ("5–7 days, 3 to 5 million dollars", ["5 days", "7 days", "3000000 $", "5000000 $"]),
        ("nine or ten ships", ["9 ships", "10 ships"]),
        ("The council voted nine to six.", ["9", "6"]),
        # decimals by language, or by the digits themselves
        ("2,9 million euros", ["2900000 €"]),
        # no figures: dates, years, times
        ("on 24 November 2026, Nov. 12, February 12", []),
        ("from 21 to 24 November, 8–14 February", []),
        ("2026-11-24, 24/11/2026, 24.11.2026", []),
        ("in 2024, since 1986, the 1990s, 2024-25, the 2024 elections", []),
        ("at 18:30, at 9 am, 11:42am, nine in the evening, six o'clock", []),
        ("open 24/7", []),
        # no figures: which one, not how many
        ("the third round, round two, the 2nd and 22nd", []),
        ("item 6, number 4, Article 5 and 6, No. 12, page 3", []),
        ("Section 301, Room 4, flight 370, Boeing 747", []),
        ("G20, 5G, Covid-19, F-35, v2.1, 1.2.3, gz-88121", []),
        ("call +852 2345 6789, 555-0123 or (212) 555-0123", []),
        ("https://example.org/2026/52 and desk5@example.org", []),
        ("two-thirds, one third, three fifths", []),
        ("1. Duty is charged. 2. Goods afloat.", []),
        ("One owner said no one knew one of them.", []),
        ("hundreds of ships, millions more", []),
        # Chinese
        ("临时共有52艘船等候，三周前为19艘", ["52 ships", "3 weeks", "19 ships"]),
        ("每周由四十八班增至60班", ["48 flights", "60 flights"]),
        ("1.2亿美元，3亿元，1.5万亿元", ["120000000 US$", "300000000 yuan", "1500000000000 yuan"]),
        ("12万吨，一千二百万吨", ["120000 tonnes", "12000000 tonnes"]),
        ("三十四人，10多万人", ["34 people", "100000 people"]),
        ("百分之三十一，三成，3个百分点", ["31 %", "30 %", "3 percentage points"]),
        ("90天，九十天，3个月，两年半", ["90 days", "90 days", "3 months", "2.5 years"]),
        ("九票对六票", ["9 votes", "6 votes"]),
        ("５２艘", ["52 ships"]),
        ("2至3天", ["2 days", "3 days"]),
        ("2026年11月24日，1986年，二〇二六年十一月，明年1月", []),
        ("第二轮，第11段，下午3点，18时30分，周二", []),
        ("十分重要，统一，两国，千万不要，数千人，一次", []),
    ],
)
def test_figures_are_found_with_their_units(text: str, figures: list[str]) -> None:
    """What says how much or how many, and nothing that only looks like it."""
    assert told(text) == figures


@pytest.mark.parametrize(
    ("text", "language", "figures"),
    [
        (
            "2,9 Millionen Euro, 1.200 Schiffe, 12 000 Tonnen, 3,5 Prozent am Montag",
            "de",
            ["2900000 €", "1200 ships", "12000 tonnes", "3.5 %"],
        ),
        ("am 24. November 2026 um 14 Uhr", "de", []),
        ("12 000 personnes, 3,5 %, le 24 novembre", "fr", ["12000 people", "3.5 %"]),
        ("3 Mrd. Euro, 1.234.567,8 km", "de", ["3000000000 €", "1234567.8 km"]),
        ("1.200 ships", "en", ["1.2 ships"]),
        ("1,200 Schiffe", "de", ["1.2 ships"]),
        ("12.000 personas el 3 de marzo", "es", ["12000 people"]),
    ],
)
def test_decimals_are_read_as_the_language_writes_them(text: str, language: str, figures: list[str]) -> None:
    """A comma before three digits groups in one language and begins the decimals in another."""
    assert told(text, language) == figures


def test_a_figure_says_where_it_stands_and_how_it_was_written() -> None:
    """Full-width digits and all; the kind tells a percent from money, a count and a bare number."""
    text = "About US$1.2 billion, 31 %, ５２ ships and 7."
    found = find_figures(text, "en")
    assert [one.shown for one in found] == ["US$1.2 billion", "31 %", "５２", "7"]
    assert all(text[one.start : one.end] == one.shown for one in found)
    assert [one.kind for one in found] == [FigureKind.MONEY, FigureKind.PERCENT, FigureKind.COUNT, FigureKind.BARE]


@given(st.text(alphabet="0123456789.,-–$€% abonehundredmillion twothree第一二十百万亿年月日个'’/:()", max_size=60))
def test_no_text_breaks_the_number_finder(text: str) -> None:
    """Figures lie in the text, in order, and never overlap."""
    found = find_figures(text, "en")
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(text[one.start : one.end] == one.shown for one in found)


def test_the_number_finder_is_fast() -> None:
    """A thousand paragraphs of an ordinary length; half a second on an idle machine, here with room for a busy one."""
    text = (
        "The lake that feeds the canal stood 1.9 metres below its usual level on Monday, after 63 days with almost no "
        "rain. Since last month the authority has been letting fewer ships through, and those that pass must sail "
        "lighter than their owners would like. Two countries send more cargo this way than all the others together."
    )
    start = time.process_time()
    for at in range(1_000):
        find_figures(f"{text} {at}", "en")
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("forty-four", 44),
        ("nine hundred", 900),
        ("one thousand two hundred", 1_200),
        ("three hundred thousand", 300_000),
    ],
)
def test_number_words_are_read(written: str, value: int) -> None:
    """With hundreds, thousands and their joining words."""
    assert read_words(written) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("一百零五", 105),
        ("一亿二千万", 120_000_000),
        ("一万亿", 10**12),
        ("1.2亿", 120_000_000),
        ("两百", 200),
        ("万", 10_000),
    ],
)
def test_chinese_numerals_are_read(written: str, value: int) -> None:
    """Nested magnitudes as well."""
    assert read_han(written) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [("1200000000", "1.2 billion"), ("84", "84"), ("2300", "2,300"), ("1.90", "1.9"), ("1234567", "1,234,567")],
)
def test_a_value_is_shown_as_a_reader_expects_it(value: str, shown: str) -> None:
    """Rounding nothing away."""
    assert display(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        (
            "After three days, Teo Marchand and Amara Stenholm signed. Growers waited.",
            "en",
            ["Teo Marchand", "Amara Stenholm"],
        ),
        ("The School of Interpreting at Lakeside University.", "en", ["School of Interpreting", "Lakeside University"]),
        ("A report in The Peninsula Gazette on Monday.", "en", ["Peninsula Gazette"]),
        ("U.S. officials met the WTO in November; Mr Marchand's team left.", "en", ["US", "WTO", "Marchand"]),
        ("Seven Trends That Will Define Everything", "en", []),
        ("What the EU Wants From Drought Diplomacy", "en", ["EU"]),
        ("It says the CEO spoke at 9 AM EST.", "en", []),
        ("New York changed its clocks.", "en", ["New York"]),
        ("Heute tagt der Rat in der Stadt, sagt Ingrid Vass.", "de", ["Ingrid Vass"]),
        (
            "两国领导人周二在沿海论坛期间会面，商务部与北京大学发布《联合声明》",
            "zh",
            ["联合声明", "沿海论坛", "商务部", "北京大学"],
        ),
        ("南部两座码头外共有52艘船", "zh", []),
    ],
)
def test_names_are_found_by_how_they_are_written(text: str, language: str, names: list[str]) -> None:
    """A weekday, a month or the first word of a sentence is no name."""
    assert list(find_names(text, language)) == names


def test_sentences_end_where_they_end() -> None:
    """Not at an abbreviation, an initial or a decimal point."""
    text = 'Mr. J. Vass paid $1.2 million on Nov. 3. "It rained." Why? 没有雨。会下的！'
    assert sentences(text) == (
        "Mr. J. Vass paid $1.2 million on Nov. 3.",
        '"It rained."',
        "Why?",
        "没有雨。",
        "会下的！",
    )


def test_runs_of_words_ignore_capitals_quotes_and_dashes() -> None:
    """And count Chinese by characters."""
    assert shingles.words("Don’t — “pause”, ninety-day 第三轮") == ("don't", "pause", "ninety", "day", "第", "三", "轮")
    assert shingles.shingles("A “ninety-day” PAUSE", 3) == shingles.shingles("a ninety day pause", 3)
    assert len(shingles.shingles("one two", 3)) == 1
    assert shingles.shingles("", 3) == frozenset()


def test_hashes_are_the_same_on_every_machine() -> None:
    """They may be stored."""
    assert shingles.shingles("the pause holds", 3) == frozenset({704885530})


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))
def test_the_longest_shared_run_is_the_longest(one: list[str], other: list[str]) -> None:
    """As the slow way finds it."""
    slow = max(
        (length for at in range(len(one)) for length in range(1, len(one) - at + 1)
         if any(one[at : at + length] == other[to : to + length] for to in range(len(other)))),
        default=0,
    )  # fmt: skip
    assert shingles.longest_shared_run(" ".join(one), " ".join(other)) == slow


@pytest.mark.parametrize(
    ("text", "value", "shown", "unit"),
    [
        ("It found seven and a half million itself.", 7_500_000, "seven and a half million", None),
        ("It cost 2 and a half billion dollars.", 2_500_000_000, "2 and a half billion", "$"),
        ("At least a quarter of a million tonnes.", 250_000, "a quarter of a million", "tonnes"),
        ("Three quarters of a million came.", 750_000, "Three quarters of a million", None),
        ("It holds 4.2 megawatt-hours.", Decimal("4.2"), "4.2", "MWh"),
    ],
)
def test_a_part_of_something_large_is_one_figure(text: str, value: int | Decimal, shown: str, unit: str | None) -> None:
    """And a unit has one name, written out or not."""
    (found,) = find_figures(text, "en")
    assert (found.value, found.shown, found.unit) == (Decimal(value), shown, unit)
