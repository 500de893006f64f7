"""The archive: what stands where, what lists what, and that nothing but what has changed is written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from newsletter.actions.publish_archive import publish_archive
from newsletter.actions.site_standing import Standing
from newsletter.model.errors import ContentError
from newsletter.model.issue import IssueId
from newsletter.tokens import SAMPLE_RING, Purpose
from tests.archiving import add_issue, built, built_anew, fridays, opened, public

FIRST, LAST = "2026-10-30", "2026-11-20"
SITE = "https://focus.example.org"


def issue(name: str) -> IssueId:
    found = IssueId.parse(name)
    assert found is not None
    return found


def page(root: Path, path: str) -> str:
    return (root / "public" / path / "index.html").read_text("utf-8")


def article_of(html: str) -> str:
    found = re.search(r"<article.*?</article>", html, re.DOTALL)
    assert found
    return found[0]


class Links(HTMLParser):
    """The addresses a page leads to, and the ids in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            if name in ("href", "src") and value:
                self.found.append(value)
            if name == "srcset" and value:
                self.found += [one.split()[0] for one in value.split(",")]


def links_in(html: str) -> list[str]:
    """The addresses below the host and on the page itself; what a text links to in full is its own affair."""
    return [link for link in Links(html).found if link.startswith(("/", "#"))]


@pytest.mark.parametrize("base", ["", "/newsletter"])
def test_every_link_of_every_page_leads_to_a_file_and_every_fragment_to_an_id(publication: Path, base: str) -> None:
    """Below the root of a host and below a path of it; live addresses and the files of the search are others' trade."""
    schedule = publication / "schedule.yaml"
    schedule.write_text(schedule.read_text("utf-8").replace(f"site: {SITE} ", f"site: {SITE}{base} "), "utf-8")
    add_issue(publication, "2025-12-26", topics=("外交", "Chips & Tools"), people=[("lin-yue", "Lin Yue")])
    add_issue(publication, FIRST, edition=2, topics=("ports",))
    built(publication)
    files = public(publication)
    live = re.compile(rf"{base}/(subscribe|preferences|answer/|feed\.xml|atom\.xml|feed\.json|pagefind/)")
    missing = []
    for path, data in files.items():
        if not path.endswith(".html"):
            continue
        html = data.decode()
        for link in links_in(html):
            target, _, fragment = link.partition("#")
            parts = urlsplit(target)
            if live.match(parts.path):
                continue
            leads_to = f"/{path}" if not target else unquote(parts.path.removeprefix(base))
            name = f"{leads_to}index.html" if leads_to.endswith("/") else leads_to
            outside = target and not parts.path.startswith(f"{base}/")
            there = None if outside else files.get(name.removeprefix("/"))
            if there is None or (fragment and fragment not in Links(there.decode()).ids):
                missing.append((path, link))
    assert missing == []
    assert len(files) > 50


def test_an_issue_stands_at_its_permanent_address_with_its_article_as_it_was_sent(publication: Path) -> None:
    """But for the addresses of its pictures, which are the site's."""
    built(publication)
    for name in (FIRST, LAST):
        sent = (publication / "content" / "issues" / name / "sent" / "page.html").read_text("utf-8")
        shown = article_of(page(publication, f"issues/{name}"))
        assert shown.replace('"/images/', '"images/').replace(", /images/", ", images/") == article_of(sent)


def test_issues_lead_to_the_one_before_and_the_one_after(publication: Path) -> None:
    """In the order of their dates; the newest leads nowhere further."""
    built(publication)
    html = page(publication, "issues/2026-11-06")
    assert 'rel="prev" href="/issues/2026-10-30/"' in html
    assert 'rel="next" href="/issues/2026-11-13/"' in html
    assert 'rel="next"' not in page(publication, f"issues/{LAST}")


def test_a_mended_edition_takes_the_address_and_the_first_stays_below_it(publication: Path) -> None:
    """The page shows the newest and links the first; the first says that it is not the newest and asks not to be
    listed."""
    add_issue(publication, LAST, edition=2, subject="The mended one", said="What is right.")
    built(publication)
    newest, first = page(publication, f"issues/{LAST}"), page(publication, f"issues/{LAST}/1")
    assert "What is right." in newest
    assert f'href="/issues/{LAST}/1/"' in newest
    assert "noindex" not in newest
    assert "What is right." not in first
    assert f'href="/issues/{LAST}/"' in first
    assert 'content="noindex"' in first
    assert "The mended one" in page(publication, "issues/2026")


def test_an_issue_whose_first_mail_has_not_left_has_a_page_and_stands_in_no_list(publication: Path) -> None:
    """Nor does the issue before it lead there; as soon as mail leaves, it is everywhere."""
    app = opened(publication)
    publish_archive(app, standing=Standing(unlisted=frozenset({issue(LAST)})))
    files = public(publication)
    naming = [path for path, data in files.items() if f"issues/{LAST}/".encode() in data]
    assert naming == [f"issues/{LAST}/index.html"]
    assert 'content="noindex"' in page(publication, f"issues/{LAST}")
    publish_archive(app, standing=Standing())
    assert f'href="/issues/{LAST}/"' in page(publication, "")
    assert public(publication) == built_anew(publication, publication.parent)


def test_an_issue_whose_sending_was_ended_says_so(publication: Path) -> None:
    """In the words of the standing texts, on its own page."""
    publish_archive(opened(publication), standing=Standing(cut_short=frozenset({issue(LAST)})))
    assert "Not every reader got this issue" in page(publication, f"issues/{LAST}")
    assert "Not every reader" not in page(publication, f"issues/{FIRST}")


def test_a_correction_stands_on_the_page_and_is_marked_in_the_lists(publication: Path) -> None:
    """With its date; the text of the issue stays as it was."""
    built(publication)
    html = page(publication, f"issues/{FIRST}")
    assert "His client said it" in html
    assert "2 November 2026" in html
    assert "Corrected 2 November 2026" in page(publication, "issues/2026")


def test_many_issues_of_a_topic_are_divided_by_year(publication: Path) -> None:
    """Its page shows the newest 52; each year has a page once there are more."""
    for at, name in enumerate(fridays("2024-06-07", 60)):
        add_issue(publication, name, number=at + 1, topics=("ports", "Ports"), subject=f"Week {at}")
    built(publication)
    first = page(publication, "topics/ports")
    assert first.count("<h3>") == 52
    assert "Week 3<" not in first
    assert 'href="/topics/ports/2024/"' in first
    assert "Week 3<" in page(publication, "topics/ports/2024")
    assert page(publication, "").count('<ol class="issues">') == 3  # so many years are among the last 52
    assert 'href="/numbers/2024/"' in page(publication, "numbers")
    assert 'href="/issues/2025/"' in page(publication, "issues/2026")


def test_an_index_has_its_own_title_and_each_of_its_pages_theirs(publication: Path) -> None:
    """Of topics and people."""
    built(publication)
    titles = {
        path: re.findall(r"<h1>(.*?)</h1>", page(publication, path))
        for path in ("topics", "topics/ports", "people", "people/hanne-osei")
    }
    assert titles == {
        "topics": ["Topics"],
        "topics/ports": ["ports"],
        "people": ["People"],
        "people/hanne-osei": ["Hanne Osei"],
    }


def test_a_topic_keeps_its_address_when_another_one_of_the_same_letters_comes(publication: Path) -> None:
    """The later one gets a number; spellings in capitals are one topic, shown as the newest issue writes it."""
    add_issue(publication, "2025-01-03", topics=("C", "TRADE"))
    add_issue(publication, "2025-01-10", topics=("C++", "Trade"))
    built(publication)
    topics = page(publication, "topics")
    assert re.search(r'href="/topics/c/">C<', topics)
    assert re.search(r'href="/topics/c-2/">C\+\+<', topics)
    assert len(re.findall(r'href="/topics/trade/"', topics)) == 1


def test_what_the_publication_says_today_changes_no_article_that_went_out(publication: Path) -> None:
    """Every line of people.yaml, the theme, the mail's templates and the files of the issues: past texts stay."""
    built(publication)
    before = {name: article_of(page(publication, f"issues/{name}")) for name in (FIRST, LAST)}
    people = publication / "content" / "people.yaml"
    people.write_text(re.sub(r"name: (.*)", r"name: \1 the Elder", people.read_text("utf-8")), "utf-8")
    schedule = publication / "schedule.yaml"
    schedule.write_text(schedule.read_text("utf-8") + "theme: {serif: 'Palatino, serif'}\n", "utf-8")
    for kind in ("email", "web", "text"):
        (publication / "templates" / kind).mkdir(parents=True)
    (publication / "templates" / "email" / "parts.mjml").write_text("", "utf-8")
    (publication / "templates" / "web" / "opening.html").write_text("other", "utf-8")
    (publication / "content" / "issues" / FIRST / "issue.md").write_text("---\n---\n", "utf-8")
    done = publish_archive(opened(publication))
    assert {name: article_of(page(publication, f"issues/{name}")) for name in before} == before
    assert any(path.endswith(".css") for path in done.written)
    assert any(b"Palatino" in data for path, data in public(publication).items() if path.endswith(".css"))


def test_nothing_changed_writes_nothing_and_imports_no_template_engine(publication: Path) -> None:
    """Nor YAML, SQL or pictures: the files are looked at, not read."""
    built(publication)
    before = {path: path.stat().st_mtime_ns for path in publication.rglob("*")}
    code = (
        "import sys; from newsletter.cli import main; sys.argv = ['newsletter', '-C', sys.argv[1], 'archive']\n"
        "try: main()\n"
        "finally: print([one for one in ('jinja2', 'pydantic', 'ruamel.yaml', 'sqlalchemy', 'PIL', 'markdown', 'babel')"
        " if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(publication)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr
    assert "up to date" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in publication.rglob("*")} == before


def test_one_new_issue_writes_its_page_its_neighbour_and_the_lists_it_is_in(publication: Path) -> None:
    """No page of any other issue is touched."""
    built(publication)
    add_issue(publication, "2026-11-27", topics=("ports",), number=128)
    done = publish_archive(opened(publication))
    issues = [path for path in done.written if path.startswith("issues/2026-")]
    assert issues == ["issues/2026-11-27/index.html", f"issues/{LAST}/index.html"]
    assert "topics/ports/index.html" in done.written
    assert "topics/students/index.html" not in done.written
    assert all(path.startswith("pagefind/2026/") for path in done.removed)
    assert public(publication) == built_anew(publication, publication.parent)


def test_what_somebody_changed_or_deleted_in_public_is_put_back(publication: Path) -> None:
    """And what somebody put there beside is theirs."""
    built(publication)
    before = public(publication)
    (publication / "public" / "index.html").write_text("mine", "utf-8")
    about = publication / "public" / "about" / "index.html"
    about.write_bytes(about.read_bytes().replace(b"a", b"o", 1))  # as long as before
    (publication / "public" / "issues" / LAST / "index.html").unlink()
    (publication / "public" / "CNAME").write_text("focus.example.org", "utf-8")
    done = publish_archive(opened(publication))
    assert sorted(done.written) == ["about/index.html", "index.html", f"issues/{LAST}/index.html"]
    assert public(publication) == {**before, "CNAME": b"focus.example.org"}


def test_a_page_that_is_over_is_removed_with_its_folder(publication: Path) -> None:
    """An issue that is taken back leaves nothing behind, and nothing leads to it any more."""
    folder = add_issue(publication, "2026-11-27", topics=("only here",))
    built(publication)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    done = publish_archive(opened(publication))
    removed = {path for path in done.removed if not path.startswith("pagefind/")}
    assert removed == {"issues/2026-11-27/index.html", "topics/only-here/index.html"}
    assert not (publication / "public" / "issues" / "2026-11-27").exists()
    assert public(publication) == built_anew(publication, publication.parent)


def test_check_writes_nothing_and_says_what_would_change(publication: Path) -> None:
    """Before the first build, after a change, and when nothing has changed."""
    app = opened(publication)
    assert len(publish_archive(app, check=True).written) > 40
    assert not (publication / "public").exists()
    assert not (publication / "var" / "archive.json").exists()
    publish_archive(app)
    assert not publish_archive(app, check=True).changed
    (publication / "content" / "pages" / "about.md").unlink()
    before = public(publication)
    said = publish_archive(app, check=True)
    assert said.removed == ("about/index.html",)
    assert "privacy/index.html" in said.written  # its way to about is gone
    assert public(publication) == before
    done = publish_archive(app)
    assert (done.written, done.removed) == (said.written, said.removed)


def test_the_same_files_give_the_same_bytes_wherever_and_whenever_they_are_built(
    publication: Path, tmp_path: Path
) -> None:
    """In another folder, with files of another age, and without what was remembered of the last build."""
    built(publication)
    first = public(publication)
    for path in publication.rglob("*.html"):
        os.utime(path, (1, 1))
    assert built_anew(publication, tmp_path) == first
    (publication / "var" / "archive.json").unlink()
    (publication / "public" / "issues" / "2024-01-05").mkdir()
    (publication / "public" / "issues" / "2024-01-05" / "index.html").write_text("of a build nobody remembers", "utf-8")
    done = publish_archive(opened(publication))
    assert (done.written, done.removed) == ((), ("issues/2024-01-05/index.html",))
    assert public(publication) == first


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        ("<a href='https://focus.example.org/u/{token}'>leave</a>", "a link with a reader's own token"),
        ("<a href='/me/{token}/export'>mine</a>", "a link with a reader's own token"),
        ("https://focus.example.org/confirm/{token}", "a link with a reader's own token"),
        ("&lt;2026-10-30.issue.17.{mac}@focus.example.org&gt;", "the Message-ID of a reader's copy"),
        ("Dear @@t5468@@,", "a placeholder that was never filled"),
        ("Dear \ufdd0greeting\ufdd1,", "the mark of a reader's slot"),
    ],
)
@pytest.mark.parametrize("purpose", [Purpose.UNSUBSCRIBE, Purpose.TEST], ids=["live", "test"])
def test_the_build_fails_when_a_page_would_show_what_is_meant_for_one_reader(
    publication: Path, planted: str, what: str, purpose: Purpose
) -> None:
    """It names the file and the line, never the token; and the page that was there stays."""
    built(publication)
    before = public(publication)
    token = SAMPLE_RING.sign(purpose, "sample-1")
    sent = publication / "content" / "issues" / FIRST / "sent" / "page.html"
    text = planted.format(token=token, mac=token.rpartition(".")[2])
    sent.write_text(sent.read_text("utf-8").replace("<section", f"{text}\n<section", 1), "utf-8")
    with pytest.raises(ContentError) as told:
        publish_archive(opened(publication))
    mistake = told.value.mistakes[0]
    assert mistake.path == f"content/issues/{FIRST}/sent/page.html"
    assert mistake.line == 7
    assert what in mistake.what
    assert token not in str(told.value)
    assert public(publication)[f"issues/{FIRST}/index.html"] == before[f"issues/{FIRST}/index.html"]


def test_an_address_that_only_looks_like_a_token_is_no_leak(publication: Path) -> None:
    """A long name of a host, a path with a letter in it: texts hold such things."""
    said = "https://old.www.internationalorganisations.org/u/somebody and /p/2026.html and a@@b"
    add_issue(publication, "2026-11-27", said=said)
    built(publication)
    assert said in page(publication, "issues/2026-11-27")


def test_a_leak_by_way_of_meta_or_a_template_is_told_as_well(publication: Path) -> None:
    """Wherever it came from, no file with it is written."""
    token = SAMPLE_RING.sign(Purpose.UNSUBSCRIBE, "sample-1")
    add_issue(publication, "2026-11-27", subject=f"see /u/{token}", said="fine")
    meta = publication / "content" / "issues" / "2026-11-27" / "sent" / "page.html"
    meta.write_text("<article><h1>fine</h1></article>", "utf-8")
    with pytest.raises(ContentError, match=r"public/.*a reader's own token"):
        publish_archive(opened(publication))
    assert not [path for path, data in public(publication).items() if token.encode() in data]


def test_what_went_out_and_is_not_whole_is_told_with_its_place(publication: Path) -> None:
    """All such issues at once: a missing page, a meta.json of another kind, a picture that is another one."""
    issues = publication / "content" / "issues"
    (issues / FIRST / "sent" / "page.html").unlink()
    meta = issues / LAST / "sent" / "meta.json"
    meta.write_text(json.dumps({"number": "many"}), "utf-8")
    with pytest.raises(ContentError) as told:
        publish_archive(opened(publication))
    assert [mistake.path for mistake in told.value.mistakes] == [
        f"content/issues/{FIRST}/sent",
        f"content/issues/{LAST}/sent/meta.json",
    ]


def test_a_picture_that_is_not_the_one_that_went_out_is_refused(publication: Path) -> None:
    """Its name is the digest of its bytes."""
    picture = next((publication / "content" / "issues" / FIRST / "sent" / "images").iterdir())
    picture.write_bytes(b"another one")
    with pytest.raises(ContentError, match="not the one that went out"):
        publish_archive(opened(publication))
