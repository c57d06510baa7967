"""Drawn pages of many layouts, with the boxes of their lines and the blocks in reading order."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.drawing import Colour, cjk_font


class Page:
    """A page being drawn. `blocks` are in the order of drawing, which is the reading order."""

    def __init__(self, width: int, height: int, *, paper: Colour = "white", ink: Colour = "black") -> None:
        self.image = Image.new("RGB", (width, height), paper)
        self.pen = ImageDraw.Draw(self.image)
        self.ink = ink
        self.blocks: list[list[str]] = []
        self.boxes: list[NDArray[np.float64]] = []

    @property
    def texts(self) -> list[str]:
        return [line for block in self.blocks for line in block]

    def write(
        self, *lines: str, at: tuple[float, float], size: int = 28, spacing: float = 1.5, align: str = "left"
    ) -> None:
        """Write a block of lines, `spacing` × `size` apart; `at` is its top left corner, or top right or middle."""
        self.blocks.append(list(lines))
        font, (x, y) = cjk_font(size), at
        for number, line in enumerate(lines):
            left = x - {"left": 0.0, "right": 1.0, "middle": 0.5}[align] * font.getlength(line)
            top = y + number * size * spacing
            self.pen.text((left, top), line, fill=self.ink, font=font)
            self._add_box(self.pen.textbbox((left, top), line, font=font), size)

    def write_down(self, *columns: str, at: tuple[float, float], size: int = 40, spacing: float = 1.6) -> None:
        """Write a block of columns from right to left, characters one below the other; `at` is its top right corner."""
        self.blocks.append(list(columns))
        for number, column in enumerate(columns):
            left = at[0] - size - number * size * spacing
            for place, character in enumerate(column):
                self.pen.text((left, at[1] + place * size * 1.1), character, fill=self.ink, font=cjk_font(size))
            right, bottom = left + size, at[1] + len(column) * size * 1.1
            # The text of a column starts at its top right corner, for the recogniser turns it to the left.
            self.boxes.append(np.array([[right, at[1]], [right, bottom], [left, bottom], [left, at[1]]], float))

    def panel(self, left: float, top: float, right: float, bottom: float, **options: object) -> None:
        """Draw a filled or outlined rectangle with round corners."""
        self.pen.rounded_rectangle((left, top, right, bottom), 12, **options)  # type: ignore[arg-type]

    def rule(self, *points: float, fill: Colour = "#999", width: int = 2) -> None:
        """Draw a ruling from one point to another."""
        self.pen.line(points, fill=fill, width=width)

    def _add_box(self, bounds: Sequence[float], size: int) -> None:
        # The detector's boxes reach beyond the letters, and are hardly lower for lines of low letters.
        left, top, right, bottom = bounds
        margin = max(0.15 * size, (size - bottom + top) / 2)
        left, top, right, bottom = left - 0.15 * size, top - margin, right + 0.15 * size, bottom + margin
        self.boxes.append(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float))


def one_column() -> Page:
    page = Page(800, 620)
    page.write("关于年会的通知", at=(400, 40), size=40, align="middle")
    page.write("各位同事，本次年会将于下月在杭", "州国际博览中心举行，欢迎大家踊", "跃报名参加。", at=(60, 150))
    page.write("请于本周五之前把名单交到综合办", "公室，过期不再受理。", at=(60, 330))
    page.write("综合办公室", at=(740, 500), align="right")
    return page


def two_columns() -> Page:
    page = Page(1200, 420)
    page.write(
        "本次会议安排在杭", "州国际博览中心举", "行，请各位代表提", "前办理手续。", at=(60, 60), size=36, spacing=2
    )
    page.write(
        "参会人员提前办住", "宿登记并携带身份", "证，会务组安排专", "车接送往返。", at=(660, 60), size=36, spacing=2
    )
    return page


def three_columns() -> Page:
    page = Page(1400, 600)
    page.write("The Daily Harbour", at=(700, 20), size=54, align="middle")
    page.write("Fishermen returned on", "Tuesday with the largest", "catch of herring since the", "war.", at=(40, 140))
    page.write("The council decided to", "rebuild the old light-", "house before the winter", "storms.", at=(500, 152))
    page.write("A concert in the town", "hall raises money for", "the new organ.", at=(960, 140))
    return page


def english_columns_with_paragraphs() -> Page:
    page = Page(1000, 560)
    page.write("Every passenger needs a", "valid ticket before they", "enter the train.", at=(40, 40))
    page.write("Dogs travel at half the", "price of an adult.", at=(40, 230))
    page.write(
        "Bicycles may be taken", "along outside the rush", "hours only; folding ones", "travel free.", at=(540, 40)
    )
    page.write("Lost property is kept", "for six weeks.", at=(540, 300))
    return page


def wrapped_table() -> Page:
    """A table without rulings whose rows are a little farther apart than the lines of a cell."""
    page = Page(1000, 520)
    rows = [
        (["课程"], ["地点"], ["备注"]),
        (["高等数学"], ["第三教学楼阶", "梯教室"], ["期末不及格者补", "考一次"]),
        (["大学物理"], ["实验楼"], ["带实验报告"]),
        (["线性代数及其", "应用"], ["图书馆二层报", "告厅"], ["无"]),
    ]
    top = 40.0
    for row in rows:
        for left, cell in zip((40, 340, 640), row, strict=True):
            page.write(*cell, at=(left, top), spacing=1.35)
        top += 28 * 1.35 * max(map(len, row)) + 26
    return page


def ruled_table() -> Page:
    """A table with rulings, its cells in the middle of their rows."""
    page = Page(900, 520)
    rows = [
        (["城市"], ["集合地点"]),
        (["北京"], ["海淀区颐和园路香", "山公园东门"]),
        (["上海市浦东新", "区"], ["世纪大道地铁", "站二号口"]),
        (["广州"], ["天河体育中心"]),
    ]
    top = 30.0
    for row in rows:
        height = 40 * max(map(len, row)) + 24
        page.rule(30, top, 870, top)
        for left, cell in zip((50, 400), row, strict=True):
            page.write(*cell, at=(left, top + (height - 40 * len(cell)) / 2), spacing=40 / 28)
        top += height
    page.rule(30, top, 870, top)
    page.rule(380, 30, 380, top)
    return page


def dense_table() -> Page:
    """A table whose rows are no farther apart than the lines of a cell."""
    page = Page(900, 400)
    top = 40.0
    for name, cell in (
        ("张三", ["海淀区中关村大", "街一号"]),
        ("李四", ["朝阳区建国门外", "大街"]),
        ("王五", ["西城区"]),
    ):
        page.write(name, at=(40, top))
        page.write(*cell, at=(260, top))
        top += 42 * len(cell)
    return page


def chat() -> Page:
    """Bubbles on both sides, two of one person in a row."""
    page = Page(720, 900, paper="#ededed")
    bubbles = [
        ("left", ["周末去爬香", "山好不好？"]),
        ("right", ["好啊，几点在地铁", "站见？"]),
        ("right", ["我带早饭"]),
        ("left", ["八点，东口"]),
        ("left", ["记得带水，山上的", "很贵"]),
        ("right", ["OK"]),
    ]
    top = 30.0
    for side, lines in bubbles:
        width, height = 34 * max(map(len, lines)) + 40, 46 * len(lines) + 30
        left = 40 if side == "left" else 680 - width
        page.panel(left, top, left + width, top + height, fill="white" if side == "left" else "#95ec69")
        page.write(*lines, at=(left + 20, top + 14), size=32, spacing=46 / 32)
        top += height + 24
    return page


def dark_chat() -> Page:
    """A dark chat with names and a time; bubbles hardly differ from the background."""
    page = Page(700, 620, paper="#111b21", ink="#e9edef")
    page.write("Today 09:41", at=(350, 20), size=20, align="middle")
    page.panel(30, 70, 430, 210, fill="#202c33")
    page.write("Emma Miller", at=(50, 78), size=18)
    page.write("Could you send me the", "boarding pass again?", at=(50, 118), size=26, spacing=1.45)
    page.panel(250, 230, 660, 340, fill="#005c4b")
    page.write("Sure, I forwarded it to", "your work address", at=(270, 248), size=26, spacing=1.45)
    page.panel(30, 360, 300, 430, fill="#202c33")
    page.write("Thank you!", at=(50, 378), size=26)
    page.panel(30, 440, 420, 510, fill="#202c33")
    page.write("See you at the gate", at=(50, 458), size=26)
    return page


def big_number() -> Page:
    page = Page(1000, 340)
    page.write("88", at=(60, 80), size=160)
    page.write("满减优惠券仅限线上旗", "舰店使用", at=(420, 100), size=48, spacing=1.9)
    return page


def receipt() -> Page:
    page = Page(560, 640)
    page.write("星光咖啡", at=(280, 30), size=40, align="middle")
    top = 120.0
    for item, price in (
        (["Latte"], "32.00"),
        (["燕麦拿铁大杯", "少冰去糖"], "36.00"),
        (["Bagel"], "18.50"),
        (["茶"], "9.00"),
    ):
        page.write(*item, at=(40, top))
        page.write(price, at=(520, top), align="right")
        top += 42 * len(item)
    page.rule(40, top + 16, 520, top + 16)
    page.write("Total", at=(40, top + 30))
    page.write("95.50", at=(520, top + 30), align="right")
    return page


def timetable() -> Page:
    page = Page(900, 360)
    rows = (
        ("车次", "始发站", "终到站", "开车"),
        ("G102", "上海虹桥", "北京南", "06:26"),
        ("G7", "南京南", "杭州东", "07:00"),
    )
    for number, row in enumerate((*rows, ("D3106", "福州", "上海", "08:15"))):
        for left, cell in zip((40, 240, 480, 720), row, strict=True):
            page.write(cell, at=(left, 40 + 60 * number))
    return page


def form() -> Page:
    page = Page(800, 420)
    rows = [
        ("姓名", ["陈建国"]),
        ("住址", ["浙江省杭州市西湖区文三", "路二十五号"]),
        ("电话", ["138-1234-5678"]),
        ("邮箱", ["jianguo@example.org"]),
    ]
    top = 40.0
    for label, value in rows:
        page.write(label, at=(40, top))
        page.write(*value, at=(200, top))
        top += 42 * len(value) + 30
    return page


def caption() -> Page:
    page = Page(800, 700)
    page.panel(60, 40, 740, 440, fill="#7a9")
    page.write("黄山云海，摄于二〇二三年十月清", "晨的光明顶", at=(60, 470))
    page.write("12", at=(740, 620), size=24, align="right")
    return page


def vertical() -> Page:
    page = Page(700, 700)
    page.write_down("来月の読書会は市立図", "書館の二階で開催いた", "します参加費は無料で", at=(620, 100))
    return page


def centred_poster() -> Page:
    page = Page(800, 800, paper="#123", ink="#fe9")
    page.write("SUMMER SOUND", at=(400, 60), size=80, align="middle")
    page.write("音乐节", at=(400, 220), size=110, align="middle")
    page.write("Saturday 14 July, open", "air theatre", at=(400, 430), size=40, align="middle")
    page.write("门票于六月一日零点准时", "开售", at=(400, 600), size=40, align="middle")
    return page


def ruled_paper() -> Page:
    """A letter on ruled paper: the rulings divide no block."""
    page = Page(800, 420, paper="#fffef5")
    for number in range(5):
        page.rule(20, 92 + 60 * number, 780, 92 + 60 * number, fill="#9bd")
    page.write(
        "亲爱的妈妈，我已经平安到达学校，宿",
        "舍里有四个人，大家都很友好，食堂的",
        "饭菜也很好吃，请不要担心，国庆节我",
        "就回家。",
        at=(40, 45),
        size=40,
    )
    return page


PAGES: dict[str, Callable[[], Page]] = {
    draw.__name__: draw
    for draw in (
        one_column,
        two_columns,
        three_columns,
        english_columns_with_paragraphs,
        wrapped_table,
        ruled_table,
        dense_table,
        chat,
        dark_chat,
        big_number,
        receipt,
        timetable,
        form,
        caption,
        vertical,
        centred_poster,
        ruled_paper,
    )
}
