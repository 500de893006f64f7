"""Names, offices and credit lines beside names.yaml and people.yaml; and whether an issue leans on one outlet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from newsletter.check import balance
from newsletter.check.names_spelt import CHECK
from newsletter.model.evidence import PastLink
from newsletter.model.finding import Severity
from newsletter.model.issue import IssueNumber
from newsletter.publication.folder import issue_ids
from tests.checking import inspected
from tests.conftest import ISSUE, opened
from tests.slips import TOP, by_paragraph, found, looked_at

ITEM = "- id: {id}\n  outlet: {outlet}\n  title: Piece {id}\n  url: https://{host}/{id}\n  rights: free to quote\n"


def test_no_issue_of_the_sample_misspells_a_name(pristine: Path) -> None:
    """Offices and credit lines agree with the cards as well."""
    app = opened(pristine)
    for issue in issue_ids(pristine):
        looked = inspected(app, issue=str(issue))
        assert found(CHECK, looked) + found(balance.CHECK, looked) == []


def test_spellings_we_do_not_use_are_told(publication: Path) -> None:
    """In our own words, with the one we use; not in a quotation, a title, or inside another word."""
    told = {
        "The ferry to Ningpo waits for Amara Stenholme's word.": ["Ningpo", "Amara Stenholme"],
        "It was said at the Coastal\nStates Forum.": ["Coastal States Forum"],
        'She said: "I like Ningpo."': [],
        "The ferry to Ningbo, Ningponese and Port-Ningpo.": [],
    }
    assert by_paragraph(CHECK, publication, told, "name-variant") == told
    one = found(CHECK, looked_at(publication, {"note.md": f"{TOP}To Ningpo.\n"}), "note")[0]
    assert (one.what, one.todo, one.fix) == ("“Ningpo” is not how we spell Ningbo", "write Ningbo", None)


def test_a_correction_may_name_what_was_wrong(publication: Path) -> None:
    """It could not say so otherwise; and a piece keeps its own title."""
    files = {
        "correction.md": '---\nissue: "2026-11-20"\nwrong: We wrote Oda Finnimore.\nright: She is Oda Finimore.\n---\n',
        "beyond-1.md": "---\ntitle: To Ningpo by sea\nurl: https://example.com/n\noutlet: The Wire\n---\nA ferry.\n",
    }
    assert found(CHECK, looked_at(publication, files), None, "name-variant") == []


def test_offices_are_held_against_the_card(publication: Path) -> None:
    """Before and behind the name; the deputy is not the minister."""
    told = {
        "Then foreign secretary Amara Stenholm came.": [],
        "The foreign secretary Amara Stenholm came.": ["foreign secretary Amara Stenholm"],
        "Trade minister Amara Stenholm came.": ["Trade minister Amara Stenholm"],
        "Amara Stenholm, the minister for fisheries, came.": ["Amara Stenholm, the minister for fisheries"],
        "Teo Marchand, the deputy negotiator, said so.": ["Teo Marchand, the deputy negotiator"],
        "Teo Marchand, the former chief negotiator, said so.": [],
        "The deputy minister for trade, Amara Stenholm, came.": [],
        "Deputy minister Amara Stenholm came.": [],
        "The minister Amara Stenholm came.": [],
        "Amara Stenholm, the deputy minister for trade who went, came.": [],
        "Teo Marchand, the country's chief negotiator, said so.": [],
        "Teo Marchand, the third of them, said so to the president.": [],
        "In 2024 the trade secretary Amara Stenholm came.": [],
        '"The foreign secretary Amara Stenholm came," he said.': [],
    }
    assert by_paragraph(CHECK, publication, told, "title-outdated") == told


def test_the_role_below_a_quotation_is_held_against_the_card(publication: Path) -> None:
    """Since when the office is held is told as well; a source from before that day may say otherwise."""
    quote = "---\nquote: So it is.\nspeaker: Teo Marchand\nrole: minister for ports\n{items}---\n"
    told = found(CHECK, looked_at(publication, {"quote.md": quote.format(items="")}), "quote")
    assert [(one.rule, one.words, one.spot.line, one.severity) for one in told] == [
        ("title-outdated", "minister for ports", 4, Severity.WARN)
    ]
    assert "chief negotiator, since 2026-02-16" in told[0].what
    items = publication / "content" / "issues" / ISSUE / "items.yaml"
    old = ITEM.format(id="old-one", outlet="Harbour Wire", host="harbourwire.example.net") + "  published: 2025-11-24\n"
    files = {"quote.md": quote.format(items="items: [old-one]\n"), "items.yaml": items.read_text("utf-8") + "\n" + old}
    assert found(CHECK, looked_at(publication, files), "quote") == []


def test_credit_lines_written_by_hand_are_held_against_the_card(publication: Path) -> None:
    """Another role, or another house; what the card says in fewer words is right."""
    told = {
        "Tobias Rask, a professor of maritime law, counts the cost.": ["Tobias Rask, a professor of maritime law"],
        "Lin Yue, a senior fellow at the Delta Institute, asks.": ["Lin Yue, a senior fellow at the Delta Institute"],
        "The economist Lin Yue asks.": ["economist Lin Yue"],
        "Tobias Rask, a historian of insurance, counts the cost.": [],
        "Lin Yue, a senior fellow at the Harbour Institute for Trade, asks.": [],
        "The hydrologist Soledad Park asks.": [],
        "Chen Ailing, a photographer who has stood there, asks.": [],
        "Lin Yue, a friend of the harbour, asks.": [],
    }
    assert by_paragraph(CHECK, publication, told, "credit-differs") == told


def test_an_issue_that_leans_on_one_outlet_is_told(publication: Path) -> None:
    """More than half of six items; with how the last issues stood, where that is known."""
    rows = [("Harbour Wire", "harbourwire.example.net")] * 4 + [("Pacific Ledger", "pacificledger.example.com")] * 2
    items = "".join(ITEM.format(id=f"item-{at}", outlet=name, host=host) for at, (name, host) in enumerate(rows))
    folder = publication / "content" / "issues" / ISSUE
    for file in folder.glob("*.md"):
        if file.name not in ("issue.md", "question.md", "beyond-1.md"):
            file.unlink()
    head = (folder / "issue.md").read_text("utf-8").split("owners:")[0]
    files = {
        "items.yaml": items,
        "issue.md": f"{head}---\nOne.[^item-0]\n\nTwo.[^item-1]\n\nThree.[^item-2][^item-0]\n",
        "number.md": "---\nvalue: 3\ncaption: ships\nsource: item-4\nas_of: 2026-11-24\n---\n",
    }
    past = [
        PastLink(
            url=f"https://{host}/x", issue="2026-11-20", number=IssueNumber(127), date=date(2026, 11, 20), title=""
        )
        for host in ("harbourwire.example.net", "meridian.example.com", "focus.example.org")
    ]
    told = found(balance.CHECK, looked_at(publication, files, past=past))
    assert [(one.rule, one.what, one.severity) for one in told] == [
        (
            "one-outlet",
            "4 of 6 items come from Harbour Wire; 1 of 2 links of the last issue led there",
            Severity.NOTE,
        ),
        ("one-source-narrative", "all 4 marks of the narrative point to Harbour Wire", Severity.NOTE),
    ]
    assert "last" not in found(balance.CHECK, looked_at(publication, {}))[0].what
