"""The kinds of section: what each holds beside its body.

To add a kind: one class here, three templates of its name (email, text, web), one sample. Nothing else changes: the
loader, the typesetter and the checks read these classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from newsletter.model.shape import Day, EmailAddress, Line, Slug, Typeset, Url, Words, about, file_shape

T = TypeVar("T")

KINDS: dict[str, type[object]] = {}
HEADLESS: set[str] = set()  # kinds whose sections have no heading above them


class Voice(Enum):
    """Whose words a text is, which says what it is checked for."""

    OURS = "ours"  # the editors' own words
    QUOTED = "quoted"  # somebody else's, given as theirs
    TITLE = "title"  # what a piece is called
    NAME = "name"  # a person, an outlet, a credit


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a field that names something kept in another file."""

    to: str  # "person" (content/people.yaml) or "item" (the issue's items.yaml)


Title = Annotated[Line, Voice.TITLE]
Name = Annotated[Line, Voice.NAME]
Said = Annotated[Line, Voice.QUOTED]
PersonRef = Annotated[Slug, Refers("person")]
ItemRef = Annotated[Slug, Refers("item")]


def kind(name: str, headless: bool = False) -> Callable[[type[T]], type[T]]:
    """Registers a section kind under the name that files and templates use; `headless`: it has no heading."""

    def register(cls: type[T]) -> type[T]:
        KINDS[name] = cls
        if headless:
            HEADLESS.add(name)
        return cls

    return register


@file_shape
class Picture:
    """A picture of the issue's images/ folder. None is shown without its description, its credit and its licence."""

    file: Words = field(metadata=about("the file's name in the issue's images/ folder", "harbour.jpg"))
    alt: Line = field(metadata=about("what the picture shows, for who cannot see it", "Cranes over a harbour at dusk"))
    credit: Name = field(metadata=about("who made it", "Photo: Ines Varga"))
    licence: Name = field(metadata=about("by which right we show it", "CC BY 4.0"))


@dataclass(frozen=True, slots=True)
class Plays:
    """Marks a picture that stands for a film: a play mark is drawn on it."""


Still = Annotated[Picture, Plays()]


def pictures_in(fields_of_kind: Any) -> Iterator[tuple[str, Picture, bool]]:
    """The pictures a blurb shows: the field that holds each, the picture, whether it stands for a film."""
    for name in picture_fields(fields_of_kind):
        if (picture := getattr(fields_of_kind, name)) is not None:
            hint = _hints(fields_of_kind)[name]
            yield name, picture, any(isinstance(one, Plays) for one in get_args(hint))


def picture_fields(fields_of_kind: Any) -> tuple[str, ...]:
    """The names of a kind's fields that may hold a picture."""
    return tuple(name for name, hint in _hints(fields_of_kind).items() if Picture in (hint, *get_args(hint)))


def references_in(fields_of_kind: Any) -> Iterator[tuple[str, str, str]]:
    """What a blurb refers to by its fields: where to ("person" or "item"), the id, the name of the field."""
    for name, hint in _hints(fields_of_kind).items():
        reference = getattr(fields_of_kind, name)
        if (refers := _refers(hint)) and reference is not None:
            yield refers.to, reference, name


@lru_cache(maxsize=64)
def lines_of(shape: Any) -> tuple[tuple[str, Voice], ...]:
    """The fields of a kind, or of a group in one, that hold a line readers read, and whose words it is; in order."""
    hints = _hints_of(shape)
    return tuple(
        (one.name, _voice(hints[one.name]) or Voice.OURS) for one in fields(shape) if _is_line(hints[one.name])
    )


def _voice(hint: Any) -> Voice | None:
    return next((one for one in map(_voice, get_args(hint)) if one), None) if not isinstance(hint, Voice) else hint


def _is_line(hint: Any) -> bool:
    return any(isinstance(one, Typeset) or _is_line(one) for one in get_args(hint))


def _hints(fields_of_kind: Any) -> dict[str, Any]:
    shape: Any = type(fields_of_kind)
    return _hints_of(shape)


@lru_cache(maxsize=64)
def _hints_of(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape, include_extras=True)


def _refers(hint: Any) -> Refers | None:
    if get_origin(hint) is Annotated:
        return next((one for one in get_args(hint)[1:] if isinstance(one, Refers)), None)
    return next((found for inner in get_args(hint) if (found := _refers(inner))), None)


@kind("opening", headless=True)
@file_shape
class Opening:
    """Greeting and narrative of the week; its body is the body of issue.md."""

    greeting: Line | None = field(
        default=None, metadata=about("the first line, when it differs from schedule.yaml's", "Dear Focus reader,")
    )
    sign_off: Line | None = field(default=None, metadata=about("the last line of the narrative", "Until Friday, Mei"))
    image: Picture | None = field(
        default=None, metadata=about("a picture above the narrative", "file, alt, credit, licence")
    )


@file_shape
class Topic:
    """One of our own pieces, in a few words."""

    text: Line = field(metadata=about("the words that carry the link", "what drought does to diplomacy"))
    url: Url = field(metadata=about("our own page", "https://focus.example.org/essays/drought"))


@kind("catchup", headless=True)
@file_shape
class CatchUp:
    """One sentence that invites to what we published lately."""

    lead: Line = field(metadata=about("the words before the links", "Catch up with our latest:"))
    topics: tuple[Topic, ...] = field(metadata=about("two to four of our pieces", "a list"))


@kind("quote")
@file_shape
class Quote:
    """Words worth repeating, and whose they are."""

    quote: Said = field(metadata=about("the words, without quotation marks", "We agreed on the weather."))
    speaker: Name = field(metadata=about("who said them", "Amara Stenholm"))
    role: Name | None = field(default=None, metadata=about("what the speaker is", "deputy minister for trade"))
    url: Url | None = field(default=None, metadata=about("where they were said", "https://example.org/speech"))


@kind("number")
@file_shape
class Number:
    """The number of the week: live text, never only an image."""

    value: Line = field(metadata=about("the number itself, as it is to be read", "90"))
    unit: Line | None = field(default=None, metadata=about("what stands right behind it", "%"))
    caption: Line = field(metadata=about("a noun phrase that reads well after the number", "days the pause runs"))
    context: Line | None = field(default=None, metadata=about("one sentence that gives it scale", "Three pauses ..."))
    source: ItemRef = field(metadata=about("the item of items.yaml it comes from", "joint-statement"))
    as_of: Day = field(metadata=about("the day the number was true", "2026-11-25"))


@kind("read-more")
@file_shape
class ReadMore:
    """One article worth the reader's time."""

    title: Title = field(metadata=about("the article's own title", "The Pause as a Policy"))
    url: Url = field(metadata=about("where it can be read", "https://example.org/pause"))
    author: PersonRef | None = field(default=None, metadata=about("the id of a card in people.yaml", "lin-yue"))
    image: Picture | None = field(default=None, metadata=about("a picture above the title", "a group"))


@kind("video")
@file_shape
class Video:
    """A film, as a linked still with a play mark; no client plays one in a mail."""

    title: Title = field(metadata=about("the film's own title", "A Violin Between Two Cities"))
    speaker: Name | None = field(default=None, metadata=about("who speaks in it", "Marta Quill in conversation"))
    url: Url = field(metadata=about("where it can be watched", "https://video.example.org/violin"))
    thumbnail: Still = field(metadata=about("the still", "file, alt, credit, licence"))
    duration: Line | None = field(default=None, metadata=about("how long it takes", "14 minutes"))
    button: Line | None = field(default=None, metadata=about("the button's words, when not the usual", "Watch Video"))


@kind("insight")
@file_shape
class Insight:
    """A featured article of our own."""

    section: Name = field(metadata=about("which of our sections it stands in", "Perspectives"))
    title: Title = field(metadata=about("the article's title", "The Interpreter's Pause"))
    url: Url = field(metadata=about("where it can be read", "https://focus.example.org/perspectives/pause"))
    author: PersonRef | None = field(default=None, metadata=about("the id of a card in people.yaml", "lin-yue"))
    summary: Line | None = field(default=None, metadata=about("what it discusses, in a sentence or two", "Why ..."))
    image: Picture | None = field(default=None, metadata=about("a picture above the title", "a group"))


@kind("beyond")
@file_shape
class Beyond:
    """Recommended reading elsewhere."""

    title: Title = field(metadata=about("the piece's own title", "The Last Night Train"))
    url: Url = field(metadata=about("where it can be read", "https://example.com/night-train"))
    outlet: Name = field(metadata=about("who published it", "Meridian Quarterly"))


@file_shape
class Reply:
    """What one reader wrote, as it is printed."""

    name: Name = field(metadata=about("as the reader wants to be named", "Dewi A."))
    place: Name | None = field(default=None, metadata=about("where the reader writes from", "Rotterdam"))
    text: Said = field(metadata=about("the answer, without quotation marks", "My laboratory has had ..."))


@kind("replies")
@file_shape
class Replies:
    """Readers' answers, under the question they answer."""

    question: Line = field(metadata=about("last week's question", "Should student visas be part of a trade deal?"))
    replies: tuple[Reply, ...] = field(metadata=about("the answers that are printed", "a list"))


@kind("question")
@file_shape
class Question:
    """The question to the readers, whose answers come in the next issue."""

    question: Line = field(metadata=about("one question, ending in a question mark", "Is a long pause still a pause?"))
    reply_to: EmailAddress | None = field(
        default=None, metadata=about("where answers go, when not to schedule.yaml's reply_to", "editor@example.org")
    )
    deadline: Day | None = field(
        default=None, metadata=about("last day for answers; else the next cut-off's", "2026-12-02")
    )
    promise: Line | None = field(
        default=None, metadata=about("what happens to answers, when not the usual sentence", "We print five answers.")
    )


@kind("correction")
@file_shape
class Correction:
    """What an earlier issue had wrong."""

    issue: Day = field(metadata=about("the issue it stood in, by its date", "2026-11-20"))
    wrong: Line = field(metadata=about("what was wrong", "We gave the harbour pilot's age as 57."))
    right: Line = field(metadata=about("what is right", "She is 75."))


@kind("note")
@file_shape
class Note:
    """Anything else, short; its body says it."""

    title: Line = field(metadata=about("what it is about", "We are away next week"))
