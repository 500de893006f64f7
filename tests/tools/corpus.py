"""Measures the checks by blurbs with known verdicts, and keeps the figures in docs/checks-measured.md."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from newsletter.actions.init_publication import init_publication
from newsletter.check.all import CHECKS
from newsletter.check.inspected import Inspected
from newsletter.model.evidence import Evidence, Witness
from newsletter.model.finding import Finding, Severity
from newsletter.model.item import ItemId
from newsletter.model.source import RightsPolicy
from tests.checking import ISSUE, evidence, inspected, issue_with
from tests.conftest import ROOT, opened

CORPUS = Path(__file__).parents[1] / "corpus"
HELD_OUT = CORPUS / "held-out"  # written after the checks; nothing is mended by them
PAGE = ROOT / "docs" / "checks-measured.md"
MEASURED = ("copied", "quotations", "figures", "dates", "names", "phrases")  # the checks whose verdicts are known


@dataclass(frozen=True, slots=True)
class Blurb:
    """One blurb of the corpus."""

    name: str  # of its section: "note-17"
    id: str
    cites: tuple[str, ...]
    text: str
    expect: tuple[tuple[str, str], ...]  # rule, and words that its finding holds


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one blurb."""

    blurb: Blurb
    missed: tuple[tuple[str, str], ...]
    false_alarms: tuple[Finding, ...]


def blurbs(folder: Path = CORPUS) -> tuple[Blurb, ...]:
    """All blurbs of a folder, by file and place."""
    found: list[Blurb] = []
    for path in sorted(folder.glob("blurbs-*.yaml")):
        for one in _read(path):
            expect = tuple((rule, words) for entry in one.get("expect", ()) for rule, words in entry.items())
            found.append(Blurb(f"note-{len(found) + 1}", one["id"], tuple(one["cites"]), one["text"], expect))
    return tuple(found)


def sources(folder: Path = CORPUS) -> dict[str, Evidence]:
    """What the outlets said, by id."""
    found = {}
    for one in _read(folder / "sources.yaml"):
        published = date.fromisoformat(str(one["published"])) if one.get("published") else None
        found[one["id"]] = evidence(
            one["id"],
            one["text"],
            title=one["title"],
            outlet=one["outlet"],
            rights=RightsPolicy(one.get("rights", "free to quote")),
            published=published,
            quote_limit=int(one.get("quote_limit", 0)),
            language=one.get("language", "en"),
            notice=one.get("notice"),
        )
    return found


def measured(publication: Path, folder: Path = CORPUS) -> tuple[Verdict, ...]:
    """What the checks say of every blurb of a folder, all of them sections of one issue."""
    corpus, said = blurbs(folder), sources(folder)
    found = _findings(_inspected(publication, corpus, said))
    verdicts = []
    for blurb in corpus:
        mine = [one for one in found if one.section == blurb.name]
        missed = []
        for rule, words in blurb.expect:
            hit = next((one for one in mine if one.rule == rule and _holds(one.words, words)), None)
            if hit is None:
                missed.append((rule, words))
            else:
                mine.remove(hit)
        verdicts.append(Verdict(blurb, tuple(missed), tuple(mine)))
    return tuple(verdicts)


def rules_measured() -> tuple[str, ...]:
    """The rules whose verdicts the corpus knows."""
    return tuple(rule.name for check in CHECKS if check.name in MEASURED for rule in check.rules)


def page(verdicts: tuple[Verdict, ...], held_out: tuple[Verdict, ...]) -> str:
    """docs/checks-measured.md."""
    lines = [
        "# How well the checks see",
        "",
        "Measured by blurbs with known verdicts (tests/corpus) with `python -m tests.tools.corpus`, which writes this",
        "page. Recall: of what was planted, how much was found. Precision: of what was found, how much was planted.",
        "",
        f"## {len(verdicts)} blurbs that the checks were mended by",
        "",
        "They were written by somebody who did not know how the checks work. Measured for the first time, copied",
        "runs, copied phrases, names and quotations were all found, 76 % of the wrong figures and 90 % of the wrong",
        "dates, and 32 of 193 blurbs had a false alarm. The rules were then mended with these blurbs in view.",
        "",
        *_table(verdicts),
        "",
        f"## {len(held_out)} blurbs that were written afterwards",
        "",
        "Written later, by somebody who had seen neither the checks nor the other blurbs. They say more about texts",
        "that nobody has seen yet. Most of their false alarms are figures that an editor reckons out of several",
        "others: a sum of three, a product, a difference told in other words. Three slips of reading that they showed",
        "(a quarter of a million, seven and a half million, MWh) were mended, and nothing else by them.",
        "",
        *_table(held_out),
    ]
    return "\n".join(lines) + "\n"


def _table(verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    planted = Counter(rule for one in verdicts for rule, _ in one.blurb.expect)
    missed = Counter(rule for one in verdicts for rule, _ in one.missed)
    alarms = Counter(finding.rule for one in verdicts for finding in one.false_alarms)
    yield "| rule | planted | found | recall | false alarms | precision |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for rule in rules_measured():
        hits = planted[rule] - missed[rule]
        recall = f"{hits / planted[rule]:.0%}" if planted[rule] else "-"
        precision = f"{hits / (hits + alarms[rule]):.0%}" if hits + alarms[rule] else "-"
        yield f"| {rule} | {planted[rule]} | {hits} | {recall} | {alarms[rule]} | {precision} |"
    troubled = sum(bool(one.false_alarms) for one in verdicts)
    yield ""
    yield f"{troubled} of {len(verdicts)} blurbs have a false alarm."


def _inspected(publication: Path, corpus: Iterable[Blurb], said: dict[str, Evidence]) -> Inspected:
    items = "".join(
        f"- id: {one.cited.id}\n  outlet: {one.cited.outlet}\n  title: {_quoted(one.cited.title)}\n"
        f"  url: {one.cited.url}\n"
        + (f"  published: {one.cited.published}\n" if one.cited.published else "")
        + f"  rights: {one.cited.rights.value}\n"
        for one in said.values()
    )
    folder = publication / "content" / "issues" / ISSUE
    for path in folder.glob("*.md"):
        if path.name != "issue.md":
            path.unlink()
    front = "---\nnumber: 128\ndate: 2026-11-27\nsubject: Blurbs\npreheader: With known verdicts\n---\n\nWords.\n"
    files = {"issue.md": front, "items.yaml": items}
    for blurb in corpus:
        files[f"{blurb.name}.md"] = f"---\ntitle: A note\nitems: [{', '.join(blurb.cites)}]\n---\n{blurb.text}\n"
    issue_with(publication, files)
    witnesses = tuple(
        Witness(item=ItemId(name), outlet=one.cited.outlet, entry=one.entry) for name, one in said.items() if one.entry
    )
    return inspected(opened(publication), evidence=said.values(), witnesses=witnesses)


def _findings(issue: Inspected) -> tuple[Finding, ...]:
    chosen = (check for check in CHECKS if check.name in MEASURED)
    found = tuple(finding for check in chosen for finding in check.find(issue))
    return tuple(one for one in found if one.severity in (Severity.BLOCK, Severity.WARN))


def _holds(found: str, planted: str) -> bool:
    """Whether the finding is about what was planted: one stands in the other."""
    one, other = (" ".join(words.split()).casefold() for words in (found, planted))
    return one in other or other in one


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8")) or []


def main() -> None:
    """Prints every verdict that is not as it should be, and the tables; writes the page."""
    with tempfile.TemporaryDirectory() as folder:
        publication = init_publication(Path(folder) / "publication")
        verdicts = measured(publication)
        held_out = measured(publication, HELD_OUT)
    for verdict in (*verdicts, *held_out):
        for rule, words in verdict.missed:
            print(f"{verdict.blurb.id}: missed {rule}: {words}")
        for finding in verdict.false_alarms:
            print(f"{verdict.blurb.id}: false alarm {finding.rule}: {finding.words} ({finding.what})")
    PAGE.write_text(page(verdicts, held_out), "utf-8")
    sys.stdout.write(page(verdicts, held_out))


if __name__ == "__main__":
    main()
