"""Approving at the desk: what is new, what stands in the way, who has signed; on a phone, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from newsletter.actions.app import App
from newsletter.actions.approved_edition import proposal
from newsletter.actions.read_audit import read_audit
from newsletter.model.approval import Standing
from newsletter.store import looks
from newsletter.store.engine import open_store
from tests.approving import COMING, at_home, edit, in_issue, rules, sign
from tests.browser import AXE
from tests.desking import Desking, Reply, desk_of
from tests.living import Clock
from tests.sending import due_of
from tests.smtpserver import LIMIT

ISSUE = f"/issues/{COMING}"
APPROVE, CHANGES = f"{ISSUE}/approve", f"{ISSUE}/changes"
OLD, NEW = "two trade teams", "two trade delegations"  # in issue.md


@pytest.fixture
def clock(app: App) -> Clock:
    return Clock(app.clock())


@pytest.fixture
def desk(publication: Path, clock: Clock) -> Iterator[Desking]:
    """The desk of the sample, two days before its coming issue is due."""
    with at_home(publication), desk_of(publication, clock=clock) as running:
        yield running


def words(reply: Reply) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", reply.text))


def standing(app: App) -> Standing:
    return proposal(app, COMING).standing


def change(desk: Desking) -> None:
    """Somebody saves a file of the issue."""
    edit(in_issue(desk.root, "issue.md"), OLD, NEW)


def last_look(app: App, who: str) -> str | None:
    with open_store(app.database) as store:
        look = looks.last(store, COMING, who)
    return None if look is None else look.digest


def test_looking_at_what_is_new_notes_nothing_until_one_says_so(desk: Desking) -> None:
    """A GET leaves the last look as it was; the button moves it, and the next page shows only what came after."""
    mei = desk.signed_in("mei")
    page = mei.get(CHANGES)
    assert "all of it is new to you" in words(page)
    assert last_look(desk.app, "mei") is None
    noted = mei.follow(mei.send(page, CHANGES, {"digest": page.hidden("digest")}))
    assert last_look(desk.app, "mei") == page.hidden("digest")
    assert "Nothing has changed." in words(noted)


def test_changes_are_told_by_words_and_signs(desk: Desking) -> None:
    """What went and what is new are marked in the text itself, so that no colour has to be seen."""
    mei = desk.signed_in("mei")
    page = mei.get(CHANGES)
    mei.send(page, CHANGES, {"digest": page.hidden("digest")})
    change(desk)
    told = mei.get(CHANGES)
    assert "taken away: −teams" in words(told)
    assert "new: +delegations" in words(told)


@pytest.mark.parametrize(
    ("who", "at"), [("mei", "Wed 25 Nov 21:00 Hong Kong"), ("daniel", "Wed 25 Nov 08:00 New York")]
)
@pytest.mark.parametrize("path", [CHANGES, APPROVE])
def test_the_last_look_is_told_on_the_clock_of_who_looks(desk: Desking, who: str, at: str, path: str) -> None:
    """Not in UTC."""
    member = desk.signed_in(who)
    page = member.get(CHANGES)
    member.send(page, CHANGES, {"digest": page.hidden("digest")})
    assert f"From what you looked at on {at} to " in words(member.get(path))


def test_sources_with_other_numbers_are_one_quiet_line(desk: Desking) -> None:
    """A source more renumbers those behind it; only what it brought stands between signs."""
    mei = desk.signed_in("mei")
    page = mei.get(CHANGES)
    mei.send(page, CHANGES, {"digest": page.hidden("digest")})
    edit(in_issue(desk.root, "issue.md"), "points have not moved.", "points have not moved.[^pacific-pause]")
    told = mei.get(CHANGES)
    assert "Sources are numbered anew; only marks that lead elsewhere are shown as changed." in words(told)
    assert "new: +[2] https://pacificledger.example.com/trade/pause-within-a-pause, end;" in words(told)
    assert "taken away: " not in words(told)


def test_who_reads_while_it_is_changed_has_not_read_it(desk: Desking) -> None:
    """The button carries the edition that was shown; of another one nothing is noted, and the page says so."""
    mei = desk.signed_in("mei")
    page = mei.get(CHANGES)
    change(desk)
    answer = mei.send(page, CHANGES, {"digest": page.hidden("digest")})
    assert answer.status == 409
    assert "was changed while you read it" in words(answer)
    assert last_look(desk.app, "mei") is None


@pytest.mark.parametrize(("since", "says"), [("approval", "Nobody has signed"), ("issue", "as it was sent")])
def test_what_is_new_can_be_held_against_the_approval_and_the_last_issue(desk: Desking, since: str, says: str) -> None:
    """Where nobody has signed, the page says that; the last issue that was sent is found by itself."""
    page = desk.signed_in("mei").get(f"{CHANGES}?since={since}")
    assert page.status == 200
    assert says in words(page)


def test_a_signature_is_that_of_the_one_who_signed_in(desk: Desking) -> None:
    """The page shows the edition; its one primary button signs it, and the log says who it was, proved by the desk."""
    mei = desk.signed_in("mei")
    page = mei.get(APPROVE)
    digest = page.hidden("digest")
    assert digest[:16] in words(page)
    assert page.text.count('class="primary') == 1
    answer = mei.follow(mei.send(page, APPROVE, {"digest": digest, "note": "well done"}))
    assert "You have signed" in words(answer)
    assert "Mei Okafor signed" in words(answer)
    entry = read_audit(desk.app, COMING).entries[-1].deed
    assert (entry.act, entry.who, entry.note) == ("approve", "mei (signed in)", "well done")
    assert standing(desk.app).complete
    assert last_look(desk.app, "mei") == digest


def test_another_edition_is_not_signed_and_what_has_changed_is_shown(desk: Desking) -> None:
    """Files saved behind the page's back: nothing is signed, the note is kept, the difference is since that page."""
    mei = desk.signed_in("mei")
    page = mei.get(APPROVE)
    change(desk)
    answer = mei.send(page, APPROVE, {"digest": page.hidden("digest"), "note": "in a hurry"})
    assert answer.status == 409
    assert "Nothing was signed: files were changed while you read" in words(answer)
    assert "taken away: −teams" in words(answer)
    assert 'value="in a hurry"' in answer.text
    assert standing(desk.app).counted == ()
    again = mei.send(answer, APPROVE, {"digest": answer.hidden("digest")})
    assert again.status == 303
    assert standing(desk.app).complete


def test_what_blocks_is_linked_and_keeps_everybody_from_signing(desk: Desking) -> None:
    """A finding that blocks stands on the page with the section where it is mended; a form sent all the same signs
    nothing."""
    path = in_issue(desk.root, "question.md")
    path.write_text(
        re.sub(r"(?s)(---\n.*?---\n).*", r"\1\nRecieve the the question, reader?\n", path.read_text("utf-8")), "utf-8"
    )
    schedule = desk.root / "schedule.yaml"
    schedule.write_text(f"{schedule.read_text('utf-8')}\nchecks: {{severities: {{repeated-word: block}}}}\n", "utf-8")
    mei = desk.signed_in("mei")
    page = mei.get(APPROVE)
    assert f'href="{ISSUE}/sections/question"' in page.text
    assert "What blocks it: 1" in words(page)
    assert re.search(r'<button class="primary wide-button" disabled>Approve', page.text)
    answer = mei.send(page, APPROVE, {"digest": page.hidden("digest")})
    assert answer.status == 409
    assert "what is listed below blocks it" in words(answer)
    assert standing(desk.app).counted == ()


def test_files_with_mistakes_are_told_instead(desk: Desking) -> None:
    """Where nobody can see what readers would get, the page names file and line, and offers nothing to sign."""
    in_issue(desk.root, "question.md").write_text("---\nkind: [\n---\nWhat?\n", "utf-8")
    page = desk.signed_in("mei").get(APPROVE)
    assert page.status == 200
    assert "question.md, line" in words(page)
    assert "Approve this edition" not in page.text


def test_whose_signature_would_not_count_cannot_sign(desk: Desking) -> None:
    """A writer sees everything and who may sign; a form made by hand is refused by the action."""
    priya = desk.signed_in("priya")
    page = priya.get(APPROVE)
    assert "Your signature does not count: Mei Okafor and Daniel Achterberg may sign." in words(page)
    assert "Approve this edition" not in page.text
    answer = priya.send(page, APPROVE, {"digest": proposal(desk.app, COMING).edition.digest})
    assert answer.status == 422
    assert "Priya Lindqvist is no approver" in words(answer)
    assert standing(desk.app).counted == ()


def test_a_deputy_signs_from_the_deadline_on(desk: Desking, clock: Clock) -> None:
    """Before it the page says from when on the signature counts, on the team's clocks; after it it completes."""
    rules(desk.root, "{deputies: [priya]}")
    priya = desk.signed_in("priya")
    early = words(priya.get(APPROVE))
    assert "whose signature counts from" in early
    assert "UTC on" not in early
    clock.now = due_of(desk.app) - timedelta(hours=1)
    priya = desk.signed_in("priya")
    page = priya.get(APPROVE)
    assert priya.send(page, APPROVE, {"digest": page.hidden("digest")}).status == 303
    assert standing(desk.app).complete


def test_the_one_in_charge_releases_alone_and_only_with_a_reason(desk: Desking) -> None:
    """Without a reason the field says so; nobody else is offered it, or may do it."""
    rules(desk.root, "{needed: 2, in_charge: daniel}")
    daniel, mei = desk.signed_in("daniel"), desk.signed_in("mei")
    page = daniel.get(APPROVE)
    empty = daniel.send(page, f"{APPROVE}/release", {"digest": page.hidden("digest"), "reason": " "})
    assert empty.status == 422
    assert "Write why you release it alone" in words(empty)
    assert "Release it alone" not in mei.get(APPROVE).text
    refused = mei.send(mei.get(APPROVE), f"{APPROVE}/release", {"digest": page.hidden("digest"), "reason": "now"})
    assert refused.status == 422
    fields = {"digest": page.hidden("digest"), "reason": "Mei is on a flight"}
    done = daniel.follow(daniel.send(page, f"{APPROVE}/release", fields))
    assert "Daniel Achterberg released it alone" in words(done)
    assert standing(desk.app).release is not None


def test_a_signature_is_taken_back(desk: Desking) -> None:
    """By the one who gave it; a second time there is nothing to take back."""
    mei = desk.signed_in("mei")
    page = mei.get(APPROVE)
    mei.send(page, APPROVE, {"digest": page.hidden("digest")})
    assert "taken back" in words(mei.follow(mei.send(page, f"{APPROVE}/withdraw", {"why": "a wrong link"})))
    assert standing(desk.app).counted == ()
    assert mei.send(page, f"{APPROVE}/withdraw").status == 422


def test_notes_of_others_are_words_and_nothing_else(desk: Desking) -> None:
    """A note that looks like markup is shown as it was typed."""
    sign(desk.app, "daniel", note="<script>alert(1)</script>")
    page = desk.signed_in("mei").get(APPROVE)
    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_an_issue_that_was_sent_is_history(sender: App) -> None:
    """Nothing is offered to be signed any more."""
    from tests.sending import send

    send(sender)
    with desk_of(sender.root, clock=Clock(sender.clock())) as desk:
        page = desk.signed_in("mei").get(APPROVE)
    assert "its approval is history" in words(page)
    assert "What is new to you" not in words(page)
    assert "would get it" not in words(page)
    assert "Approve this edition" not in page.text


def test_there_is_no_page_of_an_issue_that_is_not_there(desk: Desking) -> None:
    """Whatever the address names."""
    mei = desk.signed_in("mei")
    pages = ("approve", "changes", "test", "delivery", "delivery/unknown", "delivery/progress")
    names = ("2026-11-28", "nothing", "2026-11-27%2F..%2F..")
    assert {mei.get(f"/issues/{name}/{page}").status for name in names for page in pages} == {404}


def test_two_approve_on_phones_without_javascript(desk: Desking, new_page: Callable[..., Page]) -> None:
    """Two people in two browsers of 390 px that run no program: the first signs, a save voids it and the page says so,
    both sign what it is now, and it is approved. Nothing is wider than the screen."""
    rules(desk.root, "{needed: 2}")
    clear_owner(desk.root)

    def phone(who: str) -> Page:
        page = new_page(viewport={"width": 390, "height": 844}, java_script_enabled=False)
        page.unroute("**/*")
        desk.sign_in(page.context, who)
        page.goto(f"{desk.address}{APPROVE}")
        return page

    mei, daniel = phone("mei"), phone("daniel")
    mei.get_by_label("Note").fill("from the train")
    mei.get_by_role("button", name="Approve this edition").click()
    assert "It needs one more signature" in mei.locator(".said").inner_text()
    change(desk)
    daniel.reload()
    void = daniel.locator(".voided").inner_text()
    assert "The approval of Mei Okafor" in void
    assert "issue.md was changed" in void
    for one in (daniel, mei):
        one.reload()
        one.get_by_role("button", name="Approve this edition").click()
    assert "It is approved." in mei.locator(".said").inner_text()
    assert mei.locator("main").bounding_box()["width"] <= 390  # type: ignore[index]  # it is drawn
    assert [one.who for one in standing(desk.app).counted] == ["daniel", "mei"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_shows_the_mail(desk: Desking, new_page: Callable[..., Page], scheme: str) -> None:
    """With a signature that is void, a difference and somebody who has still to sign: axe-core finds nothing, nothing
    is wider than a phone, and the mail stands in its frame, in a sandbox."""
    sign(desk.app, "mei")
    change(desk)
    page = new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme, bypass_csp=True)
    page.unroute("**/*")
    desk.sign_in(page.context, "mei")
    page.goto(f"{desk.address}{APPROVE}")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {iframes: false}).then(one => one.violations.map(v => v.id))")
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    frame = page.locator("iframe")
    frame.scroll_into_view_if_needed()
    assert "allow-scripts" not in (frame.get_attribute("sandbox") or "allow-scripts")
    page.frame_locator("iframe").get_by_text("two trade delegations").first.wait_for(timeout=LIMIT * 1000)


def clear_owner(root: Path) -> None:
    """Nobody owns a section, so that any two may sign."""
    path = in_issue(root, "issue.md")
    path.write_text(re.sub(r"(?m)^owners:\n(?:[ ]+.*\n)+", "", path.read_text("utf-8")), "utf-8")
