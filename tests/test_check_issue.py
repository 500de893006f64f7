"""Check: all checks over one issue, as the editors call them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.check_issue import blocking, check_issue
from newsletter.actions.fix_issue import fix_issue
from newsletter.check.all import CHECKS
from newsletter.check.explain import explained, page
from newsletter.check.run import ALL, RULES
from newsletter.cli.findings import annotation
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.finding import Finding, Severity, Spot
from newsletter.model.issue import IssueId
from newsletter.publication.folder import issue_folder, issue_ids
from tests.checking import issue_with
from tests.commands import run
from tests.conftest import ISSUE, ROOT, opened

COMING = IssueId(date.fromisoformat(ISSUE))

NOTE = "---\ntitle: About the house\n---\nThe the letter is late. TODO say why.\n"
WAIVERS = """\
- check: repeated-word
  words: The the
  who: mei
  why: It is meant so.
"""


def rules(app: App, *only: str) -> dict[str, Severity]:
    return {one.rule: one.severity for one in check_issue(app, COMING, only).report.findings}


@pytest.fixture
def troubled(publication: Path) -> App:
    """The coming issue with a note that repeats a word and keeps a place."""
    issue_with(publication, {"note.md": NOTE})
    return opened(publication)


def test_the_sample_issues_pass(home: App) -> None:
    """At home, with everything gathered: no block, at most five warnings each; the wrong age of No. 127 is found."""
    found = {str(issue): check_issue(home, issue).report for issue in issue_ids(home.root)}
    assert {issue: report.blocks for issue, report in found.items()} == dict.fromkeys(found, ())
    assert all(len(report.of(Severity.WARN)) <= 5 for report in found.values())
    (age,) = (one for one in found["2026-11-20"].findings if one.rule == "figure-not-found")
    assert (age.words, age.section, "75" in age.beside[0].text) == ("57", "video", True)


def test_in_a_clone_the_rest_is_checked(app: App) -> None:
    """What needs the gathered texts is said, blocks nothing, and makes no database."""
    report = check_issue(app, COMING).report
    assert report.blocks == ()
    unchecked = report.of(Severity.UNCHECKED)
    assert {"copied-run", "figure-not-found", "date-not-found"} <= {one.rule for one in unchecked}
    assert all(one.words == "" for one in unchecked)
    assert not (app.root / "var").exists()


def test_findings_come_the_gravest_first_with_their_places(troubled: App) -> None:
    """A placeholder blocks, a doubled word warns; both point to the very words."""
    found = [one for one in check_issue(troubled, COMING).report.findings if one.section == "note"]
    assert [(one.rule, one.severity, one.words) for one in found[:2]] == [
        ("placeholder", Severity.BLOCK, "TODO say why"),
        ("repeated-word", Severity.WARN, "The the"),
    ]
    assert [(one.spot.line, one.spot.column, one.spot.end_column) for one in found[:2]] == [(4, 25, 37), (4, 1, 8)]
    assert [one.rule for one in blocking(troubled, COMING)] == ["placeholder"]


def test_one_check_alone(troubled: App) -> None:
    """By its name; an unknown one is told with the nearest."""
    assert set(rules(troubled, "repeated")) == {"repeated-word"}
    with pytest.raises(ConfigError, match="did you mean 'repeated'"):
        check_issue(troubled, COMING, ["repeatet"])


def test_a_waiver_holds_for_its_words_and_dies_with_them(troubled: App) -> None:
    """A waived finding is told apart; once the words change, the waiver itself is told."""
    issue_with(troubled.root, {"waivers.yaml": WAIVERS})
    report = check_issue(troubled, COMING).report
    assert "repeated-word" not in {one.rule for one in report.findings}
    assert [(one.finding.rule, one.waiver.why) for one in report.waived] == [("repeated-word", "It is meant so.")]
    issue_with(troubled.root, {"note.md": NOTE.replace("The the letter", "The letter letter")})
    again = check_issue(troubled, COMING).report
    assert {"repeated-word", "unused-waiver"} <= {one.rule for one in again.findings}
    assert again.waived == ()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("repeated-word", "repeated-wrod"), "waivers.yaml:1: no check has a rule 'repeated-wrod'; did you mean"),
        (("repeated-word", "do-not-use"), "waivers.yaml:1: the rule 'do-not-use' holds for every publication"),
        (("who: mei", "who: meii"), "waivers.yaml:3: no one of the team has the id 'meii'; did you mean 'mei'?"),
        (("  why: It is meant so.\n", ""), "`why` is missing"),
    ],
)
def test_a_waiver_that_cannot_be_is_told(troubled: App, changed: tuple[str, str], told: str) -> None:
    """With its line; nothing fixed can be waived, and everybody who waives has a name."""
    issue_with(troubled.root, {"waivers.yaml": WAIVERS.replace(*changed)})
    with pytest.raises(ContentError) as caught:
        check_issue(troubled, COMING)
    assert told in str(caught.value)


def test_a_publication_may_want_it_otherwise(troubled: App) -> None:
    """Any severity but the fixed ones; "off" is silence."""
    schedule = troubled.root / "schedule.yaml"
    before = schedule.read_text("utf-8")
    schedule.write_text(f"{before}\nchecks:\n  severities: {{ repeated-word: block, placeholder: off }}\n", "utf-8")
    found = rules(troubled)
    assert (found["repeated-word"], "placeholder" in found) == (Severity.BLOCK, False)
    schedule.write_text(f"{before}\nchecks:\n  severities: {{ unsubscribe: off }}\n", "utf-8")
    with pytest.raises(ContentError, match="'unsubscribe' holds for every publication"):
        check_issue(troubled, COMING)


def test_what_changes_no_meaning_is_mended(publication: Path) -> None:
    """Comments, order and line ends of the file stay, and what was mended is found no more."""
    app = opened(publication)
    text = "---\r\ntitle: About  the house # so\r\n---\r\nTwo  spaces ; and a hyphen - so to speak.\r\n"
    path = issue_folder(publication, COMING) / "note.md"
    path.write_bytes(text.encode())
    checked = check_issue(app, COMING, ["typing"])
    mended = fix_issue(app, COMING, checked.report.findings, checked.desk.draft.files, by="mei")
    assert mended.left == ()
    assert path.read_bytes().decode() == (
        "---\r\ntitle: About the house # so\r\n---\r\nTwo spaces; and a hyphen—so to speak.\r\n"
    )
    assert rules(app, "typing") == {}


def test_every_rule_is_explained() -> None:
    """In whole sentences, and docs/checks.md says the same."""
    assert len(RULES) == sum(len(check.rules) for check in ALL)
    for rule in RULES.values():
        assert all(words.endswith((".", "?")) for words in (rule.looks, rule.why, rule.out)), rule.name
        assert rule.looks in explained(rule.name)
    assert (ROOT / "docs" / "checks.md").read_text("utf-8") == page()
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_the_command_tells_and_ends_as_it_should(troubled: App) -> None:
    """1 where something blocks; the words in their line, and the way out."""
    done = run("-C", str(troubled.root), "check", ISSUE)
    assert done.returncode == 1
    assert "The the letter is late. TODO say why." in done.stdout
    assert f"content/issues/{ISSUE}/note.md:4:25" in done.stdout
    assert "No. 128, 2026-11-27: 1 block, 1 warning" in done.stdout
    assert "before the issue can be approved" in done.stderr
    assert run("-C", str(troubled.root), "check", ISSUE, "--only", "repeated", "--quiet").returncode == 0


def test_the_command_speaks_to_programs(troubled: App) -> None:
    """JSON is whole, and a GitHub Action gets one note a finding."""
    done = run("-C", str(troubled.root), "check", ISSUE, "--only", "leftovers", "--json")
    told = json.loads(done.stdout)
    assert (told["issue"], told["number"], done.returncode) == (ISSUE, 128, 1)
    assert [(one["rule"], one["severity"], one["line"], one["words"]) for one in told["findings"]] == [
        ("placeholder", "block", 4, "TODO say why")
    ]
    noted = run("-C", str(troubled.root), "check", ISSUE, "--only", "leftovers", "--format", "github")
    assert noted.stdout.startswith(
        f"::error file=content/issues/{ISSUE}/note.md,line=4,col=25,endLine=4,endColumn=37,title=placeholder::"
    )


def test_an_annotation_holds_what_github_would_take_for_its_own_signs() -> None:
    """Percent signs, line breaks, colons and commas."""
    finding = Finding(
        rule="r",
        severity=Severity.WARN,
        section=None,
        spot=Spot("a,b:c.md", 3),
        words="",
        what="100 %\nof it",
        todo="look",
    )
    assert annotation(finding) == "::warning file=a%2Cb%3Ac.md,line=3,title=r::100 %25%0Aof it; look"


def test_explain_says_what_and_why(tmp_path: Path) -> None:
    """Without a publication around; an unknown name is told with the nearest."""
    done = run("check", "--explain", "copied-run", cwd=tmp_path)
    assert done.returncode == 0
    assert RULES["copied-run"].why in done.stdout
    assert "did you mean 'copied-run'" in run("check", "--explain", "copied-rum", cwd=tmp_path).stderr
