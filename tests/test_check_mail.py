"""What the mail itself has wrong: parts that are missing, its size, its lengths, and what is heard of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.actions.preview_issue import preview_issue
from newsletter.check import accessible, clients, contrast, lengths, mail_size, required
from newsletter.check.inspected import Check, Inspected
from newsletter.check.limits import LIMIT_OCTETS, WARN_OCTETS
from newsletter.check.mailtext import MailText
from newsletter.model.finding import Finding, Severity
from newsletter.model.letter import Letter, Part, Place, Slot, Slotted
from newsletter.publication.folder import issue_ids
from tests.checking import inspected, issue_with
from tests.conftest import ROOT, opened
from tests.kitchen import coming

CHECKS = (required.CHECK, lengths.CHECK, mail_size.CHECK, clients.CHECK, contrast.CHECK, accessible.CHECK)


@pytest.fixture(scope="module")
def issue(pristine: Path) -> Inspected:
    """The sample's coming issue, with nothing wrong."""
    return inspected(opened(pristine))


def found(check: Check, issue: Inspected, rule: str) -> list[Finding]:
    return [one for one in check.find(issue) if one.rule == rule]


def with_html(issue: Inspected, html: str) -> Inspected:
    """The issue with more at the end of its mail."""
    assert "</body>" in issue.html
    return replace(issue, html=issue.html.replace("</body>", f"{html}</body>"))


def rewritten(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def blurb(publication: Path, name: str) -> Path:
    return publication / "content" / "issues" / str(coming()) / f"{name}.md"


def own_template(publication: Path, name: str, old: str, new: str) -> None:
    """A template of the publication's own: ours, changed."""
    path = publication / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "templates" / name).read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_sample_issues_have_nothing_wrong(pristine: Path) -> None:
    """Neither the four that are finished nor the coming one: no block and no warning; at most a short subject."""
    for name in issue_ids(pristine):
        issue = inspected(opened(pristine), issue=str(name))
        findings = [one for check in CHECKS for one in check.find(issue)]
        assert [one for one in findings if one.rule != "subject-length"] == [], name


def test_a_rule_has_one_name_and_its_finding_the_rules_severity(issue: Inspected) -> None:
    """No two checks share a name for a rule; all findings are of rules that their check tells of."""
    names = [rule.name for check in CHECKS for rule in check.rules]
    assert len(names) == len(set(names))
    faint = with_html(
        issue, '<p style="color:#aaa">Faint</p><h1>Second</h1><a href="https://x.test/">here</a><svg></svg>'
    )
    for check in CHECKS:
        severities = {rule.name: rule.severity for rule in check.rules}
        for one in check.find(faint):
            assert severities[one.rule] is one.severity


def test_a_required_section_that_is_not_written_blocks(publication: Path) -> None:
    """It is told by its name, with the file to write."""
    blurb(publication, "number").unlink()
    [one] = found(required.CHECK, inspected(opened(publication)), "part-missing")
    assert one.severity is Severity.BLOCK
    assert (one.section, one.words) == ("number", "number")
    assert one.spot.path == f"content/issues/{coming()}/issue.md"
    assert one.what == "the section 'number' is not there, and every issue has it"


@pytest.mark.parametrize(
    ("template", "hidden"),
    [
        ("email/issue.mjml", ""),
        ("email/issue.mjml", '<span style="display:none">{{ postal_address }}</span>'),
        ("text/issue.txt", ""),
    ],
    ids=["gone from the HTML", "hidden in the HTML", "gone from the text"],
)
def test_a_mail_that_does_not_show_its_postal_address_blocks(publication: Path, template: str, hidden: str) -> None:
    """In either part; nobody can waive it."""
    own_template(publication, template, "{{ postal_address }}", hidden)
    [one] = found(required.CHECK, inspected(opened(publication)), "postal-address")
    assert (one.severity, one.words, one.spot.path) == (Severity.BLOCK, "", f"templates/{template}")
    assert "Focus Editorial, 12 Example Street, Hong Kong" in one.what
    assert next(rule for rule in required.CHECK.rules if rule.name == one.rule).fixed


def test_an_address_set_in_type_and_wrapped_is_still_the_address(publication: Path) -> None:
    """Quotes become typographic and a long line is broken; readers see the same address."""
    long = 'The "Old Mill" House\'s Third Floor -- Focus Editorial, 12 Example Street, Central District, Hong Kong'
    rewritten(
        publication / "schedule.yaml",
        "Focus Editorial, 12 Example Street, Hong Kong # the law",
        f"'{long}' # the law".replace("House's", "House''s"),
    )
    issue = inspected(opened(publication))
    assert "“Old Mill”" in issue.text
    assert found(required.CHECK, issue, "postal-address") == []


LINK = "{{ parts.link(slot.unsubscribe_url, t.unsubscribe) }}"


@pytest.mark.parametrize(
    ("template", "old", "new"),
    [
        ("email/issue.mjml", LINK, ""),
        ("email/issue.mjml", LINK, f'<span style="font-size:0">{LINK}</span>'),
        ("email/issue.mjml", LINK, '{{ parts.link(slot.unsubscribe_url, "") }}'),
        ("text/issue.txt", "{{ slot.unsubscribe_url }}", ""),
    ],
    ids=["gone", "too small to be seen", "without words", "gone from the text"],
)
def test_a_mail_without_a_way_out_that_can_be_seen_blocks(publication: Path, template: str, old: str, new: str) -> None:
    """In the HTML it is a link with words, in the text its address."""
    own_template(publication, template, old, new)
    [one] = found(required.CHECK, inspected(opened(publication)), "unsubscribe")
    assert (one.severity, one.words, one.spot.path) == (Severity.BLOCK, "", f"templates/{template}")


@pytest.mark.parametrize(
    "broken",
    [
        lambda piece: (
            piece if piece != Place(Slot.LIST_UNSUBSCRIBE, Part.HEADER) else b"<https://focus.example.org/u/x>"
        ),
        lambda piece: piece.replace(b"List-Unsubscribe-Post:", b"List-Post:") if isinstance(piece, bytes) else piece,
    ],
    ids=["an address that is the same for all", "no one-click"],
)
def test_headers_that_offer_no_one_click_block(
    issue: Inspected, broken: Callable[[bytes | Place], bytes | Place]
) -> None:
    """RFC 8058 asks for both, and each reader's own address (RFC 2369)."""
    letter = Letter(tuple(map(broken, issue.edition.letter.pieces)))
    assert letter != issue.edition.letter
    [one] = found(required.CHECK, replace(issue, edition=replace(issue.edition, letter=letter)), "unsubscribe")
    assert "one click" in one.what


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        (
            "alt",
            "alt: A violin leaning into the picture before a wide river at dusk, with a city on either bank",
            "alt: violin.png",
        ),
        (
            "alt",
            "alt: A violin leaning into the picture before a wide river at dusk, with a city on either bank",
            "alt: Violin",
        ),
        (
            "alt",
            "alt: A violin leaning into the picture before a wide river at dusk, with a city on either bank",
            "alt: Image",
        ),
        (
            "alt",
            "alt: A violin leaning into the picture before a wide river at dusk, with a city on either bank",
            "alt: IMG_2041",
        ),
        ("credit", 'credit: "Drawing: Focus This Week"', 'credit: "Drawing: TODO"'),
        ("credit", 'credit: "Drawing: Focus This Week"', 'credit: "??"'),
        ("licence", "licence: CC BY 4.0", "licence: tbd"),
        ("licence", "licence: CC BY 4.0", "licence: unknown"),
    ],
)
def test_words_that_only_stand_in_for_a_pictures_own_block(publication: Path, key: str, old: str, new: str) -> None:
    """A file's name, "image", TODO, a question mark: the finding leads to the very line."""
    path = blurb(publication, "video")
    rewritten(path, old, new)
    [one] = found(required.CHECK, inspected(opened(publication)), "image-without")
    assert one.severity is Severity.BLOCK
    assert one.section == "video"
    line = path.read_text("utf-8").split("\n")[one.spot.line - 1]
    assert line.strip() == new
    assert line[one.spot.column - 1 : one.spot.end_column - 1].strip('"') == one.words
    assert f"{key}:" in line


def test_a_picture_of_a_template_without_a_description_blocks(issue: Inspected) -> None:
    """An empty one says that it is decoration, and is right."""
    assert found(required.CHECK, with_html(issue, '<img src="https://x.test/a.png" alt="">'), "image-without") == []
    [one] = found(required.CHECK, with_html(issue, '<img src="https://x.test/a.png">'), "image-without")
    assert (one.severity, one.words) == (Severity.BLOCK, "https://x.test/a.png")
    assert one.spot.path.endswith("templates/email/issue.mjml")


def test_tags_and_entities_in_an_editors_words_block_where_they_stand(publication: Path) -> None:
    """Each is told once, at its place; code that shows a tag on purpose is left alone."""
    path = blurb(publication, "video")
    rewritten(path, "title: A Violin Between Two Cities", "title: Violins &amp; <b>Cities</b>")
    issue_with(
        publication, {"beyond-1.md": BEYOND.format("The tag `<b>` makes words bold, R&D; a < b, AT&T and 3 > 2.")}
    )
    told = found(required.CHECK, inspected(opened(publication)), "tags-in-text")
    assert [(one.words, one.section, one.severity) for one in told] == [
        (words, "video", Severity.BLOCK) for words in ("&amp;", "<b>", "</b>")
    ]
    lines = path.read_text("utf-8").split("\n")
    assert [lines[one.spot.line - 1][one.spot.column - 1 :][: len(one.words)] for one in told] == [
        one.words for one in told
    ]


BEYOND = "---\ntitle: A title of its own\nurl: https://example.com/x\noutlet: The Wire\n---\n{}\n"


def test_tags_that_a_template_leaves_in_the_text_block(publication: Path) -> None:
    """The finding leads to the template."""
    own_template(publication, "text/issue.txt", "{{ t.you_get_this }}", "{{ t.you_get_this }}<br> &copy;")
    told = found(required.CHECK, inspected(opened(publication)), "tags-in-text")
    assert [(one.words, one.section, one.spot.path) for one in told] == [
        ("<br>", None, "templates/text/issue.txt"),
        ("&copy;", None, "templates/text/issue.txt"),
    ]


def test_sections_beyond_their_words_are_told(publication: Path) -> None:
    """Too long and too short, each with what is missing or too much."""
    issue_with(publication, {"beyond-1.md": BEYOND.format("word " * 80)})
    rewritten(
        publication / "schedule.yaml",
        "- kind: quote\n    words: { max: 60 }",
        "- kind: quote\n    words: { min: 40, max: 60 }",
    )
    told = found(lengths.CHECK, inspected(opened(publication)), "length")
    quote, beyond = sorted(told, key=lambda one: one.section or "", reverse=True)
    assert (quote.section, quote.words, quote.severity) == ("quote", "18 words", Severity.WARN)
    assert quote.what == "the section 'quote' has 18 words; at least 40 are asked for"
    assert quote.todo.startswith("write 22 more")
    assert beyond.what == "the section 'beyond-1' has 87 words; at most 60 are asked for"
    assert beyond.todo.startswith("cut 27")


@pytest.mark.parametrize(
    ("subject", "preheader", "told"),
    [
        ("Thirty letters make a subject.", "p" * 60, []),
        ("s" * 60, "p" * 110, []),
        ("s" * 61, "p" * 111, ["the subject has 61 characters", "the preheader has 111 characters"]),
        ("两国首都同一张桌子上的谈判", "p" * 60, ["the subject has 26 characters, a Chinese one counted as two"]),
        (
            "Two capitals sat down at one table",
            "Two capitals sat down at one table, and the ports read the calendar.",
            ["the preheader says the subject again"],
        ),
    ],
)
def test_subject_and_preheader_are_measured_as_an_inbox_shows_them(
    publication: Path, subject: str, preheader: str, told: list[str]
) -> None:
    """30 to 60 and 60 to 110 characters; only notes."""
    path = publication / "content" / "issues" / str(coming()) / "issue.md"
    text = path.read_text("utf-8")
    text = re.sub(r"subject: .*", f"subject: {subject}", text, count=1)
    path.write_text(re.sub(r"preheader: .*", f"preheader: {preheader}", text, count=1), "utf-8")
    findings = found(lengths.CHECK, inspected(opened(publication)), "subject-length")
    assert {one.severity for one in findings} <= {Severity.NOTE}
    assert [any(part in one.what for one in findings) for part in told] == [True] * len(told)
    assert len(findings) == len(told)


def of_size(issue: Inspected, octets: int) -> Inspected:
    """The issue with as much HTML as makes its mail so large with the longest values."""
    site = issue.publication.schedule.site
    now = len(issue.edition.html.fill(mail_size.longest_values(issue.edition, site)).encode())
    pieces = (*issue.edition.html.pieces, "x" * (octets - now))
    return replace(issue, edition=replace(issue.edition, html=Slotted(pieces)))


@pytest.mark.parametrize(
    ("octets", "rules"),
    [
        (WARN_OCTETS, []),
        (WARN_OCTETS + 1, ["mail-near-limit"]),
        (LIMIT_OCTETS, ["mail-near-limit"]),
        (LIMIT_OCTETS + 1, ["mail-too-large"]),
    ],
)
def test_a_mail_is_measured_to_the_octet(issue: Inspected, octets: int, rules: list[str]) -> None:
    """Over 85,000 it is told, over 100,000 it blocks."""
    told = list(mail_size.CHECK.find(of_size(issue, octets)))
    assert [one.rule for one in told] == rules
    assert [one.severity for one in told] == [
        {"mail-near-limit": Severity.WARN}.get(rule, Severity.BLOCK) for rule in rules
    ]


def test_a_mail_is_measured_with_the_longest_name_a_reader_may_have(issue: Inspected) -> None:
    """No reader's greeting and links are longer in HTML than what is reckoned with."""
    values = mail_size.longest_values(issue.edition, issue.publication.schedule.site)
    for name in ("Ana", "&" * 60, '"' * 60, "李" * 60, "\N{GRINNING FACE}" * 60):
        line = issue.edition.greeting.to(name).replace("&", "&amp;").replace('"', "&quot;")
        assert len(line.encode()) <= len(values[Slot.GREETING].encode())
    assert len(values[Slot.GREETING]) > 360


def test_what_makes_a_mail_heavy_is_told_by_its_sections(publication: Path) -> None:
    """The three heaviest, then what every issue has."""
    issue_with(
        publication,
        {
            f"{name}.md": BEYOND.format("Words and more. " * count)
            for name, count in (("beyond-1", 1240), ("beyond-2", 900))
        },
    )
    [one] = found(mail_size.CHECK, inspected(opened(publication)), "mail-near-limit")
    heavy = re.findall(r"'([\w-]+)' (\d+) kB", one.what)
    assert [name for name, _ in heavy][:2] == ["beyond-1", "beyond-2"]
    assert [int(octets) for _, octets in heavy][:2] == [24, 17]
    assert re.search(r"and what stands in every issue \d+ kB$", one.what)


def test_the_weight_of_a_section_is_what_the_preview_measures(issue: Inspected, pristine: Path) -> None:
    """There the mail is made with the section and without it; here the finished one is read. They agree to a tenth."""
    shown = preview_issue(opened(pristine), coming(), "images/").shown
    assert shown is not None
    here = {one.section: len(issue.html[one.start : one.end].encode()) for one in MailText(issue).stretches}
    assert list(here) == [one.section for one in shown.weights]
    for one in shown.weights:
        assert here[one.section] == pytest.approx(one.octets, rel=0.1), one.section


def test_headings_that_skip_a_level_or_lead_twice_are_told(issue: Inspected) -> None:
    """And a mail without a first one."""
    told = found(accessible.CHECK, with_html(issue, "<h2>Next</h2><h4>Deep</h4><h1>Again</h1>"), "heading-order")
    assert [one.words for one in told] == ["Again", "Deep"]
    assert "“Deep” is of level 4, right below “Next” of level 2" in told[1].what
    none = replace(issue, html=re.sub(r"(</?)h1", r"\1h2", issue.html))
    assert [one.what for one in found(accessible.CHECK, none, "heading-order")] == [
        "the mail has no heading of the first level"
    ]


def test_headings_of_the_page_are_looked_at_as_well(issue: Inspected) -> None:
    """Its template is named."""
    page = issue.edition.page.replace("<h2", "<h4", 1).replace("</h2>", "</h4>", 1)
    [one] = found(accessible.CHECK, replace(issue, edition=replace(issue.edition, page=page)), "heading-order")
    assert one.what.startswith("in the page, the heading")
    assert one.spot.path.endswith("templates/web/issue.html")


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("Read it [here](https://example.com/a).", "here"),
        ("[Read more](https://example.com/a)", "Read more"),
        ("[阅读更多](https://example.com/a)", "阅读更多"),
        ("<https://example.com/a/very/long/address>", "https://example.com/a/very/long/address"),
    ],
)
def test_links_that_do_not_say_where_they_lead_are_told_in_the_editors_file(
    publication: Path, link: str, words: str
) -> None:
    """With the place of their words."""
    issue_with(publication, {"beyond-1.md": BEYOND.format(link)})
    [one] = found(accessible.CHECK, inspected(opened(publication)), "link-text")
    assert (one.section, one.words, one.severity) == ("beyond-1", words, Severity.WARN)
    line = blurb(publication, "beyond-1").read_text("utf-8").split("\n")[one.spot.line - 1]
    assert line[one.spot.column - 1 : one.spot.end_column - 1] == words


def test_two_links_of_the_same_words_to_different_places_are_told_once(publication: Path) -> None:
    """Case aside. The same words to the same place are fine, and so is an outlet named for two of its pieces."""
    two = (
        "[The survey](https://example.com/a), [the survey](https://example.com/b), [the survey](https://example.com/c)"
    )
    fine = "[Port notes](https://example.com/d), [port notes](https://example.com/d), [Harbour Wire](https://example.com/e)"
    issue_with(publication, {"beyond-1.md": BEYOND.format(f"{two}, {fine}.")})
    [one] = found(accessible.CHECK, inspected(opened(publication)), "link-text")
    assert one.words == "the survey"
    assert "https://example.com/a and https://example.com/b" in one.what


def test_a_link_without_words_is_told_at_its_template(issue: Inspected) -> None:
    """A picture's description counts as its words; a link nobody sees does not matter."""
    inside = '<a href="https://x.test/a"><img src="x.png" alt="{}"></a>'
    hidden = '<div style="display:none"><a href="https://x.test/b">here</a></div>'
    assert found(accessible.CHECK, with_html(issue, inside.format("A quay") + hidden), "link-text") == []
    [one] = found(accessible.CHECK, with_html(issue, inside.format("")), "link-text")
    assert one.what == "the link to https://x.test/a has no words"
    assert one.spot.path.endswith("templates/email/issue.mjml")


@pytest.mark.parametrize(
    ("alt", "told"),
    [
        ("Image of a violin by the water", "“Image of” is said by every screen reader already"),
        ("A photograph showing two cities", "“A photograph showing” is said by every screen reader already"),
        ("A violin between two cities", "only repeats the title beside it"),
        ("A violin " + "and a river " * 13, "characters"),
        ("Picture frames on a wall", None),
    ],
)
def test_descriptions_that_tire_the_ear_are_told(publication: Path, alt: str, told: str | None) -> None:
    """Too long, beginning with what it is, or saying the title again."""
    path = blurb(publication, "video")
    path.write_text(re.sub(r"alt: .*", f"alt: {alt.strip()}", path.read_text("utf-8")), "utf-8")
    findings = found(accessible.CHECK, inspected(opened(publication)), "alt-text")
    assert [told is not None and told in one.what for one in findings] == [True] * (told is not None)
    assert [(one.section, one.severity, one.words) for one in findings] == [
        ("video", Severity.WARN, alt.strip())
    ] * len(findings)


def test_a_mail_that_does_not_say_its_language_is_noted(issue: Inspected) -> None:
    """At its first tag."""
    silent = replace(issue, html=issue.html.replace('<html lang="en"', "<html", 1))
    assert silent.html != issue.html
    [one] = found(accessible.CHECK, silent, "language")
    assert one.severity is Severity.NOTE
