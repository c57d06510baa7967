"""Recognise photos, screenshots and memes by file name, folder, camera and size."""

import re
from collections.abc import Iterable

from gallery.sources.dates_in_names import plain_name

PHOTO, SCREENSHOT, MEME = "photo", "screenshot", "meme"

# Of names in NFC, with ASCII spaces and apostrophes.
SCREENSHOT_NAME = re.compile(
    r"""^(?:
        screen[-_\s]?shots?(?![a-z]) | screen[-_\s]?(?:capture|grab|clip)s?(?![a-z]) | screen_20\d\d
      | .{1,60}\sscreenshot\s20\d\d | (?:wow)?scrnshot | snipaste | snip_ | sharex | smartselect_ | cleanshot
      | shottr | scr-20\d{6} | greenshot | flameshot | lightshot | monosnap | snag-?(?:it)?[-_\s]?\d | fireshot
      | deepinscreenshot | ksnip | spectacle_20\d\d | .{8,40}_(?:scrot|grim|hyprshot)(?![a-z])
      | (?:annotation|anmerkung|annotazione|anotaci[oó]n|批注|註解)\s20\d\d | bildschirm(?:foto|aufnahme|ausschnitt)
      | (?:capture|copie)[\sd_]*['_]?\s?[eé]cran | capture_20\d\d
      | captura\s?(?:de\s?(?:pantalla|ecr[aã]|tela)|desde\s) | schermafbeelding | schermafdruk | schermata
      | istantanea[_\s]?(?:dello\s)?schermo | cattura[_\s]?schermo | sk[aä]rm(?:avbild|bild|klipp|dump)
      | skjerm(?:bilde|dump) | sk[æa]rm(?:billede|klip) | kuvak[aä]appaus | n[aä]ytt[oö]kuva | zrzut\s?ekranu
      | sn[ií]m(?:ek|ka)\s?obrazovky | k[eé]perny[oő](?:fot[oó]|k[eé]p) | captur[aă]\s(?:de\s)?ecran
      | (?:snimka|slika|posnetek)\szaslona | snimak\sekrana
      | ekran[\s_]?(?:resmi|g[oö]r[uü]nt[uü]s[uü]|al[ıi]nt[ıi]s[ıi]) | kuvat[oõ]mmis | ekr[aā]nuz[nņ][eē]mums
      | ekrano\s(?:kopija|nuotrauka) | скриншот | снимок\s?экрана | знімок\s?екрана | скріншот | екранна\sснимка
      | снимак\sекрана | στιγμιότυπο | צילום\sמסך | لقطة\s(?:ال)?شاشة | स्क्रीनशॉट | ภาพถ่ายหน้าจอ | ภาพหน้าจอ
      | สกรีนช็อต | ảnh\s(?:chụp\s)?màn\shình | (?:cuplikan|tangkapan)\s(?:layar|skrin) | スクリーンショット
      | スクショ | 画面キャプチャ | 스크린샷 | 화면\s?캡[처쳐] | 캡[처쳐]
      | (?:屏幕|螢幕|荧幕)(?:截[图圖屏]|快照|擷取|捕[获獲]|抓[图圖]) | (?:长|長|滚动|滾動|全屏|区域)?截[屏图圖]
      | 擷圖 | (?:qq|tim|wechat|微信|钉钉|釘釘|飞书|lark|企业微信|企業微信)[\s_]?(?:截[图圖屏]|screenshot)
      | wxworkcapture | (?:wx|qq)20\d{6}-\d{6}
    )""",
    re.VERBOSE | re.IGNORECASE,
)
MEME_NAME = re.compile(
    r"^(?:(?:animated)?stickers?|emojis?|emoticons?|memes?|stk-\d{8}-wa\d+|biaoqing|aufkleber|figurinhas?|стикер|мем|表情"
    r"|斗图|鬥圖|贴纸|貼圖|貼紙|梗[图圖]|スタンプ|스티커|이모티콘)(?![a-zа-я])",
    re.IGNORECASE,
)
# In lower case, with ASCII apostrophes.
SCREENSHOT_FOLDERS = {
    "screenshot", "screenshots", "screen shots", "screen captures", "screencaptures", "snipaste", "sharex",
    "greenshot", "lightshot", "bildschirmfotos", "bildschirmaufnahmen", "captures d'écran", "capturas de pantalla",
    "capturas de tela", "capturas de ecrã", "schermafbeeldingen", "schermate", "istantanee schermo", "skärmbilder",
    "skärmavbilder", "skærmbilleder", "skjermbilder", "näyttökuvat", "kuvakaappaukset", "zrzuty ekranu",
    "snímky obrazovky", "képernyőfotók", "képernyőképek", "capturi de ecran", "snimke zaslona", "ekran görüntüleri",
    "ekran resimleri", "скриншоты", "снимки экрана", "знімки екрана", "στιγμιότυπα οθόνης", "צילומי מסך",
    "لقطات الشاشة", "ภาพหน้าจอ", "ảnh chụp màn hình", "tangkapan layar", "スクリーンショット", "スクショ",
    "스크린샷", "화면 캡처", "截图", "截屏", "长截屏", "截屏录屏", "截屏与录屏", "屏幕截图", "屏幕快照", "螢幕截圖",
    "螢幕擷取畫面", "截圖", "擷圖",
}  # fmt: skip
MEME_FOLDERS = {
    "sticker", "stickers", "whatsapp stickers", "meme", "memes", "emoji", "emojis", "emoticons", "aufkleber",
    "figurinhas", "autocollants", "pegatinas", "стикеры", "мемы", "表情", "表情包", "动态表情", "斗图", "鬥圖",
    "贴纸", "貼圖", "貼紙", "梗图", "梗圖", "スタンプ", "스티커", "이모티콘",
}  # fmt: skip

# Longest side of a sticker in pixels; stickers of Telegram and WhatsApp have exactly this size.
MAX_STICKER_SIDE = 512

# Screen sizes in pixels, short side first.
PHONE_SCREENS = """
    640x960 640x1136 720x748 720x1280 720x1440 720x1520 720x1544 720x1560 720x1600 720x1612 720x1640 750x1334 828x1792
    904x2316 948x1048 968x2376 1080x1920 1080x2160 1080x2220 1080x2240 1080x2246 1080x2270 1080x2280 1080x2300
    1080x2310 1080x2316 1080x2340 1080x2376 1080x2388 1080x2400 1080x2408 1080x2412 1080x2424 1080x2436 1080x2448
    1080x2460 1080x2520 1080x2640 1084x2412 1125x2436 1156x2510 1170x2532 1176x2400 1179x2556 1200x2640 1200x2652
    1200x2664 1200x2670 1206x2622 1208x2644 1212x2616 1216x2640 1216x2688 1220x2712 1224x2700 1224x2720 1240x2772
    1242x2208 1242x2688 1256x2760 1260x2720 1260x2736 1260x2800 1260x2844 1264x2780 1272x2772 1280x2800 1280x2832
    1280x2856 1284x2778 1290x2796 1312x2824 1312x2848 1320x2868 1344x2772 1344x2784 1344x2992 1416x3040 1440x2560
    1440x2880 1440x2960 1440x3040 1440x3088 1440x3120 1440x3168 1440x3200 1440x3216 1440x3360 1440x3412 1644x3840
    1812x2176 1840x2208 1856x2160 1916x2160 1960x2160 1968x2184 2076x2152 2156x2344 2224x2496 2268x2440
"""
TABLET_SCREENS = """
    1200x1920 1200x2000 1488x2266 1536x2048 1600x2560 1620x2160 1640x2360 1668x2224 1668x2388 1668x2420 1752x2800
    1800x2880 1840x2944 1848x2960 1968x2640 2000x2800 2032x3048 2048x2732 2064x2752 2120x3000 2136x3200
"""
DESKTOP_SCREENS = """
    720x1280 768x1360 768x1366 800x1280 900x1440 900x1600 1050x1680 1080x1920 1080x2560 1080x3840 1200x1800 1200x1920
    1280x1920 1440x2160 1440x2560 1440x3440 1440x5120 1504x2256 1600x2400 1600x2560 1600x3840 1620x2880 1664x2496
    1664x2560 1692x3008 1800x2880 1800x3200 1824x2736 1864x2880 1912x2940 1920x3072 1964x3024 2000x3000 2160x3240
    2160x3840 2160x5120 2234x3456 2304x4096 2400x3840 2520x4480 2560x2880 2880x5120 3384x6016 4320x7680
"""
SCREENS = {tuple(map(int, size.split("x"))) for size in (PHONE_SCREENS + TABLET_SCREENS + DESKTOP_SCREENS).split()}


def kind_of_name(filename: str) -> str:
    """Return the kind that a file name stands for (a value of Photo.Kind); "" if none."""
    name = _comparable(filename)
    if SCREENSHOT_NAME.match(name):
        return SCREENSHOT
    return MEME if MEME_NAME.match(name) else ""


def kind_of_picture(*, extension: str, width: int, height: int, make: str) -> str:
    """Return the likely kind of a picture without a telling name; "" if unknown. `make` is the camera's, from EXIF."""
    if make:
        return PHOTO
    if extension in ("gif", "webp") and max(width, height) <= MAX_STICKER_SIDE:
        return MEME
    if extension == "png" and tuple(sorted((width, height))) in SCREENS:
        return SCREENSHOT
    return ""


def kind_of_folders(folders: Iterable[str]) -> str:
    """Return the kind that the name of one of `folders` stands for; "" if none does."""
    names = {_comparable(folder).lower() for folder in folders}
    if names & SCREENSHOT_FOLDERS:
        return SCREENSHOT
    return MEME if names & MEME_FOLDERS else ""


def _comparable(name: str) -> str:
    return plain_name(name).replace("’", "'")
