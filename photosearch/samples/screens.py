"""Samples: screenshots of applications, one of them as long as a whole article."""

from calendar import Calendar

from photosearch.samples.chats import WIDTH, status_bar
from photosearch.samples.sheet import Sheet

# Days off, and the working day in exchange.
MARKS = {24: ("班", "#c0392b"), 29: ("休", "#16a34a"), 30: ("休", "#16a34a")}


def mail() -> Sheet:
    """An e-mail with an order number."""
    sheet = Sheet(1400, 1000, "#f6f8fc")
    sheet.pen.rounded_rectangle((30, 30, 1370, 970), 24, fill="white")
    sheet.write((90, 70), "Your booking is confirmed", size=58, bold=0.8)
    sheet.pen.ellipse((90, 180, 170, 260), fill="#7c4dff")
    sheet.write((130, 194), "S", size=46, colour="white", anchor="ma")
    sheet.write((200, 176), "Seaview Guesthouse", size=38, bold=0.5)
    sheet.write((200, 224), "bookings@seaview.example.org", size=32, colour="#5f6368")
    sheet.write((1320, 180), "2 Jul 2023, 16:04", size=32, colour="#5f6368", anchor="ra")
    sheet.pen.line((90, 300, 1310, 300), fill="#dadce0", width=2)
    body = (
        "Dear Ms. Okafor,",
        "thank you for your booking. We look forward to your stay:",
        "Booking code: QX7-4419",
        "Arrival: Friday, 11 August, from 15:00",
        "Two nights, double room with balcony, breakfast included",
        "To change it, write to stay+qx7@seaview.example.org",
        "Warm regards, Ines Carvalho",
    )
    y = 340.0
    for line in body:
        y = sheet.write((90, y), line, size=42) + 24
    return sheet


def calendar_page() -> Sheet:
    """A month with days off (休) and working days in exchange (班)."""
    sheet = Sheet(WIDTH, 1280, "white")
    status_bar(sheet, clock="20:15", ink="black")
    sheet.write((60, 110), "2023年 九月", size=64, bold=1)
    for column, name in enumerate("一二三四五六日"):
        sheet.write((120 + column * 140, 230), name, size=36, colour="#8a8a8a", anchor="ma")
    for row, week in enumerate(Calendar().monthdayscalendar(2023, 9)):
        for column, day in enumerate(week):
            if not day:
                continue
            x, y = 120 + column * 140, 310 + row * 150
            sheet.write((x, y), str(day), size=48, colour="#c0392b" if column > 4 else "black", anchor="ma")
            if day in MARKS:
                mark, colour = MARKS[day]
                sheet.write((x + 34, y - 14), mark, size=32, colour=colour)
    sheet.write((60, 1100), "29日 中秋节放假", size=44)
    sheet.write((60, 1180), "24日 星期日 正常上班", size=44, colour="#c0392b")
    return sheet


def terminal() -> Sheet:
    """A terminal with the traceback of a program."""
    sheet = Sheet(1500, 800, "#1e1e2e")
    lines = (
        ("$ python train.py --epochs 3", "#a6e3a1"),
        ("Traceback (most recent call last):", "#cdd6f4"),
        ('  File "train.py", line 42, in main', "#cdd6f4"),
        ("    batch = next(loader)", "#cdd6f4"),
        ("ConnectionResetError: [Errno 104]", "#f38ba8"),
        ("Connection reset by peer", "#f38ba8"),
        ("$ ping 192.0.2.17", "#a6e3a1"),
        ("64 bytes from 192.0.2.17: ttl=57 time=3.1 ms", "#cdd6f4"),
    )
    y = 50.0
    for line, colour in lines:
        y = sheet.write((60, y), line, size=50, colour=colour) + 10
    return sheet


def transfer() -> Sheet:
    """A payment made with a telephone."""
    sheet = Sheet(WIDTH, 1400, "#f5f5f5")
    status_bar(sheet, clock="12:03", ink="black")
    sheet.pen.ellipse((460, 190, 620, 350), fill="#07c160")
    sheet.pen.line((500, 275, 530, 305, 582, 235), fill="white", width=16)
    sheet.write((540, 390), "转账成功", size=54, anchor="ma")
    sheet.write((540, 490), "￥1,288.00", size=104, anchor="ma", bold=1)
    sheet.pen.rounded_rectangle((50, 680, 1030, 1220), 24, fill="white")
    rows = "收款人=陈建国|付款方式=零钱|转账说明=九月房租|转账时间=2023-09-05 12:03:27|单号=4200 0019 7730 5512"
    sheet.write_pairs(rows, left=90, right=990, y=720, size=42, gap=34, names="#8a8a8a")
    sheet.write((540, 1270), "完成", size=48, colour="#07c160", anchor="ma")
    return sheet


def weather() -> Sheet:
    """A weather forecast for some days."""
    sheet = Sheet(WIDTH, 1400, "#3f7cc4")
    status_bar(sheet, clock="06:40", ink="white")
    sheet.write((540, 130), "江州市", size=72, colour="white", anchor="ma")
    sheet.write((540, 230), "26°", size=220, colour="white", anchor="ma")
    sheet.write((540, 520), "多云转雷阵雨，东南风三级", size=46, colour="white", anchor="ma")
    sheet.pen.rounded_rectangle((60, 640, 1020, 1340), 30, fill="#5a92d2")
    days = "今天 雷阵雨=22° 28°|明天 小雨=21° 25°|周四 阴=20° 26°|周五 晴=19° 30°|周六 晴=21° 32°"
    sheet.write_pairs(days, left=100, right=980, y=680, size=50, gap=52, names="white", values="white")
    return sheet


ARTICLE = """
The walled garden behind the old library had been closed for eleven years when the town council found the key.
It lay in an envelope marked “pumps”, between two bills for coal, and nobody could say who had put it there.
The first visitors saw little: brambles, a clock that had stopped, and a pear tree that had grown through a bench.
图书馆后面的老园子关了十一年，钥匙是在一只旧信封里找到的。
第一批走进去的人什么也没看清，只有荆棘、一口停了的钟，还有一棵长穿了长椅的梨树。
A group of neighbours met on Sundays. They agreed on one rule: nothing that still lives is thrown away.
By the second summer the beds were open again, and the clock told the time, though an hour late.
大家约好每个星期日来干活，只有一条规矩：还活着的，一株也不扔。
第二年夏天，苗床又露了出来，钟也走了，只是慢了一个小时。
What grows there now was not planned. Seeds had slept in the soil: poppies, borage, a pea that no book describes.
The botanist who came to look stayed for three weeks and slept in the library, between atlases.
来看的植物学家原本只打算待一天，结果住了三个星期，睡在图书馆的地图架之间。
There is a wish list on the gate: a ladder, jars with lids, someone who can mend a pump, patience.
门口贴着一张清单：一架梯子、带盖的罐子、会修水泵的人，还有耐心。
"""
LAST_LINE = "The gate is open on Sundays. Ask for the heron key."


def long_article() -> Sheet:
    """A screenshot of a whole article, more than seven times as long as wide."""
    sheet = Sheet(WIDTH, 8000, "#fdfcf8")
    sheet.write((70, 80), "The garden behind the library", size=64, bold=1)
    sheet.write((70, 180), "图书馆后面的园子", size=56)
    y = 300.0
    for number, paragraph in enumerate(ARTICLE.strip().splitlines()):
        y = sheet.write((70, y), paragraph, size=52, width=WIDTH - 140) + 46
        if number % 3 == 2:
            y = _plant(sheet, y, green=90 + number * 5)
    sheet.write((70, 7840), LAST_LINE, size=42, colour="#34614f")
    return sheet


def _plant(sheet: Sheet, y: float, *, green: int) -> float:
    """Draw a picture in the text, a plant on a pale ground, and return the y below it."""
    top = int(y)
    sheet.pen.rectangle((70, top, WIDTH - 70, top + 760), fill=(226, 236, 222))
    sheet.pen.line((540, top + 720, 540, top + 110), fill=(60, green, 60), width=14)
    for step in range(6):
        height = top + 150 + step * 95
        for side in (-1, 1):
            left, right = sorted((540, 540 + side * (130 + step * 24)))
            sheet.pen.ellipse((left, height, right, height + 62), fill=(70, green + step * 6, 70))
    return top + 800.0
