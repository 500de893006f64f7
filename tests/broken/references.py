"""Names of sections, people, items and pictures that lead nowhere, or stand twice."""

from __future__ import annotations

from tests.breaking import (
    FOLDER,
    ITEMS,
    NAMES,
    NUMBER,
    OPENING,
    PEOPLE,
    READ_MORE,
    SCHEDULE,
    Told,
    added,
    body,
    case,
    line,
    removed,
    swapped,
    written,
)

REFERENCES = (
    case(
        "an unknown kind of section",
        line(SCHEDULE, "kind: question", "  - kind: qestion"),
        Told(SCHEDULE, "qestion", "'qestion' is no kind of section", "did you mean 'question'?"),
    ),
    case(
        "a kind of section that is like none",
        line(SCHEDULE, "kind: question", "  - kind: zzzz"),
        Told(SCHEDULE, "zzzz", "'zzzz' is no kind of section", "the kinds are"),
    ),
    case(
        "a section twice in the order",
        line(SCHEDULE, "kind: question", "  - kind: number #"),
        Told(SCHEDULE, "number #", "'number' stands in the order twice", "keep one"),
    ),
    case(
        "sections without the opening",
        line(SCHEDULE, "kind: opening", "  - kind: note"),
        line(SCHEDULE, "kind: note", "  - kind: note"),
        swapped(SCHEDULE, "  - kind: note\n    words: { max: 80 }\n", ""),
        Told(SCHEDULE, "sections:", "the sections leave out the opening", "- kind: opening"),
    ),
    case(
        "a member of the team in no city of ours",
        line(SCHEDULE, "city: New York", "    city: New Yrok"),
        Told(SCHEDULE, "Yrok", "'New Yrok' is none of the cities above", "did you mean 'New York'?"),
    ),
    case(
        "two of the team with one id",
        line(SCHEDULE, "id: daniel", "  - id: mei #"),
        Told(SCHEDULE, "mei #", "'mei' is the id of two people", "give each their own"),
    ),
    case(
        "two people with one id",
        added(PEOPLE, "\n- id: lin-yue #\n  name: Lin Yue\n"),
        Told(PEOPLE, "lin-yue #", "'lin-yue' is the id of two entries", "the other is on line 3"),
    ),
    case(
        "two items with one id",
        added(ITEMS, "\n- {id: joint-readout, outlet: A, title: B, url: https://example.org, rights: ours}\n"),
        Told(ITEMS, "{id:", "'joint-readout' is the id of two entries", "the other is on line"),
    ),
    case(
        "a preferred name twice",
        added(NAMES, "\n- name: Ningbo #\n"),
        Told(NAMES, "Ningbo #", "'Ningbo' is the name of two entries", "rename this one or remove it"),
    ),
    case(
        "an author nearly named",
        line(READ_MORE, "author:", "author: lin-yu"),
        Told(READ_MORE, "author:", "no card in content/people.yaml has the id 'lin-yu'", "did you mean 'lin-yue'?"),
    ),
    case(
        "an author nobody knows",
        line(READ_MORE, "author:", "author: qqqqq"),
        Told(READ_MORE, "author:", "no card in content/people.yaml has the id 'qqqqq'", "add a card with this id"),
    ),
    case(
        "an author by name",
        line(READ_MORE, "author:", "author: Lin Yue"),
        Told(READ_MORE, "author:", "'Lin Yue' is not a name of this kind", "use small letters, digits"),
    ),
    case(
        "a mark nearly named",
        body("They left with a calendar.[^joint-raedout]"),
        Told(OPENING, "raedout", "no item of this issue has the id 'joint-raedout'", "did you mean 'joint-readout'?"),
    ),
    case(
        "a mark nobody knows",
        body("They left with a calendar.[^zzz]"),
        Told(OPENING, "zzz", "no item of this issue has the id 'zzz'", f"add an entry with this id to {ITEMS}"),
    ),
    case(
        "a mark in capitals",
        body("They left with a calendar.[^Joint_Readout]"),
        Told(OPENING, "Joint_R", "the mark [^Joint_Readout] does not name an id", "did you mean [^joint-readout]?"),
    ),
    case(
        "the source of a number nearly named",
        line(NUMBER, "source:", "source: joint-readuot"),
        Told(NUMBER, "source:", "no item of this issue has the id 'joint-readuot'", "did you mean 'joint-readout'?"),
    ),
    case(
        "an item of a blurb nearly named",
        line(READ_MORE, "author:", "author: lin-yue\nitems: [campus-survey, campus-servey]"),
        Told(READ_MORE, "items:", "no item of this issue has the id 'campus-servey'", "did you mean 'campus-survey'?"),
    ),
    case(
        "an owner nearly named",
        line(OPENING, "opening:", "  opening: meo"),
        Told(OPENING, "opening: meo", "no one of the team has the id 'meo'", "did you mean 'mei'?"),
    ),
    case(
        "an owner of a section that cannot be",
        line(OPENING, "opening:", "  opening: mei\n  numbr: mei"),
        Told(OPENING, "numbr:", "there is no section 'numbr'", "did you mean 'number'?"),
    ),
    case(
        "an order with an unknown section",
        written(
            OPENING, "---\nnumber: 1\ndate: 2026-11-27\nsubject: A\npreheader: B\nsections: [opening, numbr]\n---\n"
        ),
        *(removed(f"{FOLDER}/{name}.md") for name in ("beyond-1", "beyond-2", "catchup", "correction", "insight")),
        *(removed(f"{FOLDER}/{name}.md") for name in ("question", "quote", "read-more", "replies", "video")),
        Told(OPENING, "sections:", "there is no section 'numbr' in this issue", "did you mean 'number'?"),
    ),
    case(
        "an order that leaves a section out, and one that names it twice",
        written(
            OPENING,
            "---\nnumber: 1\ndate: 2026-11-27\nsubject: A\npreheader: B\nsections:\n"
            "  - opening\n  - number\n  - number #\n---\n",
        ),
        *(removed(f"{FOLDER}/{name}.md") for name in ("beyond-1", "beyond-2", "catchup", "correction", "insight")),
        *(removed(f"{FOLDER}/{name}.md") for name in ("quote", "read-more", "replies", "video")),
        Told(OPENING, "sections:", "the order leaves out 'question', whose file is there", "add it to sections"),
        Told(OPENING, "number #", "'number' stands in the order twice", "keep one"),
    ),
    case(
        "a blurb whose file has an unknown name",
        written(f"{FOLDER}/nubmer.md", "---\nvalue: 9\n---\n"),
        Told(f"{FOLDER}/nubmer.md", 0, "'nubmer' is no kind of blurb", "did you mean 'number'?"),
    ),
    case(
        "a blurb whose file's name is like none",
        written(f"{FOLDER}/zzzz.md", "---\nvalue: 9\n---\n"),
        Told(f"{FOLDER}/zzzz.md", 0, "'zzzz' is no kind of blurb", "name the file after its kind"),
    ),
    case(
        "a blurb of an unknown kind",
        line(NUMBER, "value:", "kind: numer\nvalue: 90"),
        Told(NUMBER, "kind:", "'numer' is no kind of blurb", "did you mean 'number'?"),
    ),
    case(
        "an opening in a file of its own",
        written(f"{FOLDER}/opening.md", "---\n---\n"),
        Told(f"{FOLDER}/opening.md", 0, "the opening stands in issue.md", "move its text there"),
    ),
    case(
        "a blurb of a kind that the publication has not",
        swapped(SCHEDULE, "  - kind: note\n    words: { max: 80 }\n", ""),
        written(f"{FOLDER}/note.md", "---\ntitle: A\n---\nB\n"),
        Told(f"{FOLDER}/note.md", 0, "the publication has no section 'note'", "add it to sections in schedule.yaml"),
    ),
    case(
        "a picture nearly named",
        line(READ_MORE, "file:", "  file: qay.png"),
        Told(READ_MORE, "file:", "there is no picture 'qay.png'", "did you mean 'quay.png'?"),
    ),
    case(
        "a picture that is not there",
        line(READ_MORE, "file:", "  file: zzzzzzzzzz.jpg"),
        Told(READ_MORE, "file:", "there is no picture 'zzzzzzzzzz.jpg'", "put the file there, or remove the picture"),
    ),
    case(
        "a picture outside the issue's folder",
        line(READ_MORE, "file:", "  file: ../../../../schedule.yaml"),
        Told(READ_MORE, "file:", "there is no picture '../../../../schedule.yaml'", "put the file there"),
    ),
)
