"""Samples: posters, signs, notices and a whiteboard."""

from math import cos, pi, sin

from photosearch.samples.sheet import Colour, Sheet, photograph


def concert_poster() -> Sheet:
    """A poster for a concert."""
    sheet = Sheet(1000, 1400, "#14213d")
    for ring in range(9):
        radius = 400 - ring * 44
        colour: Colour = "#fca311" if ring % 2 else "#1f3566"
        sheet.pen.ellipse((500 - radius, 640 - radius, 500 + radius, 640 + radius), fill=colour)
    sheet.write((500, 80), "RIVERSIDE", size=120, colour="white", anchor="ma", bold=2)
    sheet.write((500, 1020), "JAZZ NIGHT", size=120, colour="#fca311", anchor="ma", bold=2)
    sheet.write((500, 1180), "Saturday 18 May · 20:00 · Old Boathouse", size=42, colour="white", anchor="ma")
    sheet.write((500, 1260), "Admission free, bring a chair", size=42, colour="#e5e5e5", anchor="ma")
    return sheet


def exhibition_poster() -> Sheet:
    """A poster for an exhibition, in Chinese."""
    sheet = Sheet(1000, 1400, "#f3ead7")
    for layer, colour in enumerate(("#b7c9c0", "#8fae9f", "#5f8a78", "#34614f")):
        base = 560 + layer * 110
        ridge = [(x, base + 60 * sin(x / (90 + layer * 30) + layer * 1.7)) for x in range(0, 1001, 10)]
        sheet.pen.polygon([(0, 1000), *ridge, (1000, 1000)], fill=colour)
    sheet.pen.ellipse((690, 330, 830, 470), fill="#c8442e")
    sheet.pen.rectangle((0, 1000, 1000, 1400), fill="#f3ead7")
    sheet.write((500, 90), "山水之间", size=150, anchor="ma", bold=2)
    sheet.write((500, 300), "当代水墨展", size=64, anchor="ma")
    sheet.write((500, 1060), "九月十六日至十月二十九日", size=54, anchor="ma")
    sheet.write((500, 1150), "北湖美术馆 二层 周一闭馆", size=48, anchor="ma")
    sheet.write((500, 1240), "免费预约，凭身份证入场", size=42, colour="#5c5346", anchor="ma")
    return sheet


def whiteboard() -> Sheet:
    """A photographed whiteboard after a meeting."""
    sheet = Sheet(1500, 960, "#fafbfb")
    blue, red, green = "#1d4ed8", "#c81e1e", "#15803d"
    sheet.write((70, 50), "Sprint 12 – plan", size=72, colour=blue, bold=1)
    sheet.pen.line((70, 150, 640, 146), fill=blue, width=6)
    y = 190.0
    for line in ("1. Import old albums", "2. Fix login on tablets", "3. Search by picture", "4. 导出报表 (下周)"):
        y = sheet.write((90, y), line, size=56, colour="#222") + 22
    sheet.pen.line((690, 420, 720, 450, 780, 370), fill=green, width=10)
    for left, label in ((880, "Phone"), (1220, "Server")):
        sheet.pen.rounded_rectangle((left, 220, left + 210, 340), 16, outline=red, width=6)
        sheet.write((left + 105, 250), label, size=48, colour=red, anchor="ma")
    sheet.pen.line((1096, 280, 1212, 280), fill=red, width=6)
    sheet.pen.line((1186, 262, 1212, 280, 1186, 298), fill=red, width=6)
    sheet.write((1155, 360), "HTTPS only!", size=46, colour=red, anchor="ma")
    sheet.pen.rounded_rectangle((840, 500, 1420, 760), 20, outline=green, width=6)
    sheet.write((880, 530), "Demo: Thursday 14:30", size=50, colour=green)
    sheet.write((880, 620), "Room Magnolia", size=50, colour=green)
    sheet.write((70, 800), "负责人：周明浩 / Priya", size=52, colour=blue)
    return photograph(sheet, angle=-1.3, table="#b9bdc1", seed=12)


def lost_dog() -> Sheet:
    """A notice with a telephone number to call."""
    sheet = Sheet(1000, 1340, "#fffbe6")
    sheet.write((500, 40), "寻狗启事", size=130, colour="#b91c1c", anchor="ma", bold=2)
    sheet.write((500, 220), "LOST DOG", size=80, anchor="ma", bold=1)
    pen = sheet.pen
    pen.rectangle((200, 350, 800, 800), fill="#cfdde8")
    pen.rectangle((200, 740, 800, 800), fill="#8fae73")
    pen.ellipse((400, 560, 690, 800), fill="#b5793f")
    pen.ellipse((330, 400, 560, 650), fill="#c98a4b")
    for left in (305, 505):
        pen.ellipse((left, 420, left + 85, 620), fill="#7a4a21")
    pen.ellipse((385, 530, 505, 650), fill="#ead2b0")
    pen.ellipse((420, 535, 470, 572), fill="black")
    for left in (385, 475):
        pen.ellipse((left, 470, left + 28, 502), fill="black")
    pen.line((445, 572, 445, 610), fill="black", width=6)
    pen.arc((660, 560, 770, 700), 250, 80, fill="#b5793f", width=30)
    sheet.write((500, 830), "棕色短毛，名叫“芝麻”，左耳有缺口", size=48, anchor="ma")
    sheet.write((500, 915), "Brown, shy, answers to Sesame", size=44, anchor="ma")
    sheet.write((500, 1010), "必有重谢！请拨打", size=52, anchor="ma")
    sheet.write((500, 1100), "+1 (212) 555-0142", size=78, colour="#b91c1c", anchor="ma", bold=1)
    sheet.write((500, 1230), "或发短信给欧阳静", size=44, anchor="ma")
    return sheet


def station_sign() -> Sheet:
    """The sign of an underground station."""
    sheet = Sheet(1300, 620, "#dfe3e6")
    sheet.pen.rectangle((0, 90, 1300, 520), fill="white")
    sheet.pen.rectangle((0, 90, 1300, 130), fill="#00836f")
    sheet.pen.rectangle((0, 480, 1300, 520), fill="#00836f")
    sheet.write((650, 160), "中关村", size=150, anchor="ma", bold=2)
    sheet.write((650, 370), "Zhongguancun", size=64, anchor="ma")
    sheet.write((60, 270), "← 海淀黄庄", size=48)
    sheet.write((1240, 270), "北京大学东门 →", size=48, anchor="ra")
    sheet.pen.ellipse((70, 165, 150, 245), fill="#00836f")
    sheet.write((110, 176), "4", size=54, colour="white", anchor="ma", bold=1)
    return sheet


def wifi_sign() -> Sheet:
    """The card of a café with its Wi-Fi password."""
    sheet = Sheet(1000, 700, "#3b2a20")
    for radius in (170, 120, 70):
        sheet.pen.arc((500 - radius, 190 - radius, 500 + radius, 190 + radius), 225, 315, fill="#f3e3c3", width=22)
    sheet.pen.ellipse((482, 172, 518, 208), fill="#f3e3c3")
    sheet.write((500, 260), "Network: Garden_Guest", size=60, colour="#f3e3c3", anchor="ma")
    sheet.write((500, 370), "Password: mint-tea-4-two", size=60, colour="#f3e3c3", anchor="ma")
    sheet.write((500, 500), "请点一杯咖啡再上网", size=54, colour="#d9b98a", anchor="ma")
    return sheet


def hostile_sign() -> Sheet:
    """Text that looks like HTML and must be escaped."""
    sheet = Sheet(1200, 500, "#111827")
    sheet.pen.rectangle((0, 0, 1200, 64), fill="#1f2937")
    for number, colour in enumerate(("#ef4444", "#f59e0b", "#10b981")):
        sheet.pen.ellipse((24 + number * 44, 18, 52 + number * 44, 46), fill=colour)
    sheet.write((60, 150), "<img src=x onerror=alert(1)>", size=68, colour="#a7f3d0")
    sheet.write((60, 300), 'Nothing to see here & "nothing" to run', size=48, colour="#9ca3af")
    return sheet


def sideways_sign() -> Sheet:
    """A sign photographed with the phone turned by 90°, without an orientation in EXIF."""
    sheet = Sheet(1100, 720, "#f4f4f2")
    sheet.pen.rounded_rectangle((40, 40, 1060, 680), 40, outline="#c2410c", width=18)
    for step in range(24):
        angle = step * pi / 12
        sheet.pen.line((200, 250, 200 + 110 * cos(angle), 250 + 110 * sin(angle)), fill="#f59e0b", width=6)
    sheet.pen.ellipse((135, 185, 265, 315), fill="#f59e0b")
    sheet.write((360, 110), "TRAIL CLOSED", size=88, colour="#c2410c", bold=2)
    sheet.write((360, 240), "Rockfall, use the lower path", size=46)
    sheet.write((110, 400), "前方落石，请绕行", size=92, bold=1)
    sheet.write((110, 550), "Ranger post: Larkspur Pass", size=52)
    sheet.image = sheet.image.rotate(90, expand=True)
    return sheet
