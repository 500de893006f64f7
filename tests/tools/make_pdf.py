"""Writes seeds/documents/spare-parts-briefing.pdf: a plain one-page PDF whose text is hard-wrapped at 119 characters.

Run: python -m tests.tools.make_pdf. The same text gives the same bytes.

Each line is its own text object and ends in a space; a line that holds one space stands between paragraphs; the title
stands between padding lines. Lines break at spaces and behind real hyphens, and two of them do end in a hyphen.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

WIDTH = 119  # characters of a line, without the space that ends it
OUT = Path(__file__).parents[2] / "seeds" / "documents" / "spare-parts-briefing.pdf"

TITLE = "Spare Parts and Short Truces"

PARAGRAPHS = (
    "This past week the secretariat spoke to forty-one small manufacturers on both shores about the parts they keep "
    "in stock.  The conversations were informal and the sample is not a representative one.  They point in the same "
    "direction all the same: since the first of the tariff pauses, firms with fewer than fifty employees have come to "
    "treat the storeroom as their foreign ministry, and they pay for it as other people pay for insurance.",
    "The mechanism is plain.  A bearing that costs nine dollars today may cost eleven in spring, or may need a "
    "licence, or may be on its way back to nine.  A large buyer can hedge.  A workshop buys two.  Of all the owners we "
    "asked, twenty-nine hold more than ninety days of critical parts, against seven three years ago, and the median "
    "value of the shelf has gone from four to eleven per cent of a year’s sales.  “We used to keep spares for the "
    "machines,” one owner said.  “Now we keep them for the negotiators.”",
    "Three effects deserve attention.  First, working capital is tied up where it earns nothing.  Six of the firms "
    "had put off hiring, and two had put off a second shift.  Secondly, stocks are bought in bursts.  Orders rise in "
    "the fortnight before a pause is due to end and collapse in the fortnight after it has been extended, so that the "
    "makers of the parts, who are often small firms themselves, now see a seasonal trade in goods that have no "
    "season.  Thirdly, knowledge goes out of date on the shelf.  A control board bought in 2024 will fit a machine of "
    "that year; whether it will fit the machine that is delivered in 2027 is anybody’s guess.",
    "Banks have noticed.  Four regional lenders told us that they accept spare parts as security, at about a third of "
    "their price.  One keeps a retired toolmaker on a retainer, who visits borrowers and tells the credit committee "
    "what the boxes are worth.  He reports that he has twice been offered a job, and once a box.",
    "Distributors tell the other half of the story.  Three of the five we reached have closed branch warehouses, "
    "because their customers now hold what they used to hold, and two have begun to buy parts back from those same "
    "customers at a discount.  None expects to return to the old just-in-time habits soon.  “It took us twenty years "
    "to teach them not to keep stock,” one manager said, “and one spring to teach them the opposite.”",
    "The secretariat draws no conclusion about tariff policy, on which members differ.  It does see merit in three "
    "practical steps that would not need a treaty.  A joint register of discontinued parts would spare firms on both "
    "sides from buying for eternity.  A common form for returning unused components, free of duty and within a year, "
    "would let stocks flow back.  And a fixed rule on how many days before its end a pause must be extended, or "
    "allowed to lapse, would cost the governments nothing but their favourite moment, which is the last-minute "
    "signature.",
    "Members are asked to send comments on this paper, and in particular any figures of their own on long-term "
    "stocks, war-risk premiums and third-country suppliers, in time for the next meeting.  A short-notice survey of "
    "two hundred firms could follow if the round-table agrees to share its cost.",
)


def lines() -> list[str]:
    """The page, line by line, as a careless converter would have typed it."""
    page = [" ", " ", f"          {TITLE}          ", " ", " "]
    for paragraph in PARAGRAPHS:
        wrapped = textwrap.wrap(paragraph, WIDTH, break_on_hyphens=True, fix_sentence_endings=False)
        page += [f"{line} " for line in wrapped] + [" "]
    return page


def text_operators(page: list[str]) -> bytes:
    """A content stream: one line of text after another, in WinAnsi."""
    shown = []
    for line in page:
        octets = line.encode("cp1252")
        escaped = octets.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
        shown.append(b"(" + escaped + b") Tj T*")
    return b"BT /F1 9 Tf 14 TL 56 780 Td\n" + b"\n".join(shown) + b"\nET"


def pdf(stream: bytes) -> bytes:
    """A PDF 1.4 file of one A4 page with a standard font; every object's place stands in the table at its end."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
    )
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


if __name__ == "__main__":
    OUT.write_bytes(pdf(text_operators(lines())))
