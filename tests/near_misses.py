"""Texts that nearly match the words tests search for, and small pictures of them."""

from collections.abc import Iterator
from io import BytesIO
from itertools import cycle, islice, product

from photosearch.samples.sheet import Sheet

# The words, the characters each of their characters may be misread as, and texts to put the result into.
CODE, CODE_SLIPS = "NH961", ("MHN8", "NMKW", "6938", "9058", "147I")
HOLIDAY, HOLIDAY_SLIPS = "调休", ("周凋雕洞倜", "体沐伏修林")
NAME, NAME_SLIPS = "林小雨", ("木杜森沐", "少晓水尖", "雪雷零雾")
MAIL, MAIL_SLIPS = "jianguo.chen", ("kl", "oa", "eu", "mr", "qp", "oa", "ae", "ir", "ko", "nb", "ao", "mr")
FORMS = {
    CODE: ("航班 {} 已取消", "Flight {} boards at gate {}", "{} 行李转盘 {}"),
    HOLIDAY: ("五一{}通知", "{}安排表 第{}版", "国庆{}日程"),
    NAME: ("{}：今晚不来了", "联系人 {} 分机{}", "转账给{} 共{}元"),
    MAIL: ("发到 {}@example.org 即可", "Contact {}@example.org or call {}", "抄送 {}@example.org 编号{}"),
}
TURNED_AROUND = ("休息调", "休调", "调一休", "休 调", "调整后休假", "补休与调班", "小雨林", "NH 691", "NH9 16", "961NH")


def near_misses(count: int) -> list[str]:
    """Return `count` different texts: none contains NH961, 调休, 林小雨 or jianguo.chen, most nearly do."""
    slips = {word: _slips(word) for word in FORMS}
    texts = [f"{words} {number}" for number, words in enumerate(TURNED_AROUND, start=1)]
    for number, word in enumerate(islice(cycle(FORMS), count - len(texts)), start=10_000):
        form = FORMS[word][number % len(FORMS[word])]
        texts.append(f"{form.format(next(slips[word]), number)} {number}")
    return texts[:count]


def picture_of(text: str) -> bytes:
    """Return a small PNG of `text`, short enough to be encoded in one view."""
    sheet = Sheet(480, 240, "#fbfbf5")
    sheet.write((16, 90), text, size=26)
    file = BytesIO()
    sheet.image.save(file, "PNG")
    return file.getvalue()


def _slips(word: str) -> Iterator[str]:
    """Cycle through forms of `word` with two characters swapped or one or two replaced."""
    slips = {CODE: CODE_SLIPS, HOLIDAY: HOLIDAY_SLIPS, NAME: NAME_SLIPS, MAIL: MAIL_SLIPS}[word]
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
    changed = [
        word[:at] + wrong + word[at + 1 :] for at, slip in enumerate(slips) for wrong in slip if wrong != word[at]
    ]
    both = [
        word[:at] + first + second + word[at + 2 :]
        for at in range(len(slips) - 1)
        for first, second in product(slips[at], slips[at + 1])
    ]
    # Separators do not count.
    return cycle([form for form in dict.fromkeys([*swapped, *changed, *both]) if _letters(form) != _letters(word)])


def _letters(word: str) -> str:
    return "".join(filter(str.isalnum, word))
