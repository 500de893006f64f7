"""Cards: what stands on them can be read, fits, and is the same picture each time."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from newsletter.actions.app import App, read_issue
from newsletter.actions.card_of import card_of, lettering
from newsletter.assemble.edition import assemble
from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingState
from newsletter.model.theme import Theme
from newsletter.pictures import faces
from newsletter.pictures.card import HEIGHT, WIDTH, Said, card
from newsletter.pictures.faces import Faces
from newsletter.pictures.lines import balanced, cut, in_lines
from newsletter.publication.folder import issue_folder
from newsletter.templating import Templates
from tests.approving import COMING
from tests.conftest import ISSUE, ROOT, opened
from tests.sending import send, when_due

FONTS = lettering(Templates((("templates/", ROOT / "templates"),)))
COLOURS = Theme().light
EMPTY = Said(name="Focus This Week", subject="Two capitals, one table", dated="No. 128", figure=None, caption=None)
LONG = "Officials left a third capital with a calendar rather than a text. " * 12


def drawn(language: str = "en", **values: str | None) -> Image.Image:
    """The card of a publication with these values, in colours."""
    data = card(Said(**{**{name: getattr(EMPTY, name) for name in Said.__slots__}, **values}), COLOURS, FONTS, language)
    assert data is not None
    assert data.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(data)).convert("RGB")


def ink(picture: Image.Image, colour: str) -> tuple[int, int, int, int] | None:
    """The smallest box that holds every pixel of about this colour; None without one."""
    alike = ImageChops.difference(picture, Image.new("RGB", picture.size, colour)).convert("L")
    return alike.point(lambda difference: 255 if difference < 24 else 0).getbbox()


def not_paper(picture: Image.Image) -> tuple[int, int, int, int]:
    box = (
        ImageChops.difference(picture, Image.new("RGB", picture.size, COLOURS.paper))
        .convert("L")
        .point(lambda difference: 255 if difference > 24 else 0)
    )
    found = box.getbbox()
    assert found is not None
    return found


def test_the_card_of_an_issue_says_what_it_is_about(pristine: Path) -> None:
    """1200 by 630 pixels, small enough to be kept with every issue, the number of the week in the accent."""
    issue = IssueId.parse(ISSUE)
    assert issue is not None
    app = opened(pristine)
    desk = read_issue(app, issue)
    edition = assemble(desk.draft, desk.publication, desk.frame, app.templates)
    data = card_of(app, desk, edition)
    assert data is not None
    assert len(data) < 60_000
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.size, picture.info) == ("PNG", (1200, 630), {})
    assert ink(picture.convert("RGB"), COLOURS.accent) is not None
    assert data == card_of(app, desk, edition)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"figure": "14", "caption": "days at anchor, the standard term of a new kind of cover"},
        {"figure": "2,900,000", "caption": None},
        {"figure": "one hundred and twelve thousand ships", "caption": "word " * 90},
        {"subject": LONG, "figure": "31%", "caption": "fewer joint papers"},
        {"subject": "W" * 400, "name": "A publication whose name goes on and on " * 3},
        {"subject": "Příliš žluťoučký kůň", "name": "Ô"},
        {"subject": "两座首都，一张桌子：“九十天的暂停值多少钱？”" * 4, "language": "zh-Hans"},
    ],
    ids=lambda values: " ".join(values) or "plain",
)
def test_whatever_is_written_stays_within_the_margins(values: dict[str, str | None]) -> None:
    """A long subject is set smaller and then cut, so is a long number; nothing runs over the edge."""
    language = str(values.get("language", "en"))
    left, top, right, bottom = not_paper(drawn(language, **{k: v for k, v in values.items() if k != "language"}))
    assert left >= 60
    assert top >= 60
    assert right <= WIDTH - 60
    assert bottom <= HEIGHT - 30


def test_the_number_stands_below_the_subject() -> None:
    """They never overlap, however long the subject is."""
    for subject in ("Yes", EMPTY.subject, LONG):
        with_number = drawn(subject=subject, figure="31%", caption="fewer joint papers")
        number = ink(with_number, COLOURS.accent)
        assert number is not None
        written = ink(with_number.crop((0, 150, WIDTH, HEIGHT)), COLOURS.ink)
        assert written is not None
        assert written[3] + 150 < number[1]


def test_a_longer_subject_is_set_smaller() -> None:
    """So that a short one fills the card and a long one can still be read."""

    def width_of_first_letter(subject: str) -> int:
        picture = drawn(subject=subject).crop((60, 150, 200, 200 + 40))
        columns = [ink(picture.crop((x, 0, x + 1, picture.height)), COLOURS.ink) is not None for x in range(140)]
        begin = columns.index(True)
        return columns.index(False, begin) - begin

    widths = [width_of_first_letter("I " + "said so. " * many) for many in (1, 14, 24)]
    assert all(shorter > longer for shorter, longer in pairwise(widths)), widths


def test_letters_outside_the_first_font_come_from_the_next() -> None:
    """A name such as Žižka is drawn whole: no letter looks like one that is missing."""
    sets = Faces("serif", FONTS.serif, 500, "en")
    alone = Faces("serif", FONTS.serif[:1], 500, "en")
    assert sets.drawable("Žluťoučký kůň") == "Žluťoučký kůň"
    if not faces._chinese("serif", False):
        assert alone.drawable("Žluťoučký kůň") is None
    assert drawn(subject="Zizka").tobytes() != drawn(subject="Žižka").tobytes()


def test_an_emoji_is_left_out_and_a_letter_that_is_missing_takes_its_line_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A card says all of a line or nothing of it. Without a subject there is no card, and the page has none."""
    monkeypatch.setattr(faces, "_CHINESE", {"serif": (), "sans": ()})
    faces._chinese.cache_clear()
    try:
        assert (
            drawn(subject="Two capitals 🐎, one table").tobytes() == drawn(subject="Two capitals , one table").tobytes()
        )
        assert drawn(dated="第128期").tobytes() == drawn(dated="").tobytes()
        assert drawn(figure="十四", caption="ships").tobytes() == drawn().tobytes()
        said = Said(name="本周焦点", subject="两座首都", dated="第128期", figure="31%", caption=None)
        assert card(said, COLOURS, FONTS, "zh-Hans") is None
    finally:
        faces._chinese.cache_clear()


def test_the_two_ways_to_write_chinese_are_drawn_differently() -> None:
    """One code point, two shapes: 骨 and 直 look otherwise in Hong Kong than in Shanghai."""
    if not faces._chinese("serif", False):
        pytest.fail("no face for Chinese to test with; run `make test`, which installs one", pytrace=False)
    simplified, traditional = (drawn(language, subject="骨直") for language in ("zh-Hans", "zh-Hant"))
    assert simplified.tobytes() != traditional.tobytes()


def test_the_colours_are_those_of_the_theme() -> None:
    """A publication's cards look like its pages."""
    theme = Theme().dark
    data = card(EMPTY, theme, FONTS, "en")
    assert data is not None
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert picture.getpixel((0, 0)) == tuple(bytes.fromhex(theme.paper[1:]))
    assert ink(picture, theme.ink) is not None


TEXTS = st.text(st.sampled_from("ab cde 两座首都，。“”（）-—,.…"), max_size=60).map(lambda text: " ".join(text.split()))


@given(TEXTS, st.integers(2, 40))
def test_lines_hold_the_whole_text_and_fit(text: str, width: int) -> None:
    """Nothing is lost but the spaces where a line ends; nothing is wider than the width but a lone piece of two."""
    for lines in (in_lines(text, width, len), balanced(text, width, len)):
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert all(len(line) <= width for line in lines)
    assert len(in_lines(text, width, len)) == len(balanced(text, width, len))


@given(TEXTS, st.integers(2, 20), st.integers(1, 4))
def test_what_is_cut_ends_in_an_ellipsis_and_fits(text: str, width: int, most: int) -> None:
    """And what need not be cut is left as it is."""
    lines = in_lines(text, width, len)
    shorter = cut(lines, most, width, len)
    assert len(shorter) <= most
    assert all(len(line) <= width for line in shorter)
    assert shorter == lines if len(lines) <= most else shorter[-1].endswith("…")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("The price of waiting in port", 20, ("The price of", "waiting in port")),
        ("两座首都，一张桌子", 5, ("两座首都，", "一张桌子")),
        ("两座首都，一张桌子", 4, ("两座首", "都，一", "张桌子")),
        ("他说（谁）", 4, ("他说", "（谁）")),
        ("Unbreakable", 6, ("Unbrea", "kable")),
        ("", 6, ()),
    ],
)
def test_lines_are_about_as_long_as_each_other(text: str, width: int, lines: tuple[str, ...]) -> None:
    """A last line of one word is not left alone; Chinese is divided between characters, never before a comma."""
    assert balanced(text, width, len) == lines


def test_a_card_is_drawn_while_an_issue_waits_for_its_time(sender: App) -> None:
    """Its first mail waits for no drawing: the card of this very edition is there, and goes into sent/."""
    assert send(when_due(sender, hours=-2)).early
    (ahead,) = (sender.root / "var" / "cards").iterdir()
    drawn = ahead.read_bytes()
    ahead.write_bytes(drawn + b"\0")  # another one than would be drawn now
    assert send(when_due(sender)).receipt.mailing.state is MailingState.SENT
    assert (issue_folder(sender.root, COMING) / "sent" / "card.png").read_bytes() == drawn + b"\0"
    assert not ahead.parent.exists()
