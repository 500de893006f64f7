"""The lists: home, years, topics, people, numbers. Each is made of the issues on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from newsletter.archive.addresses import image_address, page_address
from newsletter.archive.listing import NEWEST, Listed, by_year, counted, places_of, years_of
from newsletter.archive.outputs import Archive, Group, Output, Step, key_of, keys_of
from newsletter.archive.records import Record


def list_pages(archive: Archive) -> Iterator[Step]:
    """All of them but home, which comes last, when what it leads to is there."""
    yield from _years(archive)
    yield from _names(archive, archive.topics, "topics", archive.frame["site_topic"])
    yield from _names(archive, archive.people, "people", archive.frame["site_person"])
    yield from _numbers(archive)


def home(archive: Archive) -> Output:
    """The newest issue, the last 52 before it, and the way to the others."""
    newest, rest = archive.listed[:1], archive.listed[1 : NEWEST + 1]
    years = years_of(archive.years, archive.base, "issues")

    def values() -> Mapping[str, object]:
        issue = newest[0].issue if newest else None
        card = issue.card if issue else None
        return {
            "title": archive.site.name,
            "description": archive.site.tagline or archive.site.about,
            "card": archive.absolute(image_address(archive.base, card.name)) if card else None,
            "newest": archive.row(newest[0]) if newest else None,
            "newest_question": issue.question if issue else None,
            "rows": tuple(map(archive.row, rest)),
            "total": len(archive.listed),
            "years": years,
        }

    of = f"{keys_of(newest)}; {keys_of(rest)}; {years}"
    return archive.page(page_address(archive.base), "site/home.html", of, values)


def _years(archive: Archive) -> Iterator[Output]:
    years = years_of(archive.years, archive.base, "issues")
    texts = archive.frame
    at = page_address(archive.base, "issues")
    yield archive.page(at, "site/years.html", str(years), lambda: {"title": texts["site_years_title"], "years": years})
    places = {year: address for year, _, address in years}
    for place, (year, records) in enumerate(archive.years.items()):
        newer, older = [years[at] if 0 <= at < len(years) else None for at in (place - 1, place + 1)]
        values = {
            "title": texts["site_year_title"].replace("{year}", str(year)),
            "year": year,
            "older": older and older[2],
            "older_year": older and older[0],
            "newer": newer and newer[2],
            "newer_year": newer and newer[0],
        }
        of = f"{keys_of(records)}; {values}"
        yield archive.page(places[year], "site/year.html", of, partial(_with_rows, archive, values, records))


def _names(archive: Archive, listed: Sequence[Listed], kind: str, label: str) -> Iterator[Step]:
    """An index of names, and for each a group of pages; `label` says what such a name is."""
    if not listed:
        return
    entries = counted(listed, archive.base)
    heading = archive.frame[f"site_{kind}"]
    at = page_address(archive.base, kind)
    values = {"title": heading, "section": kind, "names": entries}
    yield archive.page(at, "site/names.html", f"{kind}; {entries}", lambda: values)
    for one in listed:
        key = key_of(archive.around, kind, one.name, keys_of(one.records))
        yield Group("/".join(one.parts), key, partial(_of_name, archive, one, {"section": kind, "label": label}))


def _of_name(archive: Archive, one: Listed, kind: Mapping[str, str]) -> Iterator[Output]:
    """A page with the newest issues of a name, and one for each year where there are more."""
    years = by_year(one.records) if one.is_long else {}
    places = places_of(years, archive.base, *one.parts)
    of = f"{one.name}; {', '.join(map(str, years))}"
    for year, records in ((None, one.records[:NEWEST]), *years.items()):
        parts = one.parts if year is None else (*one.parts, str(year))
        title = one.name if year is None else f"{one.name}, {year}"
        values = {**kind, "title": title, "name": one.name, "year": year, "years": places}
        make = partial(_with_rows, archive, values, records)
        yield archive.page(
            page_address(archive.base, *parts), "site/named.html", f"{keys_of(records)}; {year}; {of}", make
        )


def _numbers(archive: Archive) -> Iterator[Output]:
    """The numbers of the newest year at /numbers/, those of every other year below it."""
    years = tuple(
        (year, None, page_address(archive.base, "numbers", *(() if at == 0 else (str(year),))))
        for at, year in enumerate(archive.numbered)
    )
    for year, _, address in years:
        records = archive.numbered[year]
        of = f"{keys_of(records)}; {year}; {years}"
        yield archive.page(address, "site/numbers.html", of, _numbers_of(archive, year, years, records))


def _numbers_of(
    archive: Archive, year: int, years: tuple[tuple[int, None, str], ...], records: Sequence[Record]
) -> Callable[[], Mapping[str, object]]:
    def values() -> Mapping[str, object]:
        numbers = tuple(
            (figure, caption, archive.row(record)) for record in records for figure, caption in record.issue.numbers
        )
        title = archive.frame["site_numbers_title"].replace("{year}", str(year))
        return {"title": title, "year": year, "years": years, "numbers": numbers}

    return values


def _with_rows(archive: Archive, values: Mapping[str, object], records: Sequence[Record]) -> Mapping[str, object]:
    return {**values, "rows": tuple(map(archive.row, records))}
