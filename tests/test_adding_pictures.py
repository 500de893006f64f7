"""A picture added to an issue: its file, and the front matter that shows it; nothing that is there is lost."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from newsletter.actions.add_picture import (
    PictureRefused,
    Planned,
    Sent,
    add_picture,
    plan_cut,
    plan_picture,
    voided_by,
)
from newsletter.actions.app import App, read_issue
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.issue import IssueId
from newsletter.model.kinds import Picture
from newsletter.model.saving import ChangedMeanwhile
from newsletter.publication.picturing import with_picture
from newsletter.store import audit
from newsletter.store.engine import open_store
from tests.approving import COMING, at_home, edit, in_issue, sign
from tests.uploading import drawn, quarters

SENT = Sent(
    data=quarters(),
    name="DSC 0012 (final).PNG",
    alt="Four  fields,\n one of each colour: red # first",
    credit="Photo: Ines Varga",
    licence="CC BY 4.0",
    instead_of="quay.png",
)
PICTURE = Picture(file="dsc-0012-final.png", alt="Four fields", credit="Photo: Ines Varga", licence="CC BY 4.0")


def added(app: App, sent: Sent, section: str = "read-more") -> Planned:
    return add_picture(app, plan_picture(app, COMING, section, sent), "mei")


def images(app: App) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in in_issue(app.root, "images").iterdir()}


def test_an_uploaded_picture_is_shown_by_its_blurb(app: App) -> None:
    """The file lies in images/ under a plain name, the words stand in the front matter, and the issue is read so."""
    path = in_issue(app.root, "read-more.md")
    edit(path, "  file: quay.png\n", "  # ours\n  file: quay.png # the quay\n")
    before, there = path.read_text("utf-8"), images(app)
    done = added(app, SENT)
    assert (done.picture.file, done.field, done.is_new) == ("dsc-0012-final.png", "image", True)
    shown = read_issue(app, COMING).draft
    blurb = next(one for one in shown.blurbs if one.name == "read-more")
    assert blurb.fields.image == done.picture  # type: ignore[attr-defined]
    assert done.picture.alt == "Four fields, one of each colour: red # first"
    assert dict(shown.images)[done.image] == done.upload.data
    assert images(app) == {**there, "dsc-0012-final.png": done.upload.data}
    after = path.read_text("utf-8")
    assert "  # ours\n  file: dsc-0012-final.png # the quay\n" in after
    kept = [line for line in before.splitlines() if "file:" not in line and "alt:" not in line and "credit" not in line]
    assert [line for line in after.splitlines() if line in kept] == kept


@pytest.mark.parametrize(("section", "field"), [("opening", "image"), ("video", "thumbnail")])
def test_each_kind_has_its_own_place_for_a_picture(app: App, section: str, field: str) -> None:
    """The opening's stands in issue.md, a film's is its still."""
    done = added(app, replace(SENT, instead_of="violin.png" if section == "video" else None), section)
    assert done.field == field
    assert done.path.endswith("/issue.md" if section == "opening" else "/video.md")
    assert read_issue(app, COMING).draft.number


def test_what_was_cut_out_and_turned_is_what_is_stored(app: App) -> None:
    """The part is said in four numbers, as a form sends them."""
    assert (added(app, replace(SENT, crop="0.5, 0, 1, 1")).upload.width) == 100


def cut(app: App, crop: str, instead_of: str | None = "quay.png") -> Planned:
    sent = replace(SENT, data=b"", name="", crop=crop, instead_of=instead_of)
    return add_picture(app, plan_cut(app, COMING, "read-more", sent), "mei")


def test_a_part_of_the_picture_that_is_shown_takes_its_place(app: App) -> None:
    """It is a file of its own, from pixels alone; the whole one stays, and so does every other byte of the blurb."""
    whole = added(app, SENT)
    path, there = in_issue(app.root, "read-more.md"), images(app)
    before = path.read_bytes()
    part = cut(app, "0 0 0.5 0.5", instead_of=whole.picture.file)
    assert (part.picture.file, part.upload.width, part.upload.height) == ("dsc-0012-final-2.png", 100, 50)
    assert images(app) == {**there, "dsc-0012-final-2.png": part.upload.data}
    assert path.read_bytes() == before.replace(b"dsc-0012-final.png", b"dsc-0012-final-2.png")
    with Image.open(BytesIO(part.upload.data)) as image:
        assert image.convert("RGB").getcolors() == [(5000, (255, 0, 0))]
    again = cut(app, "0 0 0.5 1", instead_of=part.picture.file)
    assert (again.upload.width, again.upload.height) == (50, 50)


@pytest.mark.parametrize(
    ("crop", "what"),
    [
        ("", "this is the whole picture"),
        ("0, 0, 1.0, 1", "this is the whole picture"),
        ("0 0 0.5", "it is not four numbers"),
        ("0.5 0 0.5 1", "not in order"),
        ("0 0 0.01 0.01", "take a larger part"),
    ],
)
def test_a_part_that_is_none_is_refused(app: App, crop: str, what: str) -> None:
    """In words beside the numbers; nothing is written."""
    there = images(app)
    with pytest.raises(PictureRefused) as refused:
        cut(app, crop)
    assert list(refused.value.fields) == ["crop"]
    assert what in refused.value.fields["crop"]
    assert images(app) == there


def test_only_the_picture_that_is_shown_is_cut(app: App) -> None:
    """No other file that a form names, and none that is not there or leads elsewhere."""
    for name in ("violin.png", "../read-more.md", None):
        with pytest.raises(ChangedMeanwhile):
            cut(app, "0 0 0.5 0.5", instead_of=name)
    with pytest.raises(ChangedMeanwhile):
        plan_cut(app, COMING, "opening", replace(SENT, crop="0 0 0.5 0.5"))
    edit(in_issue(app.root, "read-more.md"), "file: quay.png", "file: ../../../../people.yaml")
    with pytest.raises(PictureRefused, match="holds no file"):
        cut(app, "0 0 0.5 0.5", instead_of="../../../../people.yaml")
    (in_issue(app.root, "images") / "link.png").symlink_to(in_issue(app.root, "images") / "quay.png")
    edit(in_issue(app.root, "read-more.md"), "../../../../people.yaml", "link.png")
    with pytest.raises(PictureRefused, match="holds no file"):
        cut(app, "0 0 0.5 0.5", instead_of="link.png")


def test_a_picture_is_never_written_over_and_the_same_one_is_kept_once(app: App) -> None:
    """Another picture of the same name gets a number, also where only capitals differ; the same bytes keep theirs."""
    (in_issue(app.root, "images") / "DSC-0012-Final.png").write_bytes(b"somebody's own")
    first = added(app, SENT)
    again = added(app, replace(SENT, name="other.png", instead_of=first.picture.file))
    third = added(app, replace(SENT, data=drawn(64, 64), instead_of=first.picture.file))
    assert [one.picture.file for one in (first, again, third)] == [
        "dsc-0012-final-2.png",
        "dsc-0012-final-2.png",
        "dsc-0012-final-3.png",
    ]
    assert (again.is_new, third.is_new) == (False, True)
    assert images(app)["DSC-0012-Final.png"] == b"somebody's own"
    assert images(app)["dsc-0012-final-2.png"] == first.upload.data


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../../etc/passwd", "passwd.png"),
        ("C:\\fakepath\\Été à Paris.JPG", "ete-a-paris.png"),
        ("码头.jpg", "read-more.png"),
        ("", "read-more.png"),
        (".htaccess", "htaccess.png"),
        ("CON.png", "read-more-con.png"),
        ("a.html\0.png", "a-html.png"),
        ("x" * 300 + ".png", "x" * 60 + ".png"),
        ("quay.svg", "quay-2.png"),
    ],
)
def test_no_name_of_a_file_leads_anywhere(app: App, name: str, stored: str) -> None:
    """Small letters, digits, hyphens, and the suffix of what the bytes are."""
    assert added(app, replace(SENT, name=name)).picture.file == stored


def test_everything_that_is_wrong_is_told_beside_its_field(app: App) -> None:
    """All at once, and nothing is written."""
    before = images(app)
    with pytest.raises(PictureRefused) as caught:
        plan_picture(app, COMING, "read-more", replace(SENT, data=b"", alt=" \n", credit="", licence="a\0b"))
    assert set(caught.value.fields) == {"data", "alt", "credit", "licence"}
    assert "choose a picture" in str(caught.value)
    with pytest.raises(PictureRefused) as caught:
        plan_picture(app, COMING, "read-more", replace(SENT, crop="1 1 0 0", alt="x" * 1001))
    assert set(caught.value.fields) == {"crop", "alt"}
    with pytest.raises(PictureRefused, match="HEIC"):
        plan_picture(app, COMING, "read-more", replace(SENT, data=b"\0\0\0\x18ftypheic"))
    assert images(app) == before


@pytest.mark.parametrize("section", ["nothing", "../2026-11-20/read-more", "issue", "number", "", "images/x"])
def test_a_section_that_shows_no_picture_is_told(app: App, section: str) -> None:
    """One that is not there, one of a kind without pictures, and no way out of the issue's folder."""
    with pytest.raises(ConfigError):
        plan_picture(app, COMING, section, SENT)


def test_what_was_sent_stays_as_it_went_out(app: App) -> None:
    """Nothing is added to an issue that readers have."""
    sent = next(one for one in (app.root / "content/issues").iterdir() if (one / "sent").is_dir())
    issue = IssueId.parse(sent.name)
    assert issue is not None
    with pytest.raises(ConfigError, match="has been sent"):
        plan_picture(app, issue, "read-more", SENT)


def test_a_picture_that_somebody_else_changed_meanwhile_is_left(app: App) -> None:
    """The form showed another than stands there now; what else was written since it was shown stays."""
    planned = plan_picture(app, COMING, "read-more", SENT)
    path = in_issue(app.root, "read-more.md")
    edit(path, "title: The Pause as a Policy", "title: The Pause, a Policy")
    add_picture(app, planned, "mei")
    assert "title: The Pause, a Policy" in path.read_text("utf-8")
    text = path.read_text("utf-8")
    with pytest.raises(ChangedMeanwhile):
        add_picture(app, planned, "daniel")
    with pytest.raises(ChangedMeanwhile):
        plan_picture(app, COMING, "read-more", SENT)
    assert path.read_text("utf-8") == text


def test_two_at_once_lose_nothing(app: App) -> None:
    """Pictures of one name for three sections: three files, each shown where it was meant."""
    edit(in_issue(app.root, "read-more.md"), "file: quay.png", "file: quay.png # ours")
    plans = [
        plan_picture(app, COMING, section, replace(SENT, data=drawn(64, 60 + at), instead_of=instead))
        for at, (section, instead) in enumerate(
            {"opening": None, "read-more": "quay.png", "video": "violin.png"}.items()
        )
    ]
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda one: add_picture(app, one, "mei"), plans))
    assert len({one.picture.file for one in done}) == 3
    assert all(images(app)[one.picture.file] == one.upload.data for one in done)
    assert all(one.picture.file in (app.root / one.path).read_text("utf-8") for one in done)


def test_a_picture_whose_blurb_could_not_be_written_is_used_by_the_next_try(app: App) -> None:
    """As after a power cut between the two files."""
    planned = plan_picture(app, COMING, "read-more", SENT)
    (app.root / planned.image).write_bytes(planned.upload.data)
    done = add_picture(app, planned, "mei")
    assert (done.picture.file, done.is_new) == ("dsc-0012-final.png", False)


def test_files_that_lead_out_of_the_publication_are_refused(app: App, tmp_path: Path) -> None:
    """An images/ that is a link to elsewhere, and a blurb that is."""
    folder, outside = in_issue(app.root, "images"), tmp_path / "outside"
    folder.rename(outside)
    folder.symlink_to(outside)
    there = set(outside.iterdir())
    with pytest.raises(ConfigError, match="leads out"):
        plan_picture(app, COMING, "read-more", SENT)
    assert set(outside.iterdir()) == there
    path, kept = in_issue(app.root, "read-more.md"), tmp_path / "kept.md"
    path.rename(kept)
    path.symlink_to(kept)
    with pytest.raises(ContentError, match="outside"):
        plan_picture(app, COMING, "read-more", SENT)


def test_a_file_that_cannot_be_changed_is_told_with_its_line(app: App) -> None:
    """The picture is a list there, or the front matter has mistakes of its own."""
    path = in_issue(app.root, "read-more.md")
    edit(path, "  file: quay.png\n", "  file: [quay.png]\n")
    with pytest.raises(ContentError, match=r"read-more.md:5: `image` is written"):
        plan_picture(app, COMING, "read-more", replace(SENT, instead_of=None))
    edit(path, "image:\n", "image: [a]\nother:\n")
    with pytest.raises(ContentError, match=r"read-more.md:5: `image` is written"):
        plan_picture(app, COMING, "read-more", replace(SENT, instead_of=None))
    edit(path, "image: [a]\n", "image: &a b\n")
    with pytest.raises(ContentError, match="anchor"):
        plan_picture(app, COMING, "read-more", replace(SENT, instead_of=None))


def test_it_is_told_before_whose_approval_a_picture_voids_and_who_added_it_after(publication: Path) -> None:
    """Planning says it and changes nothing; the audit log has one entry, and none for a form that is sent twice."""
    with at_home(publication) as app:
        sign(app, "mei")
        planned = plan_picture(app, COMING, "read-more", SENT)
        assert voided_by(app, planned) == ("Mei Okafor",)
        assert not (app.root / planned.image).exists()
        done = add_picture(app, planned, "mei (login ada)")
        added(app, replace(SENT, instead_of=done.picture.file))
        with open_store(app.database) as store:
            deeds = [one.deed for one in audit.entries(store, COMING) if one.deed.act == "picture"]
        assert [(one.who, one.note) for one in deeds] == [
            ("mei (login ada)", "dsc-0012-final.png into read-more.md, instead of quay.png")
        ]


NEW = '  file: dsc-0012-final.png\n  alt: Four fields\n  credit: "Photo: Ines Varga"\n  licence: CC BY 4.0\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: A # c\n", f"title: A # c\nimage:\n{NEW}"),
        ("", f"image:\n{NEW}"),
        ("# nothing yet\n", f"# nothing yet\nimage:\n{NEW}"),
        ('image: # c\n#  file: "a.jpg"\nurl: b\n', f'image: # c\n{NEW}#  file: "a.jpg"\nurl: b\n'),
        ("image: null # c\nurl: b\n", f"image: # c\n{NEW}url: b\n"),
        ("image: old.png\nurl: b\n", f"image:\n{NEW}url: b\n"),
        (
            "image: # c\n    # d\n    alt: >\n      long\n      words\n\n    # e\n    file: 'a' # f\n# g\nurl: b\n",
            "image: # c\n    # d\n    alt: Four fields\n\n    # e\n    file: dsc-0012-final.png # f\n"
            '    credit: "Photo: Ines Varga"\n    licence: CC BY 4.0\n# g\nurl: b\n',
        ),
        (
            "image: {alt: 'a, b', file: c} # d\n",
            'image: {alt: "Four fields", file: "dsc-0012-final.png", credit: "Photo: Ines Varga", '
            'licence: "CC BY 4.0"} # d\n',
        ),
        ("image:\n  file: # a\n", NEW.replace("png\n", "png # a\n", 1).join(("image:\n", ""))),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_picture_is_written_as_the_file_is(before: str, after: str, ending: str, mark: str) -> None:
    """Comments, order, line ends and the mark at the beginning stay; written again, it is the same."""
    text, changed = (f"{mark}---\n{one}---\nBody\n---\n".replace("\n", ending) for one in (before, after))
    assert with_picture(text, "image", PICTURE) == changed
    assert with_picture(changed, "image", PICTURE) == changed


@pytest.mark.parametrize(
    "matter", ["image: [a]\n", "image:\n  file: a\n  caption: b\n", "{title: a}\n", "- a\n", "'\n"]
)
def test_a_file_that_cannot_be_changed_so_is_left(matter: str) -> None:
    """Nothing is guessed: somebody writes it by hand."""
    assert with_picture(f"---\n{matter}---\nBody\n", "image", PICTURE) is None
    assert with_picture(matter, "image", PICTURE) is None


LINES = [
    "title: A # c\n",
    "image:\n",
    "image: \n",
    "  file: a.png\n",
    "  alt: 'x' # c\n",
    '  credit: "b"\n',
    "  licence: >-\n    m\n    n\n",
    "# c\n",
    "   # c\n",
    "image: {file: a, alt: b}\n",
    "image: null\n",
    "\n",
    "---\n",
    "- a\n",
    "  alt:\n",
    "body\n",
    "\t\n",
    "'\n",
    "url: >+\n  a\n\n",
    "{\n",
    "}\n",
    "  'file' : x\n",
    "  ? file\n  : y\n",
]


def test_no_front_matter_is_made_to_say_anything_else() -> None:
    """Lines in any order: the comments stay, the picture is there, and a second time changes nothing."""
    chance, written = random.Random(7), 0
    for _ in range(2000):
        text = "---\n" + "".join(chance.choice(LINES) for _ in range(chance.randrange(7))) + "---\nB"
        after = with_picture(text, "image", PICTURE)
        if after is not None:
            written += 1
            assert after.count("# c") == text.count("# c")
            assert with_picture(after, "image", PICTURE) == after
    assert written > 100
