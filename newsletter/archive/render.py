"""A page of a template. The one module of the plan that needs the template engine: imported when a page is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from newsletter.templating import SafeHtml, Templates


class Renderer:
    """Makes pages of the templates of one publication, as they stand in one build."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._made: dict[tuple[str, object], str] = {}

    def __call__(self, template: str, values: Mapping[str, object], html: Mapping[str, str]) -> bytes:
        """The page as UTF-8, with a line end. Raises `ContentError` with the template's file and line."""
        safe = {name: SafeHtml(text) for name, text in html.items()}
        return f"{self._templates.render(template, {**values, **safe, 'once': self._once})}\n".encode()

    def _once(self, macro: Callable[[object], str], value: object) -> str:
        """What the macro makes of the value, which is the same on every page: an issue is a row of some seven lists."""
        name: Any = getattr(macro, "name", None)
        made = self._made.get((name, value))
        if made is None:
            made = self._made[name, value] = macro(value)
        return made
