"""One entry of people.yaml, names.yaml or sources.yaml, as a form sends it: checked, planned, written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeAlias, TypeVar

from newsletter.actions.app import App
from newsletter.actions.noting import deed, noted, void_by, voiding
from newsletter.model.approval import Signature
from newsletter.model.audit import claimed
from newsletter.model.errors import ConfigError, ContentError, NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.shape import unfit_character
from newsletter.publication import listing, yamlfile
from newsletter.publication.entrytext import Said
from newsletter.publication.folder import Folder, is_sent, issue_ids
from newsletter.publication.listing import Entry
from newsletter.publication.write import alone, change
from newsletter.publication.yamlfile import Path, Value, Written

T = TypeVar("T")
Fields: TypeAlias = "Mapping[str, str | tuple[str, ...] | Mapping[str, str]]"  # as a form sends them; "" is nothing


class EntryRefused(NewsletterError):
    """What is wrong with a form, each beside its field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        # By the names of the keys, "mailbox.host" for one within, "form" for what no field can mend; in words.
        self.fields = dict(fields)
        told = (what if name == "form" else f"{name}: {what}" for name, what in self.fields.items())
        super().__init__("; ".join(told))


class EntryChanged(NewsletterError):
    """An entry that somebody has changed or taken out since a form showed it; it was left as it is."""

    def __init__(self, path: str, name: str, theirs: Entry | None) -> None:
        self.theirs = theirs  # as the file has it now; None: it is gone
        what = "was changed by somebody else" if theirs else "was taken out by somebody else"
        super().__init__(f"'{name}' {what} since this page was shown, and {path} is left as it is")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that is a list of entries."""

    path: str
    called: str  # an entry of it, as the audit log says: "person"
    key: str  # by which an entry is known
    shape: type[Any]
    head: str  # the comment that a new file begins with
    troubles: Callable[[Any], Iterable[tuple[str, str, str]]] = lambda _: ()  # key, what, todo


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A change of such a file, not yet made."""

    path: str
    name: str  # of the entry as it will be
    act: str  # as the audit log says: "change person"
    note: str  # the same: of which entry, and what of it
    before: bytes | None  # the file; None: there is none
    after: bytes
    voids: tuple[tuple[IssueId, Signature], ...]  # signatures on issues that readers would see otherwise

    @property
    def changes(self) -> bool:
        """Whether the file would be another one."""
        return self.after != (self.before or b"")


def entry_of(app: App, of: Listed, name: str) -> tuple[Entry, Mapping[str, Value]]:
    """An entry as its file has it, and what it says. Raises `ConfigError` where there is none."""
    text = _decoded(of, _data(app, of))
    found, value = listing.find(text, name, of.key), yamlfile.read(listing.plain(text)).value
    entry = value[found.at] if found and isinstance(value, list) else None
    if found is None or not isinstance(entry, dict):
        raise ConfigError(of.key, f"{of.path} has no entry '{name}'; somebody may have taken it out")
    return found, entry


def plan_added(app: App, of: Listed, sent: Fields) -> Planned:
    """One entry more. Raises `EntryRefused`, also for a file that takes none; `ConfigError` for one that is no text."""
    data = _data(app, of)
    text, made = _decoded(of, data), checked(of, sent)
    name = str(getattr(made, of.key))
    _alone(of, text, name)
    after = listing.with_entry(text, _said(made, {}), of.head)
    return _planned(app, of, name, data, _written(of, text, None, after), ("add", name))


def plan_changed(app: App, of: Listed, name: str, base: str, sent: Fields) -> Planned:
    """An entry as a form wants it; keys that the form does not have stay as they are.

    Raises `EntryRefused`, `EntryChanged` where the entry's digest is not `base`, and `ConfigError` as above.
    """
    data = _data(app, of)
    text = _decoded(of, data)
    _unchanged(of, text, name, base)
    _, was = entry_of(app, of, name)
    made = checked(of, {**_kept(was, sent), **sent})
    new = str(getattr(made, of.key))
    if new != name:
        _alone(of, text, new)
    order = tuple(one.name for one in fields(of.shape))
    values = {key: _filled(value, sent[key]) for key, value in _said(made, was).items() if key in sent}
    after = listing.with_values(text, name, values, of.key, order)
    note = _note(name, was, values)
    return _planned(app, of, new, data, _written(of, text, name, after), ("change", note))


def plan_removed(app: App, of: Listed, name: str, base: str) -> Planned:
    """One entry less. Raises `EntryChanged` and `ConfigError` as above."""
    data = _data(app, of)
    text = _decoded(of, data)
    _unchanged(of, text, name, base)
    after = _written(of, text, name, listing.without(text, name, of.key))
    return _planned(app, of, name, data, after, ("remove", name))


def carry_out(app: App, planned: Planned, who: str) -> None:
    """Writes it, with an entry in the audit log, and one for each issue whose signatures hold no longer. `who` is the
    id of somebody who is signed in at the desk.

    Raises `ChangedMeanwhile` where somebody has saved the file since it was planned, and `StoreError`: nothing is
    written then.
    """
    by, name = claimed(who, None), planned.path.rpartition("/")[2]
    first = deed(app, by, planned.act, planned.note)
    with alone(app.root), noted(app, (first, *voiding(app, by, planned.voids, f"{name} was changed"))):
        change(app.root / planned.path, planned.before, planned.after)


def checked(of: Listed, sent: Fields) -> Any:
    """The entry that a form means. Raises `EntryRefused` with every mistake beside its field."""
    wrong = {name: f"It holds the character {bad}; delete it." for name, bad in _unfit(sent)}
    raw: dict[str, Value] = {key: value for key, one in sent.items() if (value := _raw(one))}
    places = _places(of.shape, sent)
    written = Written(raw, {path: number for number, path in enumerate(places, 1)})
    made, mistakes = yamlfile.build(of.shape, raw, written, of.path)
    for mistake in mistakes:
        path = places[mistake.line - 1]
        wrong.setdefault(_field(path), _words(path, raw, mistake.what, mistake.todo))
    for key, what, todo in of.troubles(made) if made is not None else ():
        wrong.setdefault(key, _sentence(f"{what}; {todo}"))
    if wrong:
        raise EntryRefused(wrong)
    return made


def _raw(value: str | tuple[str, ...] | Mapping[str, str]) -> Value:
    if isinstance(value, Mapping):
        return {key: one for key, one in value.items() if one}
    return list(value) if isinstance(value, tuple) else value


def _unfit(sent: Fields) -> Iterable[tuple[str, str]]:
    for key, value in sent.items():
        inner = value if isinstance(value, Mapping) else {"": value if isinstance(value, str) else "".join(value)}
        for name, one in inner.items():
            if bad := unfit_character(one):
                yield f"{key}.{name}".rstrip("."), bad


def _places(shape: Any, sent: Fields) -> list[Path]:
    """Everything that can be said in an entry, one behind the other: what is wrong is told of one of them."""
    places: list[Path] = []
    for one in fields(shape):
        places.append((one.name,))
        value = sent.get(one.name)
        if isinstance(value, tuple):
            places += [(one.name, at) for at in range(len(value))]
        elif isinstance(value, Mapping):
            places += [(one.name, inner) for inner in value]
    return places


def _field(path: Path) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _words(path: Path, raw: Mapping[str, Value], what: str, todo: str) -> str:
    """A mistake as it is told beside its field, where the field's name need not be said."""
    inner: Any = raw
    for part in path:
        try:
            inner = inner[part]
        except (KeyError, TypeError):
            inner = None
    if inner is None:
        return "This is needed."
    return _sentence(f"{what.removeprefix(f'`{path[-1]}`').removeprefix(f'`{path[0]}`').lstrip(': ')}; {todo}")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _kept(was: Mapping[str, Value], sent: Fields) -> Fields:
    """What the entry says and the form does not ask for."""
    kept: dict[str, str | tuple[str, ...] | Mapping[str, str]] = {}
    for key, value in was.items():
        if isinstance(value, list):
            kept[key] = tuple(one for one in value if isinstance(one, str))
        elif isinstance(value, dict):
            kept[key] = {name: one for name, one in value.items() if isinstance(one, str)}
        elif value is not None:
            kept[key] = value
    return {key: value for key, value in kept.items() if key not in sent}


def _said(made: Any, was: Mapping[str, Value]) -> dict[str, Said | None]:
    """An entry key by key, as it is written. What is so anyway is not written where it was not."""
    said: dict[str, Said | None] = {}
    for one in fields(made):
        value, inner = getattr(made, one.name), was.get(one.name)
        as_usual = value == one.default and inner is None
        said[one.name] = None if as_usual else _value(value, inner if isinstance(inner, dict) else {})
    return said


def _filled(value: Said | None, sent: str | tuple[str, ...] | Mapping[str, str]) -> Said | None:
    """The value, where the form says one; None for a field that was left empty: the key goes."""
    if isinstance(value, Mapping) and isinstance(sent, Mapping):
        return {key: one if sent.get(key) else None for key, one in value.items()}
    return value if sent else None


def _value(value: object, was: Mapping[str, Value]) -> Said | None:
    if is_dataclass(value):
        return _said(value, was)
    if isinstance(value, Enum):
        return str(value.value)
    return value if isinstance(value, str | int | date | tuple) else None


def _alone(of: Listed, text: str, name: str) -> None:
    if listing.find(text, name, of.key) is not None:
        raise EntryRefused({of.key: f"There is an entry '{name}' already; choose another, or change that one."})


def _unchanged(of: Listed, text: str, name: str, base: str) -> None:
    now = listing.find(text, name, of.key)
    if now is None or now.digest != base:
        raise EntryChanged(of.path, name, now)


def _data(app: App, of: Listed) -> bytes | None:
    folder = Folder(app.root)
    data = folder.read_bytes(of.path) if folder.exists(of.path) else None
    if folder.mistakes:
        raise ContentError(folder.mistakes)
    return data


def _decoded(of: Listed, data: bytes | None) -> str:
    try:
        return (data or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(of.key, f"{of.path} is not UTF-8 text; save it as UTF-8 in an editor first") from error


def _written(of: Listed, text: str, name: str | None, after: str | None) -> str:
    """The changed text. Raises `EntryRefused` where it is None, with the line that stands in the way."""
    if after is not None:
        return after
    line, what, todo = listing.hindrance(text, name, of.key)
    where = f"{of.path}, line {line}" if line else of.path
    raise EntryRefused({"form": f"Nothing was saved. {where}: {what}; {todo}, in a text editor."})


def _note(name: str, was: Mapping[str, Value], values: Mapping[str, Said | None]) -> str:
    """Which entry, and the keys that change: "anna-liu: role, institution"."""
    keys = (key for key, value in values.items() if _flat(value) != _flat(was.get(key)))
    return f"{name}: {', '.join(keys)}"


def _flat(value: object) -> object:
    """A value as it can be held against another, however the two are written."""
    if isinstance(value, Mapping):
        return {key: flat for key, one in value.items() if (flat := _flat(one)) is not None}
    if isinstance(value, list | tuple):
        return tuple(map(_flat, value))
    return None if value is None else str(value)


def _planned(app: App, of: Listed, name: str, before: bytes | None, after: str, did: tuple[str, str]) -> Planned:
    data, (act, note) = after.encode(), did
    return Planned(
        path=of.path,
        name=name,
        act=f"{act} {of.called}",
        note=note,
        before=before,
        after=data,
        voids=_voids(app, of, before, data),
    )


def _voids(app: App, of: Listed, before: bytes | None, after: bytes) -> tuple[tuple[IssueId, Signature], ...]:
    if after == before:
        return ()
    preparing = [issue for issue in issue_ids(app.root) if not is_sent(app.root, issue)]
    return void_by(app, preparing, {of.path: after})
