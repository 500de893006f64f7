"""The plots of the desk: true figures, whole hours and days, readable in light and in dark, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from newsletter.model.mailing import DeliveryState
from newsletter.pictures.plots import MOST_POINTS, MOST_ROWS, Change, Plot, growth, rhythm, states_over_time
from newsletter.pictures.scales import MOST_PERIODS, MOST_TICKS, number_ticks, periods, time_ticks, which
from newsletter.templating import SafeHtml, Templates
from tests.browser import AXE
from tests.colours import contrast
from tests.conftest import ROOT

NEW_YORK, HONG_KONG = ZoneInfo("America/New_York"), ZoneInfo("Asia/Hong_Kong")
BEGAN = datetime(2026, 11, 27, 13, tzinfo=UTC)  # Friday, 08:00 in New York
NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"
GROUND = "body { padding: 16px; background: var(--card); }"
TEXTS = """() => [...document.querySelectorAll("svg.plot")].map(plot => {
  const frame = plot.getBoundingClientRect();
  return [...plot.querySelectorAll("text")].filter(one => getComputedStyle(one).display !== "none").map(one => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return { words: one.textContent, size: parseFloat(style.fontSize), fill: style.fill.match(/[0-9.]+/g).map(Number),
      left: box.left - frame.left, right: box.right - frame.left, over: box.right - frame.right,
      top: box.top - frame.top, bottom: box.bottom - frame.top, under: box.bottom - frame.bottom };
  });
})"""
INKS = """() => [...document.querySelectorAll(".plot-bar, .plot-line, .plot-dot")].map(one => {
  const style = getComputedStyle(one);
  return (one.matches(".plot-line") ? style.stroke : style.fill).match(/[0-9.]+/g).map(Number);
})"""


def every(step: timedelta, count: int, each: int = 1) -> list[Change]:
    """So many changes, one after another, the first when sending began."""
    return [Change(BEGAN + step * at, each) for at in range(count)]


def back(count: int, days: float) -> list[Change]:
    """So many changes, evenly spread over the days before now."""
    return [Change(NOW - timedelta(days=days) * at / count, 1) for at in range(count)]


@cache
def sent() -> Plot:
    """A mailing to 20,000, of which ten were refused and some deferred for a while."""
    changes = {
        DeliveryState.ACCEPTED: every(timedelta(seconds=4), 1_998, 10),
        DeliveryState.DEFERRED: [Change(BEGAN, 30), Change(BEGAN + timedelta(hours=1), -30)],
        DeliveryState.REFUSED: every(timedelta(minutes=9), 10),
        DeliveryState.UNKNOWN: [Change(BEGAN + timedelta(minutes=50), 2)],
    }
    return states_over_time(changes, 20_000, NEW_YORK)


@cache
def all_kinds() -> tuple[Plot, ...]:
    """Every kind of plot with nothing, with one and with many."""
    return (
        sent(),
        states_over_time({}, 10, NEW_YORK),
        states_over_time({DeliveryState.ACCEPTED: [Change(BEGAN, 10)]}, 10, NEW_YORK),
        growth(back(900, 300), back(160, 280), NEW_YORK, NOW, before=400),
        growth(back(90, 25), back(30, 25), HONG_KONG, NOW, before=18_000),
        growth([], [], NEW_YORK, NOW, before=5),
        growth([Change(NOW, 1)], [], NEW_YORK, NOW),
        growth(back(50_000, 2_000), back(30_000, 1_500), NEW_YORK, NOW),
        rhythm([one.at for one in back(61, 56)], "Pacific Ledger", NEW_YORK, NOW),
        rhythm([], "Harbour Wire", NEW_YORK, NOW),
        rhythm([NOW], "Harbour Wire", NEW_YORK, NOW),
    )


def drawn(plot: Plot) -> ElementTree.Element:
    return ElementTree.fromstring(plot.svg)


def test_a_plot_of_states_says_what_became_of_every_copy() -> None:
    """Each state that has a copy has a strip with its sum, in words; the last row of the table is how it ended."""
    plot = sent()
    assert plot.table[0] == ("Time in New York", "accepted", "deferred", "refused", "unknown")
    assert plot.table[-1] == ("Fri 27 Nov 2026 10:13:08 EST", "19,980", "0", "10", "2")
    assert plot.description.startswith("Of 20,000 copies: 19,980 accepted; 0 deferred; 10 refused; 2 unknown. From Fri")
    words = [one.text for one in drawn(plot).iter(f"{SVG}text")]
    assert {"19,980 of 20,000", "0, 30 at most", "10", "2"} <= set(words)
    assert {"08:00", "08:15", "10:00"} & set(words) == {"08:00", "10:00"}


def test_a_strip_is_as_high_as_its_state_was_at_its_highest() -> None:
    """Ten refusals among twenty thousand reach the top of their strip; accepted copies that of all there are."""
    lines = [one.get("d", "") for one in drawn(sent()).iter(f"{SVG}path") if "plot-line" in one.get("class", "")]
    tops = [min(float(y) for y in re.findall(r" (-?[0-9.]+)", line)) for line in lines]
    assert tops == [pytest.approx(0.1, abs=0.05), 0, 0, 0]  # accepted: 19,980 of 20,000, a tenth of a pixel below


def test_a_plot_of_growth_sums_readers_by_the_zones_own_days() -> None:
    """Who joined at 23:30 in New York joined that day there, and the next day in Hong Kong."""
    late = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)
    here, there = (growth([Change(late, 3)], [Change(NOW, 1)], zone, NOW, 10) for zone in (NEW_YORK, HONG_KONG))
    assert here.table[0] == ("Day", "Joined", "Left", "Readers")
    assert [row[:2] for row in here.table[1:] if row[1] != "0"] == [("Wed 25 Nov 2026", "3")]
    assert [row[:2] for row in there.table[1:] if row[1] != "0"] == [("Thu 26 Nov 2026", "3")]
    assert here.table[-1] == ("Fri 27 Nov 2026", "0", "1", "12")
    assert len(here.table) == 8  # a week at least


def test_a_scale_that_does_not_begin_at_zero_is_told_and_not_filled() -> None:
    """A filled area promises that it can be measured from its foot."""
    from_zero, from_higher = all_kinds()[3], all_kinds()[4]
    assert "begins at 0." in from_zero.description
    assert "plot-area" in from_zero.svg
    assert re.search(r"begins at 1[78],[0-9]+\.", from_higher.description)
    assert "plot-area" not in from_higher.svg


def test_a_rhythm_is_a_bar_for_each_of_the_last_days() -> None:
    """Today is the last; what is older or comes later is left out, and the words say when the last came."""
    times = [NOW, NOW - timedelta(days=1), NOW - timedelta(days=1), NOW - timedelta(days=60), NOW + timedelta(days=2)]
    plot = rhythm(times, "Pacific Ledger", NEW_YORK, NOW)
    assert len(plot.table) == 57
    assert plot.table[-2:] == (("Thu 26 Nov 2026", "2"), ("Fri 27 Nov 2026", "1"))
    assert plot.description == (
        "3 in 56 days, on 2 of 56 days, at most 2 in one day. The last came Fri 27 Nov 2026 10:00:00 EST."
    )
    assert [one.findtext(f"{SVG}title") for one in drawn(plot).iter(f"{SVG}rect")] == [
        "Thu 26 Nov 2026: 2",
        "Fri 27 Nov 2026: 1",
    ]


@pytest.mark.parametrize("plot", all_kinds(), ids=lambda plot: plot.title)
def test_every_plot_is_one_named_image_without_style(plot: Plot) -> None:
    """An image with name and description for those who hear it, no style that a strict CSP forbids, no colour, no
    script; and a table whose rows are equally long."""
    root = drawn(plot)
    assert (root.get("role"), root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")) == (
        "img",
        plot.title,
        plot.description,
    )
    names = {name for one in root.iter() for name in one.attrib}
    assert not names & {"style", "fill", "stroke", "id", "href"}
    assert not [name for name in names if name.startswith("on")]
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        *("svg", "title", "desc", "text", "line", "path", "rect", "circle")
    }
    assert not re.search(r"\b(nan|inf)\b", plot.svg)
    assert len({len(row) for row in plot.table}) == 1


def test_a_hundred_thousand_points_make_a_small_picture() -> None:
    """Curves are thinned and readers summed, so a page stays light; no reader is lost on the way."""
    many = every(timedelta(seconds=0.7), 100_000)
    plots = (
        states_over_time({DeliveryState.ACCEPTED: many}, 100_000, NEW_YORK),
        growth(many, many[:30_000], NEW_YORK, NOW + timedelta(days=2)),
        rhythm([one.at for one in many], "Pacific Ledger", NEW_YORK, NOW + timedelta(days=2)),
    )
    assert max(len(plot.svg) for plot in plots) < 20_000
    assert plots[0].svg.count("L") <= 2 * 2 * (MOST_POINTS + 2)
    assert len(plots[0].table) == MOST_ROWS + 1
    assert [plot.table[-1][1] for plot in plots[:1]] == ["100,000"]
    assert plots[1].table[-1][-1] == "70,000"
    assert sum(int(row[1].replace(",", "")) for row in plots[2].table[1:]) == 100_000


def test_a_name_from_outside_stays_text() -> None:
    """Tags, quotes, controls and marks that turn text round do no harm."""
    plot = rhythm([NOW], '<script>"&\x00\u202e</svg><b onload=x>', NEW_YORK, NOW)
    assert drawn(plot).findtext(f"{SVG}title") == 'Items of <script>"&</svg><b onload=x>, the last 56 days'

    class Tags(HTMLParser):
        found: set[str]

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.found.add(tag)

    tags = Tags()
    tags.found = set()
    tags.feed(plot.svg)
    assert not tags.found & {"script", "b"}


@given(st.integers(-1_000, 10_000_000), st.integers(0, 10_000_000), st.integers(2, 6))
def test_number_ticks_are_round_and_hold_both_ends(low: int, more: int, most: int) -> None:
    """From at or below the lowest to at or above the highest, by 1, 2 or 5 times a power of ten, never too many."""
    ticks = number_ticks(low, low + more, most)
    steps = {later - one for one, later in pairwise(ticks)}
    assert ticks[0] <= low <= low + more <= ticks[-1]
    assert 2 <= len(ticks) <= most + 1
    assert len(steps) == 1
    assert re.fullmatch("[125]0*", str(steps.pop()))


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))
SPANS = st.floats(0, 9).map(lambda power: timedelta(seconds=10**power))
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago")
    ]
)


@given(MOMENTS, SPANS, ZONES)
def test_time_ticks_are_few_in_order_and_whole_on_the_clock(first: datetime, span: timedelta, zone: ZoneInfo) -> None:
    """Whatever the span, a second or thirty years, and whatever the zone does with its clocks meanwhile."""
    ticks = time_ticks(first, first + span, zone)
    assert len(ticks) <= MOST_TICKS + 5  # clocks that were put back, months that are short
    assert all(first <= tick.at <= first + span for tick in ticks)
    assert all(one.at < later.at for one, later in pairwise(ticks))
    if span > timedelta(days=6):
        assert {tick.at.astimezone(zone).hour for tick in ticks} <= {0, 1}  # 1: where midnight is left out
    assert all(tick.at.microsecond == 0 for tick in ticks)


def test_an_hour_that_comes_twice_has_two_ticks_and_one_left_out_has_none() -> None:
    """The nights in which New York puts its clocks."""
    autumn = datetime(2026, 11, 1, 4, tzinfo=UTC)
    spring = datetime(2026, 3, 8, 5, tzinfo=UTC)
    shown = [
        [tick.words for tick in time_ticks(night, night + timedelta(hours=4), NEW_YORK)] for night in (autumn, spring)
    ]
    assert shown[0] == ["Sun 1 Nov", "00:30", "01:00", "01:30", "01:00", "01:30", "02:00", "02:30", "03:00"]
    assert shown[1] == ["Sun 8 Mar", "00:30", "01:00", "01:30", "03:00", "03:30", "04:00", "04:30", "05:00"]


@given(MOMENTS, SPANS, ZONES)
def test_periods_leave_no_moment_out(first: datetime, span: timedelta, zone: ZoneInfo) -> None:
    """One follows the other without a gap, few enough for bars, and each moment is in exactly the one it belongs to."""
    found = periods(first, first + span, zone).all
    assert len(found) <= MOST_PERIODS
    assert found[0].begins <= first < found[0].ends
    assert found[-1].begins <= first + span < found[-1].ends
    assert all(one.ends == later.begins for one, later in pairwise(found))
    assert which(found, first) == 0
    assert which(found, first + span) == len(found) - 1
    assert which(found, found[0].begins - timedelta(seconds=1)) is None
    assert which(found, found[-1].ends) is None


@pytest.fixture
def shown(new_page: Callable[..., Page], tmp_path: Path) -> Callable[[int, str], Page]:
    """All kinds of plots on a page of this width, in light or dark."""
    page = '{% from "desk/plots.html" import plotted %}{% for one in of %}{{ plotted(one[0], one[1]) }}{% endfor %}'
    (tmp_path / "all.html").write_text(page, "utf-8")
    templates = Templates((("", tmp_path), ("templates/", ROOT / "templates")))
    style = "".join((templates.render("desk/desk.css", {}), templates.render("desk/plots.css", {}), GROUND))
    figures = templates.render("all.html", {"of": [(plot, SafeHtml(plot.svg)) for plot in all_kinds()]})

    def opened(width: int, scheme: str) -> Page:
        page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.set_content(
            f'<!doctype html><html lang="en"><title>Plots</title><style>{style}</style>'
            f"<main><h1>Plots</h1>{figures}</main>"
        )
        return page

    return opened


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (900, "light")])
def test_plots_are_readable_in_a_real_browser(shown: Callable[[int, str], Page], width: int, scheme: str) -> None:
    """On a phone as on a desk: letters of 12 pixels that stay in the picture and off each other and stand out 4.5 to 1
    (WCAG 2.2, 1.4.3), curves and bars 3 to 1 (1.4.11); nothing is scrolled sideways, axe finds nothing."""
    page = shown(width, scheme)
    ground = (255, 255, 255) if scheme == "light" else (31, 28, 24)
    pictures = page.evaluate(TEXTS)
    assert len(pictures) == len(all_kinds())
    for texts in pictures:
        assert texts
        for one in texts:
            assert one["size"] >= 12, one
            assert min(one["left"], one["top"], -one["over"], -one["under"]) >= -2, one
            assert contrast(one["fill"], ground) >= 4.5, one
        overlapping = [
            (one["words"], other["words"])
            for at, one in enumerate(texts)
            for other in texts[at + 1 :]
            if one["left"] < other["right"] and other["left"] < one["right"]
            if one["top"] + 2 < other["bottom"] and other["top"] + 2 < one["bottom"]
        ]
        assert overlapping == []
    inks = page.evaluate(INKS)
    assert inks
    assert all(contrast(ink, ground) >= 3 for ink in inks)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
