"""Saving: files stay the truth, whoever comes second loses nothing, and the team is told what it voids."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.actions.add_blurb import add_blurb, free_name
from newsletter.actions.app import App, read_issue
from newsletter.actions.assign_section import assign_section
from newsletter.actions.check_issue import check_issue
from newsletter.actions.jobs import tidy
from newsletter.actions.keep_draft import draft_of, drop_draft, keep_draft, others_writing
from newsletter.actions.kept_texts import drop_kept, kept_texts
from newsletter.actions.move_issue import move_issue
from newsletter.actions.order_sections import order_sections
from newsletter.actions.preview_issue import preview_issue
from newsletter.actions.remove_blurb import remove_blurb
from newsletter.actions.save_text import look_at_text, save_text, unsaved_files, voided_by
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.issue import IssueId
from newsletter.model.saving import ChangedMeanwhile, FileText, Saved
from newsletter.publication.folder import Folder
from newsletter.publication.unsaved import Unsaved
from newsletter.store import audit, drafts
from newsletter.store.engine import open_store
from tests.approving import COMING, at_home, edit, in_issue, sign
from tests.conftest import opened

PROCESSES = multiprocessing.get_context("fork")  # the child has all that it needs and does one thing
BASE = f"content/issues/{COMING}"


@pytest.fixture
def app(publication: Path) -> Iterator[App]:
    """The sample publication with its database."""
    with at_home(publication) as app:
        yield app


def shown(app: App, name: str = "read-more") -> FileText:
    return look_at_text(app, COMING, name)


def changed(file: FileText, words: str = "finds the bill") -> str:
    """A text with other words in it."""
    assert words in file.text
    return file.text.replace(words, "somewhere else")


def deeds(app: App) -> list[tuple[str, str, str | None]]:
    with open_store(app.database) as store:
        return [(one.deed.who, one.deed.act, one.deed.note) for one in audit.entries(store, COMING)]


def order(app: App) -> list[str]:
    return [blurb.name for blurb in read_issue(app, COMING).draft.blurbs]


def sent_issue(app: App) -> IssueId:
    name = next(one.name for one in (app.root / "content/issues").iterdir() if (one / "sent").is_dir())
    issue = IssueId.parse(name)
    assert issue is not None
    return issue


def test_a_saved_text_is_the_file(app: App) -> None:
    """What the form showed, changed, stands in the file and nowhere else; the next save goes out from it."""
    file = shown(app)
    path = in_issue(app.root, "read-more.md")
    assert (file.path, file.text) == (f"{BASE}/read-more.md", path.read_text("utf-8"))
    assert file.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    saved = save_text(app, COMING, "read-more", changed(file), file.digest, "mei")
    assert path.read_text("utf-8") == changed(file)
    assert saved == Saved(file.path, shown(app).digest, ())
    assert save_text(app, COMING, "read-more", file.text, saved.digest, "mei").digest == file.digest
    assert deeds(app) == []
    assert shown(app, "opening").path == f"{BASE}/issue.md"


@pytest.mark.parametrize(
    "bytes_of",
    [
        lambda text: text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: (text + "\n\n").replace("\n", "\r\n", 5).encode(),
    ],
)
def test_a_save_without_a_change_gives_the_very_same_bytes(app: App, bytes_of: object) -> None:
    """Browsers send CR LF, whatever the file has; and one word changed leaves every line end and the mark."""
    path = in_issue(app.root, "read-more.md")
    path.write_bytes(bytes_of(path.read_text("utf-8")))  # type: ignore[operator]
    before, file = path.read_bytes(), shown(app)
    assert (
        save_text(app, COMING, "read-more", file.text.replace("\n", "\r\n"), file.digest, "mei").digest == file.digest
    )
    assert path.read_bytes() == before
    save_text(app, COMING, "read-more", changed(file).replace("\n", "\r\n"), file.digest, "mei")
    assert path.read_bytes() == before.replace(b"finds the bill", b"somewhere else")


def test_who_saves_second_loses_nothing(app: App) -> None:
    """An editor in git saved meanwhile: theirs stays, the other text is kept before the refusal is told, once."""
    file = shown(app)
    keep_draft(app, COMING, "read-more", "half", file.digest, "mei")
    path = in_issue(app.root, "read-more.md")
    edit(path, "finds the bill", "at the back door")
    theirs = path.read_bytes()
    for _ in range(2):
        with pytest.raises(ChangedMeanwhile, match="your text is kept") as caught:
            save_text(app, COMING, "read-more", changed(file), file.digest, "mei")
        assert caught.value.theirs == shown(app)
    assert path.read_bytes() == theirs
    (kept,) = kept_texts(app, COMING)
    assert (kept.number, kept.member, kept.path, kept.base) == (caught.value.kept, "mei", file.path, file.digest)
    assert kept.text == changed(file)
    assert draft_of(app, COMING, "read-more", "mei") is None
    assert not drop_kept(app, kept.number, "daniel")
    assert drop_kept(app, kept.number, "mei")
    assert kept_texts(app, COMING) == ()


def test_a_file_that_came_or_went_meanwhile_is_a_change_too(app: App) -> None:
    """A new section that another has begun, and one that another has taken out."""
    file = shown(app, "note")
    assert (file.text, file.digest) == ("", "")
    text = "---\ntitle: Away\n---\nBody.\n"
    save_text(app, COMING, "note", text, "", "mei")
    with pytest.raises(ChangedMeanwhile) as caught:
        save_text(app, COMING, "note", text + "More.\n", "", "daniel")
    assert caught.value.theirs.text == text
    there = shown(app, "note")
    in_issue(app.root, "note.md").unlink()
    with pytest.raises(ChangedMeanwhile) as caught:
        save_text(app, COMING, "note", text + "More.\n", there.digest, "mei")
    assert caught.value.theirs == FileText(f"{BASE}/note.md", "", "")
    assert len(kept_texts(app, COMING)) == 2


def test_the_same_text_sent_twice_is_saved_once(app: App) -> None:
    """Save pressed twice: the second form carries an old digest and wants nothing that is not there."""
    file = shown(app)
    first = save_text(app, COMING, "read-more", changed(file), file.digest, "mei")
    assert save_text(app, COMING, "read-more", changed(file), file.digest, "mei") == first
    assert kept_texts(app, COMING) == ()


def _save(root: Path, number: int, base: str) -> str:
    """Saves one of several texts; whether it won."""
    app = opened(root)
    try:
        save_text(app, COMING, "beyond-1", _numbered(app, number), base, f"member-{number}")
    except ChangedMeanwhile:
        return "lost"
    return "won"


def _numbered(app: App, number: int) -> str:
    return f"---\ntitle: Number {number}\nurl: https://example.org/\noutlet: Example\n---\nBody.\n"


def _save_in_process(root: Path, number: int, base: str, out: str) -> None:
    Path(out).write_text(_save(root, number, base))


def test_of_two_saves_at_once_exactly_one_wins(app: App) -> None:
    """Threads first, then processes: the file is one of the texts, every other is kept."""
    base = shown(app, "beyond-1").digest
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: _save(app.root, number, base), range(4)))
    assert sorted(found) == ["lost", "lost", "lost", "won"]
    assert shown(app, "beyond-1").text == _numbered(app, found.index("won"))
    assert {one.text for one in kept_texts(app, COMING)} == {
        _numbered(app, number) for number in range(4) if found[number] == "lost"
    }
    base = shown(app, "beyond-1").digest
    outs = [str(app.root / f"out-{number}") for number in range(10, 13)]
    running = [
        PROCESSES.Process(target=_save_in_process, args=(app.root, number, base, out))
        for number, out in enumerate(outs, 10)
    ]
    for one in running:
        one.start()
    for one in running:
        one.join(60)
    assert sorted(Path(out).read_text() for out in outs) == ["lost", "lost", "won"]
    assert len(kept_texts(app, COMING)) == 5


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: The Pause", "title: 'The Pause", "read-more.md:"),
        ("Both governments", "<b>Both</b> governments", "read-more.md:11"),
        ("author: lin-yue", "author: nobody-at-all", "read-more.md:4"),
        ("Both governments", "Both[^no-such-item] governments", "read-more.md:11"),
        ("file: quay.png", "file: kay.png", "did you mean 'quay.png'"),
        ("---\ntitle", "title", "the first line is not ---"),
        ("Both governments", "Both \x07 governments", "control character"),
        ("Both governments", "Both \ud800 governments", "control character"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_and_kept_as_the_draft(app: App, old: str, new: str, told: str) -> None:
    """Every mistake with its line; the file stays."""
    file = shown(app)
    text = file.text.replace(old, new, 1)
    with pytest.raises(ContentError) as caught:
        save_text(app, COMING, "read-more", text, file.digest, "mei")
    assert told in str(caught.value)
    assert all(one.path == file.path for one in caught.value.mistakes)
    assert shown(app) == file
    draft = draft_of(app, COMING, "read-more", "mei")
    assert draft is not None
    assert (draft.text, draft.base) == (text, file.digest)


def test_a_mistake_elsewhere_stands_in_nobodys_way_unless_the_save_brings_it(app: App) -> None:
    """Somebody else's broken file does not keep this one from being saved; an order that would lose a section does."""
    edit(in_issue(app.root, "quote.md"), "quote:", "quot:")
    file = shown(app)
    save_text(app, COMING, "read-more", changed(file), file.digest, "mei")
    edit(in_issue(app.root, "quote.md"), "quot:", "quote:")
    names = tuple(reversed(order(app)))
    order_sections(app, COMING, names, shown(app, "opening").digest, "mei")
    with pytest.raises(ContentError, match="the order leaves out 'note'"):
        save_text(app, COMING, "note", "---\ntitle: Away\n---\nBody.\n", "", "mei")


@pytest.mark.parametrize(
    "name", ["nothing", "../2026-11-20/read-more", "issue", "items", "", "images/x", "a\0b", "Note"]
)
def test_a_name_that_says_no_section_leads_nowhere(app: App, name: str) -> None:
    """Neither to a file of another issue, nor out of the folder."""
    with pytest.raises(ConfigError):
        look_at_text(app, COMING, name)
    with pytest.raises(ConfigError):
        save_text(app, COMING, name, "---\ntitle: a\n---\n", "", "mei")
    with pytest.raises(ConfigError):
        keep_draft(app, COMING, name, "a", "", "mei")


def test_what_was_sent_stays_as_it_went_out(app: App) -> None:
    """Nothing of an issue that readers have is changed by any of the ways."""
    issue = sent_issue(app)
    file, opening = look_at_text(app, issue, "question"), look_at_text(app, issue, "opening")
    ways: tuple[Callable[[], object], ...] = (
        lambda: save_text(app, issue, "question", file.text + "More.\n", file.digest, "mei"),
        lambda: order_sections(app, issue, ("opening",), opening.digest, "mei"),
        lambda: assign_section(app, issue, "question", "mei", opening.digest, "mei"),
        lambda: add_blurb(app, issue, "note-2", "note", "mei"),
        lambda: remove_blurb(app, issue, "question", file.digest, "mei"),
    )
    for way in ways:
        with pytest.raises(ConfigError, match="has been sent"):
            way()
    assert look_at_text(app, issue, "question") == file


def test_it_is_told_before_whose_approval_a_save_voids_and_noted_after(app: App) -> None:
    """A word of the text voids it, a comment in the file does not; nobody is named where nobody has signed."""
    file = shown(app)
    assert voided_by(app, COMING, "read-more", changed(file)) == ()
    sign(app, "mei")
    assert voided_by(app, COMING, "read-more", file.text) == ()
    comment = file.text.replace("author: lin-yue", "author: lin-yue # ours")
    assert voided_by(app, COMING, "read-more", comment) == ()
    assert save_text(app, COMING, "read-more", comment, file.digest, "daniel").voids == ()
    assert voided_by(app, COMING, "read-more", changed(file)) == ("Mei Okafor",)
    assert [act for _, act, _ in deeds(app)] == ["approve"]
    assert save_text(app, COMING, "read-more", changed(file), shown(app).digest, "daniel").voids == ("Mei Okafor",)
    assert deeds(app)[1:] == [("daniel (signed in)", "voids", "Mei Okafor: read-more.md was changed")]


def test_an_unsaved_text_can_be_looked_at(app: App) -> None:
    """The preview and the checks read it instead of the file, as the save would write it; the file stays."""
    file = shown(app)
    text = changed(file).replace("The Pause as a Policy", "The Pause, TODO")
    instead = unsaved_files(app, COMING, "read-more", text)
    looked = preview_issue(app, COMING, "images/", instead=instead).shown
    assert looked is not None
    assert "somewhere else" in looked.text
    report = check_issue(app, COMING, instead=instead).report
    assert any("TODO" in str(one) for one in report.findings)
    broken = unsaved_files(app, COMING, "read-more", text.replace("title:", "titel:"))
    mistakes = preview_issue(app, COMING, "images/", instead=broken).mistakes
    assert {one.path for one in mistakes} == {file.path}
    assert shown(app) == file


def test_a_folder_with_unsaved_files_has_them_and_lacks_what_is_taken_away(app: App) -> None:
    """New files stand in their order among the others; one that is gone is missing."""
    unsaved = Unsaved(app.root, {f"{BASE}/beyond-10.md": b"new", f"{BASE}/beyond-1.md": None})
    names = [name for name in unsaved.names(BASE, ".md") if name.startswith("beyond")]
    assert names == ["beyond-2.md", "beyond-10.md"]
    assert unsaved.read_bytes(f"{BASE}/beyond-10.md") == b"new"
    assert not unsaved.exists(f"{BASE}/beyond-1.md")
    assert unsaved.read_bytes(f"{BASE}/beyond-1.md") is None
    assert [one.what for one in unsaved.mistakes] == ["the file is missing"]
    assert unsaved.names_below(BASE) == Folder(app.root).names_below(BASE) - {"beyond-1.md"} | {"beyond-10.md"}


def test_a_draft_is_each_ones_own_until_it_is_saved(app: App) -> None:
    """The last of each text for each who writes it; a text that is the file's own is none."""
    file = shown(app)
    for text in ("one", "one two\r\n"):
        assert keep_draft(app, COMING, "read-more", text, file.digest, "mei") == app.clock()
    keep_draft(app, COMING, "read-more", "other", file.digest, "daniel")
    keep_draft(app, COMING, "opening", "narrative", "", "mei")
    draft = draft_of(app, COMING, "read-more", "mei")
    assert draft is not None
    assert (draft.text, draft.base, draft.saved, draft.path) == ("one two\n", file.digest, app.clock(), file.path)
    assert {(one.section, one.member) for one in others_writing(app, COMING, app.clock())} == {
        ("read-more", "mei"),
        ("read-more", "daniel"),
        ("opening", "mei"),
    }
    assert others_writing(app, COMING, app.clock() + timedelta(minutes=3)) == ()
    save_text(app, COMING, "read-more", changed(file), file.digest, "mei")
    drop_draft(app, COMING, "opening", "mei")
    assert [one.member for one in others_writing(app, COMING, app.clock())] == ["daniel"]
    keep_draft(app, COMING, "read-more", shown(app).text.replace("\n", "\r\n"), shown(app).digest, "daniel")
    assert draft_of(app, COMING, "read-more", "daniel") is None


def test_what_is_not_saved_goes_with_an_issue_that_is_moved(app: App) -> None:
    """Drafts and kept texts can be saved at its new date as they could before, with that date in their front matter."""
    target = IssueId.parse("2026-12-04")
    assert target is not None
    file, opening = shown(app), shown(app, "opening")
    keep_draft(app, COMING, "read-more", changed(file), file.digest, "mei")
    keep_draft(app, COMING, "opening", f"{opening.text}\nMore.\n", opening.digest, "mei")
    with pytest.raises(ChangedMeanwhile):
        save_text(app, COMING, "opening", f"{opening.text}\nToo late.\n", "0" * 64, "daniel")
    move_issue(app, COMING, target, by="mei")
    for name in ("read-more", "opening"):
        draft = draft_of(app, target, name, "mei")
        assert draft is not None
        assert draft.base == look_at_text(app, target, name).digest
        save_text(app, target, name, draft.text, draft.base, "mei")
    assert "\ndate: 2026-12-04\n" in look_at_text(app, target, "opening").text
    (kept,) = kept_texts(app, target)
    assert (kept.path, kept.member) == ("content/issues/2026-12-04/issue.md", "daniel")
    assert kept.text == f"{opening.text}\nToo late.\n".replace("date: 2026-11-27", "date: 2026-12-04")
    with open_store(app.database) as store:
        assert drafts.issues(store) == ()


def test_drafts_of_what_was_sent_are_forgotten_after_a_month(app: App) -> None:
    """Those of issues in preparation are not, however old."""
    keep_draft(app, COMING, "read-more", "one", "", "mei")
    keep_draft(app, sent_issue(app), "question", "two", "", "mei")
    for days, left in ((29, 2), (31, 1)):
        with open_store(app.database) as store:
            tidy._drafts(app, store, app.clock() + timedelta(days=days) - tidy.UNWANTED)
            assert len(drafts.issues(store)) == left


def test_the_order_of_the_sections_is_written_into_issue_md(app: App) -> None:
    """Every other byte of it stays; the usual order needs no word, and what is asked of single sections is kept."""
    usual, before = tuple(order(app)), shown(app, "opening")
    moved = (*usual[:1], usual[2], usual[1], *usual[3:])
    saved = order_sections(app, COMING, moved, before.digest, "mei")
    assert tuple(order(app)) == moved
    after = shown(app, "opening")
    assert saved == Saved(after.path, after.digest, ())
    assert [line for line in after.text.split("\n") if line in before.text.split("\n")] == before.text.split("\n")
    order_sections(app, COMING, usual, after.digest, "mei")
    assert shown(app, "opening").text == before.text
    edit(in_issue(app.root, "issue.md"), "owners:", "sections:\n  - name: video # short\n    words: {max: 20}\nowners:")
    order_sections(app, COMING, usual, shown(app, "opening").digest, "mei")
    assert "  - name: video # short\n    words: {max: 20}\n" in shown(app, "opening").text
    assert tuple(order(app)) == usual
    assert [act for _, act, _ in deeds(app)] == ["reorder"] * 3


def test_an_order_that_is_not_of_these_sections_is_refused(app: App) -> None:
    """One left out, one twice, one that is not there; and a form that is older than issue.md."""
    usual, file = tuple(order(app)), shown(app, "opening")
    for names in (usual[:-1], (*usual, usual[0]), (*usual, "beyond-9")):
        with pytest.raises(ContentError):
            order_sections(app, COMING, names, file.digest, "mei")
    with pytest.raises(ChangedMeanwhile, match="do it once more"):
        order_sections(app, COMING, usual[::-1], "0" * 64, "mei")
    assert shown(app, "opening") == file
    assert deeds(app) == []


def test_an_owner_is_written_into_issue_md(app: App) -> None:
    """Somebody of the team, or nobody; the lines of the others stay."""
    file = shown(app, "opening")
    saved = assign_section(app, COMING, "quote", "mei", file.digest, "daniel")
    assert shown(app, "opening").text == file.text.replace("  quote: priya\n", "  quote: mei\n")
    saved = assign_section(app, COMING, "quote", None, saved.digest, "daniel")
    assert shown(app, "opening").text == file.text.replace("  quote: priya\n", "")
    with pytest.raises(ContentError, match="no one of the team"):
        assign_section(app, COMING, "quote", "nobody", saved.digest, "daniel")
    with pytest.raises(ChangedMeanwhile):
        assign_section(app, COMING, "quote", "mei", file.digest, "daniel")
    assert deeds(app) == [
        ("daniel (signed in)", "assign", "quote to mei"),
        ("daniel (signed in)", "assign", "quote to nobody"),
    ]


@pytest.mark.parametrize("own_order", [False, True])
def test_a_section_is_added_and_taken_out_again(app: App, own_order: bool) -> None:
    """It is empty at first and no part of the issue; its text is kept when it goes, its place and its owner go too."""
    usual = tuple(order(app))
    if own_order:
        order_sections(app, COMING, usual[::-1], shown(app, "opening").digest, "mei")
    before = tuple(order(app))
    name = free_name(app, COMING, "beyond")
    assert (name, free_name(app, COMING, "quote"), free_name(app, COMING, "note")) == ("beyond", "quote-2", "note")
    added = add_blurb(app, COMING, "beyond-3", "beyond", "mei")
    assert tuple(order(app)) == before
    text = shown(app, "beyond-3").text.replace("title:\n", "title: T\n").replace("outlet:\n", "outlet: O\n")
    saved = save_text(
        app, COMING, "beyond-3", text.replace("url:\n", "url: https://example.org/\n"), added.digest, "mei"
    )
    at = before.index("beyond-1" if own_order else "beyond-2") + 1
    assert tuple(order(app)) == (*before[:at], "beyond-3", *before[at:])
    assign_section(app, COMING, "beyond-3", "mei", shown(app, "opening").digest, "mei")
    with pytest.raises(ChangedMeanwhile):
        remove_blurb(app, COMING, "beyond-3", added.digest, "daniel")
    there = shown(app, "beyond-3").text
    assert remove_blurb(app, COMING, "beyond-3", saved.digest, "daniel") == Saved(saved.path, "", ())
    assert tuple(order(app)) == before
    assert "beyond-3" not in shown(app, "opening").text
    assert [(one.text, one.member) for one in kept_texts(app, COMING)] == [(there, "daniel")]
    assert [act for _, act, _ in deeds(app)][-3:] == ["add", "assign", "remove"]
    with pytest.raises(ConfigError, match="no section 'beyond-3' any more"):
        remove_blurb(app, COMING, "beyond-3", saved.digest, "daniel")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("beyond-1", "beyond"), ("opening", "opening"), ("ports", "note"), ("note", "nothing"), ("../note", "note")],
)
def test_a_section_that_cannot_be_added_is_told(app: App, name: str, kind: str) -> None:
    """One that is there, the opening, a name that does not say its kind, a kind that there is not."""
    with pytest.raises(ConfigError):
        add_blurb(app, COMING, name, kind, "mei")


def test_the_opening_stays_and_a_removal_names_whom_it_voids(app: App) -> None:
    """Taking a section out that was signed changes what readers get."""
    with pytest.raises(ConfigError, match="every issue has an opening"):
        remove_blurb(app, COMING, "opening", shown(app, "opening").digest, "mei")
    sign(app, "mei")
    assert remove_blurb(app, COMING, "video", shown(app, "video").digest, "daniel").voids == ("Mei Okafor",)
    assert [act for _, act, _ in deeds(app)] == ["approve", "remove", "voids"]
