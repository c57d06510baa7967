"""Samples: screenshots of conversations on a telephone."""

from dataclasses import dataclass

from photosearch.samples.sheet import Colour, Sheet, text_width, wrap

WIDTH = 1080
AVATARS: tuple[Colour, ...] = ("#5b8def", "#e07a5f", "#6a994e", "#9b5de5", "#f2a541", "#3a86a8")


@dataclass(frozen=True)
class Look:
    """The colours of a chat application."""

    background: Colour
    bar: Colour
    theirs: Colour
    mine: Colour
    ink: Colour = "#191919"
    faint: Colour = "#8a8a8a"


GREEN = Look(background="#ededed", bar="#f7f7f7", theirs="white", mine="#95ec69")
BLUE = Look(background="#e6ebee", bar="#517da2", theirs="white", mine="#d9f2c7", ink="#111111", faint="#6f8391")
DARK = Look(background="#111b21", bar="#202c33", theirs="#202c33", mine="#005c4b", ink="#e9edef", faint="#8696a0")


def status_bar(sheet: Sheet, *, clock: str, ink: Colour) -> None:
    """The top line of a telephone: the time, bars of reception, a battery."""
    sheet.write((60, 18), clock, size=34, colour=ink, bold=0.5)
    right = sheet.image.width - 60
    for bar in range(4):
        sheet.pen.rectangle((right - 170 + bar * 16, 48 - bar * 7, right - 160 + bar * 16, 56), fill=ink)
    sheet.pen.rounded_rectangle((right - 70, 28, right - 8, 56), 8, outline=ink, width=3)
    sheet.pen.rectangle((right - 64, 34, right - 26, 50), fill=ink)
    sheet.pen.rectangle((right - 6, 37, right - 2, 47), fill=ink)


def conversation(
    title: str, messages: str, *, look: Look, clock: str, height: int = 1500, group: bool = False
) -> Sheet:
    """A conversation; each line of `messages` is `name: words`, `me: words`, or words alone: a time or a notice."""
    sheet = Sheet(WIDTH, height, look.background)
    ink: Colour = "white" if look is BLUE else look.ink
    sheet.pen.rectangle((0, 0, WIDTH, 190), fill=look.bar)
    status_bar(sheet, clock=clock, ink=ink)
    sheet.write((WIDTH / 2, 102), title, size=46, colour=ink, anchor="ma", bold=0.7)
    sheet.pen.line(((62, 112), (40, 134), (62, 156)), fill=ink, width=5)
    y = 230.0
    names: list[str] = []
    for message in messages.strip().splitlines():
        name, colon, words = message.strip().partition(": ")
        if not colon:
            y = sheet.write((WIDTH / 2, y), name, size=30, colour=look.faint, anchor="ma") + 26
        elif name == "me":
            y = _bubble(sheet, y, words, look=look, mine=True)
        else:
            names += [name] if name not in names else []
            _avatar(sheet, 40, y, AVATARS[names.index(name) % len(AVATARS)])
            if group:
                y = sheet.write((160, y - 6), name, size=28, colour=look.faint)
            y = _bubble(sheet, y, words, look=look, mine=False)
    _input_line(sheet, look)
    return sheet


def _avatar(sheet: Sheet, x: float, y: float, colour: Colour) -> None:
    sheet.pen.rounded_rectangle((x, y, x + 92, y + 92), 14, fill=colour)
    sheet.pen.ellipse((x + 31, y + 18, x + 61, y + 48), fill="white")
    sheet.pen.pieslice((x + 16, y + 54, x + 76, y + 128), 180, 360, fill="white")


def _bubble(sheet: Sheet, y: float, words: str, *, look: Look, mine: bool) -> float:
    lines = wrap(words, size=40, width=690)
    width = max(text_width(line, size=40) for line in lines) + 56
    height = len(lines) * 58 + 36
    left = WIDTH - 60 - width if mine else 160
    sheet.pen.rounded_rectangle((left, y, left + width, y + height), 18, fill=look.mine if mine else look.theirs)
    for row, line in enumerate(lines):
        sheet.write((left + 28, y + 20 + row * 58), line, size=40, colour=look.ink)
    return y + height + 40


def _input_line(sheet: Sheet, look: Look) -> None:
    bottom = sheet.image.height
    sheet.pen.rectangle((0, bottom - 130, WIDTH, bottom), fill=look.background if look is BLUE else look.bar)
    sheet.pen.rounded_rectangle((110, bottom - 105, WIDTH - 210, bottom - 25), 16, fill=look.theirs, outline=look.faint)
    for x in (60, WIDTH - 140, WIDTH - 60):
        sheet.pen.ellipse((x - 30, bottom - 95, x + 30, bottom - 35), outline=look.faint, width=4)


def dinner() -> Sheet:
    """Two friends agree where to eat."""
    return conversation(
        "林小雨",
        """
        星期五 18:42
        林小雨: 今晚去哪里吃饭？
        me: 老地方？东门那家火锅
        林小雨: 那家周一才开门……
        林小雨: 换一家吧，周明浩说江边那家云南菜不错
        me: 好，几点？
        林小雨: 七点半，靠窗的位子已经订了，报我的名字
        me: 收到，我带上相机
        """,
        look=GREEN,
        clock="18:47",
    )


def address_by_mail() -> Sheet:
    """Someone sends an e-mail address."""
    return conversation(
        "陈建国",
        """
        昨天 09:15
        陈建国: 合同我看完了，第三页的日期要改
        me: 改好发到哪个邮箱？
        陈建国: jianguo.chen@example.org
        陈建国: 抄送财务 accounts-payable@example.org
        me: 下午四点前发给您
        陈建国: 辛苦了
        """,
        look=GREEN,
        clock="09:31",
        height=1380,
    )


def group_shift() -> Sheet:
    """Chinese colleagues swap a shift at work."""
    return conversation(
        "值班小组 (5)",
        """
        周明浩: 谁能和我换一下周六的班？
        欧阳静: 我可以，但是下周三你要替我
        周明浩: 没问题！
        赵一凡: 记得在表格里改，上次忘了扣了半天工资
        me: 我来改表格
        欧阳静: 谢谢[抱拳]
        周六值班已改为 欧阳静
        """,
        look=GREEN,
        clock="22:08",
        group=True,
    )


def moving_day() -> Sheet:
    """English friends plan a move."""
    return conversation(
        "Moving day",
        """
        Today
        Maya Okafor: The van is booked for Saturday, 8 am sharp
        Tomasz: I can bring the trolley and some blankets
        me: Pizza is on me afterwards
        Maya Okafor: Please label the boxes! Last time we searched for the kettle until midnight
        Priya Raman: Who has the spare key?
        Tomasz: Me. Meet at 27 Harbour Lane
        """,
        look=BLUE,
        clock="7:55",
        height=1720,
        group=True,
    )


def landlord() -> Sheet:
    """A landlord gives a telephone number."""
    return conversation(
        "Mrs. Delgado (landlord)",
        """
        Mon, 14 Oct
        me: Hello, the heating on the second floor stays cold
        Mrs. Delgado (landlord): The plumber comes tomorrow between 9 and 11
        Mrs. Delgado (landlord): He is late? +44 20 7946 0958
        me: Thank you! Is the cellar open for him?
        Mrs. Delgado (landlord): The caretaker, Mr. Feng, will let him in
        """,
        look=DARK,
        clock="21:20",
    )
