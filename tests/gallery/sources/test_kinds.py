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
        ({}, ""),
    ],
)
def test_recognises_kind_by_other_facts(known: dict[str, Any], expected: str) -> None:
    assert kind(**known) == expected


def test_recognises_no_kind_by_other_names() -> None:
    assert kind_of_name("sticker.webp") == MEME
    assert kind_of_name("Screenshotter.jpg") == ""


def test_uses_kinds_of_photos() -> None:
    assert {PHOTO, SCREENSHOT, MEME} == set(Photo.Kind.values)


def test_recognises_kind_by_folder() -> None:
    assert kind_of_folders(("home", "Pictures", "Screenshots")) == SCREENSHOT
    assert kind_of_folders(("微信", "表情包", "猫")) == MEME
    assert kind_of_folders(("home", "Pictures")) == ""
