"""Items of several outlets on one event, grouped; what they share and where their figures differ, in words.

Two items belong together when they share what is rare among the items given: names, figures, days, title words. What
many items share, such as the topic of the publication, weighs next to nothing, so a topic alone never groups. Two
rounds of the same talks are two events, and what lies days apart is another event. A group grows only while what joins
it is like at least half of it, and on average: a chain of neighbours is no story.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import combinations

from newsletter.gather.differing import differing
from newsletter.gather.telling import Mark, Telling, telling
from newsletter.model.item import Item, ItemId
from newsletter.model.story import Story
from newsletter.text.units import compatible

WINDOW = timedelta(days=4)  # between the first and the last report on one event
LIKE = 0.085  # how alike two items must be to start a story, from 0 to 1
LIKE_ON_AVERAGE = 0.05  # and how alike the items of two groups, to become one
UNDATED = 2.5  # an item without a date must be so much more alike
SAME_ROUND = 1.4  # two reports that both say "third round" are so much more alike
LONGER = 0.35  # what is lost of the likeness at the end of the window
ACROSS = 0.6  # figures, days and names alone make a pair more alike than words would let it be
SMOOTHING = 4.0  # so that two very short items are not alike by one word
MANY = 60  # a mark of more items than this says nothing; and it bounds the work
FEW = 60  # rarity among fewer items than this is judged as among so many


def stories(items: tuple[Item, ...], outlets: Mapping[str, str] | None = None) -> tuple[Story, ...]:
    """Every item in exactly one story, a story of one item included; the story with the newest item first.

    `outlets` names the sources as an editor knows them (by source id); where it has none, the id is shown. The same
    items give the same stories whatever their order.
    """
    told = sorted((telling(item) for item in items), key=_order)
    weights = _Weights(told)
    groups = _grouped(told, _pairs(told, weights))
    found = [(group, _story([told[at] for at in group], weights, outlets or {})) for group in groups]
    found.sort(
        key=lambda pair: (told[pair[0][-1]].when or told[pair[0][-1]].item.first_seen, pair[1].items), reverse=True
    )
    return tuple(story for _, story in found)


def _order(one: Telling) -> tuple[float, str]:
    return ((one.when or one.item.first_seen).timestamp(), one.item.id)


class _Weights:
    """How much each mark says among these items: its kind, times how rare it is."""

    def __init__(self, told: list[Telling]) -> None:
        self.count = Counter(key for one in told for key in one.marks)
        many = max(FEW, len(told))
        most = math.log(1 + many)
        self._rarity = {n: math.pow(math.log(1 + many / n) / most, 1.5) for n in set(self.count.values())}
        self._vectors = [{key: self.of(one, key) for key in one.marks} for one in told]
        self._lengths = [_length(vector.values()) for vector in self._vectors]
        self._firm_lengths = [_length(each for key, each in one.items() if key[0] != "w") for one in self._vectors]

    def of(self, one: Telling, key: str) -> float:
        return one.marks[key].weight * self._rarity[self.count[key]]

    def likeness(self, a: int, b: int, keys: Iterable[str], across: bool) -> float:
        """The cosine of the angle between two items; across languages, of what stands in both alike."""
        product = sum(self._vectors[a][key] * self._vectors[b][key] for key in keys)
        if across:
            return product / (self._firm_lengths[a] * self._firm_lengths[b]) * ACROSS
        return product / (self._lengths[a] * self._lengths[b])


def _length(weights: Iterable[float]) -> float:
    return math.sqrt(SMOOTHING + sum(weight * weight for weight in weights))


def _pairs(told: list[Telling], weights: _Weights) -> dict[tuple[int, int], float]:
    """How alike each two items are that share a telling mark and could be of one event."""
    holders: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(told):
        for key in one.marks:
            if 1 < weights.count[key] <= MANY:
                holders[key].append(at)
    shared: dict[tuple[int, int], list[str]] = defaultdict(list)
    for key, having in holders.items():
        for pair in _near_in_time(having, told):
            shared[pair].append(key)
    found = {}
    for (a, b), keys in shared.items():
        one, other = told[a], told[b]
        if len(keys) > 1 or one.language != other.language:
            keys = [key for key in keys if _is_one(key, one, other)]
            if _is_evidence(keys, one, other, weights) and _may_be_one(one, other):
                found[a, b] = weights.likeness(a, b, keys, across=one.language != other.language) * _nearness(
                    one, other
                )
    return found


def _near_in_time(having: list[int], told: list[Telling]) -> Iterator[tuple[int, int]]:
    """The pairs of these items that lie within the window; an undated one is near to all."""
    dated = [(at, when) for at in having if (when := told[at].when) is not None]
    for place, (a, when) in enumerate(dated):
        for b, then in dated[place + 1 :]:
            if then - when > WINDOW:
                break
            yield a, b
    for a in having:
        if told[a].when is None:
            yield from ((min(a, b), max(a, b)) for b in having if b > a or (b < a and told[b].when is not None))


def _is_one(key: str, one: Telling, other: Telling) -> bool:
    """Whether what both have under one key is one thing: 48 flights and 48 pictures are two."""
    if key[0] != "f":
        return True
    return compatible(one.marks[key].unit, other.marks[key].unit, one.language == other.language)


def _is_evidence(keys: list[str], one: Telling, other: Telling, weights: _Weights) -> bool:
    """Whether so many marks, of such kinds, can say that two items tell of one event."""
    words = sum(1 for key in keys if key[0] == "w")
    firm = len(keys) - words
    if one.language == other.language:
        return firm >= 2 or (firm == 1 and words >= 2) or words >= 4
    near = one.when is not None and other.when is not None and abs(one.when - other.when) < timedelta(days=1.5)
    return firm >= 2 or (near and any(key[:2] == "f:" and " " not in key and weights.count[key] <= 3 for key in keys))


def _may_be_one(one: Telling, other: Telling) -> bool:
    """Whether nothing says that they are two events."""
    if one.when is not None and other.when is not None and abs(one.when - other.when) > WINDOW:
        return False
    if one.round is None or other.round is None:
        return True
    return one.round[0] != other.round[0] or one.round[1] == other.round[1]


def _nearness(one: Telling, other: Telling) -> float:
    """What their dates, and the round they tell of, make of the likeness of two items."""
    bonus = SAME_ROUND if one.round is not None and one.round == other.round else 1.0
    if one.when is None or other.when is None:
        return bonus / UNDATED
    return bonus * (1 - LONGER * (abs(one.when - other.when) / WINDOW))


def _grouped(told: list[Telling], likeness: Mapping[tuple[int, int], float]) -> list[list[int]]:
    """The groups, as places in order; built from the most alike pair on."""
    group_of = list(range(len(told)))
    groups = {at: [at] for at in group_of}
    for (a, b), alike in sorted(likeness.items(), key=lambda pair: (-pair[1], pair[0])):
        if alike < LIKE:
            break
        first, second = group_of[a], group_of[b]
        if first == second or not _fit(groups[first], groups[second], told, likeness):
            continue
        for at in groups[second]:
            group_of[at] = first
        groups[first] = sorted(groups[first] + groups.pop(second))
    return list(groups.values())


def _fit(one: list[int], other: list[int], told: list[Telling], likeness: Mapping[tuple[int, int], float]) -> bool:
    """Whether two groups are of one event: no two items contradict, half of the pairs are alike, and so on average."""
    crossing = [(a, b) for a in one for b in other]
    if not all(_may_be_one(told[a], told[b]) for a, b in crossing):
        return False
    alike = [likeness.get((a, b) if a < b else (b, a), 0.0) for a, b in crossing]
    return 2 * sum(1 for each in alike if each) >= len(alike) and sum(alike) / len(alike) >= LIKE_ON_AVERAGE


def _story(group: list[Telling], weights: _Weights, outlets: Mapping[str, str]) -> Story:
    ids = tuple(one.item.id for one in group)
    if len(group) == 1:
        return Story(ids, "")
    return Story(
        items=ids,
        why=_why(group, weights),
        shared=tuple(mark.shown for key, mark in _shared_by_most(group, weights) if key[0] != "w"),
        differing=differing(group, outlets),
    )


def _shared_by_most(group: list[Telling], weights: _Weights) -> list[tuple[str, Mark]]:
    """What more than half of the items have, the most telling first."""
    having = Counter(key for one in group for key in one.marks)
    first = {key: next(one for one in group if key in one.marks) for key, n in having.items() if n * 2 > len(group)}
    keys = sorted(first, key=lambda key: (-weights.of(first[key], key), key))
    return [(key, first[key].marks[key]) for key in keys]


def _why(group: list[Telling], weights: _Weights) -> str:
    sources = {one.item.entry.source for one in group}
    who = f"{len(sources)} outlets" if len(sources) > 1 else f"{len(group)} reports of one outlet"
    if percent := _share(group):
        return f"same story: {who}, {percent} % of names and figures shared"
    words = [mark.shown for key, mark in _shared_by_most(group, weights) if key[0] == "w"]
    return f"same story: {who}, the same words: {', '.join(words[:5])}" if words else f"same story: {who}"


def _share(group: list[Telling]) -> int:
    """How much of its names and figures an item of the story has in common with another one, on average, in percent."""
    marks = [{key for key in one.marks if key[0] in "nfy"} for one in group]
    shares = [len(a & b) / min(len(a), len(b)) for a, b in combinations(marks, 2) if a and b]
    return round(100 * sum(shares) / len(shares)) if shares else 0


def story_of(found: Iterable[Story]) -> dict[ItemId, Story]:
    """The story of each item, by the item's id."""
    return {item: story for story in found for item in story.items}
