"""The form of a section as a browser without JavaScript sends it back."""

from __future__ import annotations

from html.parser import HTMLParser

from tests.approving import in_issue
from tests.desking import Client, Desking, Reply


def text_of(desk: Desking, name: str) -> str:
    return in_issue(desk.root, name).read_text("utf-8")


class Fields(HTMLParser):
    """The fields of a section's form."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._area = self._select = ""
        self._within = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        name, value = given.get("name", ""), given.get("value", "")
        self._within = self._within or given.get("id") == "section-form"
        if not self._within or (not name and tag != "option") or name == "token":
            return
        if tag == "input" and (given.get("type", "hidden") == "hidden" or "checked" in given):
            self.found[name] = value
        elif tag == "textarea":
            self._area, self.found[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.found[self._select] = value

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._within = self._within and tag != "form"


def sent_back(page: Reply) -> dict[str, str]:
    """The fields of a section's form, as a browser sends them back untouched."""
    reader = Fields()
    reader.feed(page.text)
    return {name: value.removeprefix("\n") for name, value in reader.found.items()}


def saved(client: Client, path: str, **changed: str) -> Reply:
    """A section's form sent back with some fields changed."""
    page = client.get(path)
    assert page.status == 200, page.text
    return client.send(page, f"{path}/save", {**sent_back(page), "act": "save", **changed})
