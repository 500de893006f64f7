"""Draws the sample's pictures: calm, flat scenes in the publication's palette. Run: python -m tests.tools.draw_pictures

Everything is drawn three times as large and reduced, so that edges are smooth; the same script gives the same scenes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

SCALE = 3
ISSUES = Path(__file__).parents[2] / "content" / "issues"

PAPER, INK, ACCENT = "#f4f1ea", "#1c1a17", "#a3231f"
NIGHT, DEEP, BLUE, SLATE = "#141b26", "#1b2838", "#27384d", "#3a4a5f"
DUSK, ROSE, EMBER, SUN = "#6b5154", "#9a6252", "#c98a5e", "#f2bd8b"
LAMP = "#f6d9a8"

Point = tuple[float, float]


class Scene:
    """A picture in its own coordinates, drawn large."""

    def __init__(self, width: int, height: int, ground: str) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), ground)
        self.pen = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, width: float, height: float, fill: str, round_by: float = 0) -> None:
        corners = [x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1]
        self.pen.rounded_rectangle(corners, round_by * SCALE, fill=fill)

    def shape(self, points: Sequence[Point], fill: str) -> None:
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def line(self, points: Sequence[Point], fill: str, width: float) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.pen.line(scaled, fill=fill, width=round(width * SCALE), joint="curve")

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        self.oval(x, y, radius, radius, fill)

    def oval(self, x: float, y: float, across: float, down: float, fill: str) -> None:
        box = [(x - across) * SCALE, (y - down) * SCALE, (x + across) * SCALE, (y + down) * SCALE]
        self.pen.ellipse(box, fill=fill)

    def sky(self, top: float, bottom: float, colours: Sequence[str], bands: int) -> None:
        """Flat bands from the first colour to the last."""
        for band in range(bands):
            y = top + (bottom - top) * band / bands
            self.box(0, y, self.width, (bottom - top) / bands + 1, blend(colours, band / (bands - 1)))

    def save(self, path: Path, colours: int = 240) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        small = self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        small.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
        print(f"{path.relative_to(ISSUES)}: {path.stat().st_size / 1000:.1f} kB")


def blend(colours: Sequence[str], at: float) -> str:
    """The colour at a place between 0 and 1 along a row of colours."""
    place = at * (len(colours) - 1)
    first = min(int(place), len(colours) - 2)
    one, two = (tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in (colours[first], colours[first + 1]))
    mixed = (round(a + (b - a) * (place - first)) for a, b in zip(one, two, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def curve(start: Point, bend: Point, end: Point, steps: int = 40) -> list[Point]:
    """A quadratic curve as points."""
    points = []
    for step in range(steps + 1):
        t = step / steps
        x = (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * bend[0] + t**2 * end[0]
        y = (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * bend[1] + t**2 * end[1]
        points.append((x, y))
    return points


def table() -> None:
    """124: a long table laid for two, before tall windows on an evening sea."""
    s = Scene(1152, 560, "#231f1e")
    for x in (96, 346, 596, 846):  # windows
        s.box(x - 8, 44, 226, 306, "#171413")
        horizon = 252
        pane = Scene(210, 290, NIGHT)
        pane.sky(0, horizon - 52, (DEEP, SLATE, DUSK, EMBER), 11)
        pane.box(0, horizon - 52, 210, 150, "#202c3b")
        if x == 596:
            pane.disc(104, horizon - 76, 30, SUN)
            pane.box(0, horizon - 52, 210, 150, "#202c3b")
            for row, half in enumerate((34, 24, 30, 16, 10)):
                pane.box(104 - half, horizon - 44 + row * 15, half * 2, 3, blend((EMBER, "#202c3b"), row / 7))
        if x == 846:
            pane.shape([(118, horizon - 54), (176, horizon - 54), (168, horizon - 42), (126, horizon - 42)], NIGHT)
            pane.box(128, horizon - 66, 12, 12, NIGHT)
        s.image.paste(pane.image, (x * SCALE, 52 * SCALE))
        s.box(x + 103, 52, 4, 290, "#171413")
        s.box(x, 170, 210, 4, "#171413")
    s.box(0, 386, 1152, 174, "#191615")  # floor
    s.box(0, 386, 1152, 4, "#141110")
    wood = "#5a4438"
    for side, x in ((-1, 214), (1, 938)):  # two chairs, far apart, each turned to the other
        s.line([(x + side * 30, 510), (x + side * 26, 424), (x + side * 40, 286)], wood, 10)
        s.box(x - 36, 418, 66 if side > 0 else 72, 13, wood, 4)
        s.line([(x - side * 30, 428), (x - side * 32, 510)], wood, 9)
        s.shape([(x + side * 26, 404), (x + side * 40, 280), (x + side * 50, 280), (x + side * 38, 412)], ACCENT)
    s.box(276, 440, 16, 92, "#0f0d0c")
    s.box(860, 440, 16, 92, "#0f0d0c")
    s.shape([(300, 376), (852, 376), (900, 412), (252, 412)], PAPER)  # cloth
    s.box(252, 412, 648, 34, "#d9d2c3")
    s.shape([(541, 376), (611, 376), (616, 412), (536, 412)], "#b8332d")  # runner
    s.box(536, 412, 80, 34, ACCENT)
    for x in (336, 796):  # two glasses
        s.shape([(x, 354), (x + 20, 354), (x + 17, 396), (x + 3, 396)], "#9fb0bb")
        s.shape([(x + 1.5, 372), (x + 18.5, 372), (x + 17, 396), (x + 3, 396)], "#d5e0e4")
    s.save(ISSUES / "2026-10-30" / "images" / "table.png")


def listener(s: Scene, x: float, y: float, turn: int) -> None:
    """Head and shoulders with headphones, looking down at a microphone; turn is -1 or 1."""
    s.shape(
        curve((x - 74, y + 112), (x - 66, y + 30), (x, y + 34))
        + curve((x, y + 34), (x + 66, y + 30), (x + 74, y + 112)),
        INK,
    )
    s.box(x - 13, y + 6, 26, 36, INK)
    s.oval(x, y - 20, 33, 39, INK)
    s.pen.arc(
        [(x - 41) * SCALE, (y - 68) * SCALE, (x + 41) * SCALE, (y + 20) * SCALE], 180, 360, fill=ACCENT, width=7 * SCALE
    )
    s.box(x - 45, y - 36, 14, 34, ACCENT, 6)
    s.box(x + 31, y - 36, 14, 34, ACCENT, 6)
    s.line([(x + turn * 96, y + 112), (x + turn * 88, y + 50), (x + turn * 52, y + 22)], "#4d4238", 5)
    s.disc(x + turn * 50, y + 20, 9, "#4d4238")


def booths() -> None:
    """125: two lit booths above a dark hall, and the backs of the rows."""
    s = Scene(1152, 648, "#16202d")
    s.sky(0, 460, ("#10161f", "#172130", "#1a2635"), 6)
    for x, turn in ((118, 1), (690, -1)):
        s.shape(
            [(x - 20, 330), (x + 364, 330), (x + 424, 648), (x - 80, 648)], "#1a2534"
        )  # light that falls into the hall
        s.box(x - 18, 82, 380, 262, "#0c1118", 6)
        for band in range(8):
            s.box(x, 100 + band * 28, 344, 29, blend(("#f6dcae", "#eebf88", "#d99a66"), band / 7))
        listener(s, x + 172, 212, turn)
        s.box(x - 18, 324, 380, 34, "#0c1118", 4)
        s.box(x + 154, 337, 36, 8, ACCENT, 4)
    for row, (y, gap, size, colour) in enumerate(
        ((470, 92, 24, "#0f151d"), (540, 112, 32, "#0c1017"), (624, 140, 42, "#090c12"))
    ):
        start = -20 + row * 37
        for at in range(14):
            x = start + at * gap
            s.disc(x, y, size, colour)
            s.box(x - size * 1.55, y + size * 0.85, size * 3.1, 200, colour, size * 0.9)
    s.save(ISSUES / "2026-11-06" / "images" / "booths.png")


def tree(s: Scene, x: float, ground: float, light: str, dark: str) -> None:
    """A round tree with a short trunk."""
    s.shape([(x - 10, ground), (x - 5, ground - 90), (x + 5, ground - 90), (x + 10, ground)], "#0a0d11")
    for dx, dy, radius in ((-34, -92, 34), (36, -94, 34), (0, -104, 42), (-18, -136, 32), (20, -138, 30)):
        s.disc(x + dx, ground + dy, radius, dark)
    for dx, dy, radius in ((-30, -100, 24), (26, -104, 24), (0, -116, 30), (-10, -142, 22), (14, -144, 20)):
        s.disc(x + dx, ground + dy, radius, light)


def laboratory() -> None:
    """126: a low laboratory by night with a lit door at each end, and two paths that meet at one tree."""
    s = Scene(1152, 560, NIGHT)
    s.sky(0, 340, ("#131b27", "#1b2737", "#2a394c", "#4b4c58"), 12)
    dots = random.Random(7)
    for _ in range(46):
        s.disc(dots.uniform(10, 1142), dots.uniform(8, 190), dots.choice((1.0, 1.3, 1.8)), "#9fa9b3")
    s.disc(905, 96, 34, "#efe4cc")
    s.disc(891, 88, 31, blend(("#131b27", "#1b2737", "#2a394c", "#4b4c58"), 0.22))
    s.shape([*curve((0, 322), (260, 250), (560, 322)), (560, 360), (0, 360)], "#1d2632")
    s.shape([*curve((480, 322), (860, 238), (1152, 306)), (1152, 360), (480, 360)], "#1d2632")
    s.box(0, 340, 1152, 220, "#10161e")
    for side, door in ((-1, 284), (1, 868)):  # two paths, wide at the doors, that meet at the tree
        outer = curve((door + side * 30, 366), (door - side * 20, 486), (576 + side * 6, 540))
        inner = curve((576 - side * 4, 522), (door - side * 96, 470), (door - side * 28, 366))
        s.shape(outer + inner, "#3d3733")
    s.box(206, 226, 740, 140, "#0c1118")
    s.shape([(190, 226), (962, 226), (938, 204), (214, 204)], "#0a0e14")
    s.box(560, 150, 32, 56, "#0a0e14")  # chimney
    for at in range(5):  # one lit window, four dark
        x = 372 + at * 88
        s.box(x, 262, 56, 40, "#f0c58c" if at == 3 else "#1e2a39")
        s.box(x + 26, 262, 4, 40, "#0c1118")
    for x in (256, 840):
        s.box(x, 262, 56, 104, LAMP)
        s.box(x + 6, 268, 44, 98, "#f3c98c")
        s.disc(x + (14 if x > 500 else 42), 318, 3.5, ACCENT)
        s.box(x - 8, 254, 72, 8, ACCENT)
    s.oval(576, 532, 108, 13, "#0b0f15")
    tree(s, 576, 534, "#2a3a40", "#23313a")
    s.save(ISSUES / "2026-11-13" / "images" / "laboratory.png")


def anchored(s: Scene, x: float, y: float, size: float, colour: str, cargo: str) -> None:
    """A ship seen from the side, with cargo and a riding light."""
    s.shape([(x, y), (x + 190 * size, y), (x + 176 * size, y + 24 * size), (x + 18 * size, y + 24 * size)], colour)
    s.box(x + 16 * size, y - 38 * size, 34 * size, 38 * size, colour)
    s.box(x + 26 * size, y - 54 * size, 8 * size, 18 * size, colour)
    s.box(x + 62 * size, y - 16 * size, 104 * size, 16 * size, cargo)
    s.box(x + 96 * size, y - 29 * size, 46 * size, 13 * size, cargo)
    s.line([(x + 178 * size, y), (x + 178 * size, y - 34 * size)], colour, 2.4 * size)
    s.disc(x + 178 * size, y - 37 * size, 3.4 * size, LAMP)


def pilot() -> None:
    """127: a pilot boat with a lit cabin heading out at dusk towards a row of anchored ships."""
    s = Scene(1152, 648, NIGHT)
    s.sky(0, 330, ("#1a2636", "#2c3b50", "#5a4c57", "#9a6252", "#cf9263"), 15)
    s.disc(804, 322, 58, SUN)
    s.box(0, 330, 1152, 318, "#202d3d")
    for band in range(8):
        s.box(0, 330 + band * 40, 1152, 41, blend(("#2b3a4c", "#1d2939", "#141c28"), band / 7))
    for row, half in enumerate((66, 44, 58, 34, 22, 12)):
        s.box(804 - half, 340 + row * 17, half * 2, 4, blend((EMBER, "#4a4650", "#1f2a38"), row / 6))
    for x, y, size, cargo in (
        (46, 318, 0.62, "#4a3a3c"),
        (232, 322, 0.8, "#7a2a26"),
        (452, 317, 0.58, "#3d4656"),
        (934, 321, 0.76, "#3d4656"),
        (640, 316, 0.5, "#5a3b38"),
        (1090, 317, 0.56, "#7a2a26"),
    ):
        anchored(s, x, y, size, "#131922", cargo)
    for reach, y in ((170, 562), (270, 580), (210, 600)):  # wake
        s.line(curve((300, y - 4), (300 - reach * 0.5, y - 2), (300 - reach, y + 6)), "#5d6b7a", 4)
    hull = [(250, 520), (600, 508), (640, 498), (598, 566), (284, 572)]
    s.shape(hull, "#0d1117")
    s.shape([(252, 526), (622, 512), (616, 522), (256, 538)], ACCENT)
    s.shape([(330, 518), (346, 440), (486, 436), (512, 510)], PAPER)
    s.shape([(356, 452), (410, 450), (410, 486), (350, 488)], "#f3c98c")
    s.shape([(420, 450), (478, 448), (492, 484), (420, 486)], "#f3c98c")
    s.shape([(338, 440), (494, 434), (486, 424), (350, 428)], "#0d1117")
    s.line([(402, 426), (402, 356)], "#0d1117", 6)
    s.line([(402, 376), (376, 392)], "#0d1117", 3)
    s.disc(402, 352, 8, PAPER)
    s.disc(402, 370, 7, ACCENT)
    s.shape([(436, 486), (441, 471), (450, 468), (460, 471), (466, 485)], INK)  # somebody at the wheel
    s.disc(450, 462, 7.5, INK)
    s.shape([(560, 566), (612, 552), (668, 548), (640, 560), (700, 566), (640, 574), (280, 574)], "#c3ccd2")  # bow wave
    s.shape([(270, 574), (640, 573), (724, 580), (620, 590), (300, 588)], "#34465b")
    s.line([(390, 604), (520, 602)], "#34465b", 5)
    s.line([(560, 612), (640, 610)], "#2a3a4d", 5)
    s.save(ISSUES / "2026-11-20" / "images" / "pilot.png")


def city(s: Scene, left: float, ground: float, heights: Sequence[tuple[float, float]], colour: str, seed: int) -> None:
    """Buildings from left to right, each width and height, with a few lit windows."""
    lights = random.Random(seed)
    x = left
    for width, height in heights:
        s.box(x, ground - height, width - 6, height, colour)
        for row in range(int(height // 26)):
            for column in range(int((width - 14) // 20)):
                if lights.random() < 0.22:
                    s.box(x + 8 + column * 20, ground - height + 12 + row * 26, 8, 10, "#e8b67c")
        x += width


def violin() -> None:
    """128: a violin leaning into the picture before a wide river, with a city on either bank."""
    s = Scene(1152, 648, NIGHT)
    s.sky(0, 400, ("#16202e", "#22324a", "#3d445a", "#7d5a58", "#b67a58"), 16)
    s.disc(300, 128, 46, SUN)
    city(s, -10, 400, ((70, 150), (84, 214), (58, 118), (92, 262), (66, 170), (78, 96)), "#131b27", 3)
    city(s, 700, 400, ((76, 88), (70, 190), (96, 140), (64, 250), (88, 176), (80, 122)), "#131b27", 5)
    for band in range(7):
        s.box(0, 400 + band * 36, 1152, 37, blend(("#3a3f50", "#222d3e", "#141b26"), band / 6))
    for row, half in enumerate((40, 26, 34, 18)):
        s.box(300 - half, 416 + row * 20, half * 2, 4, blend((EMBER, "#2a3344"), row / 4))
    strings = ((-7.5, 0), (-2.5, 1), (2.5, 2), (7.5, 3))

    angle = math.radians(24)
    ox, oy = 872.0, 560.0  # the bridge

    def at(x: float, y: float) -> Point:
        return ox + x * math.cos(angle) - y * math.sin(angle), oy + x * math.sin(angle) + y * math.cos(angle)

    def outline(grow: float) -> list[Point]:
        side = [
            (0, -218),
            (58, -214),
            (104, -176),
            (96, -124),
            (62, -78),
            (60, -30),
            (88, 2),
            (126, 40),
            (138, 104),
            (104, 168),
            (46, 192),
            (0, 196),
        ]
        right = smooth([(x + (grow if x else 0), y + (grow if y > 0 else -grow) * (abs(y) > 150)) for x, y in side])
        return [at(x, y) for x, y in right] + [at(-x, y) for x, y in reversed(right)]

    s.shape(outline(7), "#3a1512")
    s.shape(outline(0), ACCENT)
    for sign in (-1, 1):  # sound holes
        s.line([at(sign * x, y) for x, y in smooth([(46, -52), (36, -30), (44, 4), (58, 34), (50, 52)])], "#2a0f0d", 6)
        s.disc(*at(sign * 44, -52), 6, "#2a0f0d")
        s.disc(*at(sign * 52, 52), 7, "#2a0f0d")
    s.shape([at(-14, -470), at(14, -470), at(21, -130), at(-21, -130)], INK)  # neck and fingerboard
    s.shape([at(-15, -470), at(15, -470), at(12, -540), at(-12, -540)], "#3a1512")
    s.disc(*at(0, -552), 19, "#3a1512")
    s.disc(*at(0, -552), 8, "#23303f")
    for sign, y in ((-1, -492), (1, -504), (-1, -520), (1, -532)):
        s.line([at(0, y), at(sign * 34, y - 3)], INK, 7)
    s.shape([at(-30, 6), at(30, 6), at(24, -5), at(-24, -5)], "#e7d3ae")
    s.shape([at(-17, 60), at(17, 60), at(24, 178), at(-24, 178)], INK)
    for x, _ in strings:
        s.line([at(x * 0.75, -470), at(x, 62)], PAPER, 1.5)
    s.line(curve((240, 616), (520, 540), (792, 446)), "#8a5a41", 7)  # the bow, laid across the river
    s.shape([(786, 444), (800, 440), (802, 462), (792, 464)], "#8a5a41")
    s.line([(292, 622), (797, 462)], PAPER, 3)
    s.shape([(262, 608), (300, 597), (304, 620), (268, 630)], INK)
    s.disc(240, 616, 6, PAPER)
    s.save(ISSUES / "2026-11-27" / "images" / "violin.png")


def smooth(points: Sequence[Point], steps: int = 12) -> list[Point]:
    """A curve through all points (Catmull-Rom)."""
    out: list[Point] = []
    padded = [points[0], *points, points[-1]]
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            x, y = (
                0.5
                * (
                    2 * b[i]
                    + (c[i] - a[i]) * t
                    + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t**2
                    + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3
                )
                for i in (0, 1)
            )
            out.append((x, y))
    return [*out, points[-1]]


if __name__ == "__main__":
    for draw in (table, booths, laboratory, pilot, violin):
        draw()
