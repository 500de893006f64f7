"""The sample publication in a folder of its own, whose coming issue is built over and over."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from newsletter.actions.app import Desk, coming_issue, open_app, read_issue
from newsletter.actions.build_issue import sample_values
from newsletter.actions.demo import sample_now
from newsletter.actions.init_publication import init_publication
from newsletter.assemble import letter
from newsletter.assemble.edition import assemble
from newsletter.mail.mime import splice
from newsletter.model.edition import Edition
from newsletter.model.letter import Slot
from newsletter.model.mailing import Recipient

BLURB = "read-more"


@dataclass(frozen=True, slots=True)
class Built:
    """An issue as it was last built."""

    desk: Desk
    edition: Edition

    def values(self, reader: Recipient) -> dict[Slot, str]:
        """What the reader's copy says that the others' do not."""
        return sample_values(self.desk, self.edition, reader)


class Sample:
    """A copy of the sample that an editor keeps changing."""

    def __init__(self, folder: Path) -> None:
        self.root = init_publication(folder)
        now = sample_now(self.root)
        self._app = open_app(self.root, clock=lambda: now)
        self._issue = coming_issue(self.root)
        self._files = self.root / "content" / "issues" / str(self._issue)
        written = (self._files / f"{BLURB}.md").read_text("utf-8")
        self._all_but_a_word = written.rstrip().rpartition(" ")[0]
        self._word = itertools.count()

    def rebuild(self) -> Built:
        """The issue as its files say it now, assembled."""
        desk = read_issue(self._app, self._issue)
        return Built(desk, assemble(desk.draft, desk.publication, desk.frame, self._app.templates))

    def change_a_word(self) -> None:
        """The last word of a blurb becomes one that was not there before, so that nothing kept can answer for it."""
        self._write(BLURB)

    def set_extra(self, count: int) -> None:
        """So many blurbs more than the sample has: texts of their own, the sample's picture."""
        wanted = [f"{BLURB}-{number}" for number in range(1, count + 1)]
        for path in self._files.glob(f"{BLURB}-*.md"):
            if path.stem not in wanted:
                path.unlink()
        for name in wanted:
            if not (self._files / f"{name}.md").exists():
                self._write(name)

    def skeleton(self) -> str:
        """The MJML that the issue as it stands gives to be rendered."""
        with patch.object(letter, "html_of", wraps=letter.html_of) as seen:
            self.rebuild()
        return str(seen.call_args.args[0])

    def grown(self, octets: int) -> Built:
        """The issue with as many blurbs more as make a reader's whole mail at least this long."""
        reader = Recipient(seq=1, subscriber="sample-1", address="ana@example.org", name="Ana")
        for count in itertools.count():
            self.set_extra(count)
            built = self.rebuild()
            if len(splice(built.edition.letter, built.values(reader))) >= octets:
                break
        return built

    def _write(self, name: str) -> None:
        text = f"{self._all_but_a_word} workshop{next(self._word)}.\n"
        (self._files / f"{name}.md").write_text(text, "utf-8")
