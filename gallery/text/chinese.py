"""One form of Chinese characters: simplified, whether written in traditional, Japanese or other forms."""

from functools import cache

import opencc

# Forms that OpenCC's tables keep apart, because languages or regions prefer one of them: the first character of each
# group stands for the others.
VARIANTS = {
    variant: group[0]
    for group in (
        *(
            "涩渋澁",
            "矿鉱鑛砿",
            "举挙擧",
            "斗闘鬭鬪鬥",
            "研硏",
            "慎愼",
            "叙敍",
            "晃晄",
            "概槪",
            "瓶甁",
            "郎郞",
            "乡鄕郷",
        ),
        *("隶隷", "余馀", "卫衞", "饼餠", "翻飜", "褒襃", "艺芸", "滨浜濵", "丝糸", "罐缶", "户戸", "步歩", "每毎"),
        *("铺舗", "吴呉", "娱娯", "查査", "征徴", "着著", "了瞭", "青靑", "清淸", "崎﨑碕", "高髙", "吉𠮷", "边邉"),
        *("岛嶋嶌", "富冨", "桥槗", "国囯圀", "动働", "驮駄", "值値", "姊姉", "姬姫", "冰氷", "颊頬", "窗窓", "聪聡"),
        *("系繋", "颈頚", "莺鴬", "污汚", "舍舎", "赞讃", "贱賎", "渎涜", "囊嚢", "蝇蝿", "泼溌", "酦醗", "驒騨"),
        *("尽侭", "笼篭", "郁欝", "灶竃", "谏諌", "驱駈", "俱倶", "咒呪", "雠讐", "疏疎", "妆粧", "壶壷", "兔兎"),
        *("妒妬", "吞呑", "胁脇", "邻隣", "果菓", "回廻", "焰焔燄", "枪鎗", "炮砲", "佩珮", "暖煖", "浚濬", "兹玆"),
        *("剿勦", "焊銲", "衔啣", "背揹", "仿倣", "效傚", "鳌鼇", "檐簷", "痹痺", "粽糭", "台枱", "粗麤", "只祇衹"),
        *("它牠", "你妳", "苏甦", "榨搾", "强彊", "藤籐", "袅嬝", "馈餽", "剩賸", "乃迺廼", "堤隄", "咱偺", "捻撚"),
        *("眯瞇", "碰踫", "殷慇", "盘槃", "愈瘉", "模糢", "麻痲", "借藉", "复覆", "填塡", "剥剝", "饰餝", "秋穐"),
        # Radicals that programs write in place of the characters.
        *(
            "民⺠",
            "母⺟",
            "王⺩",
            "长⻓",
            "门⻔",
            "马⻢",
            "页⻚",
            "见⻅",
            "贝⻉",
            "车⻋",
            "风⻛",
            "飞⻜",
            "鱼⻥",
            "鸟⻦",
        ),
        *("麦⻨", "黄⻩", "齐⻬⻫", "齿⻮", "龙⻰⻯", "龟⻳⻲", "西⻄", "青⻘", "食⻝", "虎⻁", "角⻆", "足⻊", "鬼⻤"),
        *("骨⻣", "卤⻧", "韦⻙", "黾⻪"),
    )
    for variant in group[1:]
}


@cache
def simplified(character: str) -> str:
    """Return the simplified form of a traditional or Japanese Chinese character; other characters stay."""
    return VARIANTS.get(found := _simplified_by_opencc(character), found)


def _simplified_by_opencc(character: str) -> str:
    if not "\u2e80" <= character <= "\U0003ffff":
        return character
    converted = _traditional_to_simplified().convert(character)
    if converted != character:
        return str(converted)
    try:
        # Some Japanese forms, such as 欠 and 弁, are other characters in Chinese.
        character.encode("gb2312")
    except UnicodeEncodeError:
        return str(_traditional_to_simplified().convert(_japanese_to_traditional().convert(character)))
    return character


@cache
def _traditional_to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _japanese_to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("jp2t")
