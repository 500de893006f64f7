"""A finding that the team lets pass: one entry more in waivers.yaml, and no other byte changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.actions.app import App
from newsletter.actions.check_issue import check_issue
from newsletter.actions.waive_finding import ReasonRefused, unwaivable, waive_finding
from newsletter.check.run import RULES
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.finding import Finding, Severity, Spot, Waiver
from newsletter.model.issue import IssueId
from newsletter.publication import yamlfile
from newsletter.publication.waiving import with_waiver
from newsletter.store import audit
from newsletter.store.engine import open_store
from tests.conftest import ISSUE

COMING = IssueId.parse(ISSUE)
assert COMING is not None
WAIVER = Waiver(check="copied-run", words="a “set” phrase: #1", who="mei", why="nobody can say it otherwise")
BEFORE = "# ours\n- check: misspelt  # why not\n  words: Tesk\n  who: ada\n  why: 'a name'\n"


def path_of(app: App) -> Path:
    return app.root / "content" / "issues" / ISSUE / "waivers.yaml"


def found(app: App, rule: str = "sentences-without-source") -> Finding:
    assert COMING is not None
    return next(one for one in check_issue(app, COMING).report.findings if one.rule == rule)


def waived(app: App, finding: Finding, why: str = "our own thought", who: str = "mei") -> Waiver:
    assert COMING is not None
    return waive_finding(app, COMING, finding, why, who)


def read(text: str) -> list[Waiver]:
    waivers, _, mistakes = yamlfile.read_list(text.removeprefix("\ufeff").replace("\r\n", "\n"), Waiver, "waivers.yaml")
    assert not mistakes
    return list(waivers)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "# nothing yet\n",
        "# nothing yet",
        BEFORE,
        BEFORE.removesuffix("\n"),
        BEFORE + "\n" + BEFORE.replace("Tesk", "Task") + "# the last word\n",
        BEFORE.replace("\n", "\r\n"),
        "\ufeff" + BEFORE,
        "\n".join(f"  {line}" for line in BEFORE.splitlines()) + "\n",
        "[]\n",
        "# ours\n[{check: misspelt, words: Tesk, who: ada, why: a name}]  # one line\n",
    ],
    ids=["none", "comment", "no-end", "one", "one-no-end", "two", "crlf", "bom", "indented", "empty-list", "flow"],
)
def test_an_entry_is_added_and_every_other_byte_stays(before: str) -> None:
    """What stood there stands there still, in one piece or around the new entry; the file says one thing more."""
    after = with_waiver(before, WAIVER)
    assert after is not None
    assert read(after) == [*read(before), WAIVER]
    at = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(before))
    assert after.endswith(before[at:])
    assert ("\r\n" in after) == ("\r\n" in before)
    assert "\n" not in after.replace("\r\n", "") or "\r\n" not in after


@pytest.mark.parametrize(
    "before", ["a: b\n", "words\n", "- [\n", "- a\n---\n- b\n", "- check: x\n", BEFORE + "...\n", "- &a\n  check: b\n"]
)
def test_a_file_that_is_no_such_list_is_left_alone(before: str) -> None:
    """It is never made to say anything else."""
    assert with_waiver(before, WAIVER) is None


LINE = st.text(min_size=1, max_size=60).map(lambda text: " ".join(text.split())).filter(bool)


@settings(max_examples=40)
@given(words=LINE, why=LINE)
def test_any_words_are_read_back_as_they_were(words: str, why: str) -> None:
    """What is written is what is read, or nothing is written."""
    waiver = replace(WAIVER, words=words, why=why)
    after = with_waiver(BEFORE, waiver)
    assert after is None or read(after)[-1] == waiver


def test_a_waived_finding_stands_no_longer(app: App) -> None:
    """The check lets it pass, names who and why, and the words are those of the finding."""
    assert COMING is not None
    finding = found(app)
    waiver = waived(app, finding, why="  our own\n thought ")
    assert (waiver.words, waiver.who, waiver.why) == (finding.words, "mei", "our own thought")
    report = check_issue(app, COMING).report
    assert [one.waiver for one in report.waived] == [waiver]
    assert not [one for one in report.findings if one.rule in (finding.rule, "unused-waiver")]


def test_the_same_finding_is_waived_once(app: App) -> None:
    """Who comes second finds the first one's words kept."""
    first = waived(app, found(app))
    before = path_of(app).read_bytes()
    with ThreadPoolExecutor(4) as crew:
        again = list(
            crew.map(lambda who: waived(app, finding_like(first), why="another", who=who), ("daniel", "mei") * 4)
        )
    assert again == [first] * 8
    assert path_of(app).read_bytes() == before


def finding_like(waiver: Waiver) -> Finding:
    return Finding(
        rule=waiver.check,
        severity=RULES[waiver.check].severity,
        section="opening",
        spot=Spot("x", 1),
        words=waiver.words,
        what="something",
        todo="mend it",
    )


def test_several_at_once_lose_none(app: App) -> None:
    """Each of them is in the file."""
    finding = found(app)
    with ThreadPoolExecutor(4) as crew:
        list(crew.map(lambda at: waived(app, replace(finding, words=f"words {at}")), range(12)))
    assert sorted(one.words for one in read(path_of(app).read_text("utf-8"))) == sorted(f"words {n}" for n in range(12))


@pytest.mark.parametrize("why", ["", " \n ", "x" * 1001, "a\0b"])
def test_a_reason_is_asked_for(app: App, why: str) -> None:
    """Without one, nothing is written."""
    with pytest.raises(ReasonRefused):
        waived(app, found(app), why=why)
    assert not path_of(app).exists()


def test_what_holds_for_every_issue_is_never_waived(app: App) -> None:
    """The fixed rules, what is about no words, and what could not be checked; each says why."""
    finding = found(app)
    fixed = next(rule.name for rule in RULES.values() if rule.fixed)
    for other, why in (
        (replace(finding, rule=fixed), "every publication"),
        (replace(finding, words=""), "no words"),
        (replace(finding, severity=Severity.UNCHECKED), "nothing was found"),
    ):
        assert why in (unwaivable(other) or "")
        with pytest.raises(ConfigError, match=why):
            waived(app, other)
    assert unwaivable(finding) is None
    assert not path_of(app).exists()


def test_only_the_team_waives_and_nothing_that_was_sent(app: App) -> None:
    """A name that nobody has, and an issue whose files are kept."""
    with pytest.raises(ConfigError, match="nobody of the team"):
        waived(app, found(app), who="mallory")
    finding = found(app)
    (path_of(app).parent / "sent").mkdir()
    with pytest.raises(ConfigError, match="has been sent"):
        waived(app, finding)


@pytest.mark.parametrize("text", [b"- check: [\n", b"a: b\n", b"\xff\xfe\n"])
def test_a_file_with_a_mistake_is_told_and_left(app: App, text: bytes) -> None:
    """With the file and the line, as every mistake."""
    finding = found(app)
    path_of(app).write_bytes(text)
    with pytest.raises(ContentError) as caught:
        waived(app, finding)
    assert caught.value.path.endswith("waivers.yaml")
    assert path_of(app).read_bytes() == text


def test_the_audit_log_keeps_it(home: App) -> None:
    """Who let what pass, in which issue, and why."""
    finding = found(home)
    waived(home, finding)
    with open_store(home.database) as store:
        deed = audit.entries(store, COMING)[-1].deed
    assert (deed.who, deed.act, deed.issue) == ("mei (signed in)", "waive", COMING)
    assert deed.note == f"sentences-without-source: “{finding.words}”: our own thought"
