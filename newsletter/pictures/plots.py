"""Plots for the desk: what became of a mailing, how readers come and go, when a source brings something. Pure.

Each is inline SVG for a page (see `svg`), with the same figures as a table: nobody has to see it to know what it says.
`templates/desk/plots.css` gives it its colours, `templates/desk/plots.html` puts both on a page.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from operator import attrgetter
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from newsletter.model.mailing import DeliveryState
from newsletter.pictures import svg
from newsletter.pictures.scales import Period, number_ticks, periods, place_of, time_ticks, which, whole_day

MOST_POINTS = 240  # of one curve: more cannot be told apart on a phone
MOST_ROWS = 48  # of a table of moments

_S = DeliveryState
_ORDER = (
    _S.ACCEPTED,
    _S.DEFERRED,
    _S.REFUSED,
    _S.EXPIRED,
    _S.UNKNOWN,
    _S.SUPPRESSED,
    _S.CANCELLED,
    _S.HANDING_OVER,
    _S.PLANNED,
)
# What a state looks like wherever it is shown: the name of a dot of the desk, and of a tone of `plots.css`.
TONES: Mapping[DeliveryState, str] = {
    _S.PLANNED: "none",
    _S.HANDING_OVER: "now",
    _S.DEFERRED: "warn",
    _S.ACCEPTED: "ok",
    _S.REFUSED: "bad",
    _S.EXPIRED: "bad",
    _S.SUPPRESSED: "none",
    _S.CANCELLED: "none",
    _S.UNKNOWN: "bad",
}
_SHORTEST = timedelta(minutes=1)  # what an axis of time shows at least
_A_WEEK = timedelta(days=6)  # what the plot of readers shows at least, today included
_LINE, _CHURN = 140, 64  # pixels: the panels of the plot of readers
_CHURN_TOP = _LINE + 2 * 22
_HEAD = 20  # pixels: the line of words above a panel
_AXIS = 22
_SHUT = 32  # a picture without a curve


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of figures, and the figures."""

    svg: str  # safe in a page as it is
    title: str  # plain text, as everything below
    description: str  # what it shows, in a few sentences
    table: tuple[tuple[str, ...], ...]  # the first row names the columns; all rows are equally long


@dataclass(frozen=True, slots=True)
class Change:
    """From one moment on there is more of something, or less."""

    at: datetime  # with a zone; any
    count: int  # how many more; fewer where it is negative


def states_over_time(
    changes: Mapping[DeliveryState, Iterable[Change]], total: int, zone: ZoneInfo, until: datetime | None = None
) -> Plot:
    """How the copies of a mailing came into their states: a strip for each state, all on one axis of time.

    The strip of accepted copies is as high as all `total` of them, every other as high as it was at its highest: ten
    refusals among twenty thousand can be seen. It ends at `until` or the last change, whichever is later. Of more than
    240 moments a curve shows 240, evenly spread, and of more than 48 the table 48; the last is always right.
    """
    known = {state: sorted(changes.get(state, ()), key=attrgetter("at")) for state in _ORDER}
    times = sorted({one.at for of_state in known.values() for one in of_state})
    title = f"Copies by state over time, {place_of(zone)}"
    if not times:
        return _nothing(
            "states", title, f"Nothing has become of any of the {total:,} copies yet.", ("Time", "accepted")
        )
    first, last = _window(times[0], max(times[-1], until or times[-1]))
    shown = tuple(state for state in _ORDER if known[state] or state is _S.ACCEPTED)
    moments, rows = _thinned(times, MOST_POINTS), _thinned(times, MOST_ROWS)
    ends = {state: sum(one.count for one in known[state]) for state in shown}
    words = "; ".join(f"{ends[state]:,} {_named(state)}" for state in shown)
    description = f"Of {total:,} copies: {words}. From {_clock(times[0], zone)} to {_clock(times[-1], zone)}."
    heights = [96 if state is _S.ACCEPTED else 28 for state in shown]
    bottom = sum(heights) + _HEAD * len(shown)
    root = svg.canvas("states", bottom + _AXIS, title, description)
    _time_axis(root, first, last, bottom, zone)
    top = 0
    for state, height in zip(shown, heights, strict=True):
        values = _standing(known[state], moments)
        most = max(total, *values, 1) if state is _S.ACCEPTED else max(*values, 1)
        of_all = f" of {total:,}" if state is _S.ACCEPTED else _at_most(most, ends[state])
        _strip_head(root, top, _named(state), f"{ends[state]:,}{of_all}", f"plot-{TONES[state]}")
        top += _HEAD
        points = _steps(
            [_share(at, first, last) for at in moments], [height * (1 - one / most) for one in values], height
        )
        svg.curve(svg.panel(root, top, height), points, height, f"plot-{TONES[state]}", filled=True)
        top += height
        svg.level(root, top, "plot-base")
    columns = [_standing(known[state], rows) for state in shown]
    head = (f"Time in {place_of(zone)}", *map(_named, shown))
    table = (head, *((_clock(at, zone), *(f"{of[n]:,}" for of in columns)) for n, at in enumerate(rows)))
    return Plot(svg.written(root), title, description, table)


def growth(joined: Iterable[Change], left: Iterable[Change], zone: ZoneInfo, now: datetime, before: int = 0) -> Plot:
    """How many readers there were, as a line, and how many joined and left in each day, week, month or year, as bars.

    `joined` and `left` count readers, both above zero; `before` is how many there were before the first of them. The
    line goes to `now`. Its scale begins at zero unless the fewest are more than half of the most; the description says
    where. The unit is the smallest that gives at most 62 bars.
    """
    came, went = (sorted(changes, key=attrgetter("at")) for changes in (joined, left))
    title = f"Readers over time, {place_of(zone)}"
    if not came and not went:
        words = f"{_readers(before)}, and nobody has joined or left yet."
        return _nothing("growth", title, words, ("Day", "Joined", "Left", "Readers"))
    times = [*(one.at for one in came), *(one.at for one in went)]
    found = periods(min(*times, now - _A_WEEK), max(now, *times), zone)
    more, fewer = (_in_each(changes, found.all) for changes in (came, went))
    ends = [before + count for count in accumulate(more_ - fewer_ for more_, fewer_ in zip(more, fewer, strict=True))]
    values = [before, *ends]
    # Not from zero, it begins below the fewest: a line that lies on its ground would look like one that has ended.
    ticks = number_ticks(min(values) - 1 if min(values) > max(values) / 2 else 0, max(values), 3)
    description = (
        f"{_readers(ends[-1])} now, {before:,} before {whole_day(min(times).astimezone(zone).date())}. "
        f"{sum(more):,} joined and {sum(fewer):,} left. A bar stands for each {found.unit}; "
        f"the scale of readers begins at {ticks[0]:,}."
    )
    root = svg.canvas("growth", _CHURN_TOP + _CHURN + _AXIS, title, description)
    first, last = found.all[0].begins, found.all[-1].ends
    _time_axis(root, first, last, _CHURN_TOP + _CHURN, zone)
    reached = [first, *(min(one.ends, max(now, one.begins)) for one in found.all)]
    _line(root, [_share(at, first, last) for at in reached], values, ticks)
    _churn(root, found.all, more, fewer)
    rows = zip((one.words for one in found.all), more, fewer, ends, strict=True)
    table = ((found.unit.capitalize(), "Joined", "Left", "Readers"), *_as_words(rows))
    return Plot(svg.written(root), title, description, table)


def rhythm(arrivals: Iterable[datetime], of: str, zone: ZoneInfo, now: datetime, days: int = 56) -> Plot:
    """When a source brought something: a bar for each of the last days, today's included; small enough for a list.

    `of` is the source's name. What is older, and what is dated after today, is left out. More than 62 days are shown as
    weeks or longer.
    """
    found = periods(now.astimezone(zone) - timedelta(days=days - 1), now, zone)
    times = sorted(arrivals)
    counts = _in_each([Change(at, 1) for at in times], found.all)
    most, held = max(counts), sum(1 for one in counts if one)
    title = f"Items of {of}, the last {days} days"
    words = f"{sum(counts):,} in {days} days"
    description = f"{words}, on {held} of {len(counts)} {found.unit}s, at most {most:,} in one {found.unit}."
    if earlier := [at for at in times if at <= now]:
        description += f" The last came {_clock(earlier[-1], zone)}."
    root = svg.canvas("rhythm", _HEAD + 40 + _AXIS, title, description)
    first, last = found.all[0].begins, found.all[-1].ends
    _time_axis(root, first, last, _HEAD + 40, zone)
    svg.write(root, words, 0, 12, "plot-words")
    if most:
        svg.write(root, f"at most {most:,} a {found.unit}", 1, 12, "plot-small", "end")
    _bars(svg.panel(root, _HEAD, 40), found.all, counts, 40, 40 / max(most, 1), "plot-ok", "")
    svg.level(root, _HEAD + 40, "plot-base")
    rows = zip((one.words for one in found.all), counts, strict=True)
    return Plot(svg.written(root), title, description, ((found.unit.capitalize(), "Items"), *_as_words(rows)))


def _nothing(kind: str, title: str, words: str, head: tuple[str, ...]) -> Plot:
    """A picture that says in words that there is none."""
    root = svg.canvas(kind, _SHUT, title, words)
    svg.write(root, words, 0, 20, "plot-small")
    return Plot(svg.written(root), title, words, (head,))


def _time_axis(root: Element, first: datetime, last: datetime, bottom: int, zone: ZoneInfo) -> None:
    """A thin line at each round moment, named at its foot, the name to the right of the line.

    A narrow page shows fewer names (class "plot-wide"): there a fifth of the width is as much as a date needs.
    """
    ticks = [(_share(tick.at, first, last), tick.words) for tick in time_ticks(first, last, zone)]
    apart = min((later[0] - one[0] for one, later in pairwise(ticks)), default=1.0)
    every = next((n for n in range(1, len(ticks)) if n * apart >= 0.22), max(len(ticks), 1))
    for at, (share, words) in enumerate(ticks):
        svg.upright(root, share, _HEAD, bottom + 6, "plot-grid")
        if share <= 0.92:
            narrow = at % every == 0 and share <= 0.79
            svg.write(root, words, share, bottom + 17, "plot-small" if narrow else "plot-small plot-wide")


def _strip_head(root: Element, top: int, name: str, figure: str, tone: str) -> None:
    """The line above a strip: a dot and a word, and at the right how many."""
    svg.dot_and_word(root, name, top + 15, tone)
    svg.write(root, figure, 1, top + 15, "plot-words", "end")


def _line(root: Element, shares: Sequence[float], values: Sequence[int], ticks: Sequence[int]) -> None:
    """The line of readers, over levels that are named at the left."""
    height, low, high = _LINE, ticks[0], ticks[-1]
    heights = [height * (1 - (one - low) / (high - low)) for one in values]
    for tick in ticks:
        y = _HEAD + height * (1 - (tick - low) / (high - low))
        svg.level(root, y, "plot-grid" if tick != low else "plot-base")
        if tick:
            svg.write(root, f"{tick:,}", 0, y - 4, "plot-small")
    points = list(zip(shares, heights, strict=True))
    svg.curve(svg.panel(root, _HEAD, height), points, height, "plot-ok", filled=low == 0)
    svg.dot(root, shares[-1], _HEAD + heights[-1], "plot-ok")
    svg.write(root, _readers(values[-1]), 1, 12, "plot-words", "end")


def _churn(root: Element, found: tuple[Period, ...], more: Sequence[int], fewer: Sequence[int]) -> None:
    """Who joined as bars upward, who left as bars downward, both to one measure."""
    top, height = _CHURN_TOP, _CHURN
    measure = height / max(max(more) + max(fewer), 1)
    zero = measure * max(more)
    svg.write(root, f"{sum(more):,} joined", 0, top - 5, "plot-words")
    svg.write(root, f"{sum(fewer):,} left", 1, top - 5, "plot-words", "end")
    on = svg.panel(root, top, height)
    _bars(on, found, more, zero, measure, "plot-ok", " joined")
    _bars(on, found, fewer, zero, -measure, "plot-bad", " left")
    svg.level(root, top + zero, "plot-base")


def _bars(
    on: Element, found: tuple[Period, ...], counts: Sequence[int], zero: float, measure: float, tone: str, what: str
) -> None:
    """A bar for each period that has any; `measure`: pixels for each one counted, downward where it is negative."""
    first, last = found[0].begins, found[-1].ends
    drawn = []
    for period, count in zip(found, counts, strict=True):
        if count:
            length = max(abs(count * measure), 1.5)  # one among thousands is still seen
            top = zero - length if measure > 0 else zero
            words = f"{period.words}: {count:,}{what}"
            drawn.append(
                (_share(period.begins, first, last), _share(period.ends, first, last), top, top + length, words)
            )
    svg.bars(on, drawn, tone)


def _window(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """Both moments with at least a minute between them."""
    short = max(_SHORTEST - (last - first), timedelta())
    return first - short / 2, last + short / 2


def _thinned(times: Sequence[datetime], most: int) -> tuple[datetime, ...]:
    """The moments themselves, or as many as may be, evenly spread from the first to the last."""
    if len(times) <= most:
        return tuple(times)
    return tuple(times[0] + (times[-1] - times[0]) * at / (most - 1) for at in range(most))


def _standing(changes: Sequence[Change], moments: Sequence[datetime]) -> tuple[int, ...]:
    """How many there are at each moment; the changes are in order."""
    times = [one.at for one in changes]
    sums = [0, *accumulate(one.count for one in changes)]
    return tuple(sums[bisect_right(times, at)] for at in moments)


def _in_each(changes: Iterable[Change], found: tuple[Period, ...]) -> list[int]:
    counts = [0] * len(found)
    for change in changes:
        if (at := which(found, change.at)) is not None:
            counts[at] += change.count
    return counts


def _steps(shares: Sequence[float], heights: Sequence[float], floor: float) -> list[tuple[float, float]]:
    """A curve that stays as it is until it changes, from the floor to the right edge."""
    points = [(shares[0], floor)]
    for share, height in zip(shares, heights, strict=True):
        if height != points[-1][1]:
            points += [(share, points[-1][1]), (share, height)]
    return [*points, (1.0, points[-1][1])]


def _share(at: datetime, first: datetime, last: datetime) -> float:
    return (at - first) / (last - first)


def _clock(at: datetime, zone: ZoneInfo) -> str:
    """A moment in words, to the second, with the zone's own letters: an hour that comes twice is told apart."""
    local = at.astimezone(zone)
    return f"{whole_day(local.date())} {local:%H:%M:%S %Z}"


def _readers(count: int) -> str:
    return f"{count:,} reader{'' if count == 1 else 's'}"


def _named(state: DeliveryState) -> str:
    return state.value.replace("_", " ")


def _at_most(most: int, end: int) -> str:
    return f", {most:,} at most" if most > max(end, 1) else ""


def _as_words(rows: Iterable[tuple[str | int, ...]]) -> Iterable[tuple[str, ...]]:
    return (tuple(one if isinstance(one, str) else f"{one:,}" for one in row) for row in rows)
