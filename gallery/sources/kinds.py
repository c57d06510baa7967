"""Recognise photos, screenshots and memes by file name, folder, camera and size."""

import re
from collections.abc import Iterable

PHOTO, SCREENSHOT, MEME = "photo", "screenshot", "meme"

SCREENSHOT_NAME = re.compile(
    r"""^(?:
        screen[-_\s]?shots?(?![a-z]) | screen[-_\s]?capture | screen_20\d\d | scrnshot | snipaste | snip_ | sharex
      | bildschirm(?:foto|aufnahme) | capture[\sd_]*[’'_]?\s?[eé]cran | capture_20\d\d
      | captura\s?de\s?(?:pantalla|ecr[aã]|tela)
      | schermafbeelding | schermata | istantanea_?schermo | sk[aä]rm(?:avbild|klipp) | skjermbilde | sk[æa]rmbillede
      | kuvak[aä]appaus | zrzut\s?ekranu | sn[ií]mek\s?obrazovky | ekran\s?(?:resmi|g[oö]r[uü]nt[uü]s[uü])
      | скриншот | снимок\s?экрана | знімок\s?екрана | スクリーンショット | 스크린샷 | 화면\s?캡처
      | 屏幕(?:截图|快照|截圖) | 螢幕(?:截圖|擷取|快照) | 截[屏图圖] | 长截图
      | (?:qq|微信|钉钉|企业微信)截图 | wx20\d{6}-\d{6}
    )""",
    re.VERBOSE | re.IGNORECASE,
)
MEME_NAME = re.compile(r"^(?:sticker|emoji|emoticon|meme|表情|貼圖|贴纸|AnimatedSticker)", re.IGNORECASE)
SCREENSHOT_FOLDERS = {
    "screenshot", "screenshots", "screen shots", "bildschirmfotos", "captures d’écran", "captures d'écran",
    "capturas de pantalla", "capturas de tela", "schermafbeeldingen", "skärmbilder", "скриншоты", "снимки экрана",
    "スクリーンショット", "스크린샷", "截图", "截屏", "屏幕截图", "屏幕快照", "螢幕截圖", "截圖",
}  # fmt: skip
MEME_FOLDERS = {
    "sticker", "stickers", "whatsapp stickers", "meme", "memes", "emoji", "emojis", "emoticons", "表情", "表情包",
    "斗图", "贴纸", "貼圖", "梗图",
}  # fmt: skip

# Longest side of a sticker in pixels; stickers of Telegram and WhatsApp have exactly this size.
MAX_STICKER_SIDE = 512

# Screen sizes in pixels, short side first.
PHONE_SCREENS = """
    640x1136 720x1280 720x1440 720x1520 720x1560 720x1600 720x1612 750x1334 828x1792 1080x1920 1080x2160 1080x2220
    1080x2240 1080x2246 1080x2280 1080x2300 1080x2310 1080x2316 1080x2340 1080x2376 1080x2388 1080x2400 1080x2408
    1080x2412 1080x2424 1080x2460 1080x2520 1125x2436 1170x2532 1179x2556 1200x2670 1206x2622 1220x2712 1224x2700
    1240x2772 1242x2208 1242x2688 1260x2736 1260x2800 1264x2780 1280x2800 1284x2778 1290x2796 1312x2848 1320x2868
    1344x2772 1344x2992 1440x2560 1440x2880 1440x2960 1440x3040 1440x3088 1440x3120 1440x3168 1440x3200 1440x3216
"""
TABLET_SCREENS = """
    1200x1920 1200x2000 1488x2266 1536x2048 1600x2560 1620x2160 1640x2360 1668x2224 1668x2388 1668x2420 2048x2732
    2064x2752
"""
DESKTOP_SCREENS = """
    720x1280 768x1366 800x1280 900x1440 900x1600 1050x1680 1080x1920 1080x2560 1200x1920 1440x2560 1440x3440 1440x5120
    1504x2256 1600x2560 1600x3840 1664x2560 1800x2880 1800x3200 1824x2736 1864x2880 1912x2940 1920x3072 1964x3024
    2000x3000 2160x3240 2160x3840 2234x3456 2304x4096 2400x3840 2520x4480 2880x5120 3384x6016
"""
SCREENS = {tuple(map(int, size.split("x"))) for size in (PHONE_SCREENS + TABLET_SCREENS + DESKTOP_SCREENS).split()}


def kind_of_name(filename: str) -> str:
    """Return the kind that a file name stands for (a value of Photo.Kind); "" if none."""
    if SCREENSHOT_NAME.match(filename):
        return SCREENSHOT
    return MEME if MEME_NAME.match(filename) else ""


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
    names = {folder.lower() for folder in folders}
    if names & SCREENSHOT_FOLDERS:
        return SCREENSHOT
    return MEME if names & MEME_FOLDERS else ""
