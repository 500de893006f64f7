"""Past issues without end for the archive to show: the sample's edition, said in other words every week."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from pathlib import Path

from bench.sample import Sample
from newsletter.model.edition import Asset, Edition, IndexTerms
from newsletter.model.issue import IssueId, IssueNumber

FIRST = date(1990, 1, 5)  # a Friday
WORDS = 1_000  # of an issue
TOPICS, PEOPLE = 30, 20  # that there are at a time; an issue has three of the one, two of the other
STAY = 13  # issues after which one of the people goes and another comes: each of them stays for five years

_TEXT = re.compile(r">([^<>]+)<")
_OPENING = re.compile(r'(<section class="opening">).*?(</section>)', re.DOTALL)
_HEADER = re.compile(r"<header>.*?</header>", re.DOTALL)
_FIGURE = re.compile(r'<p class="figure">.*?</p>')
_PICTURE = re.compile(r' srcset="[^"]*"')
_LEAST = 6  # words: what is shorter is a name, a label or a date, and stays
_PARAGRAPH = 70  # words


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One issue, as every tool gets it."""

    date: date
    number: int
    subject: str
    preheader: str
    article: str  # its pictures stand in images/
    topics: tuple[str, ...]
    people: tuple[tuple[str, str], ...]  # id and name
    figure: str
    caption: str
    picture: Asset  # no other issue has it


class Weeks:
    """Issues by their number. The same number is the same issue, in every run."""

    def __init__(self, folder: Path) -> None:
        """`folder` is new: a copy of the sample goes there, whose coming issue lends its shape and its words."""
        sample = Sample(folder)
        built = sample.rebuild()
        self.root, self.desk, self.edition = sample.root, built.desk, built.edition
        said = " ".join(path.read_text("utf-8") for path in sorted(sample.root.glob("content/issues/*/*.md")))
        self._words = sorted({word.lower() for word in re.findall(r"[A-Za-z]{2,}", said)})
        random.Random(8).shuffle(self._words)
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))

    def week(self, number: int) -> Week:
        chance = random.Random(number)
        day = FIRST + timedelta(weeks=number - 1)
        subject, preheader = (self._said(chance, count).rstrip(".") for count in (6, 14))
        figure, caption = str(chance.randrange(2, 9_999)), self._said(chance, 9).rstrip(".")
        picture = self._picture(number)
        page = self.edition.page.replace(self._first_picture.name, picture.name)
        page = _PICTURE.sub("", page)
        page = _TEXT.sub(lambda found: f">{self._in_other_words(chance, found[1])}<", page)
        header = (
            f'<header>\n<p class="label"><span>No. {number}</span> · '
            f'<time datetime="{day}">{day:%A} {day.day} {day:%B %Y}</time></p>\n'
            f'<h1>{subject}</h1>\n<p class="standfirst">{preheader}</p>\n</header>'
        )
        page = _HEADER.sub(header, page)
        page = _FIGURE.sub(f'<p class="figure"><data value="{figure}">{figure}</data></p>', page)
        return Week(
            date=day,
            number=number,
            subject=subject,
            preheader=preheader,
            article=self._filled_up(chance, page),
            topics=tuple(f"topic {one}" for one in sorted(chance.sample(range(1, TOPICS + 1), 3))),
            people=tuple((f"person-{one}", f"Person {one}") for one in self._people(chance, number)),
            figure=figure,
            caption=caption,
            picture=picture,
        )

    def _people(self, chance: random.Random, number: int) -> list[int]:
        first = number // STAY
        return sorted(chance.sample(range(first, first + PEOPLE), 2))

    @property
    def _first_picture(self) -> Asset:
        return next(one for one in self.edition.assets if f'src="images/{one.name}"' in self.edition.page)

    def _picture(self, number: int) -> Asset:
        """The sample's picture with a few bytes behind its end, which no program looks at."""
        first = self._first_picture
        data = first.data + f"issue {number}".encode()
        return replace(first, data=data, name=hashlib.sha256(data).hexdigest()[:20] + Path(first.name).suffix)

    def _in_other_words(self, chance: random.Random, text: str) -> str:
        count = len(text.split())
        return self._said(chance, count) if count >= _LEAST else text

    def _filled_up(self, chance: random.Random, page: str) -> str:
        """The page with an opening that brings the whole to so many words."""
        rest = len(re.sub(r"<[^>]*>", " ", _OPENING.sub("", page)).split())
        counts = [_PARAGRAPH] * max(1, round((WORDS - rest) / _PARAGRAPH))
        opening = "\n".join(f"<p>{self._said(chance, count)}</p>" for count in counts)
        return _OPENING.sub(lambda found: f"{found[1]}\n{opening}\n{found[2]}", page)

    def _said(self, chance: random.Random, count: int) -> str:
        """So many words in sentences of a dozen, each word as often as in a language."""
        words = chance.choices(self._words, cum_weights=self._weights, k=count)
        starts = range(0, count, 12)
        return " ".join(" ".join(words[start : start + 12]).capitalize() + "." for start in starts)


def edition_of(week: Week, shape: Edition) -> Edition:
    """The week as an edition of ours, whose sent/ our own writer can make."""
    return replace(
        shape,
        issue=IssueId(week.date),
        number=IssueNumber(week.number),
        subject=week.subject,
        preheader=week.preheader,
        page=week.article,
        terms=IndexTerms(topics=week.topics, people=week.people, numbers=((week.figure, week.caption),)),
        assets=(week.picture,),
        digest=hashlib.sha256(week.article.encode()).hexdigest(),
    )


def due(week: Week) -> datetime:
    return datetime.combine(week.date, time(13), UTC)
