"""Names as we spell them: how an entry of names.yaml is added, changed and removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.edit_list import Fields, Listed, Planned, entry_of, plan_added, plan_changed, plan_removed
from newsletter.model.people import PreferredName
from newsletter.publication.publication import NAMES
from newsletter.publication.yamlfile import Value

SPELLINGS = Listed(NAMES, "name", "name", PreferredName, "# Names as we spell them, and the spellings we do not use.\n")


@dataclass(frozen=True, slots=True)
class NameText:
    """A name as a form shows it."""

    values: Mapping[str, str]  # by the names of the keys; variants one a line
    text: str  # its lines in the file
    base: str  # their digest, for the form to carry


def look_at_name(app: App, name: str) -> NameText:
    """One of them. Raises `ConfigError` where there is none."""
    entry, said = entry_of(app, SPELLINGS, name)
    return NameText(shown(said), entry.text, entry.digest)


def shown(said: Mapping[str, Value]) -> dict[str, str]:
    """What an entry says, field by field."""
    variants = said.get("variants")
    single = {name: value if isinstance(value := said.get(name), str) else "" for name in ("name", "title", "since")}
    return {**single, "variants": "\n".join(str(one) for one in variants) if isinstance(variants, list) else ""}


def plan_name(app: App, sent: Mapping[str, str]) -> Planned:
    """One name more. Raises what `plan_added` raises."""
    return plan_added(app, SPELLINGS, _fields(sent))


def plan_name_changed(app: App, name: str, base: str, sent: Mapping[str, str]) -> Planned:
    """A name as a form wants it, which may be spelt otherwise from now on. Raises what `plan_changed` raises."""
    return plan_changed(app, SPELLINGS, name, base, _fields(sent))


def plan_name_removed(app: App, name: str, base: str) -> Planned:
    """One name less. Raises what `plan_removed` raises."""
    return plan_removed(app, SPELLINGS, name, base)


def _fields(sent: Mapping[str, str]) -> Fields:
    lines = (" ".join(line.split()) for line in sent.get("variants", "").split("\n"))
    single = {name: sent.get(name, "") for name in ("name", "title", "since")}
    return {**single, "variants": tuple(dict.fromkeys(line for line in lines if line))}
