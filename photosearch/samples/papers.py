"""Samples: papers, printed and photographed."""

from random import Random

from photosearch.samples.sheet import Colour, Sheet, photograph


def _fields(sheet: Sheet, fields: str, *, x: float, y: float, step: float, size: int = 40) -> None:
    """Small grey labels with their values below, from left to right; `fields` is `label=value|label=value…`."""
    for number, field in enumerate(fields.split("|")):
        label, value = field.split("=")
        sheet.write((x + number * step, y), label, size=size // 2 + 2, colour="#6b7280")
        sheet.write((x + number * step, y + size * 0.85), value, size=size, bold=0.6)


def _bars(sheet: Sheet, box: tuple[int, int, int, int], *, seed: int) -> None:
    """Draw a decorative bar code."""
    left, top, right, bottom = box
    random = Random(seed)  # noqa: S311 - a pattern, not a secret
    x = left
    while x < right:
        width = random.choice((3, 3, 6, 9))
        sheet.pen.rectangle((x, top, min(x + width, right), bottom), fill="#111")
        x += width + random.choice((3, 6, 9))


def _modules(sheet: Sheet, x: int, y: int, *, cell: int, seed: int, count: int = 25) -> None:
    """Draw black and white cells with three finder patterns, which look like a QR code without content."""
    random = Random(seed)  # noqa: S311 - a pattern, not a secret
    for row in range(count):
        for column in range(count):
            if random.random() < 0.5:
                left, top = x + column * cell, y + row * cell
                sheet.pen.rectangle((left, top, left + cell - 1, top + cell - 1), fill="#111")
    for column, row in ((0, 0), (count - 7, 0), (0, count - 7)):
        left, top = x + column * cell, y + row * cell
        for inset, colour in ((-1, "white"), (0, "#111"), (1, "white"), (2, "#111")):
            sheet.pen.rectangle(
                (left + inset * cell, top + inset * cell, left + (7 - inset) * cell - 1, top + (7 - inset) * cell - 1),
                fill=colour,
            )


def boarding_pass() -> Sheet:
    """A boarding pass for flight NH961."""
    sheet = Sheet(1500, 640, "#dfe6ee")
    sheet.pen.rounded_rectangle((30, 30, 1470, 610), 34, fill="white")
    sheet.pen.rounded_rectangle((30, 30, 1470, 150), 34, fill="#12326b")
    sheet.pen.rectangle((30, 110, 1470, 150), fill="#12326b")
    sheet.write((80, 58), "BOARDING PASS", size=46, colour="white", bold=1)
    sheet.write((520, 62), "登机牌", size=42, colour="#c9d8f2")
    sheet.write((1430, 62), "ECONOMY", size=40, colour="white", anchor="ra")
    sheet.write((80, 190), "HND", size=110, bold=2)
    sheet.write((640, 190), "PEK", size=110, bold=2)
    sheet.write((84, 330), "Tokyo Haneda", size=30, colour="#6b7280")
    sheet.write((644, 330), "Beijing Capital", size=30, colour="#6b7280")
    sheet.pen.line((370, 262, 590, 262), fill="#12326b", width=5)
    sheet.pen.polygon(((600, 262), (570, 244), (570, 280)), fill="#12326b")
    _fields(sheet, "PASSENGER 旅客=ZHOU / MINGHAO|FLIGHT 航班=NH961|DATE 日期=16SEP", x=84, y=400, step=380)
    _fields(sheet, "GATE 登机口=114|BOARDING 登机时间=09:05|SEAT 座位=32A|SEQ=087", x=84, y=505, step=240)
    sheet.pen.line((1130, 160, 1130, 600), fill="#9aa5b4", width=3)
    _modules(sheet, 1190, 200, cell=9, seed=961)
    sheet.write((1300, 470), "NH961   32A", size=38, anchor="ma", bold=0.6)
    sheet.write((1300, 530), "ETKT 205 2400 318 877", size=24, anchor="ma", colour="#6b7280")
    return sheet


def train_ticket() -> Sheet:
    """A photographed Chinese train ticket."""
    sheet = Sheet(1300, 820, "#d6ecf5")
    sheet.pen.rectangle((0, 740, 1300, 820), fill="#9fd0e3")
    sheet.write((60, 40), "R086512", size=44, colour="#c0392b")
    sheet.write((1240, 40), "检票：二楼 7A", size=40, anchor="ra")
    sheet.write((250, 130), "杭州东", size=74, anchor="ma", bold=1)
    sheet.write((1050, 130), "北京南", size=74, anchor="ma", bold=1)
    sheet.write((650, 120), "G1234", size=64, anchor="ma")
    sheet.pen.line((480, 215, 820, 215), fill="black", width=4)
    sheet.pen.line((790, 198, 820, 215, 790, 232), fill="black", width=4)
    sheet.write((90, 290), "2023年10月02日 07:48 开", size=46)
    sheet.write((1210, 290), "05车12F号", size=46, anchor="ra")
    sheet.write((90, 380), "￥626.5元", size=46)
    sheet.write((1210, 380), "二等座", size=46, anchor="ra")
    sheet.write((90, 470), "限乘当日当次车", size=40)
    sheet.write((90, 560), "3301**********0428  赵一凡", size=46)
    sheet.write((90, 660), "买票请认准官方渠道", size=34, colour="#35617a")
    _modules(sheet, 1010, 460, cell=9, seed=1234)
    sheet.write((60, 758), "65512300861002  杭州售", size=36)
    return photograph(sheet, angle=2.4, table="#7a5c43", seed=2)


def regional_ticket() -> Sheet:
    """A ticket for the regional express RE16."""
    sheet = Sheet(900, 1240, "#fbf7ea")
    sheet.pen.rectangle((0, 0, 900, 150), fill="#8c1d2f")
    sheet.write((60, 44), "DAY TICKET", size=58, colour="#fbf7ea", bold=1)
    sheet.write((840, 50), "RE16", size=58, colour="#fbf7ea", anchor="ra", bold=1)
    y = 200.0
    for line in (
        "Essen Hbf → Siegen",
        "via Bochum, Witten, Hagen",
        "Second class, one adult",
        "Valid 03.06. until 03:00",
    ):
        y = sheet.write((60, y), line, size=46) + 14
    sheet.pen.line((60, y + 16, 840, y + 16), fill="#8c1d2f", width=4)
    _fields(sheet, "PLATFORM=9|COACH=4|PRICE=31,80 EUR", x=60, y=y + 50, step=260)
    _modules(sheet, 262, int(y) + 200, cell=15, seed=16)
    sheet.write((450, 1150), "Ticket K7Q2ZP-40118", size=40, anchor="ma")
    return sheet


def receipt() -> Sheet:
    """A photographed till receipt of a supermarket."""
    sheet = Sheet(760, 1220, "#fdfdfa")
    sheet.write((380, 40), "GREEN CORNER MARKET", size=46, anchor="ma", bold=0.8)
    sheet.write((380, 106), "14 Station Road · open 7–22", size=30, anchor="ma")
    sheet.write((60, 190), "Receipt 004417", size=34)
    sheet.write((700, 190), "12/08/2023 18:26", size=34, anchor="ra")
    goods = (
        "Oat milk 1 l=2.19|Sourdough bread=4.80|Tomatoes 0.742 kg=3.56"
        "|Basil, pot=1.99|Dark chocolate 85%=2.45|Olive oil=9.90"
    )
    y = sheet.write_pairs(goods, left=60, right=700, y=270, size=38, gap=12)
    sheet.pen.line((60, y + 10, 700, y + 10), fill="black", width=3)
    sheet.write((60, y + 40), "TOTAL", size=54, bold=1)
    y = sheet.write((700, y + 40), "24.89", size=54, anchor="ra", bold=1)
    sheet.write((60, y + 20), "Card ************4821", size=34)
    sheet.write((60, y + 80), "You saved 1.30 today", size=34)
    _bars(sheet, (110, int(y) + 170, 650, int(y) + 270), seed=4417)
    sheet.write((380, y + 290), "Thank you, see you soon!", size=34, anchor="ma")
    return photograph(sheet, angle=-3.1, table="#59636b", seed=3)


def tea_house_bill() -> Sheet:
    """A bill of a tea house, in Chinese."""
    sheet = Sheet(760, 1080, "#fffdf6")
    sheet.write((380, 50), "半山茶馆", size=64, anchor="ma", bold=1)
    sheet.write((380, 145), "结账单  桌号 A12", size=38, anchor="ma")
    dishes = "龙井茶 一壶=88.00|红豆糕 两份=36.00|盐水毛豆=18.00|手工面 三碗=96.00"
    y = sheet.write_pairs(dishes, left=70, right=690, y=240, size=42, gap=14)
    sheet.pen.line((70, y + 8, 690, y + 8), fill="black", width=3)
    sheet.write((70, y + 40), "合计", size=54, bold=1)
    y = sheet.write((690, y + 40), "￥238.00", size=54, anchor="ra", bold=1)
    sheet.write((70, y + 30), "开票时间 2023-09-16 15:20", size=36)
    sheet.write((70, y + 92), "订座电话 010-5550 0137", size=36)
    sheet.write((380, y + 200), "欢迎再次光临", size=42, anchor="ma")
    return sheet


def parcel_label() -> Sheet:
    """The label of a parcel."""
    sheet = Sheet(900, 1180, "#fefefe")
    sheet.pen.rectangle((24, 24, 876, 1156), outline="black", width=5)
    sheet.write((60, 60), "顺达快递", size=72, bold=1.5)
    sheet.write((840, 84), "次日达", size=46, anchor="ra")
    _bars(sheet, (80, 200, 820, 350), seed=8472)
    sheet.write((450, 366), "YT8472 0915 3368", size=52, anchor="ma", bold=0.6)
    for y in (460, 720, 900):
        sheet.pen.line((24, y, 876, y), fill="black", width=4)
    sheet.write((60, 490), "收  欧阳静", size=52, bold=0.8)
    sheet.write((60, 580), "江州市 北湖区 梧桐路 18 号 3 单元 602", size=38, width=780)
    sheet.write((60, 745), "寄  陈建国", size=44)
    sheet.write((60, 815), "海安市 民生路 205 号", size=38)
    sheet.write((60, 930), "内件：陶瓷茶杯（易碎）", size=42)
    sheet.write((60, 1010), "重量 1.26 kg", size=42)
    colour: Colour = "#c0392b"
    sheet.pen.rectangle((640, 940, 840, 1110), outline=colour, width=8)
    sheet.write((740, 985), "轻放", size=64, colour=colour, anchor="ma", bold=1)
    return sheet
