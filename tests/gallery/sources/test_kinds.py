"""Screenshots, memes and photos are recognised by names, folders, cameras and sizes."""

from typing import Any

import pytest

from gallery.models import Photo
from gallery.sources.kinds import MEME, PHOTO, SCREENSHOT, kind_of_folders, kind_of_name, kind_of_picture


def kind(**known: Any) -> str:
    return kind_of_picture(**{"extension": "jpg", "width": 4000, "height": 3000, "make": ""} | known)


@pytest.mark.parametrize(
    "filename",
    [
        "Screenshot_20230501_123456.jpg",
        "Screen Shot 2023-05-01 at 12.34.56.png",
        "Screenshot (3).png",
        "Bildschirmfoto 2023-05-01 um 12.34.56.png",
        "Capture d’écran 2023-05-01.png",
        "Capture d'écran.png",
        "Captura de pantalla 2023.png",
        "Captura de Tela.png",
        "Снимок экрана 2023.png",
        "スクリーンショット 2023-05-01.png",
        "스크린샷 2023.png",
        "截屏2023-05-01 下午3.04.05.png",
        "屏幕截图 2023-05-01 123456.png",
        "QQ截图20230501123456.png",
        "微信截图_20230501123456.png",
        "WX20230501-123456@2x.png",
        "螢幕擷取畫面.png",
        "SCREENSHOT_20230501.PNG",
        "Capture d’e\u0301cran 2023-05-01 a\u0300 15.04.05.png",
        "Screen\u202fShot 2023-05-01.png",
        "Schermata 2023-05-01 alle 15.04.05.png",
        "Zrzut ekranu 2023-05-01 o 15.04.05.png",
        "Näyttökuva 2023-05-01 kello 15.04.05.png",
        "Ekran görüntüsü 2023-05-01 150405.png",
        "Ekran Alıntısı.PNG",
        "Képernyőkép 2023.png",
        "Captură de ecran din 2023.png",
        "Ảnh Màn hình 2023-05-01 lúc 15.04.05.png",
        "Cuplikan Layar 2023.png",
        "צילום מסך 2023.png",
        "لقطة الشاشة 2023.png",
        "ภาพถ่ายหน้าจอ 2566-05-01.png",
        "長截圖_20230501.png",
        "截屏_20230501_213045.jpg",
        "企业微信截图_16829136004567.png",
        "SmartSelect_20230501-213045_Chrome.jpg",
        "CleanShot 2023-05-01 at 21.30.45@2x.png",
        "SCR-20230501-kxqz.png",
        "2023-05-01-213045_1920x1080_scrot.png",
        "20230501_21h30m45s_grim.png",
        "Annotation 2023-05-01 213045.png",
        "Racing Game Screenshot 2023.05.01 - 21.30.45.12.png",
        "QQ20230501-213045.png",
    ],
)
def test_recognises_screenshot_by_name(filename: str) -> None:
    assert kind_of_name(filename) == SCREENSHOT


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"make": "Canon"}, PHOTO),
        ({"extension": "png", "width": 1170, "height": 2532}, SCREENSHOT),
        ({"extension": "png", "width": 2532, "height": 1170}, SCREENSHOT),
        ({"extension": "png", "width": 1920, "height": 1080}, SCREENSHOT),
        ({"extension": "png", "width": 1920, "height": 1080, "make": "Canon"}, PHOTO),
        ({"extension": "jpg", "width": 1920, "height": 1080}, ""),
        ({"extension": "png", "width": 1171, "height": 2532}, ""),
        ({"extension": "webp", "width": 512, "height": 512}, MEME),
        ({"extension": "gif", "width": 240, "height": 180}, MEME),
        ({"extension": "gif", "width": 800, "height": 600}, ""),
        ({"extension": "png", "width": 1206, "height": 2622}, SCREENSHOT),
        ({"extension": "png", "width": 2856, "height": 1280}, SCREENSHOT),
        ({"extension": "png", "width": 5120, "height": 2160}, SCREENSHOT),
        ({}, ""),
    ],
)
def test_recognises_kind_by_other_facts(known: dict[str, Any], expected: str) -> None:
    assert kind(**known) == expected


@pytest.mark.parametrize(
    "filename", ["sticker.webp", "STK-20230501-WA0003.webp", "STICKERS.PNG", "表情_1.png", "AnimatedSticker.gif"]
)
def test_recognises_meme_by_name(filename: str) -> None:
    assert kind_of_name(filename) == MEME


@pytest.mark.parametrize(
    "filename",
    ["Screenshotter.jpg", "Memento.jpg", "Stickerei.jpg", "Annotation.jpg", "my Screenshot.jpg", "IMG_1.jpg", ".png"],
)
def test_recognises_no_kind_by_other_names(filename: str) -> None:
    assert kind_of_name(filename) == ""


def test_uses_kinds_of_photos() -> None:
    assert {PHOTO, SCREENSHOT, MEME} == set(Photo.Kind.values)


def test_recognises_kind_by_folder() -> None:
    assert kind_of_folders(("home", "Pictures", "Screenshots")) == SCREENSHOT
    assert kind_of_folders(("微信", "表情包", "猫")) == MEME
    assert kind_of_folders(("Captures d’e\u0301cran",)) == kind_of_folders(("SCREENSHOTS",)) == SCREENSHOT
    assert kind_of_folders(("スクリーンショット",)) == kind_of_folders(("Ekran Görüntüleri",)) == SCREENSHOT
    assert kind_of_folders(("home", "Pictures")) == ""
