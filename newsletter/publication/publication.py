"""A publication as its files say it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from newsletter.model.errors import Mistake
from newsletter.model.issue import IssueId
from newsletter.model.people import Person, PreferredName
from newsletter.model.source import Source
from newsletter.publication import calendar, schedule, yamlfile
from newsletter.publication import sources as sources_file
from newsletter.publication.folder import SCHEDULE, Folder, misnamed
from newsletter.publication.schedule import Schedule
from newsletter.publication.yamlfile import T

PEOPLE = "content/people.yaml"
NAMES = "content/names.yaml"
SOURCES = "seeds/sources.yaml"


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything but the issues."""

    schedule: Schedule
    people: tuple[Person, ...]
    names: tuple[PreferredName, ...]
    sources: tuple[Source, ...]

    def permalink(self, issue: IssueId) -> str:
        """The address of an issue on the web, which never changes."""
        return f"{self.schedule.site}/issues/{issue}/"

    def answer_form(self, issue: IssueId) -> str:
        """The address at which readers answer the question of an issue."""
        return f"{self.schedule.live}/answer/{issue}"

    def image_url(self, name: str) -> str:
        """The address of a picture, by its content-hash name."""
        return f"{self.schedule.site}/images/{name}"


def read(folder: Folder, today: date | None = None) -> tuple[Publication | None, list[Mistake]]:
    """The publication and every mistake in its own files; None when schedule.yaml or people.yaml has one.

    With mistakes only elsewhere it is good for looking into the issues, and for nothing more. With `today` the calendar
    is walked through for the next 104 weeks as well.
    """
    found, written, mistakes = schedule.read(folder)
    if found is not None and today is not None:
        for trouble in calendar.troubles(found.calendar, today):
            line = written.line(("calendar", trouble.key, *(() if trouble.entry is None else (trouble.entry,))))
            mistakes.append(Mistake(SCHEDULE, line, trouble.what, trouble.todo))
    people, more = _list(folder, PEOPLE, Person)
    mistakes += more
    names, more = _list(folder, NAMES, PreferredName)
    mistakes += more
    sources, more = _list(folder, SOURCES, Source)
    mistakes += more + (sources_file.mistakes_in(folder, SOURCES) if sources else []) + folder.mistakes
    if found is None or {SCHEDULE, PEOPLE} & {mistake.path for mistake in mistakes}:
        return None, mistakes
    return Publication(found, people, names, sources), mistakes


def misnamed_issues(folder: Folder) -> list[Mistake]:
    """Issue folders whose name is none; they are left out, and hinder no other issue."""
    what, todo = "the folder's name is no date, so its issue is left out", "name it by its date, as 2026-11-27"
    return [Mistake(f"content/issues/{ascii(name)[1:-1]}", 0, what, todo) for name in misnamed(folder.root)]


def _list(folder: Folder, path: str, shape: type[T]) -> tuple[tuple[T, ...], list[Mistake]]:
    """The entries of a list file; a publication need not have it."""
    if not folder.exists(path):
        return (), []
    entries, _, mistakes = yamlfile.read_list(folder.read_text(path), shape, path)
    return entries, mistakes
