"""What readers' mail programs do not show: told where it breaks the reading, and left alone where it does not."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.check import css
from newsletter.check.clients import CHECK
from newsletter.check.features import uses
from newsletter.check.graceful import GRACEFUL, INSTEAD, is_graceful
from newsletter.check.inspected import Inspected
from newsletter.check.markup import Reach, parse, words_of
from newsletter.check.support import Support, as_tested
from newsletter.model.finding import Finding, Severity
from tests.checking import inspected
from tests.conftest import ROOT, opened


@pytest.fixture(scope="module")
def issue(pristine: Path) -> Inspected:
    """The sample's coming issue, which all programs show."""
    return inspected(opened(pristine))


def told(issue: Inspected, html: str, *clients: str) -> dict[str, Finding]:
    """What is said when this stands in the mail, by feature."""
    schedule = issue.publication.schedule
    if clients:
        schedule = replace(schedule, checks=replace(schedule.checks, clients=clients))
    planted = replace(
        issue,
        html=issue.html.replace("</body>", f"{html}</body>"),
        publication=replace(issue.publication, schedule=schedule),
    )
    return {one.words: one for one in CHECK.find(planted)}


def slugs(html: str) -> set[str]:
    return {use.slug for use in uses(parse(html))}


@pytest.mark.parametrize(
    ("html", "feature", "instead"),
    [
        ('<div style="display:flex">x</div>', "display:flex", "side by side is stacked"),
        ('<div style="display: grid">x</div>', "display:grid", "side by side is stacked"),
        ('<p style="position:absolute">x</p>', "position", "over other words"),
        ('<p style="float:left">x</p>', "float", "pushes the text down"),
        ('<p style="background:url(https://x.test/a.png)">x</p>', "background-image", "cannot be read"),
        ("<style>.x { background-image: linear-gradient(red, blue) }</style>", "linear-gradient()", "cannot be read"),
        ('<p style="color:rgba(0,0,0,.8)">x</p>', "rgba()", "the colour is lost"),
        ('<p style="color:var(--ink)">x</p>', "CSS Variables (Custom Properties)", "are lost"),
        ('<p style="font-size:1.2rem">x</p>', "rem unit", "the size is lost"),
        ('<p style="width:calc(100% - 20px)">x</p>', "CSS calc() function", "the size is lost"),
        ("<style>@font-face { font-family: x; src: url(x.woff) }</style>", "@font-face", "another face"),
        ("<style>@import url(x.css);</style>", "@import", "the styles are lost"),
        ('<link rel="stylesheet" href="x.css">', "<link> element", "all styles of the file are lost"),
        ('<form action="x"><input type="text"></form>', "<form> element", "nobody can fill it in"),
        ('<video src="x.mp4"></video>', "<video> element", "no film"),
        ('<img src="x.svg" alt="x">', "SVG image format", "the picture is not shown"),
        ('<img src="https://x.test/a.webp?w=1" alt="x">', "webP image format", "the picture is not shown"),
        ('<img src="data:image/png;base64,AA" alt="x">', "Base 64 image format", "the picture is not shown"),
        ("<svg></svg>", "Embedded <svg> image", "the drawing is not shown"),
        ('<a href="#top">Up</a>', "Local anchors", "leads nowhere"),
    ],
)
def test_what_breaks_the_reading_is_told_once_with_what_is_seen_instead(
    issue: Inspected, html: str, feature: str, instead: str
) -> None:
    """However often it is used; nothing else is said of it."""
    [(words, one)] = told(issue, html * 2).items()
    assert words == feature
    assert one.severity is Severity.WARN
    assert "used 2 times" in one.what
    assert instead in one.what
    assert one.spot.path.endswith("templates/email/issue.mjml")


@pytest.mark.parametrize(
    "html",
    [
        '<p style="border-radius:4px;box-shadow:0 0 2px #000;text-underline-offset:3px;opacity:.9">x</p>',
        "<style>@media (max-width: 480px) { .x > td { width: 100% !important } }</style>",
        "<style>@media (prefers-color-scheme: dark) { body { background: #000 } } a:hover { color: red }</style>",
        '<meta name="color-scheme" content="light dark"><style>:root { color-scheme: light dark }</style>',
        '<p style="background:#a3231f url(https://x.test/a.png)">x</p>',
        '<p style="background-color:#a3231f;background-image:linear-gradient(red,blue)">x</p>',
        '<table><tr><td bgcolor="#ffffff" style="background-image:url(https://x.test/a.jpg)">x</td></tr></table>',
        '<p style="font-family:system-ui, sans-serif;word-break:keep-all;hyphens:auto">x</p>',
        '<div role="article" aria-label="x" lang="zh"><section><time>x</time></section></div>',
        '<picture><source srcset="a.png 2x"><img src="a.png" alt="x"></picture>',
    ],
)
def test_what_falls_back_by_itself_is_not_told(issue: Inspected, html: str) -> None:
    """Rounded corners, media queries, dark mode, hover, a picture behind a colour: nothing is lost without them."""
    assert told(issue, html) == {}


@pytest.mark.parametrize(
    ("html", "clients", "count"),
    [
        ('<!--[if mso]><div style="float:left;position:absolute">x</div><![endif]-->', ("apple-mail", "gmail"), 0),
        ('<!--[if !mso]><!--><p style="color:rgba(0,0,0,.8)">x</p><!--<![endif]-->', ("outlook",), 0),
        ('<p style="color:rgba(0,0,0,.8)">x</p>', ("outlook",), 1),
        ("<!--[if mso | IE]><style>.x { position: absolute }</style><![endif]-->", ("outlook",), 1),
        ('<!--[if !mso]><!--><p style="position:absolute">x</p><!--<![endif]-->', ("gmail",), 1),
    ],
)
def test_what_only_some_programs_read_is_held_against_these(
    issue: Inspected, html: str, clients: tuple[str, ...], count: int
) -> None:
    """A conditional comment is read by Outlook on Windows alone, and what it is told to skip by all others."""
    assert len(told(issue, html, *clients)) == count


def test_only_the_programs_of_the_schedule_are_asked_about(issue: Inspected) -> None:
    """Named as people know them; a family by its name alone where all of it is meant."""
    link = '<link rel="stylesheet" href="x.css">'
    assert told(issue, link, "apple-mail") == {}
    assert "is not shown by Gmail: all" in told(issue, link, "apple-mail", "gmail")["<link> element"].what
    several = told(issue, link, "gmail", "outlook", "yahoo")["<link> element"].what
    assert "by Gmail, Outlook (macOS, Outlook.com, iOS, Android) and Yahoo! Mail: all" in several


def test_partial_support_is_a_note(issue: Inspected) -> None:
    """Where no program of the schedule goes without it."""
    one = told(issue, '<p style="color:rgba(0,0,0,.8)">x</p>', "gmail", "yahoo")["rgba()"]
    assert one.severity is Severity.NOTE
    assert "is shown only in part by Gmail and Yahoo! Mail" in one.what


def test_a_program_that_nobody_has_tested_is_told(issue: Inspected) -> None:
    """With the one that may be meant."""
    one = told(issue, "", "gmail", "outlok")["outlok"]
    assert (one.rule, one.spot.path, one.todo) == ("unknown-client", "schedule.yaml", "did you mean 'outlook'?")


def test_a_feature_in_a_section_leads_to_the_template_of_its_kind(issue: Inspected) -> None:
    """The section is named as well."""
    planted = re.sub(r"(<div[^>]*)(>90</div>)", r'\1 data-x="y"\2<form></form>', issue.html)
    assert planted != issue.html
    [one] = CHECK.find(replace(issue, html=planted))
    assert one.section == "number"
    assert one.spot.path.endswith("templates/email/number.mjml")


def test_the_newest_version_of_a_program_counts() -> None:
    """Also where versions were once dates and are now numbers, as of Outlook on a Mac."""
    feature = as_tested().features["css-at-font-face"]
    on_mac = next(one for one in feature.of("outlook") if one.platform == "macos")
    assert on_mac.support is Support.NO  # "2016" said yes, "16.80" says no


def test_the_data_are_as_they_were_vendored_and_say_so() -> None:
    """Every feature is read; its licence lies beside it; docs/vendored.md has its day."""
    folder = ROOT / "newsletter" / "check" / "caniemail"
    data = json.loads((folder / "caniemail.json").read_text("utf-8"))
    assert len(as_tested().features) == len(data["data"])
    assert (folder / "LICENSE").read_text("utf-8").startswith("MIT License")
    assert f"its data of {as_tested().updated} |" in (ROOT / "docs" / "vendored.md").read_text("utf-8")


def test_every_entry_of_the_tables_is_of_the_data() -> None:
    """So that a refresh which renames a feature is noticed, and none is both graceful and worth a word."""
    known = as_tested().features
    for names, reason in GRACEFUL:
        assert reason
        for name in names.split():
            assert any(slug == name or (name.endswith("*") and slug.startswith(name[:-1])) for slug in known), name
    assert set(INSTEAD) <= set(known)
    assert [slug for slug in INSTEAD if is_graceful(slug)] == []


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (
            "<STYLE>P:nth-child(2)~A+B{Color:RED}</STYLE>",
            {"css-pseudo-class-nth-child", "css-selector-general-sibling"},
        ),
        (
            "<style>@media (hover) and (orientation: portrait) {}</style>",
            {"css-at-media-hover", "css-at-media-orientation"},
        ),
        ('<p style="border-top-left-radius:3px;border-top-color:red">', {"css-border-radius", "css-border"}),
        (
            '<p style="/* a; */ width: 50% !important; margin:1em 2vw">',
            {"css-unit-percent", "css-unit-em", "css-unit-vw"},
        ),
        ("<p style=\"background:url('a;b.png');color:#fff\">", {"css-background-image", "image-png"}),
        ("<ol><li>x</ol><h6>y</h6>", {"html-lists", "html-h1-h6"}),
        ('<a href="mailto:a@example.org" target="_blank">x</a>', {"html-target"}),
    ],
)
def test_features_are_found_however_they_are_written(html: str, found: set[str]) -> None:
    """Capitals, comments, shorthands, quotation marks, tags that are left open."""
    assert found <= slugs(html)


def test_colours_and_names_are_no_units() -> None:
    """#3em would be nothing, and neither is a digit within a word or an address."""
    used = slugs('<p class="x2em" style="color:#123456;font-family:Arial2rem;background:url(/1vw/2vh.png) red">x</p>')
    assert not {slug for slug in used if slug.startswith("css-unit")}


def test_a_document_is_read_whatever_is_wrong_with_it() -> None:
    """Tags that close nothing, or are never closed; comments within comments; two attributes of a name."""
    markup = parse(
        "<p id=a id=b>one</i> <b>two<!--[if mso]><td><![endif]--></p></p><div>three &amp; <br/>four<![if !mso]>5"
    )
    assert [words_of(one) for one in markup.elements if one.tag in ("p", "div")] == ["one two", "three & four5"]
    assert [(tag.name, tag.reach) for tag in markup.tags if tag.reach is Reach.MSO] == [("td", Reach.MSO)]
    assert markup.tags[0].attributes == {"id": "a"}
    assert css.styles("a { color: red } } .b, { x } @media { c { d: e").rules[0].selectors[0].parts[0].name == "a"
