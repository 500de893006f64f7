"""The markup of mail and page: valid, told to screen readers as what it is, and laid out in Outlook as elsewhere.

The list of accessibility faults is the Email Markup Consortium's, of which hardly a mail that is sent is free.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from newsletter.assemble.lint import lint_source
from tests.independent import OFF, run_node
from tests.showing import ISSUES, OUTLETS, Issue, Outlet, issue_named

every_issue = pytest.mark.parametrize("issue", ISSUES)
every_outlet = pytest.mark.parametrize("outlet", OUTLETS)


class _Tags(HTMLParser):
    """Every tag of a document; those within conditional comments, which only Outlook reads, as well."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_comment(self, data: str) -> None:
        if match := re.fullmatch(r"\[if [^\]]+\]>(.*)<!\[endif\]", data, re.DOTALL):
            self.tags += _tags(match[1])


def _tags(html: str) -> list[tuple[str, dict[str, str]]]:
    reader = _Tags()
    reader.feed(html)
    reader.close()
    return reader.tags


def named(html: str, name: str) -> list[dict[str, str]]:
    """The attributes of every tag of a name."""
    return [attributes for tag, attributes in _tags(html) if tag == name]


def faults(html: str, off: dict[str, str]) -> list[dict[str, Any]]:
    """What html-validate finds."""
    found: list[dict[str, Any]] = json.loads(run_node("validate.mjs", json.dumps({"html": html, "off": list(off)})))
    return found


@every_issue
@every_outlet
def test_the_html_is_valid(issue: Issue, outlet: Outlet) -> None:
    """By every recommended rule of html-validate but those that tests/node/html-rules.json switches off."""
    assert faults(issue_named(issue).html(outlet), OFF[outlet]) == []


@every_outlet
def test_no_rule_is_switched_off_without_need(outlet: Outlet) -> None:
    """Each would find something in the kitchen sink, and each has its reason."""
    assert {fault["rule"] for fault in faults(issue_named("kitchen sink").html(outlet), {})} == set(OFF[outlet])
    assert all(reason.endswith(".") for reason in OFF[outlet].values())


@every_issue
@every_outlet
def test_language_and_direction_are_said(issue: Issue, outlet: Outlet) -> None:
    """On the document, and again on the article: webmail throws the html tag away."""
    html = issue_named(issue).html(outlet)
    (article,) = [found for tag, found in _tags(html) if tag == "article" or found.get("role") == "article"]
    (document,) = named(html, "html")
    for found in (document, article):
        assert (found["lang"], found["dir"]) == ("en", "ltr")


@every_issue
@every_outlet
def test_every_picture_says_what_it_shows_and_how_large_it_is(issue: Issue, outlet: Outlet) -> None:
    """Alt, width and height, so that nothing moves when it comes."""
    images = named(issue_named(issue).html(outlet), "img")
    assert images
    for image in images:
        assert image["alt"].strip()
        assert int(image["width"]) > 0
        assert int(image["height"]) > 0


@every_issue
def test_every_table_of_a_mail_is_layout_and_says_so(issue: Issue) -> None:
    """Those that only Outlook reads as well; a screen reader then reads no rows and columns."""
    html = issue_named(issue).mail
    tables = named(html, "table")
    assert len(tables) == html.count("<table")
    assert {table.get("role") for table in tables} == {"presentation"}


@every_issue
def test_a_mail_needs_nothing_that_outlook_does_not_know(issue: Issue) -> None:
    """No inherited values, no flexible boxes, no positions, no variables; every heading says its own size."""
    html = issue_named(issue).mail
    styles = [attributes.get("style", "") for _, attributes in _tags(html)]
    for unknown in ("inherit", "flex", "grid", "position", "var(", "calc(", "float"):
        assert [style for style in styles if unknown in style] == []
    headings = [attributes for tag, attributes in _tags(html) if re.fullmatch("h[1-6]", tag)]
    assert headings
    for heading in headings:
        assert re.search(r"font-size:\d+px", heading["style"])
        assert "margin:" in heading["style"]


@every_issue
def test_outlooks_columns_are_as_wide_as_their_section(issue: Issue) -> None:
    """Its tables, padding included, take the 640 pixels of the letter: a wider one would push the letter apart."""
    sections = list(_sections(issue_named(issue).mail))
    assert len(sections) > 5
    for padding, columns, dividers in sections:
        assert sum(columns) + 2 * padding == pytest.approx(640)
        assert all(width in columns for width in dividers)


def _sections(html: str) -> Iterator[tuple[int, list[float], list[float]]]:
    """Of each section its side padding, and the widths that Outlook is told of its columns and of its lines."""
    for section in re.split(r'<table[^>]*width="640"', html)[1:]:
        padding = re.search(r"direction:ltr;font-size:0px;padding:(?:\d+px )?(\d+)px", section)
        assert padding is not None
        columns = re.findall(r'<td(?: class="[^"]*")? style="vertical-align:\w+;width:([\d.]+)px;">', section)
        dividers = re.findall(r'align="center" width="([\d.]+)px" style="border-top', section)
        yield int(padding[1]), [float(width) for width in columns], [float(width) for width in dividers]


@pytest.mark.parametrize("tag", ["mj-section", "mj-wrapper", "mj-column"])
@pytest.mark.parametrize("padding", ["0 32px", "44px 32px 0", "0 0"])
def test_a_padding_without_its_unit_is_refused(tag: str, padding: str) -> None:
    """Where MJML's engine would take the whole padding for none, and Outlook's columns would be too wide."""
    inside = {"mj-column": "mj-section"}.get(tag, "mj-body")
    (mistake,) = lint_source(f'\n<{tag} padding="{padding}"></{tag}>', "email/note.mjml", inside)
    assert (mistake.path, mistake.line, mistake.todo) == ("email/note.mjml", 2, "write 0px")
    assert f'<{tag}> says padding="{padding}"' in mistake.what
    for right in ("0", "0px 32px", "10px 20px", "10.0px 20px"):
        assert lint_source(f'<{tag} padding="{right}"></{tag}>', "email/note.mjml", inside) == ()


@every_issue
def test_a_mail_stays_below_what_gmail_cuts_off(issue: Issue) -> None:
    """102 kB; we warn at 85."""
    assert len(issue_named(issue).mail.encode()) < 85_000
