"""Build: the same files give the same bytes, and what is written is what was built."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from newsletter.actions.app import App, read_issue
from newsletter.actions.build_issue import build_issue
from newsletter.assemble.edition import assemble
from newsletter.model.edition import Edition, digest_of
from newsletter.model.issue import IssueId
from newsletter.model.letter import Place, Slot
from tests.conftest import ISSUE, opened

COMING = IssueId.parse(ISSUE)
assert COMING is not None


def edition_of(app: App) -> Edition:
    assert COMING is not None
    desk = read_issue(app, COMING)
    return assemble(desk.draft, desk.publication, desk.frame, app.templates)


def files_below(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def scrambled(source: Path, target: Path) -> Path:
    """The same publication, its files created in the opposite order and with other times."""
    for at, path in enumerate(sorted((one for one in source.rglob("*") if one.is_file()), reverse=True)):
        copied = target / path.relative_to(source)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
        os.utime(copied, (at * 86_400, at * 86_400))
    return target


def test_two_machines_build_the_same_bytes(pristine: Path, tmp_path: Path) -> None:
    """Hash seed, time zone, language, working directory, file order and the day do not matter; email.eml included."""
    elsewhere = scrambled(pristine, tmp_path / "another place" / "ünïcode")
    runs = [
        (
            pristine,
            tmp_path,
            {"PYTHONHASHSEED": "0", "TZ": "Asia/Hong_Kong", "LANG": "en_US.UTF-8", "LC_ALL": "C.UTF-8"},
        ),
        (elsewhere, Path("/"), {"PYTHONHASHSEED": "4242", "TZ": "America/New_York", "LANG": "tr_TR", "LC_ALL": "C"}),
    ]
    built = []
    for at, (root, folder, environment) in enumerate(runs):
        out = tmp_path / f"out-{at}"
        command = [sys.executable, "-m", "newsletter", "-C", str(root), "build", ISSUE, "--out", str(out)]
        kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1])}
        subprocess.run(command, cwd=folder, env=kept | environment, check=True, capture_output=True)
        built.append(files_below(out))
    assert built[0] == built[1]
    assert {"email.eml", "email.html", "email.txt", "page.html", "manifest.json"} < set(built[0])


def test_the_digest_is_over_every_output(app: App) -> None:
    """Recomputed from the manifest it is the same; each output by its own bytes."""
    edition = edition_of(app)
    assert digest_of(edition.manifest.outputs) == edition.digest
    outputs = {file.path: file.digest for file in edition.manifest.outputs}
    assert outputs["page.html"] == hashlib.sha256(edition.page.encode()).hexdigest()
    assert outputs["email.eml"] == hashlib.sha256(edition.letter.canonical()).hexdigest()
    for asset in edition.assets:
        assert outputs[f"images/{asset.name}"] == hashlib.sha256(asset.data).hexdigest()
        assert asset.name.startswith(hashlib.sha256(asset.data).hexdigest()[:20])


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (f"content/issues/{ISSUE}/issue.md", "This week", "This  year"),
        (f"content/issues/{ISSUE}/issue.md", "subject: ", "subject: Again, "),
        (f"content/issues/{ISSUE}/issue.md", "preheader: ", "preheader: Again, "),
        ("schedule.yaml", "12 Example Street", "13 Example Street"),
        ("schedule.yaml", 'named: "Dear {name},"', 'named: "Hello {name},"'),
        ("schedule.yaml", "address: weekly@focus", "address: monthly@focus"),
        ("content/people.yaml", "senior fellow", "director"),
    ],
)
def test_any_change_a_reader_could_see_changes_the_digest(app: App, path: str, old: str, new: str) -> None:
    """One word, a header, a greeting that only named readers get."""
    before = edition_of(app)
    file = app.root / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    after = edition_of(app)
    assert after.digest != before.digest
    assert after.manifest.inputs != before.manifest.inputs


def test_a_comment_changes_an_input_and_no_output(app: App) -> None:
    """So an approval will hold when somebody writes a comment."""
    before = edition_of(app)
    file = app.root / "schedule.yaml"
    file.write_text(file.read_text("utf-8") + "\n# a comment\n", "utf-8")
    after = edition_of(app)
    assert after.manifest.inputs != before.manifest.inputs
    assert (after.manifest.outputs, after.digest) == (before.manifest.outputs, before.digest)


def test_the_manifest_names_every_input(app: App, tmp_path: Path) -> None:
    """The issue's files, the publication's, the templates; each with the digest of its bytes."""
    assert COMING is not None
    build_issue(app, COMING, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    inputs = manifest["inputs"]
    for path, digest in inputs.items():
        if not path.startswith("packaged:"):
            assert digest == hashlib.sha256((app.root / path).read_bytes()).hexdigest()
    folder = app.root / "content" / "issues" / ISSUE
    for name in [path.name for path in folder.iterdir() if path.is_file()]:
        assert f"content/issues/{ISSUE}/{name}" in inputs
    for path in ("schedule.yaml", "packaged:templates/email/issue.mjml", "packaged:templates/frame/en.yaml"):
        assert path in inputs
    assert manifest["tools"]["python"]
    assert "tools" not in manifest["outputs"]


def test_a_publication_template_wins_and_is_named_in_the_manifest(app: App) -> None:
    """File by file; the others stay ours."""
    source = app.templates.find("text/question.txt")
    assert source is not None
    own = app.root / "templates" / "text" / "question.txt"
    own.parent.mkdir(parents=True)
    own.write_text(source.text + "\nYours, the desk\n", "utf-8")
    edition = edition_of(app)
    assert "Yours, the desk" in edition.text.fill(dict.fromkeys(Slot, ""))
    paths = [file.path for file in edition.manifest.inputs]
    assert "templates/text/question.txt" in paths
    assert "packaged:templates/text/question.txt" not in paths


def test_the_message_is_the_mail_that_was_built(app: App, tmp_path: Path) -> None:
    """email.eml, parsed, holds email.html and email.txt, and the headers of one sample reader."""
    assert COMING is not None
    build_issue(app, COMING, tmp_path / "out")
    message = message_from_bytes((tmp_path / "out" / "email.eml").read_bytes(), policy=policy.SMTP)
    text, html = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == (tmp_path / "out" / "email.txt").read_text("utf-8")
    assert html.get_content().replace("\r\n", "\n") == (tmp_path / "out" / "email.html").read_text("utf-8")
    assert message["To"] == "ana@example.org"
    assert message["Date"] == "Fri, 27 Nov 2026 13:00:00 +0000"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "Focus This Week <weekly.focus.example.org>"
    assert str(message["Message-ID"]).startswith(f"<{ISSUE}.issue.1.")
    assert "DKIM-Signature" not in message


def test_the_letter_has_every_slot_and_the_page_none(app: App) -> None:
    """Each reader's pieces stand in headers, text and HTML; the archive's page is the same for all."""
    edition = edition_of(app)
    placed = {piece.slot for piece in edition.letter.pieces if isinstance(piece, Place)}
    assert placed == set(Slot)
    assert "@@" not in edition.page
    assert "/u/" not in edition.page


def test_a_sent_issue_is_not_the_coming_one(publication: Path) -> None:
    """The coming issue is the first that has no sent/."""
    from newsletter.actions.app import coming_issue

    assert coming_issue(publication) == COMING
    later = publication / "content" / "issues" / "2026-12-04"
    shutil.copytree(publication / "content" / "issues" / ISSUE, later)
    assert coming_issue(publication) == COMING
    (publication / "content" / "issues" / ISSUE / "sent").mkdir()
    assert coming_issue(publication) == IssueId.parse("2026-12-04")


def test_a_missing_required_section_is_named(publication: Path, tmp_path: Path) -> None:
    """The issue can be built and looked at before it is complete."""
    assert COMING is not None
    (publication / "content" / "issues" / ISSUE / "question.md").unlink()
    built = build_issue(opened(publication), COMING, tmp_path / "out")
    assert built.troubles == ("the section 'question' is not there yet, and every issue has it",)
