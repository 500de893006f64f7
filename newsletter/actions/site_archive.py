"""Everything that the site says, gathered for a build: what was read, and whether any of it has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from newsletter.actions import site_facts, site_standing
from newsletter.actions.app import App
from newsletter.actions.site_facts import Facts
from newsletter.actions.site_inputs import Inputs, design_of, facts_key
from newsletter.actions.site_issues import read_issues, signatures
from newsletter.actions.site_standing import Standing
from newsletter.archive.article import SentFolder
from newsletter.archive.manifest import Manifest
from newsletter.archive.outputs import Archive, Render
from newsletter.archive.search import program_size
from newsletter.publication.write import write

if TYPE_CHECKING:
    from newsletter.templating import Templates

# What is imported inside a function here is heavy, and a build that finds nothing changed runs without it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look at the files and the database has shown, before anything of them is read."""

    design: str
    key: str  # of everything that the facts are made of
    signatures: Mapping[str, str]  # of each issue with sent/
    standing: Standing
    keeping: Mapping[str, Any]  # the standing, as it is kept
    digests: Mapping[str, list[str]]

    def is_as_in(self, last: Manifest) -> bool:
        """Whether the last build was made of the very same, so that its files are those of this one."""
        return (
            last.facts.get("key") == self.key
            and self.standing == site_standing.from_kept(last.standing)
            and self.signatures == {name: entry[0] for name, entry in last.issues.items()}
        )


def look(app: App, last: Manifest, standing: Standing | None) -> Seen:
    """Looks at everything that the site is made of. Raises `StoreError`."""
    inputs = Inputs(last.digests)
    design = f"{design_of(inputs, app.root)}, {program_size()}"
    if standing is None:
        standing, keeping = site_standing.standing_now(app, last.standing)
    else:
        keeping = site_standing.kept(standing)
    return Seen(
        design=design,
        key=facts_key(inputs, app.root, design),
        signatures=signatures(app, last.issues),
        standing=standing,
        keeping=keeping,
        digests=inputs.digests,
    )


def read(app: App, last: Manifest, seen: Seen) -> tuple[Manifest, Archive, Look]:
    """What is kept of this build so far, what the site says, and what it is set with. Raises `ContentError`."""
    facts, said = _facts(app, seen.key, last)
    records, issues = read_issues(app, last, seen.signatures)
    shown, words = Look(app, facts), facts.frame["cut_short"]
    short = {str(issue) for issue in seen.standing.cut_short}
    archive = Archive(
        site=facts.site,
        frame=facts.frame,
        assets=facts.assets,
        pages=facts.pages,
        redirects=facts.redirects,
        records=tuple(replace(one, note=words) if one.name in short else one for one in records),
        unlisted=seen.standing.unlisted,
        design=seen.design,
        files=SentFolder(app.root, facts.site.base),
        render=shown.page,
    )
    now = Manifest(
        digests=dict(seen.digests),
        facts=said,
        issues=issues,
        records={one.name: one.line for one in records},
        standing=dict(seen.keeping),
    )
    return now, archive, shown


def _facts(app: App, key: str, last: Manifest) -> tuple[Facts, Mapping[str, Any]]:
    """The facts of the last build where all their files are as they were, else those of today's; and as JSON."""
    if last.facts.get("key") == key:
        try:
            return site_facts.from_kept(last.facts), last.facts
        except (KeyError, TypeError, ValueError):
            pass  # a manifest that somebody has changed
    facts = site_facts.read_facts(app)
    return facts, {"key": key, **site_facts.kept(facts)}


class Look:
    """The templates, opened when the first page is made of them."""

    def __init__(self, app: App, facts: Facts) -> None:
        self._app, self._facts = app, facts
        self._code = app.root / "var" / "templates.code"
        self._opened: Templates | None = None

    @property
    def _templates(self) -> Templates:
        if self._opened is None:
            self._opened = self._app.templates
            self._opened.take_up(self._code)
        return self._opened

    @cached_property
    def _render(self) -> Render:
        from newsletter.archive.render import Renderer

        return Renderer(self._templates)

    def page(self, template: str, values: Mapping[str, object], html: Mapping[str, str]) -> bytes:
        """A page of a template."""
        return self._render(template, values, html)

    @property
    def files(self) -> dict[str, Callable[[], bytes]]:
        """How each file of the look is made, by its path below public/."""
        return {path: partial(self._asset, name) for path, name in self._facts.files}

    def keep(self) -> None:
        """Keeps what the templates were compiled into, for the next build."""
        code = self._opened.kept() if self._opened else None
        if code is not None:
            write(self._code, code)

    def _asset(self, name: str) -> bytes:
        return self._templates.read_bytes(name) if name else self._facts.style.encode()
