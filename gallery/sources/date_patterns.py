"""Patterns of days, times and Unix times in names, of fixed-width fields: no digit can belong to two fields.

They are compared without case, with names whose digits and spaces are ASCII. A time follows a day immediately; names
of single programs that deviate from that are whole patterns.
"""

import re

from gallery.sources.month_names import ENGLISH_MONTH_NAME, MONTH_NAME


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


BEGIN, END = r"(?<![0-9])", r"(?![0-9])"
# Years of the Buddhist calendar stand in Thai names.
YEAR, SHORT_YEAR = r"(?P<year>(?:19|20|25)[0-9]{2})", r"(?P<year>[0-9]{2})"
MONTH, DAY = r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12][0-9]|3[01])"
ANY_MONTH, ANY_DAY = r"(?P<month>0[1-9]|1[0-2]|[1-9](?![0-9]))", r"(?P<day>0[1-9]|[12][0-9]|3[01]|[1-9](?![0-9]))"
HOUR, MINUTE, SECOND = r"(?P<hour>[01][0-9]|2[0-4])", r"(?P<minute>[0-5][0-9])", r"(?P<second>[0-5][0-9]|60)"
# One digit only where no other follows.
ANY_HOUR = r"(?P<hour>[01][0-9]|2[0-4]|[0-9](?![0-9]))"
CLOCK = HOUR + MINUTE + SECOND
MILLISECONDS = r"(?P<decimals>[0-9]{3})"
COMPACT_DAY = BEGIN + YEAR + MONTH + DAY

DAYS = _compiled(
    # 20230501, and 20230501213045, where the time follows at once
    COMPACT_DAY,
    # 2023-05-01, 2023_05_01, 2023.05.01, but no version: 10.2023.05.01
    rf"{BEGIN}(?:(?<![0-9]\.)|(?!.{{4}}\.)){YEAR}(?P<dash>[-_. ]){MONTH}(?P=dash){DAY}{END}",
    # 2023-5-1
    rf"{BEGIN}{YEAR}-{ANY_MONTH}-{ANY_DAY}{END}",
    # 2023年5月1日, 2023년 5월 1일
    rf"{BEGIN}{YEAR}\s?[年년]\s?{ANY_MONTH}\s?[月월]\s?{ANY_DAY}\s?[日号號일]",
    # 01.05.2023: languages that write dots begin with the day
    rf"{BEGIN}(?<![0-9]\.){DAY}\.{MONTH}\.{YEAR}{END}",
    # 1 May 2023, 1. Mai 2023, 1 de mayo de 2023, 01-May-2023
    rf"{BEGIN}{ANY_DAY}(?:st|nd|rd|th|er)?[-_.\s]{{0,2}}(?:de\s)?(?P<month_name>{MONTH_NAME})\.?[-_,\s]{{0,2}}"
    rf"(?:de\s)?{YEAR}{END}",
    # May 1, 2023
    rf"(?<![^\W_])(?P<month_name>{ENGLISH_MONTH_NAME})\.?[-_\s]{{0,2}}{ANY_DAY}(?:st|nd|rd|th)?[-_,\s]{{1,2}}{YEAR}{END}",
)
# 2023_0501, only with a time
HALF_COMPACT_DAYS = _compiled(rf"{BEGIN}{YEAR}[-_]{MONTH}{DAY}(?=[-_])")

# The word between day and time: at, um, à, a las, alle, às, om, o, в, kl., kello, …
WORD = (
    r"(?:(?:at|um|[aà]\slas?|a\sles|à|[aà](?:\sla)?\(s\)|às|alle(?:\sore)?|ore|om|o(?:\sgodz\.?)?|в|о|kl|kello|klo|v|ve|u|la|saat"
    r"|στις|lúc|pukul|jam|time|время)[._\s]{1,2}|(?:เวลา|ב|في|于|在)[-.\s]?)"
)
NOON = (
    r"(?:(?P<noon>上午|下午|午前|午後|오전|오후|凌晨|清晨|早晨|早上|中午|傍晚|晚上|夜晚|夜里|深夜|öö|ös|de\.?|du\.?)"
    r"\s?)"
)
# "am" before a capital is German: 2023-05-01 12.30.45 am See
MERIDIEM = (
    r"(?:\s?(?P<meridiem>(?!(?-i:am\s[A-ZÄÖÜ]))[ap]\.?\s?m(?![^\W_])|[πμ]\.?\s?μ(?![^\W_])"
    r"|(?:[صم]|sa|ch|pg|ptg)(?![^\W_])))"
)
GAP = rf"(?:(?P<iso>t)|[-_.,\s@(]{{1,3}}{WORD}?|\s?{WORD}|(?=[上下午오凌清早中傍晚夜深]))"
# Z or +0800 after T: 2023-05-01T133045Z
ZONE = r"(?P<zone>z(?![a-z0-9])|[-+][0-9]{2}[:_.]?[0-9]{2}(?![0-9]))?"
DECIMALS = r"(?P<decimals>[0-9]{3}(?:[0-9]{3})?)"

TIMES = _compiled(
    # 20230501213045, 20230501213045123
    rf"(?<=[0-9]{{8}}){CLOCK}{MILLISECONDS}?{END}",
    # _213045, -213045123, T213045Z
    rf"{GAP}{CLOCK}(?:[.,]?{DECIMALS})?{END}{ZONE}",
    # 21.30.45, 21-30-45-123, 21-30-45-12, 21:30:45.123456; 03.04.05 PM, 下午03.04.05
    rf"{GAP}{NOON}?{HOUR}(?P<colon>[-_.:\s]|\s:\s){MINUTE}(?P=colon){SECOND}"
    rf"(?:(?:(?P=colon)|[.,])(?P<decimals>[0-9]{{2,3}}|[0-9]{{6}}){END})?{END}{MERIDIEM}?{ZONE}",
    # 3.04.05, 下午3.04.05, 3:04:05 PM; 3_04_05 PM
    rf"{GAP}{NOON}?{ANY_HOUR}(?P<colon>[.:]){MINUTE}(?P=colon){SECOND}{END}{MERIDIEM}?",
    rf"{GAP}{ANY_HOUR}(?P<colon>[-_\s]){MINUTE}(?P=colon){SECOND}{END}{MERIDIEM}",
    # 21h30m45s, 9h05
    rf"{GAP}{ANY_HOUR}\s?h\s?{MINUTE}(?:\s?m(?:in)?\s?{SECOND}\s?s?)?{END}",
    # 晚上9点30分45秒, 9点半, 15時04分05秒, 오후 3시 4분 5초
    rf"(?:{GAP})?{NOON}?{ANY_HOUR}\s?[时時点點시:]\s?(?:(?P<half>半)|(?P<minute>[0-5]?[0-9])"
    r"(?:\s?[分분:]\s?(?:(?P<second>[0-5]?[0-9])[秒초]?)?)?(?![0-9]))?",
    # No seconds, like prices and counters: 下午3.04; 3.04 PM; at 21.30; 21:30; -21-30; and 21.30 at the end
    rf"{GAP}{NOON}{ANY_HOUR}[-_.:]{MINUTE}{END}",
    rf"{GAP}{ANY_HOUR}[-_.:\s]{MINUTE}{END}{MERIDIEM}",
    rf"[-_.,\s]{{0,2}}{WORD}{ANY_HOUR}[-.:]{MINUTE}{END}",
    rf"{GAP}{ANY_HOUR}:{MINUTE}{END}",
    rf"[_\s-]{HOUR}-{MINUTE}(?![-_.:]?[0-9])",
    rf"[-_\s]{{1,3}}{HOUR}\.{MINUTE}$",
)

# Names of single programs. Local time, unless there is a group "utc".
PROGRAMS = _compiled(
    # PXL_20230501_133045123.jpg; 20230501_133045123_iOS.jpg
    rf"^(?P<utc>pxl_){COMPACT_DAY}_{CLOCK}{MILLISECONDS}?{END}",
    rf"^{COMPACT_DAY}_{CLOCK}{MILLISECONDS}(?P<utc>_ios)(?![a-z])",
    # IMG_20230501_213045_123.jpg: milliseconds, but 001 is a number
    rf"^(?:img|vid|b612|mvimg|insta|snow|telegram)_{COMPACT_DAY}_{CLOCK}_(?!00){MILLISECONDS}{END}",
    # img20230501_21304567.jpg, retouch_2023050121304567.jpg
    rf"^(?:img|retouch_){COMPACT_DAY}_?{CLOCK}(?P<decimals>[0-9]{{2}}){END}",
    # 2023050121304500-0123456789ABCDEF0123456789ABCDEF.jpg
    rf"^{COMPACT_DAY}{CLOCK}[0-9]{{2}}-[0-9a-f]{{32}}(?![0-9a-f])",
    # 202305012130.jpg, Scan_202305012130.jpg
    rf"^(?:(?:img|image|photo|scan|doc)[-_\s]?)?{COMPACT_DAY}{HOUR}{MINUTE}$",
    # 23-05-01 21-30-45 1234.jpg; Picsart_23-05-01_21-30-45-123.jpg
    rf"^{SHORT_YEAR}-{MONTH}-{DAY} {HOUR}-{MINUTE}-{SECOND} [0-9]{{4}}{END}",
    rf"^picsart_{SHORT_YEAR}-{MONTH}-{DAY}_{HOUR}-{MINUTE}-{SECOND}(?:-{MILLISECONDS})?{END}",
    # 230501_213045_001_FH.jpg; Notes_230501_213045.jpg; WoWScrnShot_050123_213045.jpg
    rf"^{SHORT_YEAR}{MONTH}{DAY}_{CLOCK}_[0-9]{{3}}_[a-z]",
    rf"^(?:samsung\s?)?notes_{SHORT_YEAR}{MONTH}{DAY}_{CLOCK}{END}",
    rf"^wowscrnshot_{MONTH}{DAY}{SHORT_YEAR}_{CLOCK}{END}",
    # photo_1@01-05-2023_21-30-45.jpg
    rf"@{DAY}-{MONTH}-{YEAR}_{HOUR}-{MINUTE}-{SECOND}{END}",
    # Game 5_1_2023 9_30_45 PM.png; Game 01_05_2023 21_30_45.png
    rf"\s{ANY_MONTH}_{ANY_DAY}_{YEAR}\s{ANY_HOUR}_{MINUTE}_{SECOND}{END}{MERIDIEM}",
    rf"\s{DAY}_{MONTH}_{YEAR}\s{HOUR}_{MINUTE}_{SECOND}{END}",
    # Photo on 5-1-23 at 9.30 PM.jpg; Photo 5-1-23, 9 30 45 PM.jpg
    rf"^(?:photo|video)\s(?:on\s)?{ANY_MONTH}-{ANY_DAY}-(?:20)?{SHORT_YEAR},?\s(?:at\s)?{ANY_HOUR}[.\s:]{MINUTE}"
    rf"(?:[.\s:]{SECOND})?{END}{MERIDIEM}",
    # Photo 01-05-2023, 21 30 45.jpg; Foto am 01.05.23 um 21.30.jpg; Foto 01.05.23 21 30 45.jpg
    rf"^(?:photo|foto|bild|imagem|imagen|video)\s(?:\w{{2,3}}\s)?{DAY}[-.]{MONTH}[-.](?:20)?{SHORT_YEAR},?\s{WORD}?"
    rf"{HOUR}[.\s:]{MINUTE}(?:[.\s:]{SECOND})?{END}",
    # CamScanner 05-01-2023 21.30.jpg
    rf"^(?:camscanner|new\sdoc)\s{MONTH}-{DAY}-{YEAR}\s{HOUR}\.{MINUTE}(?:\.{SECOND})?{END}",
    rf"^(?:camscanner|new\sdoc)\s{DAY}-{MONTH}-{YEAR}\s{HOUR}\.{MINUTE}(?:\.{SECOND})?{END}",
    # LINE_ALBUM_Trip_230501_12.jpg
    rf"^line_album_(?:.*_)?{SHORT_YEAR}{MONTH}{DAY}_[0-9]+$",
)

# Programs that write Unix times, in milliseconds or seconds. Other numbers of 13 or 10 digits are ids.
UNIX_PREFIX = (
    r"mmexport|mmqrcode|mmscreenshot|wx_camera_|micromsg\.|fb_img_|received_|(?:img|image|photo|pic|pictures?|screenshot|save"
    r"|camera|cam|share|collage|crop|cropped|edit|edited|snapedit|temp|tmp|video|vid|download|capture|file|pano|lv|line"
    r"|qq|wechat|weixin|viber|viber_image|telegram|kakaotalk|dingtalk|dingtalk_|lark|inshot|photogrid|photogrid_plus"
    r"|tb_image_share|qq_pic_merged|qq_pic_share|gopr[0-9]{4}|微信图片|图片|照片)[-_\s]?|rpreplay_final"
)
UNIX_TIMES = _compiled(
    rf"(?:^|{UNIX_PREFIX})(?P<unix>1[0-9]{{12}}){END}",
    rf"(?:{UNIX_PREFIX})(?P<unix>1[0-9]{{9}}){END}",
    r"^(?P<unix>1[0-9]{9})(?:[-_\s][0-9]{1,2}|\s?\([0-9]{1,2}\))?$",
    # 企业微信截图_16829136004567.png, XHS_16829136000001040g…: more digits follow
    r"^(?:企业微信截图|企業微信截圖|wxworkcapture|wecom\sscreenshot)_?(?P<unix>1[0-9]{12})[0-9]{0,4}(?![0-9])",
    r"^mmexport[0-9a-f]{32}_(?P<unix>1[0-9]{12})(?![0-9])",
    r"^xhs_(?P<unix>1[0-9]{12})",
)
