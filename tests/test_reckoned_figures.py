"""Figures and dates that an editor reckons out of several others: accepted where right, told where off by a slip."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.check import dates_claimed, figures_claimed
from newsletter.check.inspected import Check, Inspected
from tests.checking import inspected
from tests.claiming import found, says
from tests.conftest import opened


@pytest.fixture(scope="session")
def sample(pristine: Path) -> Inspected:
    """The coming issue of the sample, of which only the texts and the items are changed."""
    return inspected(opened(pristine))


# What the source says; a sentence of ours with a gap; what is right there, and what is a slip. The source is of
# Tuesday 24 November 2026, our issue of Friday 27 November.
SUMS = [
    ("The bridge took 14 cranes, 9 barges and 31 divers.", "In all, {} machines and people were at work.", "54", "64"),
    ("Yes votes came to 132, no votes to 87; 12 abstained.", "Altogether {} members voted.", "231", "213"),
    ("The dam holds 410,000 litres, the tower 95,000.", "Together they hold {} litres.", "505,000", "550,000"),
    ("Of those asked, 41% named rent and 22% named noise.", "Rent and noise together came to {}.", "63%", "36%"),
    ("The north sent 214 pupils, the south 178.", "The two halves of the country sent {} between them.", "392", "329"),
    (
        "The first hall seats 640. The second, opened in May, seats 480. A third seats 225.",
        "The three halls have {} seats in total.",
        "1,345",
        "1,435",
    ),
    ("李家出了230只羊，王家出了170只。", "Together the two families gave {} sheep.", "400", "440"),
    ("The crossing takes 3 hours 25 minutes.", "The crossing takes {} minutes.", "205", "250"),
    ("The talk lasted 1 hour 50 minutes.", "It went on for {} minutes.", "110", "101"),
]
DIFFERENCES = [
    ("The old line needed 71 minutes; the new one needs 44.", "It is {} minutes faster.", "27", "37"),
    ("Bread was $4.20 in May and is $5.05 today.", "A loaf is {} cents dearer.", "85", "58"),
    ("The school had 1,920 pupils in spring. It has 1,685 now.", "It lost {} pupils over the summer.", "235", "253"),
    ("The tower is 318 metres high, its neighbour 274.", "It rises {} metres above its neighbour.", "44", "54"),
    ("Turnout was 64 percent, after 57 percent in 2022.", "Turnout rose by {} points.", "seven", "nine"),
    ("She won 5,812 votes, he won 5,478.", "Her margin was {} votes.", "334", "343"),
    ("The fleet has 46 boats, of which 29 sail.", "The other {} lie in port.", "17", "27"),
    ("A ticket costs 85 yuan, up from 60.", "It costs {} yuan more than it did.", "25", "35"),
    ("夜校有座位1200个，明年增至2000个。", "The night school will grow by {} places to 2,000.", "800", "600"),
    (
        "The herd counted 3,140 animals in 2024. The winter was hard. This autumn 2,790 were counted.",
        "The herd has shrunk by {}.",
        "350",
        "530",
    ),
    ("The museum was open on 289 days last year, 23 fewer than usual.", "Usually it is open on {} days.", "312", "321"),
    ("The pass is 1,940 metres high, 160 more than the tunnel.", "The tunnel lies at {} metres.", "1,780", "1,870"),
    ("The crew has 212 members and needs 38 more.", "A full crew would be {} strong.", "250", "205"),
    ("Some 44 per cent of the beds are empty.", "The rest, {} of the beds, are taken.", "56 per cent", "65 per cent"),
    (
        "They paid 9.4 million crowns and got 2.9 million back.",
        "That left them {} crowns short.",
        "6.5 million",
        "5.6 million",
    ),
]
PRODUCTS = [
    ("Each of the 90 seats costs 4 crowns.", "A full house brings in {} crowns.", "360", "630"),
    (
        "The firm has 37 boxes waiting and pays 420 yuan a day for each.",
        "That makes some {} yuan a day.",
        "15,500",
        "55,100",
    ),
    ("The plant turns out 4,000 tyres a day.", "That comes to {} tyres a week.", "28,000", "82,000"),
    ("The boat makes 16 return trips a day.", "Counting both ways, it makes {} crossings a day.", "32", "23"),
    ("A pupil pays 30 crowns a month.", "That is {} crowns a year.", "360", "630"),
    ("The fund gave 24 villages 15,000 euros each.", "In all it gave {} euros.", "360,000", "630,000"),
    ("There were 3,150 applications for 1,260 places.", "There were {} applications for each place.", "2.5", "5.2"),
    ("The road cost 84 million crowns and is 12 km long.", "Each kilometre cost {} crowns.", "7 million", "9 million"),
    ("每亩产粮450公斤，共有80亩。", "In all the fields gave {} kilograms.", "36,000", "63,000"),
]
SHARES = [
    ("A rash was seen in one child in 20.", "A rash came to {} of them.", "5 percent", "2 percent"),
    (
        "About 25 percent of visitors come by boat.",
        "About {} comes by boat.",
        "one visitor in four",
        "one visitor in six",
    ),
    ("Of 240 flats 180 are let.", "Of the flats, {} are let.", "three quarters", "two thirds"),
    ("Ninety percent said yes.", "Of those asked, {} said yes.", "nine in ten", "seven in ten"),
    ("The fee was cut from 80 to 60 crowns.", "The fee fell by {}.", "a quarter", "a half"),
    ("Sales rose from 1.2 million to 1.5 million.", "Sales grew by {}.", "25 percent", "52 percent"),
    (
        "The grant paid 60 percent of the $18.6 million.",
        "The town found the rest, some {}, itself.",
        "$7.4 million",
        "$4.7 million",
    ),
    ("Of the 8,400 trees, a third are oaks.", "There are {} oaks.", "2,800", "8,200"),
    ("A tenth of 70,000 homes lost power.", "{} homes lost power.", "7,000", "9,000"),
    (
        "The club had 500 members in 2025, up 25 percent on the year before.",
        "In 2024 the club had {} members.",
        "400",
        "440",
    ),
    ("Of 64 ships 48 were late.", "{} of the ships were late.", "75 percent", "57 percent"),
    ("It is measured to a twentieth of a millimetre.", "It is exact to {} millimetres.", "0.05", "0.5"),
    ("学员女性占六成二。", "Of the students {} are women.", "62 percent", "26 percent"),
    ("The price doubled from 35 crowns.", "It now costs {} crowns.", "70", "75"),
]
TIMES = [
    ("The review comes after half a year.", "The review comes after {} months.", "six", "nine"),
    ("It stayed shut for a fortnight.", "It stayed shut for {} days.", "14", "41"),
    ("The relief runs for a year and a half.", "The relief runs for {} months.", "18", "81"),
    ("The mill was built in 1894.", "The mill is {} years old.", "132", "123"),
    ("Sister Agathe was born in 1948.", "Sister Agathe, {}, still swims.", "78", "87"),
    ("The bell was cast around 1150 BC.", "The bell is more than {} years old.", "3,100", "4,100"),
    ("The wall dates from the seventeenth century.", "The wall is over {} years old.", "300", "700"),
    ("The office is open from 9:00 to 17:30.", "The office is open for {} hours.", "8.5", "5.8"),
    ("It was the ninth such flood since January.", "There were {} other floods this year.", "eight", "six"),
    ("It burned from 2 to 12 November.", "It burned for {} days.", "eleven", "fourteen"),
    ("Pears, plums, quinces and figs were sold.", "They sold {} kinds of fruit.", "four", "five"),
    ("夜校停办二十三年。", "The school was shut for {} years.", "23", "32"),
]
DATES = [
    ("In 2025 it had 512 riders, up 7 percent on the year before.", "In {} it had fewer.", "2024", "2023"),
    ("The opening is on New Year's Day.", "The opening is on {}.", "1 January", "2 January"),
    ("It closes at the end of June.", "It closes on {}.", "30 June", "20 June"),
    ("Exports fell in the third quarter.", "Exports fell between {} and September.", "July", "June"),
    ("Traffic grew in the first ten months of the year.", "Traffic has grown since {}.", "January", "March"),
    ("It opened on Monday, 16 November.", "It opened on {} of last week.", "Monday", "Thursday"),
    ("The vote was a fortnight ago.", "The vote was on {}.", "10 November", "11 November"),
    ("It was signed on 9 November and sealed two days later.", "It was sealed on {}.", "11 November", "12 November"),
    ("The road was finished a decade ago.", "The road dates from {}.", "2016", "2006"),
    ("It opened in 1998 and closed 12 years later.", "It closed in {}.", "2010", "2001"),
    ("Oda Fennimore, 78, was honoured.", "Oda Fennimore was born in {}.", "1948", "1984"),
    ("The party is on Christmas Eve.", "The party is on {}.", "24 December", "25 December"),
    ("The count ended on the 19th.", "The count ended on {}.", "19 November", "9 November"),
    ("今年前十个月累计782万标准箱。", "The figure covers {} to October.", "January", "February"),
    ("The talks end on 9 December.", "The talks end on {}, the week after next.", "9 December", "6 December"),
]
FIGURES = [*SUMS, *DIFFERENCES, *PRODUCTS, *SHARES, *TIMES]


def told(check: Check, sample: Inspected, ours: str, theirs: str) -> list[str]:
    item = says(theirs, language="zh" if any(sign > "一" for sign in theirs) else "en")
    return [one.words for one in found(check, sample, ours, item)]


@pytest.mark.parametrize(("theirs", "ours", "right", "slip"), FIGURES)
def test_a_reckoned_figure_is_accepted_and_its_slip_told(
    sample: Inspected, theirs: str, ours: str, right: str, slip: str
) -> None:
    """Sums, differences, products, shares and times, as our words tell them or the source's do."""
    assert told(figures_claimed.CHECK, sample, ours.format(right), theirs) == []
    words = told(figures_claimed.CHECK, sample, ours.format(slip), theirs)
    assert len(words) == 1
    assert words[0] in slip or slip in words[0]


@pytest.mark.parametrize(("theirs", "ours", "right", "slip"), DATES)
def test_a_reckoned_date_is_accepted_and_its_slip_told(
    sample: Inspected, theirs: str, ours: str, right: str, slip: str
) -> None:
    """Days and years that the source names otherwise, or from which it counts."""
    assert told(dates_claimed.CHECK, sample, ours.format(right), theirs) == []
    assert len(told(dates_claimed.CHECK, sample, ours.format(slip), theirs)) >= 1
