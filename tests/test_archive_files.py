"""What an editor writes for the site beside its issues: pages, redirects, corrections; each mistake with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newsletter.actions.check_files import check_files
from newsletter.actions.publish_archive import publish_archive
from newsletter.archive.slugs import slug, slugs
from newsletter.model.errors import ContentError
from newsletter.publication.pages import TAKEN
from tests.archiving import built, opened, public

ISSUE = "content/issues/2026-10-30/corrections.yaml"


def told(root: Path) -> list[str]:
    """The mistakes that `check-files` finds, and that a build refuses to go on with, both the same."""
    found = [str(mistake) for mistake in check_files(opened(root), ()).mistakes]
    with pytest.raises(ContentError) as refused:
        publish_archive(opened(root))
    assert set(str(refused.value).split("\n")) <= set(found)
    assert not (root / "public" / "index.html").exists()
    return found


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("- {from: /a/, to: /b/}\n- {from: /a, to: /c/}", ":2: the address /a is given twice"),
        ("- {from: /a/, to: /a}", ":1: the address /a/ leads back to itself"),
        ("- {from: /a/, to: /b/}\n- {from: /b, to: /a/}", ":1: the address /a/ leads back to itself"),
        ("- {from: a, to: /b/}", "'a' is no address below the site's"),
        ("- {from: https://example.org/a, to: /b/}", "is no address below the site's"),
        ("- {from: //example.org/a, to: /b/}", "is no address below the site's"),
        ("- {from: /a/../../etc/passwd, to: /b/}", "is no address below the site's"),
        ("- {from: /a/%2e%2e/%2E%2e/b, to: /b/}", "is no address below the site's"),
        ("- {from: /a%2f..%2fb, to: /b/}", "is no address below the site's"),
        ("- {from: '/a\\b', to: /b/}", "is no address below the site's"),
        ("- {from: /a%0ab, to: /b/}", "is no address below the site's"),
        ("- {from: '/a?b=1', to: /b/}", "is no address below the site's"),
        ("- {from: '/a b', to: /b/}", "is no address below the site's"),
        ("- {from: /a, to: 'javascript:alert(1)'}", "is neither an address of the site nor a whole one"),
        ("- {from: /a, to: //evil.test/}", "is neither an address of the site nor a whole one"),
        ("- {from: /a, to: b/}", "is neither an address of the site nor a whole one"),
        ("- {from: /a, to: /b/, why: because}", "the entry does not say just `from` and `to`"),
        ("- {from: /a, to: [/b/]}", "`to` is no address"),
        ("from: /a", "the file is no list"),
        ("- {from: /a, to: /b/", "redirects.yaml:"),
    ],
)
def test_a_redirect_that_is_none_is_told_with_its_line(publication: Path, written: str, said: str) -> None:
    """Loops, doubles, and addresses that are not the site's."""
    (publication / "content" / "redirects.yaml").write_text(f"{written}\n", "utf-8")
    found = told(publication)
    assert any("content/redirects.yaml" in one and said in one for one in found), found


def test_a_redirect_is_written_for_hosts_that_know_them_and_as_a_page_for_those_that_do_not(publication: Path) -> None:
    """Below the base path; an address with a suffix is a file, any other a folder. A target may be elsewhere."""
    lines = ["/old.html, to: /about/", "/näh, to: /about/", "/%C3%A9t%C3%A9/, to: 'https://example.org/a?b=c#d'"]
    (publication / "content" / "redirects.yaml").write_text("".join(f"- {{from: {one}}}\n" for one in lines), "utf-8")
    assert "is no address" in told(publication)[0]  # letters outside ASCII are written percent-encoded
    del lines[1]
    (publication / "content" / "redirects.yaml").write_text("".join(f"- {{from: {one}}}\n" for one in lines), "utf-8")
    schedule = publication / "schedule.yaml"
    schedule.write_text(schedule.read_text("utf-8").replace(".org # where", ".org/news # where"), "utf-8")
    built(publication)
    files = public(publication)
    assert files["_redirects"].decode() == (
        "/news/old.html /news/about/ 301\n/news/%C3%A9t%C3%A9/ https://example.org/a?b=c#d 301\n"
    )
    assert b'url=https://focus.example.org/news/about/"' in files["old.html"]
    assert b'rel="canonical" href="https://example.org/a?b=c#d"' in files["été/index.html"]
    assert b"noindex" in files["old.html"]


@pytest.mark.parametrize("taken", ["/about/", "/issues/2026-10-30", "/index.html", "/topics/"])
def test_a_redirect_away_from_a_page_that_is_there_is_refused(publication: Path, taken: str) -> None:
    """Or readers would never get to it."""
    (publication / "content" / "redirects.yaml").write_text(f"- {{from: {taken}, to: /privacy/}}\n", "utf-8")
    with pytest.raises(ContentError, match="stands a page of the site itself"):
        publish_archive(opened(publication))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("imprint", "no front matter", "imprint.md:1: the first line is not ---"),
        ("imprint", "---\ntitle: A\n---\nText", "imprint.md:1: `description` is missing"),
        ("imprint", "---\ntitle: A\ndescription: B\nauthor: C\n---\nText", "imprint.md:4: `author` is not a key"),
        ("imprint", "---\ntitle: A\ndescription: B\n---\n\n<script>x</script>", "imprint.md:6: holds raw HTML"),
        ("imprint", "---\ntitle: A\ndescription: B\n---\n[a](javascript:b)", "imprint.md:5: links to"),
        ("imprint", "---\ntitle: A\ndescription: B\n---\nText.[^source]", "imprint.md:5: [^source] marks a source"),
        ("Imprint", "---\ntitle: A\ndescription: B\n---\nText", "Imprint.md: the name of a page stands in its address"),
        ("search", "---\ntitle: A\ndescription: B\n---\nText", "search.md: the address /search/ is taken"),
    ],
)
def test_a_page_with_a_mistake_is_told_with_its_line(publication: Path, name: str, text: str, said: str) -> None:
    """In its front matter, its Markdown, or its name."""
    (publication / "content" / "pages" / f"{name}.md").write_text(text, "utf-8")
    found = told(publication)
    assert any(said in one for one in found), found


def test_every_first_part_of_an_address_of_the_site_is_taken(publication: Path) -> None:
    """So that no page of content/pages can hide one."""
    built(publication)
    files = [
        path for path in public(publication) if not path.startswith(("about/", "privacy/", "archive/", "editors/"))
    ]
    assert {re.split(r"[/.-]", path)[0] for path in files} - {"_redirects"} <= TAKEN


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("- {date: 2026-11-02, was: A}", ":1: `now` is missing"),
        ("- {date: 2 November, was: A, now: B}", ":1: "),
        ("- {date: 2026-11-02, was: A, now: B}\n- {date: 2026-10-29, was: A, now: B}", ":2: the correction is dated"),
        ("date: 2026-11-02", ":1: the file is not a list"),
    ],
)
def test_a_correction_with_a_mistake_is_told_with_its_line(publication: Path, written: str, said: str) -> None:
    """A day before the issue, a key too few."""
    (publication / ISSUE).write_text(f"{written}\n", "utf-8")
    found = told(publication)
    assert any(f"{ISSUE}{said}" in one for one in found), found


def test_corrections_of_an_issue_that_has_not_gone_out_are_told(publication: Path) -> None:
    """There the issue itself can be mended."""
    file = publication / "content" / "issues" / "2026-11-27" / "corrections.yaml"
    file.write_text("- {date: 2026-12-02, was: A, now: B}\n", "utf-8")
    found = [str(one) for one in check_files(opened(publication), ()).mistakes]
    assert found == [
        "content/issues/2026-11-27/corrections.yaml: an issue that has not gone out is corrected here; "
        "mend the issue itself"
    ]


def test_corrections_are_set_in_type_and_shown_the_oldest_first(publication: Path) -> None:
    """Whatever order the file has."""
    text = "- {date: 2026-11-05, was: 'The \"second\"', now: B}\n- {date: 2026-11-03, was: <b>First</b>, now: B}\n"
    (publication / ISSUE).write_text(text, "utf-8")
    built(publication)
    html = public(publication)["issues/2026-10-30/index.html"].decode()
    assert 0 < html.index("&lt;b&gt;First") < html.index("The “second”")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Trade", "trade"),
        ("Chips & Tools", "chips-tools"),
        ("Élysée", "elysee"),
        ("外交", "外交"),
        ("C++", "c"),
        ("!!!", "topic"),
        ("../../etc", "etc"),
        ("ＡＢＣ", "abc"),
        ("a" * 100, "a" * 60),
        (" ".join(["word"] * 20), "-".join(["word"] * 12)),
    ],
)
def test_a_topic_in_an_address(name: str, said: str) -> None:
    """Small letters, digits and hyphens, in any script; never a dot or a slash."""
    assert slug(name) == said


def test_no_two_topics_share_an_address() -> None:
    """The one that came first keeps it."""
    assert slugs(["C", "C++", "c", "C#", "!!!"]) == {"c": "c", "c++": "c-2", "c#": "c-3", "!!!": "topic"}
