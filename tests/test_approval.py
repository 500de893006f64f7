"""Approval: exactly the bytes that were signed go out, by those who may sign, and it is said in words when not."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from newsletter.actions.app import App
from newsletter.actions.approve_issue import AnotherEdition, Blocked, approve_issue, release_issue, withdraw_approval
from newsletter.actions.approved_edition import approved_edition, proposal, voids
from newsletter.actions.diff_issue import today_of
from newsletter.actions.home import NotAtHome
from newsletter.actions.keys import key_ring, made_key_ring
from newsletter.cli import cli
from newsletter.mail import mime
from newsletter.model.approval import (
    Act,
    ApprovedEdition,
    NotApproved,
    Signature,
    Signers,
    Standing,
    WrongDigest,
    living,
    outputs,
    standing,
)
from newsletter.model.changes import Change, How
from newsletter.model.edition import Edition, digest_of
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.finding import Finding, Severity, Spot
from newsletter.model.letter import Letter
from newsletter.store import approvals, audit
from newsletter.store.approvals import AlreadySigned, NothingToWithdraw
from newsletter.store.engine import open_store
from tests.approving import COMING, at_home, edit, in_issue, no_findings, rules, sign
from tests.conftest import opened

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
DEADLINE = NOW + timedelta(days=1)
SIGNERS = Signers(
    names={"ada": "Ada Roy", "ben": "Ben Okoro", "cem": "Cem Aslan", "dot": "Dot Hale"},
    approvers=frozenset({"ada", "ben"}),
    deputies=frozenset({"dot"}),
    in_charge="ben",
    needed=1,
    owners={"ada": ("opening",), "cem": ("number",)},
    approve_by=DEADLINE,
)


def signature(who: str, number: int = 1, act: Act = Act.SIGN, digest: str = "d1") -> Signature:
    return Signature(
        issue=COMING, number=number, digest=digest, act=act, who=who, when=NOW, note=None, mac=f"genuine {who}"
    )


def stands(*signatures: Signature, now: datetime = NOW, **changes: object) -> Standing:
    signers = replace(SIGNERS, **changes)  # type: ignore[arg-type]
    return standing(signatures, "d1", signers, now, lambda one: one.mac.startswith("genuine"))


# The rules


def test_one_approver_is_enough_where_one_is_needed() -> None:
    """Also one who has written a section."""
    assert stands(signature("ada")).complete
    assert stands().missing == (
        "one signature, of Ada Roy or Ben Okoro or of Dot Hale from Thu 26 Nov 13:00 UTC on; "
        "or Ben Okoro releases it alone, with a reason"
    )


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (signature("cem"), "Cem Aslan is no approver"),
        (signature("eve"), "nobody of the team has the id 'eve' any more"),
        (signature("dot"), "Dot Hale is a deputy, whose signature counts from Thu 26 Nov 13:00 UTC on"),
        (replace(signature("ada"), mac="forged"), "the signature of Ada Roy was not made with a key of this"),
        (signature("ada", act=Act.RELEASE), "Ada Roy is not in charge"),
    ],
    ids=["writer", "stranger", "early deputy", "forged", "not in charge"],
)
def test_a_signature_that_does_not_count_says_why(one: Signature, why: str) -> None:
    """In words, and it leaves the edition unapproved."""
    found = stands(one)
    assert not found.complete
    assert [uncounted.signature for uncounted in found.uncounted] == [one]
    assert found.uncounted[0].why.startswith(why)


def test_a_signature_on_other_bytes_is_nothing_here() -> None:
    """It stands beside another edition."""
    assert stands(signature("ada", digest="d2")) == stands()


def test_each_person_counts_once() -> None:
    """However often they sign."""
    found = stands(signature("ben"), signature("ben", 2), needed=2)
    assert [one.number for one in found.counted] == [1]
    assert found.missing.startswith("one more signature, of Ada Roy or of Dot Hale from")


def test_deputies_count_from_the_deadline_on() -> None:
    """To the minute."""
    assert not stands(signature("dot"), now=DEADLINE - timedelta(minutes=1)).complete
    assert stands(signature("dot"), now=DEADLINE).complete


def test_a_deputy_who_signed_early_is_waited_for() -> None:
    """Nobody is asked to sign twice."""
    assert stands(signature("dot"), in_charge=None).missing == (
        "one signature, of Ada Roy or Ben Okoro or that of Dot Hale, which counts from Thu 26 Nov 13:00 UTC on"
    )


def test_of_two_signers_one_owns_no_section() -> None:
    """Who wrote the issue does not approve it among themselves."""
    all_own = {"ada": ("opening",), "ben": ("number",)}
    found = stands(signature("ada"), signature("ben", 2), needed=2, owners=all_own)
    assert not found.complete
    assert found.missing.startswith("one more signature by somebody who owns no section of the issue, of Dot Hale from")
    assert stands(signature("ada"), signature("ben", 2), needed=2).complete
    assert stands(signature("ada"), needed=2, owners=all_own).missing.startswith(
        "one more signature by somebody who owns no section of the issue, of Dot Hale"
    )


def test_nobody_left_is_told() -> None:
    """With who could release it, where there is somebody."""
    owners = dict.fromkeys(SIGNERS.names, ("opening",))
    found = stands(signature("ada"), needed=2, owners=owners, in_charge=None)
    assert found.missing.endswith("owns no section of the issue, and nobody is left who could give it")


def test_what_is_taken_back_does_not_count() -> None:
    """Until it is given again; nobody takes back another's."""
    given, back = signature("ada"), signature("ada", 2, Act.WITHDRAW)
    assert not stands(given, back).complete
    assert stands(given, back, signature("ada", 3)).complete
    assert stands(given, signature("ben", 2, Act.WITHDRAW)).complete


def test_a_forged_withdrawal_is_heeded() -> None:
    """A row that somebody spoilt never brings an approval back."""
    assert living((signature("ada"), replace(signature("ada", 2, Act.WITHDRAW), mac="forged"))) == ()


def test_the_one_in_charge_releases_alone() -> None:
    """However many are needed."""
    found = stands(signature("ben", act=Act.RELEASE), needed=3)
    assert found.complete
    assert [one.act for one in found.signatures] == [Act.RELEASE]


def test_less_than_one_signature_is_one() -> None:
    """A zero in schedule.yaml approves nothing by itself."""
    assert not stands(needed=0).complete
    assert stands(signature("ada"), needed=0).complete


# Editions that may be sent


@pytest.fixture(scope="module")
def whole(pristine: Path) -> Edition:
    return today_of(opened(pristine), COMING)


def test_the_digest_is_taken_over_what_assembling_takes_it_over(whole: Edition) -> None:
    """Two lists of the same outputs, held to each other."""
    assert outputs(whole) == whole.manifest.outputs
    assert digest_of(outputs(whole)) == whole.digest


def test_other_bytes_are_no_approved_edition(whole: Edition) -> None:
    """Whatever the stored digest says, and whoever has signed it."""
    how = standing([signature("ada", digest=whole.digest)], whole.digest, SIGNERS, NOW, lambda _: True)
    assert ApprovedEdition(whole, how).signatures == (signature("ada", digest=whole.digest),)
    asset = replace(whole.assets[0], data=whole.assets[0].data + b"\0")
    for other in (
        replace(whole, page=whole.page.replace("Two", "Six", 1)),
        replace(whole, subject="Six capitals"),
        replace(whole, assets=(asset, *whole.assets[1:])),
        replace(whole, digest="0" * 64),
    ):
        with pytest.raises(WrongDigest):
            ApprovedEdition(other, how)


def test_too_few_signatures_are_no_approved_edition(whole: Edition) -> None:
    """Nor are those on another edition, nor one that is counted twice."""
    none = standing([], whole.digest, SIGNERS, NOW, lambda _: True)
    one = signature("ben", digest=whole.digest)
    elsewhere = replace(none, counted=(signature("ben"),))
    twice = replace(none, counted=(one, replace(one, number=2)), needed=2)
    for short in (none, twice):
        with pytest.raises(NotApproved, match="too few"):
            ApprovedEdition(whole, short)
    with pytest.raises(WrongDigest):
        ApprovedEdition(whole, elsewhere)


# Signing


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
        "2026-11-27 is not approved: the approval of Mei Okafor of Wed 25 Nov 13:00 UTC is void: "
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
    with pytest.raises(NotApproved, match="approval of Mei Okafor and Daniel Achterberg of .* is void"):
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


# Keys


def test_the_key_is_made_on_first_use_for_its_owner_alone(home: App) -> None:
    """And is the same from then on."""
    assert key_ring(home) is None
    sign(home, "mei")
    path = home.root / "var" / "keys"
    assert path.stat().st_mode & 0o777 == 0o600
    assert made_key_ring(home).mac is not None
    assert [one.name for one in path.parent.glob(".keys*")] == []
    assert approved_edition(home, COMING)


def test_a_signature_by_a_key_that_has_gone_does_not_count(home: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one that was changed in the database; a ring that holds the old key too lets it count."""
    sign(home, "mei")
    old = (home.root / "var" / "keys").read_text("ascii").strip()
    monkeypatch.setenv("NEWSLETTER_KEYS", "k2:another secret of some length".replace(" ", "-"))
    with pytest.raises(NotApproved, match="the signature of Mei Okafor was not made with a key of this installation"):
        approved_edition(home, COMING)
    monkeypatch.setenv("NEWSLETTER_KEYS", f"k2:another-secret-of-some-length,{old}")
    assert approved_edition(home, COMING)
    with sqlite3.connect(home.root / "var" / "newsletter.db") as database:
        database.execute("UPDATE approvals SET who = 'daniel'")
    database.close()
    with pytest.raises(NotApproved, match="the signature of Daniel Achterberg was not made"):
        approved_edition(home, COMING)


@pytest.mark.parametrize("written", ["secret-without-an-id-of-its-own", "k1:short", "K:0123456789abcdef0123", "a:b:c"])
def test_keys_that_are_written_wrong_are_told_without_being_shown(
    home: App, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """Where they stand and how they are written."""
    monkeypatch.setenv("NEWSLETTER_KEYS", written)
    with pytest.raises(ConfigError) as told:
        key_ring(home)
    assert written not in str(told.value)


# Away from home, and several at once


def test_a_clone_without_the_database_says_where_to_approve(app: App) -> None:
    """It neither signs nor makes a database; the gate is shut."""
    with pytest.raises(NotAtHome, match="approving happens where the database is"):
        proposal(app, COMING)
    with pytest.raises(NotApproved, match="this copy of the publication has no database"):
        approved_edition(app, COMING)
    assert voids(app, COMING) == ()
    assert not (app.root / "var").exists()


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.test_approval"])


def sign_elsewhere(root: Path, who: str, go: object) -> None:
    """What another process does."""
    app = opened(root)
    digest = proposal(app, COMING).edition.digest
    go.wait(60)  # type: ignore[attr-defined]
    sign(app, who, digest)


def test_two_who_sign_at_once_both_have_signed(home: App) -> None:
    """In two processes, with one key between them."""
    rules(home.root, "{needed: 2}")
    go = PROCESSES.Barrier(2)
    both = [PROCESSES.Process(target=sign_elsewhere, args=(home.root, who, go)) for who in ("mei", "daniel")]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
        assert one.exitcode == 0
    found = proposal(home, COMING).standing
    assert {one.who for one in found.counted} == {"mei", "daniel"}
    with open_store(home.database) as store:
        assert audit.verify(store) is None
        assert [one.number for one in approvals.signatures(store, COMING)] == [1, 2]


def die_half_way(root: Path) -> None:
    """What a process does that is killed between the signature and its line in the log."""
    approvals.audit.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[attr-defined]
    sign(opened(root), "mei")


def test_a_signature_that_is_killed_half_way_has_written_nothing(home: App) -> None:
    """Bytes, look, signature and log are there together or not at all; then it can be given again."""
    process = PROCESSES.Process(target=die_half_way, args=(home.root,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    database = sqlite3.connect(home.root / "var" / "newsletter.db")
    for table in ("editions", "approvals", "looks", "audit"):
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    database.close()
    assert sign(home, "mei").standing.complete
    assert approved_edition(home, COMING)


def test_another_day_is_another_issue(home: App) -> None:
    """A signature belongs to one issue."""
    sign(home, "mei")
    other = replace(COMING, date=date(2026, 11, 20))
    with pytest.raises(NotApproved, match="nobody has signed"):
        approved_edition(home, other)


# The command line


def run(root: Path, *words: str, answer: str = "") -> Result:
    """`newsletter -C ROOT ...`, with an answer to what it asks."""
    return CliRunner().invoke(cli, ["-C", str(root), *words], input=answer, standalone_mode=False)


def test_an_issue_is_looked_at_signed_and_found_in_the_log(home: App) -> None:
    """A week's end on the command line: diff, approve, a refusal, audit."""
    assert "This is the first look of mei" in run(home.root, "diff", "--as", "mei").stdout
    edit(in_issue(home.root, "question.md"), "?", ", if at all?")
    no = run(home.root, "approve", "--as", "mei", answer="n\n")
    assert (no.return_value, no.stderr.rstrip().endswith("Nothing was signed.")) == (1, True)
    assert "No. 128, 2026-11-27: Two capitals, one table" in no.stdout
    assert "{+relationship, if at all?+}" in no.stdout
    yes = run(home.root, "approve", "--as", "mei", "--note", "Read twice", answer="y\n")
    assert (yes.return_value, yes.stdout.splitlines()[-1]) == (0, "It is approved: mei (signed).")
    digest = yes.stdout.splitlines()[-2].rpartition("edition ")[2].rstrip(".")
    assert approved_edition(home, COMING).edition.digest.startswith(digest)
    edit(in_issue(home.root, "question.md"), ", if at all?", "?")
    late = run(home.root, "approve", "--as", "daniel", "--yes", "--digest", digest)
    assert isinstance(late.exception, AnotherEdition)
    log = run(home.root, "audit")
    assert log.return_value == 0
    assert "mei (login " in log.stdout
    assert "1 entry; the log is whole" in log.stdout
    (entry,) = json.loads(run(home.root, "audit", "--json").stdout)["entries"]
    assert (entry["act"], entry["note"], entry["digest"][:16]) == ("approve", "Read twice", digest)
    run(home.root, "approve", "--as", "mei", "--withdraw")
    with pytest.raises(NotApproved, match="every signature was taken back"):
        approved_edition(home, COMING)


@pytest.mark.parametrize("words", [["--yes"], ["--withdraw", "--release"]], ids=["no digest", "both"])
def test_options_that_make_no_sense_together_are_told(home: App, words: list[str]) -> None:
    """As misuse."""
    assert isinstance(run(home.root, "approve", *words).exception, click.UsageError)


def test_a_clone_is_told_where_to_go(app: App) -> None:
    """By each command that asks for what only home has."""
    for command in ("approve", "diff", "audit"):
        assert isinstance(run(app.root, command).exception, NotAtHome)
    assert not (app.root / "var").exists()


def test_a_log_that_was_changed_is_told(home: App) -> None:
    """With the entry, and as a failure."""
    sign(home, "mei")
    with sqlite3.connect(home.root / "var" / "newsletter.db") as database:
        database.execute("UPDATE audit SET note = 'Never read'")
    database.close()
    done = run(home.root, "audit")
    assert done.return_value == 1
    assert "The log is broken at entry 1" in done.stderr
