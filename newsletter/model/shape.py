"""Types for what people write in YAML, and the words for a value that does not fit.

Every scalar arrives as the text that was written; these types say what it must be. A refusal carries what is wrong and
what to do next; `publication.yamlfile` adds the file and the line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, dataclass_transform
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsletter.model.urls import NotAnAddress, parse_email, parse_url

# pydantic reads these types wherever YAML is read. The processes that parse feeds import them and read none, so here it
# is imported only by what it calls itself.
if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema, PydanticCustomError

T = TypeVar("T")


def refuse(what: str, todo: str) -> PydanticCustomError:
    """The error a validator raises: what is wrong and what to do, kept apart for `Mistake`."""
    from pydantic_core import PydanticCustomError

    return PydanticCustomError("refused", "{what}; {todo}", {"what": what, "todo": todo})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def file_shape(cls: type[T]) -> type[T]:
    """A frozen dataclass whose keys stand in a file: an unknown key is refused, never ignored."""
    made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    made.__pydantic_config__ = {"extra": "forbid"}  # type: ignore[attr-defined]  # where pydantic looks for it
    return made


def about(what: str, example: str) -> dict[str, str]:
    """Metadata of a field: what an editor writes there, and an example that would be accepted."""
    return {"about": what, "example": example}


def nearest(word: str, known: Iterable[str], likeness: float = 0.5) -> str | None:
    """The known word most like the one written, or None when none is near. `likeness` is from 0 to 1, equal."""
    found = difflib.get_close_matches(word[:200], sorted(known), n=1, cutoff=likeness)
    return found[0] if found else None


def shown(value: object) -> str:
    """What was written, as a message quotes it: cut where it is long."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


_PLANES = "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
_UNFIT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")


def unfit_character(text: str) -> str | None:
    """The first character that no text of ours may hold, as U+XXXX: controls, lone surrogates, noncharacters.

    Line feed and tab are fit; the line and paragraph separators U+2028 and U+2029 are not, because YAML counts a line
    there and an editor does not. Unicode 15, chapter 23.7: noncharacters are for internal use; ours marks slots with
    them.
    """
    found = _UNFIT.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def _line(value: str) -> str:
    text = " ".join(value.split("\n")).strip(" \t")
    if not text:
        raise refuse("is empty", "write a text between the quotes, or remove the key")
    if len(text) > 20_000:
        raise refuse(f"is {len(text)} characters long", "keep it under 20,000")
    return text


def _url(value: str) -> str:
    try:
        return parse_url(value)
    except NotAnAddress as error:
        raise refuse(f"is not a web address: {error}", "write it in full, as https://example.org/page") from error


def _email(value: str) -> str:
    try:
        return parse_email(value)
    except NotAnAddress as error:
        raise refuse(f"is not a mail address: {error}", "write it as name@example.org") from error


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        if not re.fullmatch(r"[12]\d{3}-\d\d-\d\d", value):  # beyond these years no time zone can be reckoned with
            raise ValueError(value)
        return date.fromisoformat(value)
    except ValueError as error:
        raise refuse(
            f"'{shown(value)}' is not a date of the calendar", "write year-month-day, as 2026-11-27"
        ) from error


def _clock_time(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        if not re.fullmatch(r"\d\d:\d\d", value):
            raise ValueError(value)
        return time.fromisoformat(value)
    except ValueError as error:
        raise refuse(f"'{shown(value)}' is not a time of day", 'write hours and minutes, as "08:00"') from error


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise refuse(
            f"'{shown(value)}' is not a time zone", "use a name such as America/New_York or Asia/Hong_Kong"
        ) from error
    return value


def _weekday(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return WEEKDAYS.index(value.lower())
    except ValueError as error:
        near = nearest(value.lower(), WEEKDAYS) or "friday"
        raise refuse(f"'{shown(value)}' is not a weekday", f"write its English name, as {near}") from error


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise refuse(f"'{shown(value)}' is not a name of this kind", "use small letters, digits and single hyphens")
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise refuse(f"'{shown(value)}' is not a language tag", "write it as en, zh-Hans or pt-BR")
    return value


@dataclass(frozen=True, slots=True)
class Checked:
    """Marks values that go through a check, which gives them back or refuses them."""

    check: Callable[[Any], object]
    as_written: bool = False  # before the type itself has read the text; else after

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core.core_schema import no_info_after_validator_function, no_info_before_validator_function

        order = no_info_before_validator_function if self.as_written else no_info_after_validator_function
        return order(self.check, handler(source))


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Typeset:
    """Marks text that is set in type for the reader: its quotes become typographic when the edition is assembled."""


Line = Annotated[str, Checked(_line), Typeset()]  # one line of plain text, never empty
Words = Annotated[str, Checked(_line)]  # the same, but shown as it was written
Url = Annotated[str, Checked(_url)]  # absolute http(s) address, ASCII on the wire
EmailAddress = Annotated[str, Checked(_email)]  # addr-spec in ASCII
Day = Annotated[date, Checked(_day, as_written=True)]
ClockTime = Annotated[time, Checked(_clock_time, as_written=True)]  # wall time
ZoneName = Annotated[str, Checked(_zone)]  # IANA name
Weekday = Annotated[int, Checked(_weekday, as_written=True)]  # 0 is Monday, written by name
Language = Annotated[str, Checked(_language)]  # BCP 47
Slug = Annotated[str, Checked(_slug)]
