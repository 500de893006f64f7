"""Approval: exactly the bytes that were signed go out, by those who may sign, and it is said in words when not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.approve_issue import AnotherEdition, Blocked, approve_issue, release_issue, withdraw_approval
from newsletter.actions.approved_edition import approved_edition, proposal, voids
from newsletter.actions.diff_issue import today_of
from newsletter.actions.home import NotAtHome
from newsletter.mail import mime
from newsletter.model.approval import NotApproved
from newsletter.model.changes import Change, How
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.finding import Finding, Severity, Spot
from newsletter.model.letter import Letter
from newsletter.store import approvals, audit
from newsletter.store.approvals import AlreadySigned, NothingToWithdraw
from newsletter.store.engine import open_store
from tests.approving import COMING, at_home, edit, in_issue, no_findings, rules, sign


@pytest.fixture
def home(publication: Path) -> Iterator[App]:
    with at_home(publication) as app:
        yield app


def test_an_issue_is_not_approved_before_somebody_signs(home: App) -> None:
    """And the way is told."""
    with pytest.raises(NotApproved, match=r"2026-11-27 is not approved: nobody has signed it; approve it with"):
        approved_edition(home, COMING)


def test_a_signed_issue_goes_out_as_the_bytes_that_were_signed(home: App) -> None:
    """With who signed, when, and what they noted; the log has it too."""
    before = today_of(home, COMING)
    done = sign(home, "mei", note="Read on\nthe train")
    found = approved_edition(home, COMING)
    assert found.edition == before
    assert found.signatures == (done.signature,)
    assert (done.signature.who, done.signature.when, done.signature.note) == ("mei", home.clock(), "Read on the train")
    with open_store(home.database) as store:
        (entry,) = audit.entries(store)
        assert audit.verify(store) is None
    deed = entry.deed
    assert (deed.who, deed.act, deed.issue, deed.digest) == ("mei (login ada)", "approve", COMING, before.digest)


def test_one_comma_after_approval_and_nothing_is_sent(home: App) -> None:
    """The file is named, and what readers would have got otherwise."""
    sign(home, "mei")
    edit(in_issue(home.root, "issue.md"), "However, the same", "However the same")
    with pytest.raises(NotApproved) as refused:
        approved_edition(home, COMING)
    assert str(refused.value) == (
        "2026-11-27 is not approved: the approval of Mei Okafor is void: "
        "content/issues/2026-11-27/issue.md was changed, and so the mail's text, the mail's HTML and the page would be "
        "another; look at it with `newsletter diff --since approval`, then approve it again or take the change back"
    )
    assert refused.value.changed == (Change("content/issues/2026-11-27/issue.md", How.CHANGED),)
    edit(in_issue(home.root, "issue.md"), "However the same", "However, the same")
    assert approved_edition(home, COMING).edition.digest


def test_a_comment_voids_nothing(home: App) -> None:
    """Nor do owners, a waiver, a source: the bytes that were signed are given."""
    sign(home, "mei")
    before = approved_edition(home, COMING)
    edit(in_issue(home.root, "issue.md"), "subject:", "# for Friday\nsubject:")
    edit(in_issue(home.root, "issue.md"), "opening: mei", "opening: priya")
    (home.root / "content" / "names.yaml").unlink()
    edit(home.root / "seeds" / "sources.yaml", "\n", "\n# ours\n")
    assert approved_edition(home, COMING) == before


def test_another_order_of_files_on_disk_voids_nothing_but_a_new_blurb_does(home: App) -> None:
    """It is named as added; one that was removed, as removed."""
    sign(home, "mei")
    new = in_issue(home.root, "note.md")
    new.write_text("---\ntitle: A word\n---\nOne word more.\n", "utf-8")
    with pytest.raises(NotApproved) as refused:
        approved_edition(home, COMING)
    assert refused.value.changed == (Change("content/issues/2026-11-27/note.md", How.ADDED),)
    new.unlink()
    in_issue(home.root, "quote.md").unlink()
    with pytest.raises(NotApproved, match=r"quote\.md was removed"):
        approved_edition(home, COMING)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "number.md",
            "---\nvalue: [\n---\n",
            r"number\.md was changed, and the issue cannot be read any more: .*number",
        ),
        ("note.md", "no front matter", r"note\.md was added, and the issue cannot be read"),
        ("../../../schedule.yaml", "name: [", r"schedule\.yaml"),
        ("../../people.yaml", "- id: [", r"people\.yaml"),
        ("images/quay.png", "not a picture", r"images/quay\.png was changed"),
        ("../../../templates/email/issue.mjml", "<mj-nothing/>", r"templates/email/issue\.mjml was added"),
    ],
)
def test_files_that_cannot_be_read_any_more_are_refused(home: App, name: str, text: str, told: str) -> None:
    """The file is named, whatever stands in it now."""
    sign(home, "mei")
    path = in_issue(home.root, name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    with pytest.raises(NotApproved, match=told):
        approved_edition(home, COMING)


def test_an_issue_whose_folder_has_gone_is_refused(home: App) -> None:
    """All its files are."""
    sign(home, "mei")
    shutil.rmtree(in_issue(home.root, ""))
    with pytest.raises(NotApproved, match="nobody can tell who may sign it"):
        approved_edition(home, COMING)


def test_a_new_version_of_the_program_voids_nothing(home: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may render otherwise, or refuse what it took before: the bytes that were signed are given."""
    sign(home, "mei")
    before = approved_edition(home, COMING)
    compiled = mime.compile_letter
    with monkeypatch.context() as newer:
        newer.setattr(mime, "compile_letter", lambda *parts: replace_end(compiled(*parts)))
        assert today_of(home, COMING).digest != before.edition.digest
        assert approved_edition(home, COMING) == before
        assert proposal(home, COMING).edition == before.edition
        edit(in_issue(home.root, "number.md"), "caption:", "# no reader sees this\ncaption:")
        with pytest.raises(NotApproved, match=r"number\.md was changed, and so the mail's headers"):
            approved_edition(home, COMING)
        edit(in_issue(home.root, "number.md"), "# no reader sees this\n", "")
        newer.setattr("newsletter.assemble.edition._heading", refusing)
        with pytest.raises(ContentError):
            today_of(home, COMING)
        assert approved_edition(home, COMING) == before


def replace_end(letter: Letter) -> Letter:
    """What another version would make of a letter."""
    return replace(letter, pieces=(b"X-Newer: yes\r\n", *letter.pieces))


def refusing(*_: object) -> None:
    """What a stricter version would say."""
    raise ContentError([])


def test_two_must_sign_where_two_are_needed(home: App) -> None:
    """The first alone is not enough, and the second owns no section; then a change voids both."""
    rules(home.root, "{needed: 2}")
    edit(in_issue(home.root, "issue.md"), "catchup: daniel", "catchup: priya")
    for section in ("read-more", "insight", "beyond-2", "correction"):
        edit(in_issue(home.root, "issue.md"), f"{section}: daniel", f"{section}: priya")
    sign(home, "mei")
    with pytest.raises(NotApproved, match="1 of 2 signatures are there; it needs one more signature by .* Daniel"):
        approved_edition(home, COMING)
    assert sign(home, "daniel").standing.complete
    assert [one.who for one in approved_edition(home, COMING).signatures] == ["mei", "daniel"]
    edit(in_issue(home.root, "number.md"), "caption: ", "caption: Only ")
    with pytest.raises(NotApproved, match="approval of Mei Okafor and Daniel Achterberg is void"):
        approved_edition(home, COMING)
    assert [one.who for void in proposal(home, COMING).voided for one in void.signatures] == ["mei", "daniel"]
    sign(home, "daniel")
    sign(home, "mei")
    assert approved_edition(home, COMING).edition == today_of(home, COMING)


def test_in_the_sample_both_approvers_own_sections(home: App) -> None:
    """With two needed nobody is left, and it is told with who may release it."""
    rules(home.root, "{needed: 2, in_charge: mei}")
    sign(home, "mei")
    sign(home, "daniel")
    with pytest.raises(NotApproved, match="nobody is left who could give it; or Mei Okafor releases it alone"):
        approved_edition(home, COMING)
    digest = proposal(home, COMING).edition.digest
    with pytest.raises(ConfigError, match="only Mei Okafor"):
        release_issue(home, COMING, "daniel", login="ada", expected=digest, refuse=no_findings, reason="Alone")
    with pytest.raises(ConfigError, match="wants its reason"):
        release_issue(home, COMING, "mei", login="ada", expected=digest, refuse=no_findings, reason=" ")
    release_issue(home, COMING, "mei", login="ada", expected=digest, refuse=no_findings, reason="Nobody else is here")
    assert [one.note for one in approved_edition(home, COMING).signatures] == [None, None, "Nobody else is here"]
    with open_store(home.database) as store:
        assert [entry.deed.act for entry in audit.entries(store)] == ["approve", "approve", "release"]


def test_rules_that_change_hold_for_signatures_that_are_there(home: App) -> None:
    """schedule.yaml as it stands now says who counts."""
    sign(home, "mei")
    rules(home.root, "{deputies: [mei]}")
    with pytest.raises(NotApproved, match="Mei Okafor is a deputy, whose signature counts from Thu 26 Nov 22:00 UTC"):
        approved_edition(home, COMING)
    later = App(home.root, lambda: datetime(2026, 11, 26, 22, tzinfo=UTC))
    assert approved_edition(later, COMING).signatures


def test_who_may_not_sign_is_told_who_may(home: App) -> None:
    """A writer, and somebody whose login is no id of the team."""
    with pytest.raises(
        ConfigError, match=r"Priya Lindqvist is no approver in schedule\.yaml; of the team may sign: mei"
    ):
        sign(home, "priya")
    with pytest.raises(ConfigError, match=r"'root' is no id of the team .* mei or daniel\. Say who you are with --as"):
        sign(home, "root")
    with pytest.raises(NotApproved):
        approved_edition(home, COMING)


def test_nobody_signs_what_they_were_not_shown(home: App) -> None:
    """Files changed between the look and the signature: nothing is written."""
    shown = proposal(home, COMING).edition.digest
    edit(in_issue(home.root, "number.md"), "caption: ", "caption: Only ")
    with pytest.raises(AnotherEdition, match="Nothing was signed"):
        sign(home, "mei", shown[:12])
    with pytest.raises(ConfigError, match="too short"):
        sign(home, "mei", shown[:4])
    with open_store(home.database) as store:
        assert approvals.signatures(store, COMING) == ()


def test_findings_that_block_refuse_the_approval(home: App) -> None:
    """In words, all of them."""
    spot = Spot("content/issues/2026-11-27/number.md", 4)
    finding = Finding(
        rule="undated", severity=Severity.BLOCK, section="number", spot=spot, words="", what="it is so", todo="mend it"
    )
    digest = proposal(home, COMING).edition.digest
    with pytest.raises(Blocked, match=r"a finding stands in the way; .*\n  content.*number\.md:4: it is so; mend it"):
        approve_issue(home, COMING, "mei", login="ada", expected=digest, refuse=lambda *_: (finding,))
    with pytest.raises(NotApproved):
        approved_edition(home, COMING)


def test_the_same_person_signs_the_same_bytes_once(home: App) -> None:
    """And may sign again after taking it back."""
    sign(home, "mei")
    with pytest.raises(AlreadySigned):
        sign(home, "mei")
    withdraw_approval(home, COMING, "mei", login="ada", note="Wait")
    with pytest.raises(NotApproved, match="every signature was taken back"):
        approved_edition(home, COMING)
    with pytest.raises(NothingToWithdraw):
        withdraw_approval(home, COMING, "mei", login="ada")
    sign(home, "mei")
    assert [one.number for one in approved_edition(home, COMING).signatures] == [3]


def test_a_sent_issue_is_not_signed_again(home: App) -> None:
    """Its approval is history."""
    sign(home, "mei")
    in_issue(home.root, "sent").mkdir()
    for attempt in (lambda: sign(home, "daniel", "0" * 64), lambda: withdraw_approval(home, COMING, "mei", login="x")):
        with pytest.raises(ConfigError, match="has been sent"):
            attempt()
    assert approved_edition(home, COMING).edition


def test_a_save_is_known_to_void_before_it_is_made(home: App) -> None:
    """ "This voids Mei's approval": for a change that readers would see, and for no other."""
    path = "content/issues/2026-11-27/number.md"
    data = (home.root / path).read_bytes()
    assert voids(home, COMING) == ()
    sign(home, "mei")
    assert [one.who for one in voids(home, COMING)] == ["mei"]
    seen = data.replace(b"caption: ", b"caption: Only ")
    assert [one.who for one in voids(home, COMING, {path: seen})] == ["mei"]
    assert voids(home, COMING, {path: data.replace(b"caption: ", b"# quiet\ncaption: ")}) == ()
    assert voids(home, COMING, {path: b"---\n[\n---\n"})
    assert voids(home, COMING, {"content/issues/2026-11-27/note.md": b"---\ntitle: New\n---\nNew.\n"})
    assert (home.root / path).read_bytes() == data


def test_a_clone_without_the_database_says_where_to_approve(app: App) -> None:
    """It neither signs nor makes a database; the gate is shut."""
    with pytest.raises(NotAtHome, match="approving happens where the database is"):
        proposal(app, COMING)
    with pytest.raises(NotApproved, match="this copy of the publication has no database"):
        approved_edition(app, COMING)
    assert voids(app, COMING) == ()
    assert not (app.root / "var").exists()


def test_another_day_is_another_issue(home: App) -> None:
    """A signature belongs to one issue."""
    sign(home, "mei")
    other = replace(COMING, date=date(2026, 11, 20))
    with pytest.raises(NotApproved, match="nobody has signed"):
        approved_edition(home, other)
