"""People and names, as people.yaml and names.yaml keep them."""

from __future__ import annotations

from typing import NewType

from newsletter.model.shape import Day, Line, Slug, Words, file_shape

PersonId = NewType("PersonId", str)


@file_shape
class Person:
    """One author's card; a blurb names the id and gets the credit line."""

    id: Slug
    name: Line
    role: Line | None = None
    institute: Line | None = None
    parent: Line | None = None  # the university or house the institute belongs to
    city: Line | None = None

    @property
    def credit(self) -> str:
        """Name, role, institute, parent, city: what is known, joined by commas."""
        parts = (self.name, self.role, self.institute, self.parent, self.city)
        return ", ".join(part for part in parts if part)


@file_shape
class PreferredName:
    """How the publication spells a name, and the spellings it does not use."""

    name: Words
    variants: tuple[Words, ...] = ()
    title: Line | None = None  # office held
    since: Day | None = None  # when the office began
