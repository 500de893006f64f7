"""The preview: what it shows of the files as they are, what each section weighs, and the command that begins it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.preview_issue import LIMIT_OCTETS, WARN_OCTETS, Fit, Preview, Shown, files_token, preview_issue
from newsletter.desk import views
from newsletter.desk.views import Scheme
from tests.approving import COMING
from tests.conftest import ISSUE, ROOT, opened
from tests.previewing import ISSUE_MD, NUMBER_MD


def shown_by(app: App, before: Preview | None = None) -> Preview:
    return preview_issue(app, COMING, "/images/", before)


def sheet(app: App) -> Shown:
    found = shown_by(app).shown
    assert found is not None
    return found


# The action


def test_the_token_changes_with_every_file_that_matters(app: App) -> None:
    """Saved, added, renamed or removed; not with what the program writes, other issues, or hidden files."""
    seen = {files_token(app, COMING)}

    def changed() -> bool:
        token = files_token(app, COMING)
        new = token not in seen
        seen.add(token)
        return new

    issue = app.root / "content" / "issues" / ISSUE
    (issue / "note.md").write_text("---\n---\n", "utf-8")
    assert changed()
    (issue / "note.md").rename(issue / "note-1.md")
    assert changed()
    (issue / "note-1.md").unlink()
    changed()
    for path in ("schedule.yaml", "content/people.yaml", "seeds/sources.yaml"):
        os.utime(app.root / path, ns=(1, 1))
        assert changed()
    (app.root / "templates" / "email").mkdir(parents=True)
    assert not changed()
    (app.root / "templates" / "email" / "mine.mjml").write_text("", "utf-8")
    assert changed()
    for path in ("var/x", "public/x", f"content/issues/{ISSUE}/sent/x", "content/issues/2026-12-04/x", ".git/x", ".x"):
        (app.root / path).parent.mkdir(parents=True, exist_ok=True)
        (app.root / path).write_text("", "utf-8")
        assert not changed()


def test_the_weights_of_the_sections_add_up(app: App) -> None:
    """What each section adds, and the rest, is the whole; a second of a kind shares the heading of the first."""
    found = sheet(app)
    assert [weight.section for weight in found.weights] == [blurb.name for blurb in found.desk.draft.blurbs]
    assert all(weight.octets > 1000 for weight in found.weights)
    assert 0 < sum(weight.octets for weight in found.weights) < found.html_octets
    rest = found.html_octets - sum(weight.octets for weight in found.weights)
    folder = app.root / "content" / "issues" / ISSUE
    (folder / "read-more-2.md").write_text((folder / "read-more.md").read_text("utf-8"), "utf-8")
    more = sheet(app)
    assert more.html_octets - sum(weight.octets for weight in more.weights) == rest
    assert len(more.weights) == len(found.weights) + 1


def test_what_was_weighed_before_gives_the_same_weights(app: App) -> None:
    """The short way and the long way agree, after a change to a section and after one around them."""
    before = shown_by(app)
    for path, old, new in (
        (NUMBER_MD, "caption: days", "caption: many, many days"),
        ("schedule.yaml", "12 Example Street", "1200 Example Street"),
        (ISSUE_MD, "subject: ", "subject: Again, "),
    ):
        file = app.root / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
        before, afresh = shown_by(app, before), shown_by(app)
        assert before.shown is not None
        assert afresh.shown is not None
        assert before.shown.weights == afresh.shown.weights


def test_an_issue_that_is_taken_away_is_told(app: App) -> None:
    """While one looks; and it comes back."""
    folder = app.root / "content" / "issues" / ISSUE
    folder.rename(app.root / "away")
    found = shown_by(app)
    assert found.shown is None
    assert f"there is no issue {ISSUE}" in found.mistakes[0].what
    (app.root / "away").rename(folder)
    assert shown_by(app).shown is not None


@pytest.mark.parametrize(
    ("files", "fit"),
    [((), Fit.FITS), (("read-more", "insight"), Fit.NEAR), (("read-more", "insight", "issue"), Fit.TOO_LARGE)],
    ids=["small", "near", "large"],
)
def test_a_mail_near_the_limit_is_told(publication: Path, files: tuple[str, ...], fit: Fit) -> None:
    """85 kB of HTML is a warning, 100 kB is too much."""
    for name in files:
        file = publication / "content" / "issues" / ISSUE / f"{name}.md"
        file.write_text(file.read_text("utf-8") + "\n" + "many words of ours\n" * 800, "utf-8")
    found = sheet(opened(publication))
    assert found.fit is fit
    assert (found.html_octets > WARN_OCTETS, found.html_octets > LIMIT_OCTETS) == (
        fit is not Fit.FITS,
        fit is Fit.TOO_LARGE,
    )


# The views


def test_a_scheme_answers_every_question_a_document_asks() -> None:
    """In styles and in `media`; words that only look like a question stay as they are."""
    asked = (
        '<head><meta name="color-scheme" content="light dark"><style>:root { color-scheme: light dark; }'
        "@media (prefers-color-scheme: dark) and (max-width: 9px) { a { color: red } }"
        "@media screen and (prefers-color-scheme:light) { a { color: blue } }</style></head>"
        '<source media="(prefers-color-scheme: dark)" srcset="a"><p>(prefers-color-scheme: dark) color-scheme: dark</p>'
    )
    dark = views.in_scheme(asked, Scheme.DARK)
    assert f"@media {views.ALWAYS} and (max-width: 9px)" in dark
    assert f"@media screen and {views.NEVER}" in dark
    assert f'<source media="{views.ALWAYS}"' in dark
    assert '<meta name="color-scheme" content="dark">' in dark
    assert ":root { color-scheme: dark; }" in dark
    assert "<p>(prefers-color-scheme: dark) color-scheme: dark</p>" in dark
    light = views.in_scheme(asked, Scheme.LIGHT)
    assert f"@media {views.NEVER} and (max-width: 9px)" in light
    assert f"@media screen and {views.ALWAYS}" in light
    assert ":root { color-scheme: light; }" in light


def test_without_pictures_their_places_stay() -> None:
    """Every attribute that loads one is gone; what they are called is not."""
    document = (
        '<body background="b.png"><picture><source srcset="x 1x"><img src="a" srcset="b 2x" alt="A quay"></picture>'
    )
    assert views.without_pictures(document) == '<body><picture><source><img alt="A quay"></picture>'


# The command


def test_the_command_prints_its_address_and_ends_with_ctrl_c(publication: Path) -> None:
    """Port 0 takes any that is free; no traceback, exit status 0."""
    command = [sys.executable, "-m", "newsletter", "-C", str(publication), "preview", "--port", "0", "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", running.stdout.readline())
        assert found
        with urllib.request.urlopen(found[0], timeout=60) as answer:
            assert "Focus This Week" in answer.read().decode()
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
        assert running.stderr.read() == ""
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(found[0], timeout=5)


def test_the_command_refuses_an_issue_that_is_not_there(publication: Path) -> None:
    """Before it serves anything, with those that are."""
    command = [sys.executable, "-m", "newsletter", "-C", str(publication), "preview", "2026-11-28", "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 1
    assert ISSUE in done.stderr
