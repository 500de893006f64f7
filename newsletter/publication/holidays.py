"""content/holidays.yaml: days on which one of our cities does not work. They move no deadline; the calendar warns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from newsletter.model.errors import Mistake
from newsletter.model.shape import Day, Line, file_shape, nearest, shown
from newsletter.publication import yamlfile
from newsletter.publication.folder import Folder
from newsletter.publication.schedule import City
from newsletter.publication.yamlfile import Written

HOLIDAYS = "content/holidays.yaml"


@file_shape
class Holiday:
    """A day off."""

    date: Day
    name: Line
    cities: tuple[Line, ...] = ()  # names of those of schedule.yaml that have it; none written: all of them


def read(folder: Folder, cities: tuple[City, ...]) -> tuple[tuple[Holiday, ...], list[Mistake]]:
    """The holidays by date, each with the cities that have it, and every mistake; a publication need not have any.

    An entry with a mistake is left out, and so is a city that is none of ours.
    """
    if not folder.exists(HOLIDAYS):
        return (), []
    noted = len(folder.mistakes)
    written = yamlfile.read(folder.read_text(HOLIDAYS) or "")
    mistakes = folder.mistakes[noted:] + [Mistake(HOLIDAYS, *mistake) for mistake in written.mistakes]
    if mistakes or written.value is None:
        return (), mistakes
    if not isinstance(written.value, list):
        return (), [Mistake(HOLIDAYS, 1, "the file is no list", 'begin each entry with "- date:"')]
    names = tuple(city.name for city in cities)
    found: list[tuple[int, Holiday]] = []  # each with its line
    for at, value in enumerate(written.value):
        one, misfits = yamlfile.build(Holiday, value, written, HOLIDAYS, (at,))
        mistakes += misfits
        if one is not None:
            mistakes += _strangers(one, names, written, at)
            has_it = one.cities or names
            found.append((written.line((at,)), replace(one, cities=tuple(name for name in names if name in has_it))))
    mistakes += _doubles(found)
    return tuple(sorted((one for _, one in found), key=lambda one: (one.date, one.name))), mistakes


def _strangers(holiday: Holiday, names: tuple[str, ...], written: Written, at: int) -> Iterator[Mistake]:
    for which, city in enumerate(holiday.cities):
        if city not in names:
            near = nearest(city, names)
            todo = f"did you mean '{near}'?" if near else f"the cities of schedule.yaml are {', '.join(names)}"
            yield Mistake(HOLIDAYS, written.line((at, "cities", which)), f"'{shown(city)}' is none of our cities", todo)


def _doubles(found: list[tuple[int, Holiday]]) -> Iterator[Mistake]:
    first: dict[tuple[date, str], int] = {}
    for line, one in found:
        again = next((city for city in one.cities if (one.date, city) in first), None)
        if again:
            what, other = f"{one.date} is a holiday in {again} already", first[one.date, again]
            yield Mistake(HOLIDAYS, line, what, f"keep one entry; the other is on line {other}")
        first = {(one.date, city): line for city in one.cities} | first
