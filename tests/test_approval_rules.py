"""Who may approve an issue: which signatures count, what is missing in words, and that nothing else may be sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.diff_issue import today_of
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
from newsletter.model.edition import Edition, digest_of
from tests.approving import COMING
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
