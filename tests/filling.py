"""Files of a publication with words in every field: a word of its own for each, or a hostile text for all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from newsletter.model.item import CitedItem
from newsletter.model.kinds import KINDS, Picture, Refers
from newsletter.model.people import Person
from newsletter.model.shape import EmailAddress, Line, Url, Words
from newsletter.model.urls import parse_url
from newsletter.publication import yamlfile
from newsletter.publication.schedule import Schedule
from newsletter.text.typography import typeset
from tests.conftest import ISSUE, ROOT

SITE = "https://focus.example.org"
FOLDER = f"content/issues/{ISSUE}"
PICTURE = "quay.png"  # in the sample issue's images/
FRAME = yamlfile.read((ROOT / "templates/frame/en.yaml").read_text("utf-8")).value
SHOWN_KINDS = sorted(kind for kind in KINDS if (ROOT / f"templates/email/{kind}.mjml").exists())
# Ten characters or more each, so that no template chooses the size it keeps for short numbers.
HOSTILE = {
    "straight quotes": """She said "it's 'fine'", didn't she? '90s 5'10\"""",
    "curly quotes": "“Schon” ‘gut’ «déjà» „ja“ ‚so‘ 「好」",
    "a script": '"><script>window.hit=1;alert(1)</script>',
    "a picture that fails": '<img src=x onerror="window.hit=1">',
    "an attribute": "' onmouseover='window.hit=1' autofocus onfocus=window.hit=1 x='",
    "the end of a style": "</style><script>window.hit=1</script>",
    "the end of a title": "</title></head><body onload=window.hit=1><plaintext>",
    "an svg": "<svg/onload=window.hit=1><math><mi//xlink:href='javascript:window.hit=1'>",
    "Jinja": "{{ 7*7 }} {{ lang }} {# note #} {% raw %} {% endraw %} {% if %}",
    "placeholders": "@@t41@@ @@h3c623e41@@ @@sgreeting@@ @@sunsubscribe_url@@ @@",
    "backslashes": '\\u{41} \\u{200d} C:\\new\\table \\\\server\\ \\x41 \\" \\',
    "entities": "&amp; &lt;b&gt; &#60; &quot; &nbsp &copy",
    "a pattern": "{number} {date} %s %(x)s ${x}",
    "Markdown": "# > - 1. **b** _i_ `c` ``d`` [a](x) ![x](y) [^joint-readout]",
    "MJML": "</mj-text></mj-column><mj-raw><mj-section>",
    "a comment": "--> <!-- ]]> <![CDATA[x]]> <![endif]--> <!--[if mso]>",
    "schemes": "javascript:alert(1) data:text/html,<b> mailto:x",
    "the address of a picture": 'of images/0123456789abcdef0123.png and src="images/0123456789abcdef0123.jpg"',
    "joiners": "👩‍💻 ❤️ 🏳️‍🌈 1️⃣ 👨‍👩‍👧‍👦 🇩🇪 e\u0301a\u0308 Z\u0337a\u0334l\u0335g\u0321o\u0322",
    "odd spaces": "10\u00a0000\u202fkm\u2003wide\u3000space so\u00adft ze\u200bro word\u2060joiner \ufeffmark",
    "a long word": "W" * 4000,
    "a long word of emoji": "👩‍💻" * 300,
    "right to left": 'قال "١٢٣" (2026) في 14:30 "نعم"; הוא אמר "שלום" 1948–2026, 50%',
    "overrides": "\u202eevil\u202c \u2066one\u2069 \u200fmark",
    "Chinese": "他说：“好”，\"再见\" '嗯'（1）。" + "「你好」，" * 200,
}


@dataclass
class Filling:
    """What the fields are filled with: each its own word, or the hostile text; and what is to be seen for each word."""

    hostile: str | None
    seen: dict[str, str] = field(default_factory=dict)  # word -> what is seen in its place

    def _word(self, seen: str | None) -> str:
        word = f"zq{len(self.seen):04}qz"
        self.seen[word] = word if seen is None else seen
        return word

    def line(self, behind: str = "") -> str:
        """Text that is set in type."""
        word = self._word(None if self.hostile is None else typeset(self.hostile + behind, "en").removesuffix(behind))
        return (word if self.hostile is None else self.hostile) + behind

    def words(self) -> str:
        """Text that is shown as it was written."""
        word = self._word(self.hostile)
        return word if self.hostile is None else self.hostile

    def url(self) -> str:
        word = f"zq{len(self.seen):04}qz"
        path = f"{word}/it's(1)*?a=1&lt;b=@@t41@@&c={{{{7*7}}}}&d=%22#é"
        self._word(None if self.hostile is None else parse_url(f"{SITE}/{path}").removeprefix(f"{SITE}/"))
        return f"{SITE}/{word if self.hostile is None else path}"

    def mailbox(self) -> str:
        local = "o'h&x=1?{y}%3C"
        word = self._word(None if self.hostile is None else local)
        return f"{word if self.hostile is None else local}@example.org"

    def of(self, hint: Any, example: str = "") -> Any:
        """A value for a field of this type, as a file would say it."""
        if hint == Line:
            return self.line()
        if hint == Words:
            return self.words()
        if hint == Url:
            return self.url()
        if hint == EmailAddress:
            return self.mailbox()
        if hint is Picture:
            return self.shape(Picture, file=PICTURE)
        if get_origin(hint) is Annotated:
            base, *notes = get_args(hint)
            refers = next((one.to for one in notes if isinstance(one, Refers)), None)
            if refers:
                return {"person": "someone", "item": "something"}[refers]
            return self.of(base, example) if is_dataclass(base) else example
        if get_origin(hint) is tuple:
            return [self.of(get_args(hint)[0], example) for _ in range(2)]
        if is_dataclass(hint):
            return self.shape(hint)
        inner = next((one for one in get_args(hint) if one is not type(None)), None)
        return self.of(inner, example) if inner else example

    def shape(self, shape: Any, **given: str) -> dict[str, Any]:
        """Every field of a shape but those given."""
        hints = get_type_hints(shape, include_extras=True)
        return {
            one.name: given.get(one.name) or self.of(hints[one.name], one.metadata.get("example", ""))
            for one in fields(shape)
            if given.get(one.name) != ""
        }

    def body(self) -> str:
        """A body with the text among words, in emphasis, in a link and in code; two inlines part only by a line end."""
        escaped = [in_markdown(self.line()) for _ in range(3)]
        fence = "`" * (max(map(len, re.findall("`+", self.hostile or "")), default=0) + 1)
        code = f"{fence} {self.words()} {fence}"
        return "\n\n".join(
            [
                f"{escaped[0]} words[^something]",
                f"*{escaped[1]}*\n**strong**\n{code}",
                f"- [{escaped[2]}]({in_markdown(self.url())})\n- end",
            ]
        )


def in_markdown(text: str) -> str:
    """The text with a backslash before everything that means something in Markdown."""
    return re.sub(r"[\\`*_{}\[\]()>#+.!<&'\"-]", r"\\\g<0>", text)


def as_yaml(value: Any) -> str:
    """The value in YAML's flow style, every text in double quotes."""
    match value:
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return f"[{', '.join(map(as_yaml, value))}]"
    return "{" + ", ".join(f"{key}: {as_yaml(inner)}" for key, inner in value.items()) + "}"


def fill_publication(root: Path, filling: Filling) -> tuple[str, ...]:
    """Writes every file of the publication anew: one section of each kind there are templates for.

    What comes back are the words of the fields, those of the standing texts left out.
    """
    schedule: Any = yamlfile.read((ROOT / "schedule.yaml").read_text("utf-8")).value
    hints = get_type_hints(Schedule, include_extras=True)
    schedule = {**schedule} | {name: filling.line() for name, hint in hints.items() if hint in (Line, Line | None)}
    schedule["greeting"] = {"plain": filling.line(), "named": filling.line(" {name},")}
    schedule["sender"] = {**schedule["sender"], "name": filling.words()}
    schedule["sections"] = [{"kind": kind} for kind in SHOWN_KINDS]
    (root / "schedule.yaml").write_text(as_yaml(schedule), "utf-8")
    (root / "content/people.yaml").write_text(as_yaml([filling.shape(Person, id="someone")]), "utf-8")
    item = filling.shape(CitedItem, id="something", rights="ours", published="2026-11-24", updated="", text_digest="")
    issue = root / FOLDER
    (issue / "items.yaml").write_text(as_yaml([item]), "utf-8")
    for old in issue.glob("*.md"):
        old.unlink()
    for kind in SHOWN_KINDS:
        shape = KINDS[kind]
        if kind == "opening":
            matter: dict[str, Any] = {
                "number": "128",
                "date": ISSUE,
                "subject": filling.line(),
                "preheader": filling.line(),
            }
            matter |= filling.shape(shape, greeting="")  # the own greeting would hide the usual ones
        else:
            matter = {"heading": filling.line(), "items": ["something"]} | filling.shape(shape)
        name = "issue" if kind == "opening" else kind
        (issue / f"{name}.md").write_text(f"---\n{as_yaml(matter)}\n---\n{filling.body()}\n", "utf-8")
    words = tuple(filling.seen)
    frame = root / "templates/frame/en.yaml"
    frame.parent.mkdir(parents=True, exist_ok=True)
    frame.write_text(as_yaml(frame_texts(filling)), "utf-8")
    return words


def frame_texts(filling: Filling) -> dict[str, str]:
    """The standing texts, each with its patterns; a text with braces, which would be a pattern, stays out of them."""
    assert isinstance(FRAME, dict)
    texts = {key: str(text) for key, text in FRAME.items() if key != "direction" and not key.startswith("date_")}
    fit = Filling(None, filling.seen) if re.search("[{}]", filling.hostile or "") else filling
    return {key: " ".join([fit.words(), *re.findall(r"\{\w+\}", text)]) for key, text in texts.items()}
