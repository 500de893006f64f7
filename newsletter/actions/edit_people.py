"""The authors we name: every card of people.yaml, where it is used, and how it is added, changed and removed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, fields

from newsletter.actions.app import App, read_publication
from newsletter.actions.edit_list import (
    EntryRefused,
    Listed,
    Planned,
    entry_of,
    plan_added,
    plan_changed,
    plan_removed,
)
from newsletter.model.issue import IssueId
from newsletter.model.kinds import references_in
from newsletter.model.people import Person, PersonId
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder, is_sent, issue_ids
from newsletter.publication.issuefiles import IssueFiles
from newsletter.publication.publication import PEOPLE
from newsletter.publication.yamlfile import Value

CARDS = Listed(
    PEOPLE, "person", "id", Person, "# Authors we name. A blurb says `author: the-id` and gets the credit line.\n"
)
FIELDS = tuple(one.name for one in fields(Person))


@dataclass(frozen=True, slots=True)
class Use:
    """A section of an issue in preparation that names somebody."""

    issue: IssueId
    section: str

    def __str__(self) -> str:
        return f"{self.section} of the issue {self.issue}"


@dataclass(frozen=True, slots=True)
class Card:
    """Somebody as people.yaml has them."""

    person: Person
    used: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class CardText:
    """A card as a form shows it."""

    values: Mapping[str, str]  # by the names of the keys; "" for what it does not say
    text: str  # its lines in the file
    base: str  # their digest, for the form to carry
    used: tuple[Use, ...]


def list_people(app: App, people: Iterable[Person]) -> tuple[Card, ...]:
    """Every card of people.yaml, by name, and where each is used. Changes nothing."""
    used = _uses(app)
    cards = (Card(person, used.get(PersonId(person.id), ())) for person in people)
    return tuple(sorted(cards, key=lambda card: (card.person.name.casefold(), card.person.id)))


def look_at_person(app: App, person: str) -> CardText:
    """One card. Raises `ConfigError` where there is none."""
    entry, said = entry_of(app, CARDS, person)
    return CardText(shown(said), entry.text, entry.digest, _uses(app).get(PersonId(person), ()))


def shown(said: Mapping[str, Value]) -> dict[str, str]:
    """What a card says, field by field."""
    return {name: value if isinstance(value := said.get(name), str) else "" for name in FIELDS}


def plan_person(app: App, sent: Mapping[str, str]) -> Planned:
    """One card more; its id is made from the name where the form gives none. Raises what `plan_added` raises."""
    taken = {person.id for person in read_publication(app, Folder(app.root)).people}
    made = sent.get("id") or suggest_id(sent.get("name", ""), taken)
    return plan_added(app, CARDS, {**sent, "id": made})


def plan_person_changed(app: App, person: str, base: str, sent: Mapping[str, str]) -> Planned:
    """A card as a form wants it; the id stays. Raises what `plan_changed` raises."""
    return plan_changed(app, CARDS, person, base, {**sent, "id": person})


def plan_person_removed(app: App, person: str, base: str) -> Planned:
    """One card less. Raises `EntryRefused` where an issue in preparation names it, and what `plan_removed` raises."""
    if used := _uses(app).get(PersonId(person), ()):
        where = " and ".join(str(one) for one in used)
        raise EntryRefused({"remove": f"The card is used in {where}; name another author there first."})
    return plan_removed(app, CARDS, person, base)


def suggest_id(name: str, taken: Set[str]) -> str:
    """An id made from a name: its letters without their accents, small, with hyphens between the words.

    A name without Latin letters gives "person"; one that is taken gets a number behind it.
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("’", "").replace("'", ""))
    made = "-".join(re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower()))[:60].strip("-")
    number, first = 1, made or "person"
    while (one := first if number == 1 else f"{first}-{number}") in taken:
        number += 1
    return one


def _uses(app: App) -> dict[PersonId, tuple[Use, ...]]:
    """Where each is named in issues that were not sent, in their order."""
    found: dict[PersonId, tuple[Use, ...]] = {}
    for issue in issue_ids(app.root):
        if not is_sent(app.root, issue):
            files, _ = issuefiles.read(Folder(app.root), issue)
            for person, section in sorted(_named(files)):
                found[person] = (*found.get(person, ()), Use(issue, section))
    return found


def _named(files: IssueFiles) -> set[tuple[PersonId, str]]:
    """Everybody whom an issue names, with the section."""
    read = {blurb.page.path for blurb in files.blurbs}
    named = {(ref, one.name) for one in files.blurbs for to, ref, _ in references_in(one.fields) if to == "person"}
    for page in files.pages:  # in a file with a mistake, whatever could be an id counts: rather once too often
        value = page.matter.value
        if page.path not in read and isinstance(value, dict):
            named |= {(one, page.name) for one in value.values() if isinstance(one, str)}
    return {(PersonId(person), section) for person, section in named}
