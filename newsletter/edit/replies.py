"""Readers' answers as replies.md of the next issue has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from newsletter.model.reader_answer import ReaderAnswer
from newsletter.publication.yamlfile import scalar


def replies_md(question: str, answers: Iterable[ReaderAnswer]) -> str:
    """The whole file: the question, and every answer under it in the order given, each on one line of its own field.

    Nothing of what readers typed can be taken for YAML. Without answers it holds an empty list.
    """
    entries = [line for one in answers for line in _entry(one)]
    return "\n".join(["---", f"question: {scalar(question)}", "replies:", *(entries or ["  []"]), "---"]) + "\n"


def _entry(answer: ReaderAnswer) -> Iterator[str]:
    yield f"  - name: {scalar(answer.name)}"
    if answer.place:
        yield f"    place: {scalar(answer.place)}"
    yield f"    text: {scalar(' '.join(answer.text.split()))}"
