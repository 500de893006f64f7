"""Colours of a mail: what is seen of each text in light and in dark, and what can hardly be told from its ground."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from newsletter.check import colours
from newsletter.check.colours import Colour, colour, fitting
from newsletter.check.contrast import CHECK
from newsletter.check.inspected import Inspected
from newsletter.check.markup import parse
from newsletter.check.shades import Scheme, Shade, shades
from newsletter.model.finding import Finding, Severity
from newsletter.model.theme import Palette, Theme
from tests import colours as independent
from tests.checking import inspected
from tests.conftest import opened
from tests.showing import Issue, issue_named, measured, show

PARTS = st.integers(0, 255)
COLOURS = st.builds(Colour, PARTS, PARTS, PARTS)


@pytest.fixture(scope="module")
def issue(pristine: Path) -> Inspected:
    """The sample's coming issue, in which everything is legible."""
    return inspected(opened(pristine))


def told(issue: Inspected, html: str) -> list[Finding]:
    return list(CHECK.find(replace(issue, html=issue.html.replace("</body>", f"{html}</body>"))))


def shade_of(html: str, scheme: Scheme = "light") -> Shade:
    [shade] = shades(parse(html), scheme)
    return shade


def parts(one: Colour | None) -> tuple[float, ...]:
    assert one is not None
    return one.red, one.green, one.blue


@given(COLOURS, COLOURS)
def test_contrast_and_inversion_are_those_of_another_implementation(text: Colour, ground: Colour) -> None:
    """The one by which the tests measure what a browser shows."""
    pair = parts(text), parts(ground)
    assert colours.contrast(text, ground) == pytest.approx(independent.contrast(*pair))
    for ours, other in (
        (colours.fully_inverted, independent.fully_inverted),
        (colours.partly_inverted, independent.partly_inverted),
    ):
        for one, same in zip(ours(text, ground), other(*pair), strict=True):
            assert parts(one) == pytest.approx(tuple(same), abs=1e-6)


@given(COLOURS, COLOURS)
def test_a_colour_that_is_proposed_can_be_read(text: Colour, ground: Colour) -> None:
    """For every ground there is one, and it is written as it was measured."""
    found = fitting(text, [ground], 4.5)
    assert found is not None
    assert colour(str(found)) == found
    assert colours.contrast(found, ground) >= 4.5


@pytest.mark.parametrize("issue_name", ["kitchen sink", "sample"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_sizes_and_weights_are_those_that_a_browser_shows(
    new_page: Callable[..., Page], issue_name: Issue, scheme: Scheme
) -> None:
    """Every text of the mail, in order, with pictures not loaded; nothing hidden is among them."""
    html = issue_named(issue_name).mail
    page = new_page(viewport={"width": 1200, "height": 900}, color_scheme=scheme)
    show(page, html, {})
    view = measured(page)
    alts = [picture["alt"] for picture in view["pictures"]]
    ours = [shade for shade in shades(parse(html), scheme) if shade.words not in alts]
    assert [shade.words for shade in ours] == [" ".join(text["text"].split()) for text in view["texts"]]
    for shade, text in zip(ours, view["texts"], strict=True):
        assert parts(shade.text) == pytest.approx(tuple(text["colour"][:3]), abs=1), shade.words
        assert parts(shade.ground) == pytest.approx(tuple(text["ground"][:3]), abs=1), shade.words
        assert shade.size == pytest.approx(text["size"], abs=0.1), shade.words
    pictures = [shade for shade in shades(parse(html), scheme) if shade.words in alts]
    for shade, picture in zip(pictures, view["pictures"], strict=True):
        assert parts(shade.text) == pytest.approx(tuple(picture["colour"][:3]), abs=1)
        assert parts(shade.ground) == pytest.approx(tuple(picture["ground"][:3]), abs=1)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("#a3231f", Colour(163, 35, 31)),
        ("#FFF", Colour(255, 255, 255)),
        ("#0008", Colour(0, 0, 0, 136 / 255)),
        ("rgb(10, 20, 30)", Colour(10, 20, 30)),
        ("rgba(100%,0%,0%,.5)", Colour(255, 0, 0, 0.5)),
        ("rgb(1 2 3 / 50%)", Colour(1, 2, 3, 0.5)),
        ("Navy", Colour(0, 0, 128)),
        ("transparent", Colour(0, 0, 0, 0)),
        ("hotpinkish", None),
        ("rgb(a, b, c)", None),
        ("#12345", None),
    ],
)
def test_colours_are_read_as_css_writes_them(written: str, read: Colour | None) -> None:
    """What is not known is None, and nothing is said of it."""
    assert colour(written) == (pytest.approx(read) if read is None else read)


@pytest.mark.parametrize(
    ("html", "text", "ground"),
    [
        ("<p>x</p>", "#000000", "#ffffff"),
        ('<a href="https://x.test/">x</a>', "#0000ee", "#ffffff"),
        ('<td bgcolor="#123456"><font color="red">x</font></td>', "#ff0000", "#123456"),
        ('<style>p { color: #111 } .a { color: #222 }</style><p class="a">x</p>', "#222222", "#ffffff"),
        ('<style>.a { color: #222 } p { color: #111 }</style><p class="a">x</p>', "#222222", "#ffffff"),
        ('<style>p { color: #111 !important }</style><p style="color:#333">x</p>', "#111111", "#ffffff"),
        ("<style>p { color: #111 } p { color: #222 }</style><p>x</p>", "#222222", "#ffffff"),
        ("<style>div > p { color: #111 } i p { color: #222 }</style><div><p>x</p></div>", "#111111", "#ffffff"),
        ("<style>@media print { p { color: #111 } }</style><p>x</p>", "#000000", "#ffffff"),
        ("<style>@media (max-width: 400px) { p { color: #111 } }</style><p>x</p>", "#000000", "#ffffff"),
        ('<style media="print">p { color: #111 }</style><p>x</p>', "#000000", "#ffffff"),
        (
            '<style>a:hover { color: #111 }</style><p style="color:#333"><a style="color:inherit" href="x">x</a></p>',
            "#333333",
            "#ffffff",
        ),
        ('<div style="background:#000"><p style="color:rgba(255,255,255,.5)">x</p></div>', "#808080", "#000000"),
        (
            '<div style="background:#000"><p style="background:rgba(255,255,255,.2);color:#fff">x</p></div>',
            "#ffffff",
            "#333333",
        ),
        ('<div style="background:#abc url(x.png) no-repeat">x</div>', "#000000", "#aabbcc"),
    ],
)
def test_the_cascade_is_followed(html: str, text: str, ground: str) -> None:
    """Weight, order and !important; attributes; what is inherited, and what shines through."""
    shade = shade_of(html)
    assert (str(shade.text), str(shade.ground)) == (text, ground)


@pytest.mark.parametrize(
    "hidden",
    ["display:none", "visibility:hidden", "opacity:0", "font-size:0", "font-size:1px", "color:transparent"],
)
def test_what_is_hidden_is_not_looked_at(hidden: str) -> None:
    """However it is hidden."""
    assert shades(parse(f'<div style="{hidden}"><span>x</span></div>'), "light") == ()


def test_text_on_a_picture_is_not_judged(issue: Inspected) -> None:
    """Nobody knows what is behind it; a colour below the picture is what counts while it has not loaded."""
    picture = "background-image:url(https://x.test/a.png)"
    assert told(issue, f'<p style="{picture};color:#ffffff">On a picture</p>') == []
    [one] = told(issue, f'<p style="{picture};background-color:#eeeeee;color:#ffffff">On a colour</p>')[:1]
    assert one.words == "On a colour"


@pytest.mark.parametrize(
    ("style", "faint"),
    [
        ("color:#767676;background:#fff", False),
        ("color:#777777;background:#fff", True),
        ("color:#777777;background:#fff;font-size:24px", False),
        ("color:#777777;background:#fff;font-size:18pt", False),
        ("color:#777777;background:#fff;font-size:23px", True),
        ("color:#777777;background:#fff;font-size:19px;font-weight:700", False),
        ("color:#777777;background:#fff;font-size:19px", True),
        ("color:#999999;background:#fff;font-size:40px", True),
    ],
)
def test_large_text_may_be_a_little_fainter(issue: Inspected, style: str, faint: bool) -> None:
    """4.5 to 1; 3 to 1 from 24 pixels on, or from 18.66 in bold (WCAG 2.2, 1.4.3)."""
    found = [one for one in told(issue, f'<p style="{style}">Some words</p>') if one.rule == "contrast"]
    assert [one.words for one in found] == ["Some words"] * faint


def test_a_faint_text_is_told_with_both_colours_and_one_that_would_do(issue: Inspected) -> None:
    """Where a template has a colour of its own, the template is named. Texts of the same colours are one finding."""
    faint = '<p style="color:#aaaaaa;background:#ffffff">First words</p>'
    [one] = told(issue, faint + faint.replace("First", "Second"))
    assert (one.rule, one.severity, one.words) == ("contrast", Severity.WARN, "First words")
    assert one.what == (
        "“First words” and 1 more can hardly be told from the ground: #aaaaaa on #ffffff is 2.3 to 1,"
        " and 4.5 to 1 is needed"
    )
    assert one.todo == "change the colour of the text in the template; #757575 would do"
    assert one.spot.path.endswith("templates/email/issue.mjml")


def themed(publication: Path, scheme: Scheme, **changed: str) -> list[Finding]:
    """What is told of a publication whose theme has other colours."""
    theme = Theme()
    palettes = {"light": theme.light, "dark": theme.dark}
    palettes[scheme] = replace(palettes[scheme], **changed)

    def written(palette: Palette) -> str:
        return ", ".join(f'{name}: "{getattr(palette, name)}"' for name in Palette.__dataclass_fields__)

    lines = [f"  {name}: {{{written(palette)}}}" for name, palette in palettes.items()]
    path = publication / "schedule.yaml"
    path.write_text(path.read_text("utf-8") + "\ntheme:\n" + "\n".join(lines) + "\n", "utf-8")
    return list(CHECK.find(inspected(opened(publication))))


@pytest.mark.parametrize(("scheme", "muted"), [("light", "#a0a0a0"), ("dark", "#605c55")])
def test_a_faint_colour_of_the_theme_is_told_once_and_by_its_name(
    publication: Path, scheme: Scheme, muted: str
) -> None:
    """Whatever it stands on; the colour that would do does so on every ground."""
    [one] = themed(publication, scheme, muted=muted)
    assert one.rule == {"light": "contrast", "dark": "contrast-dark"}[scheme]
    assert (one.section, one.spot.path) == (None, "schedule.yaml")
    better = re.fullmatch(rf"change `muted` under theme, {scheme}, in schedule.yaml; (#\w{{6}}) would do", one.todo)
    assert better
    assert (" in dark mode" in one.what) == (scheme == "dark")


def test_the_proposed_colour_mends_the_theme(publication: Path, tmp_path: Path) -> None:
    """Who follows the finding hears nothing more."""
    [one] = themed(publication, "light", muted="#a0a0a0")
    better = one.todo.split("; ")[1].split(" ")[0]
    path = publication / "schedule.yaml"
    path.write_text(path.read_text("utf-8").replace("#a0a0a0", better), "utf-8")
    assert list(CHECK.find(inspected(opened(publication)))) == []


def test_what_vanishes_where_a_program_makes_its_own_dark_is_told(issue: Inspected) -> None:
    """Light text on a ground of middle lightness: the ground is darkened or not, the text is."""
    [one] = told(issue, '<p style="color:#1a1aff;background:#e8e8e8">Blue words</p>')
    assert one.rule == "contrast-dark"
    assert "where a mail program makes a dark mode of its own, as Gmail and Outlook do" in one.what
    assert "3 to 1 is needed" in one.what


def test_dark_rules_that_paint_only_the_ground_are_told(issue: Inspected) -> None:
    """Black on black: the commonest fault of dark mode."""
    dark = "<style>@media (prefers-color-scheme: dark) { .night { background-color: #111111 !important } }</style>"
    html = f'{dark}<div class="night" style="background:#ffffff"><span style="color:#222222">Lost words</span></div>'
    [one] = told(issue, html)
    assert (one.rule, one.words) == ("contrast-dark", "Lost words")
    assert "in dark mode: #222222 on #111111" in one.what
