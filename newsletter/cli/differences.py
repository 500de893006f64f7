"""How differences are shown: to a person in a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from newsletter.actions.diff_issue import Difference
from newsletter.cli.arguments import in_words
from newsletter.model.changes import output_words
from newsletter.publication.schedule import City
from newsletter.text.changes import Kind, Run

_AROUND = 8  # unchanged words shown on either side of a change
_MARKS = {Kind.GONE: ("[-", "-]", "red strike"), Kind.NEW: ("{+", "+}", "bold green")}


def shown(difference: Difference, cities: tuple[City, ...]) -> Group:
    """What has changed, the mail's words first; words that went stand in [- -], new ones in {+ +}. Times are those of
    the first city."""
    seen = f" on {in_words(difference.seen, cities[:1])}" if difference.seen else ""
    head = Text(f"From {difference.before}{seen} to {difference.after}:", style="bold")
    if difference.same and not difference.files:
        return Group(head, Text("  nothing has changed."))
    parts: list[Text | Padding] = [head]
    if difference.files:
        parts += [Text("Files", style="bold"), *(Text(f"  {change}") for change in difference.files)]
    if difference.same:
        return Group(*parts, Text("Readers get the same bytes as before."))
    parts.append(Text(f"For readers this changes {output_words(difference.outputs)}."))
    parts += [Text(f"  the picture {change}") for change in difference.pictures]
    if difference.sections:
        parts.append(Text(f"Sections of the page: {', '.join(difference.sections)}"))
    for label, line in (("Subject", difference.subject), ("Preheader", difference.preheader)):
        parts += [Text(label, style="bold"), Padding(_marked(line), (0, 0, 0, 2), expand=False)] if line else []
    if difference.text:
        parts.append(Text("The mail's text", style="bold"))
        for paragraph in difference.text:
            parts += [Padding(_marked(paragraph), (0, 0, 0, 2), expand=False), Text()]
    elif "email.txt" in difference.outputs and not difference.renumbered:
        parts.append(Text("The mail's text differs in spaces and line breaks only."))
    if difference.renumbered:
        parts.append(Text("Sources are numbered anew; only marks that lead elsewhere are shown as changed."))
    return Group(*parts)


def _marked(runs: Iterable[Run]) -> Text:
    text = Text()
    for at, run in enumerate(found := tuple(runs)):
        if run.kind is Kind.SAME:
            text.append(_shortened(run.words, first=at == 0, last=at == len(found) - 1))
            continue
        before, behind, style = _MARKS[run.kind]
        words = run.words.rstrip(" ")
        text.append(f"{before}{words}{behind}", style=style)
        text.append(run.words[len(words) :])
    return text


def _shortened(words: str, first: bool, last: bool) -> str:
    """Unchanged words, without those far from any change."""
    found = words.split(" ")
    if len(found) <= 2 * _AROUND + 2:
        return words
    head = "" if first else " ".join(found[:_AROUND])
    tail = "" if last else " ".join(found[-_AROUND:])
    return f"{head} … {tail}".lstrip(" ")


def as_json(difference: Difference) -> dict[str, object]:
    """The same for other programs; `kind` is same, gone or new."""
    return {
        "before": difference.before,
        "seen": difference.seen.isoformat() if difference.seen else None,
        "after": difference.after,
        "same": difference.same,
        "subject": _runs(difference.subject),
        "preheader": _runs(difference.preheader),
        "text": [_runs(paragraph) for paragraph in difference.text],
        "renumbered": difference.renumbered,
        "sections": difference.sections,
        "outputs": difference.outputs,
        "pictures": [{"name": one.path, "how": one.how.value} for one in difference.pictures],
        "files": [{"path": one.path, "how": one.how.value} for one in difference.files],
    }


def _runs(runs: Iterable[Run]) -> list[dict[str, str]]:
    return [{"kind": run.kind.value, "words": run.words} for run in runs]
