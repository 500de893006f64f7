"""Readers' answers as replies.md of the next issue has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from newsletter.model.reader_answer import ReaderAnswer
from newsletter.publication import frontmatter
from newsletter.publication.blurbtext import with_values
from newsletter.publication.yamledit import plain
from newsletter.publication.yamlwrite import Given, scalar


def replies_md(question: str, answers: Iterable[ReaderAnswer]) -> str:
    """The whole file: the question, and every answer under it in the order given, each on one line of its own field.

    Nothing of what readers typed can be taken for YAML. Without answers it holds an empty list.
    """
    entries = [line for one in answers for line in _entry(one)]
    return "\n".join(["---", f"question: {scalar(question)}", "replies:", *(entries or ["  []"]), "---"]) + "\n"


def with_replies(text: str, answers: Iterable[ReaderAnswer]) -> str | None:
    """replies.md with these answers behind those that it holds, but for those whose name and text stand there already.

    All else in it stays byte for byte. None where it is written in a way that this cannot change.
    """
    page, mistakes = frontmatter.split(text, "")
    said = plain(page.matter.value)
    if mistakes or not isinstance(said, dict):
        return None
    there = said.get("replies") or []
    replies: list[Given] = list(there) if isinstance(there, list) else []
    known = {(one.get("name"), one.get("text")) for one in replies if isinstance(one, dict)}
    for one in answers:
        words = " ".join(one.text.split())
        if (one.name, words) not in known:
            replies.append({"name": one.name, **({"place": one.place} if one.place else {}), "text": words})
    return with_values(text, {"replies": replies})


def _entry(answer: ReaderAnswer) -> Iterator[str]:
    yield f"  - name: {scalar(answer.name)}"
    if answer.place:
        yield f"    place: {scalar(answer.place)}"
    yield f"    text: {scalar(' '.join(answer.text.split()))}"
