"""The mail beside a text that is being written: made anew of what was typed, for the page to put into itself."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.desk.ask import Ask
from newsletter.desk.beside import beside_values
from newsletter.desk.office import Office
from newsletter.desk.sectionpage import section_at, text_sent
from newsletter.model.errors import ConfigError


def take(office: Office, ask: Ask) -> Response:
    """The part, of the text that the section's form holds."""
    at = section_at(office, ask)
    return office.part(ask, "beside.html", beside_values(office, ask, at.issue, at.name, typed(office, ask)))


def typed(office: Office, ask: Ask) -> str:
    """The whole file that a section's form makes. Raises `ConfigError` where a form cannot change the file."""
    text = text_sent(section_at(office, ask), ask)
    if text is None:
        raise ConfigError("text", "this file is written in a way that a form cannot change; open it whole")
    return text
