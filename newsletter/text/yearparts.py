"""Parts of a year: seasons, quarters and halves, as texts name them and as the days they may mean.

Seasons are taken widely, since nobody agrees when they begin: "spring" is anything from February to June.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

Span = tuple[date, date]

# Part -> its first month and its last, counted from the January of its year.
_MONTHS = {"spring": (2, 6), "summer": (5, 9), "autumn": (8, 12), "winter": (11, 15)}
_MONTHS |= {f"q{at}": (3 * at - 2, 3 * at) for at in (1, 2, 3, 4)} | {"h1": (1, 6), "h2": (7, 12)}
_ORDERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "last": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_ORDERS |= {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "上": 1, "下": 2}
_SEASONS = {"fall": "autumn", "春": "spring", "夏": "summer", "秋": "autumn", "冬": "winter"}

_SEASON = r"(?P<season>(?i:spring|summer|autumn|fall|winter))"
_QUARTER = r"(?:(?P<quarter>(?i:first|second|third|fourth|final|last|[1-4](?:st|nd|rd|th)))[\s-]quarter|Q(?P<q>[1-4]))"
_HALF = r"(?:(?P<half>(?i:first|second))[\s-]half|H(?P<h>[12]))"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\d%]|[.,]\d)"
_OF = r"(?:,?\s(?:of\s)?(?:the\syear\s)?)"
_LEAD = r"(?:in|by|since|until|till|this|next|last|from|before|after|through|during|for|of|coming|early|late|mid)"
_HAN_YEAR = r"(?:(?P<year>\d{4}|[〇零一二三四五六七八九]{4})\s*年|(?P<relyear>去年|今年|明年))的?"
_HAN_PART = (
    r"(?:(?P<hanseason>[春夏秋冬])(?![节節运運奥奧晚至])(?:[季天])?|第?(?P<hanquarter>[一二三四])季度?"
    r"|(?P<hanhalf>[上下])半年)"
)

# "autumn of 2028" (not "a fall of 2000 points"), "Q3 2027", "2028年春季"; then those without a year.
FORMS = (
    rf"(?<!\ba )\b{_SEASON}{_OF}{_YEAR}",
    rf"\b{_QUARTER}{_OF}{_YEAR}",
    rf"\b{_YEAR}\sQ(?P<q>[1-4])\b",
    rf"\b{_HALF}{_OF}{_YEAR}",
    rf"\b(?i:{_LEAD})[\s-](?:the\s)?(?:early\s|late\s|mid-?)?(?P<at>(?P<season>spring|summer|autumn|fall|winter))\b",
    r"\b(?P<quarter>(?i:first|second|third|fourth))[\s-]quarter\b",
    r"\bQ(?P<q>[1-4])\b",
    r"\b(?P<half>(?i:first|second))[\s-]half\sof\s(?:the|this|next|last)\syear\b",
    rf"{_HAN_YEAR}{_HAN_PART}",
    r"(?P<hanseason>[春夏秋冬])[季天]|第(?P<hanquarter>[一二三四])季度?",
)


def part_of(named: dict[str, str | None]) -> str | None:
    """The part that a match of one of the forms names, from its groups; None where it names none."""
    if season := named.get("season") or named.get("hanseason"):
        return _SEASONS.get(season.lower(), season.lower())
    if quarter := named.get("quarter") or named.get("hanquarter") or named.get("q"):
        return f"q{_order(quarter)}"
    if half := named.get("half") or named.get("hanhalf") or named.get("h"):
        return f"h{_order(half)}"
    return None


def part_spans(part: str, year: int) -> tuple[Span, ...]:
    """The first and the last day of a part of this year. "The winter of 2028" may begin in it or end in it."""
    first, last = _MONTHS[part]
    years = (year - 1, year) if last > 12 else (year,)
    return tuple((_first(start, first), _last(start, last)) for start in years)


def are_of_a_kind(part: str, other: str) -> bool:
    """Whether both are seasons, both quarters, or both halves: then a text that says one does not mean the other."""
    return _kind(part) == _kind(other)


def _kind(part: str) -> str:
    return part[0] if part[1:].isdigit() else ""


def _order(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() else _ORDERS[written.lower()]


def _first(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _last(year: int, month: int) -> date:
    day = _first(year, month)
    return day.replace(day=monthrange(day.year, day.month)[1])
