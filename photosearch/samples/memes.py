"""Samples: memes, drawn faces with words above and below."""

from photosearch.samples.sheet import Colour, Sheet


def _shout(sheet: Sheet, y: float, words: str, *, size: int = 76) -> None:
    """White letters with a black edge, centred."""
    sheet.write((sheet.image.width / 2, y), words, size=size, colour="white", bold=2.5, outline="black", anchor="ma")


def _cat(sheet: Sheet, x: int, y: int, *, fur: Colour, mood: str) -> None:
    """The face of a cat around (x, y): `flat`, `happy` or `tired`."""
    pen = sheet.pen
    for side in (-1, 1):
        pen.polygon(((x + side * 60, y - 150), (x + side * 190, y - 250), (x + side * 200, y - 40)), fill=fur)
        pen.polygon(((x + side * 100, y - 150), (x + side * 172, y - 205), (x + side * 178, y - 80)), fill="#f4b6b6")
    pen.ellipse((x - 220, y - 190, x + 220, y + 190), fill=fur)
    for side in (-1, 1):
        eye = x + side * 90
        if mood == "tired":
            pen.arc((eye - 45, y - 60, eye + 45, y + 20), 20, 160, fill="black", width=9)
        else:
            pen.ellipse((eye - 42, y - 70, eye + 42, y + 22), fill="#e9f5c9", outline="black", width=5)
            pen.ellipse((eye - 14, y - 62, eye + 14, y + 14), fill="black")
        if mood == "flat":
            pen.rectangle((eye - 48, y - 76, eye + 48, y - 38), fill=fur)
            pen.line((eye - 46, y - 38, eye + 46, y - 38), fill="black", width=6)
        for rise in (-18, 6, 30):
            pen.line((x + side * 70, y + 70 + rise / 2, x + side * 260, y + 55 + rise * 2), fill="#555", width=4)
    pen.polygon(((x - 24, y + 40), (x + 24, y + 40), (x, y + 66)), fill="#d1717a")
    if mood == "happy":
        pen.chord((x - 70, y + 40, x + 70, y + 140), 0, 180, fill="#8c2f39", outline="black", width=5)
    else:
        for side in (-1, 1):
            pen.arc((x - 52 + side * 48, y + 62, x + 52 + side * 48, y + 118), 20, 160, fill="black", width=6)


def _panda(sheet: Sheet, x: int, y: int) -> None:
    """The face of a panda around (x, y), eyes wide open."""
    pen = sheet.pen
    for side in (-1, 1):
        pen.ellipse((x + side * 170 - 80, y - 250, x + side * 170 + 80, y - 90), fill="#1c1c1c")
    pen.ellipse((x - 240, y - 200, x + 240, y + 210), fill="white", outline="#1c1c1c", width=8)
    for side in (-1, 1):
        eye = x + side * 100
        pen.ellipse((eye - 66, y - 80, eye + 66, y + 60), fill="#1c1c1c")
        pen.ellipse((eye - 22, y - 38, eye + 22, y + 12), fill="white")
    pen.ellipse((x - 32, y + 62, x + 32, y + 104), fill="#1c1c1c")
    pen.line((x - 60, y + 150, x + 60, y + 138), fill="#1c1c1c", width=9)


def holiday_swap() -> Sheet:
    """A panda on making up for a holiday (调休)."""
    sheet = Sheet(900, 900, "#f5d76e")
    _panda(sheet, 450, 450)
    _shout(sheet, 50, "五一调休", size=110)
    _shout(sheet, 740, "放一天假，上六天班", size=84)
    return sheet


def six_days() -> Sheet:
    """A tired cat on a week of six days."""
    sheet = Sheet(900, 860, "#a9c6d9")
    _cat(sheet, 450, 430, fur="#9b8f86", mood="tired")
    _shout(sheet, 40, "周日还要上班", size=92)
    _shout(sheet, 720, "这假期不要也罢", size=84)
    return sheet


def monday() -> Sheet:
    """A cat that does not like Monday."""
    sheet = Sheet(900, 860, "#6c7a89")
    _cat(sheet, 450, 430, fur="#e3a04f", mood="flat")
    _shout(sheet, 40, "IS IT FRIDAY YET?")
    _shout(sheet, 730, "IT IS MONDAY, 9:05")
    return sheet


def works_on_my_machine() -> Sheet:
    """A happy cat and a programmer's excuse."""
    sheet = Sheet(900, 860, "#2e4a3f")
    _cat(sheet, 450, 430, fur="#f2f0ea", mood="happy")
    _shout(sheet, 40, "IT WORKS", size=96)
    _shout(sheet, 730, "ON MY MACHINE", size=96)
    return sheet


def costume() -> Sheet:
    """Words that a Chinese analyser must segment correctly: 道具和服装 does not contain 和服 (kimono)."""
    sheet = Sheet(900, 700, "#e8d5f0")
    pen = sheet.pen
    pen.polygon(((450, 120), (380, 330), (520, 330)), fill="#5b2a86")
    pen.ellipse((330, 310, 570, 370), fill="#5b2a86")
    pen.ellipse((360, 340, 540, 520), fill="#f7d9b5")
    for eye in (410, 490):
        pen.ellipse((eye - 12, 410, eye + 12, 434), fill="black")
    pen.arc((405, 430, 495, 490), 20, 160, fill="black", width=6)
    pen.line((650, 500, 760, 260), fill="#6b4423", width=14)
    pen.regular_polygon((766, 244, 40), 5, fill="#ffd700")
    _shout(sheet, 30, "年会准备好了", size=72)
    _shout(sheet, 570, "我购买了道具和服装", size=80)
    return sheet
