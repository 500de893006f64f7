"""Every kind of page of the site, made of invented issues, as files below a folder: what the look is tested on.

The values are what the archive gives its templates, with everything in them that can be long, missing or in another
language. How the archive comes by such values is tested elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from newsletter.archive.addresses import file_of
from newsletter.archive.assets import site_assets
from newsletter.archive.frame import Assets, Nav, frame_values
from newsletter.archive.rows import Row, row_of
from newsletter.model.archive import Amendment, ArchivedIssue, Page, Site
from newsletter.model.frame import Frame
from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.question import AskedQuestion
from newsletter.model.theme import Theme
from newsletter.publication import frame as frames
from newsletter.publication.folder import Folder
from newsletter.templating import SafeHtml, Templates
from tests.conftest import ROOT

SITE = "https://site.test/weekly"
NEWEST = date(2026, 11, 27)
ISSUES = 54  # home lists all but one
SUBJECTS = (
    ("Two capitals, one table", "Officials left a third capital with a calendar rather than a text."),
    ("The price of waiting in port", "Insurance, drought and a truce with a clock in it."),
    ("What a ferry knows of diplomacy, and of all that runs on time", "Ask the harbour master. " * 5),
    ("港口的等待", "保险、干旱，以及带着时钟的休战。"),
)
NUMBERS = (
    ("90", "days the tariff pause runs"),
    ("31%", "fewer joint papers than in the same months of 2024"),
    ("1,234,567", "visas"),
    ("US$3.4 trillion a year", "is what the two owe each other"),
    ("−12.75%", "flights"),
    None,
)
TEXT = (
    '<p>We write one letter a week, and keep it <em>here</em>. <a href="/weekly/privacy/">What we know of you</a> is '
    "little.</p><h2>Who writes</h2><ul><li>Mei Okafor</li><li>Daniel Achterberg</li></ul><blockquote><p>Slowly.</p>"
    "</blockquote><pre><code>one-very-long-line-that-nobody-can-break-without-being-told-that-it-may-be-broken</code></pre>"
)
PAGES = (
    Page(name="about", title="About", description="Who we are.", html=TEXT),
    Page(name="privacy", title="Privacy", description="What we know of you.", html="<p>Little.</p>"),
)
TEMPLATES = Templates((("packaged:templates/", ROOT / "templates"),))


@dataclass(frozen=True)
class Pages:
    """The site's files by address, and its pages by kind."""

    files: Mapping[str, bytes]  # by path below the host
    kinds: Mapping[str, str]  # the address of one page of each kind, root-relative
    assets: Assets

    @property
    def framed(self) -> tuple[str, ...]:
        """The kinds that have the frame of the site around them: all but the one that leads elsewhere."""
        return tuple(kind for kind in self.kinds if kind != "redirect")

    def html(self, kind: str) -> str:
        return self.files[file_of(self.kinds[kind], "")].decode()


def frame_of(language: str) -> Frame:
    """The frame texts of a language."""
    frame, mistakes = frames.read((("", Folder(ROOT)),), language)
    assert frame is not None, mistakes
    return frame


def issue(at: int) -> ArchivedIssue:
    """The issue that went out `at` weeks before the newest."""
    day = NEWEST - timedelta(weeks=at)
    subject, preheader = SUBJECTS[at % len(SUBJECTS)]
    number = NUMBERS[at % len(NUMBERS)]
    return ArchivedIssue(
        issue=IssueId(day),
        number=IssueNumber(128 - at),
        language="zh-Hans" if at % 4 == 3 else "en",
        subject=subject,
        preheader=preheader,
        due=datetime.combine(day, time(13), UTC),
        digest="0" * 64,
        topics=("trade", "ports"),
        people=(("lin-yue", "Lin Yue"),),
        numbers=(number,) if number else (),
        question=AskedQuestion(text="Which word would you have defined?", until=day + timedelta(days=5)),
        editions=2 if at == 1 else 1,
        amendments=(Amendment(date=day, was="It was the minister.", now="It was her deputy."),) if at == 2 else (),
        card=None,
        note="This issue reached only a part of its readers." if at == 2 else None,
    )


def pages(article: str, language: str = "en", listed: int = 9) -> Pages:
    """The whole site. `article` is page.html of an issue; each list has `listed` issues."""
    site = Site(
        name="Focus This Week",
        tagline="A community space on two countries",
        language=language,
        site=SITE,
        live="https://live.test",
        about="Prepared by the Focus editorial teams in Hong Kong and New York.",
        postal_address="Focus Editorial, 12 Example Street, Hong Kong",
        reply_to="editor@focus.example.org",
    )
    base = site.base
    names = (*TEMPLATES.files("site/fonts"), "site/icon.svg", "site/search.js")
    served = {name: TEMPLATES.read_bytes(name) for name in names if name.endswith((".woff2", ".svg", ".js"))}
    assets, made = site_assets(TEMPLATES, Theme(), base, served)
    frame = frame_of(language)
    nav = Nav(topics=True, people=True, numbers=True, pages=PAGES)
    shared = frame_values(site, frame, assets, nav)
    files = {f"{base.removeprefix('/')}/{path}": data for path, data in made.items()}
    kinds: dict[str, str] = {}
    for kind, (address, template, values) in _planned(base, frame, SafeHtml(article), listed).items():
        common = {"description": "About this page.", "address": f"https://site.test{address}", "card": None}
        html = TEMPLATES.render(f"site/{template}.html", {**shared, **common, "indexed": True, **values})
        files[file_of(address, "")] = html.encode()
        kinds[kind] = address
    return Pages(files, kinds, assets)


def _planned(base: str, t: Frame, article: SafeHtml, listed: int) -> dict[str, tuple[str, str, dict[str, object]]]:
    """Address, template and values of one page of each kind."""
    issues = [issue(at) for at in range(ISSUES)]
    rows = tuple(row_of(one, base) for one in issues)
    years = ((2026, 48, f"{base}/issues/2026/"), (2025, 12, f"{base}/issues/2025/"))
    named = tuple((name, count, f"{base}/topics/{name}/") for name, count in (("ports", 60), ("trade", 1), ("签证", 9)))
    numbers = tuple((row.figure, row.caption, row) for row in rows[:listed] if row.figure)
    year: dict[str, object] = {
        "year": 2026,
        "older": years[1][2],
        "older_year": 2025,
        "newer": None,
        "newer_year": None,
    }
    around: dict[str, object] = {"rows": rows[54 - listed :], "years": years, "year": None}
    home: dict[str, object] = {"newest": rows[0], "newest_question": issues[0].question, "rows": rows[1 : listed + 1]}
    empty: dict[str, object] = {"newest": None, "newest_question": None, "rows": ()}
    search = {"topics": named, "years": years, "indexes": json.dumps([f"{base}/pagefind/2026/"])}

    def title(key: str, **values: object) -> dict[str, object]:
        return {"title": t[key].format(**values)}

    def under(section: str, name: str) -> dict[str, object]:
        label = t["site_topic" if section == "topics" else "site_person"]
        return {"section": section, "label": label, "title": name, "name": name}

    def spread(at: int, edition: int) -> dict[str, object]:
        return _spread(base, issues, rows, at, edition) | {"article": article}

    return {
        "home": (f"{base}/", "home", {"title": "Focus This Week", "total": ISSUES, "years": years, **home}),
        "empty home": (f"{base}/empty/", "home", {"title": "Focus This Week", "total": 0, "years": (), **empty}),
        "years": (f"{base}/issues/", "years", title("site_years_title") | {"years": years}),
        "year": (years[0][2], "year", title("site_year_title", year=2026) | year | {"rows": rows[:listed]}),
        "topics": (f"{base}/topics/", "names", title("site_topics") | {"section": "topics", "names": named}),
        "topic": (f"{base}/topics/ports/", "named", under("topics", "ports") | around),
        "people": (f"{base}/people/", "names", title("site_people") | {"section": "people", "names": named}),
        "person": (
            f"{base}/people/lin-yue/",
            "named",
            under("people", "Lin Yue") | around | {"years": ()},
        ),
        "numbers": (
            f"{base}/numbers/",
            "numbers",
            title("site_numbers_title", year=2026) | {"year": 2026, "years": years, "numbers": numbers},
        ),
        "issue": (rows[0].address, "issue", spread(0, 1)),
        "mended issue": (rows[1].address, "issue", spread(1, 2)),
        "earlier edition": (f"{rows[1].address}1/", "issue", spread(1, 1) | {"indexed": False}),
        "corrected issue": (rows[2].address, "issue", spread(2, 1)),
        "search": (f"{base}/search/", "search", title("site_search") | search),
        "page": (f"{base}/about/", "page", {"title": "About", "html": SafeHtml(TEXT), "page_name": "about"}),
        "missing": (f"{base}/404.html", "missing", title("site_missing_title") | {"address": None, "indexed": False}),
        "redirect": (f"{base}/old/", "redirect", title("site_moved") | {"target": f"{SITE}/issues/2026-11-27/"}),
    }


def _spread(base: str, issues: list[ArchivedIssue], rows: tuple[Row, ...], at: int, edition: int) -> dict[str, object]:
    """What stands around an issue."""
    one = issues[at]
    mended = one.editions > 1 and edition == one.editions
    return {
        "title": one.subject,
        "issue": one,
        "edition": edition,
        "newest_address": rows[at].address,
        "earlier": ((1, f"{rows[at].address}1/"),) if mended else (),
        "previous": rows[at + 1],
        "next": rows[at - 1] if at else None,
        "topics": (("trade", f"{base}/topics/trade/"), ("ports", f"{base}/topics/ports/")),
        "people": (("Lin Yue", f"{base}/people/lin-yue/"),),
        "answer": "https://live.test/answer/2026-11-27" if at == 0 else None,
    }
