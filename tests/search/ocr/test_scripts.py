"""Lines in scripts that the default model does not know, read by real recognisers or marked unread."""

import subprocess
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from search.ocr import rereading
from search.ocr.reader import TextLine, engine_version, extract_text
from search.ocr.recognisers import find_recognisers, paddle, recognisers_digest
from search.ocr.rereading import ScannedLine, read_again
from search.ocr.scripts import SCRIPTS, as_latin, own_letters
from search.ocr.weights import find_weights
from tests.drawing import draw_lines

SIGNS = {
    "korean": ("회의실 예약 안내", "Noto Sans CJK KR"),
    "cyrillic": ("Осторожно, двери закрываются", "DejaVu Sans"),
    "greek": ("Έξοδος κινδύνου", "DejaVu Sans"),
    "thai": ("โรงแรมใหม่", "Waree"),
    "arabic": ("مرحبا بكم في القاهرة", "DejaVu Sans"),
    "hebrew": ("תחנת רכבת מרכזית", "DejaVu Sans"),
    "devanagari": ("भारतीय रेल", "Lohit Devanagari"),
    "vietnamese": ("Đường Nguyễn Huệ, Đà Nẵng", "DejaVu Sans"),
}
USUAL = ["登机牌 BOARDING PASS", "Öffnungszeiten täglich", "機場快線 Gate 17"]


def draw_sign(text: str, family: str, *, size: int = 34) -> Image.Image:
    found = subprocess.run(["fc-match", "-f", "%{file}", family], capture_output=True, text=True, check=True)
    font = ImageFont.truetype(found.stdout, size)
    image = Image.new("RGB", (int(font.getlength(text)) + 2 * size, 2 * size), "white")
    ImageDraw.Draw(image).text((size, size // 3), text, fill="black", font=font)
    return image


def stack(images: list[Image.Image]) -> Image.Image:
    page = Image.new("RGB", (max(image.width for image in images), sum(image.height for image in images)), "white")
    top = 0
    for image in images:
        page.paste(image, (0, top))
        top += image.height
    return page


def read(image: Image.Image) -> list[TextLine]:
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    return extract_text(file)


def plain(texts: list[str]) -> list[str]:
    """Return texts without spaces, which the recogniser often misses."""
    return ["".join(text.split()) for text in texts]


def test_reads_each_script_with_its_recogniser():
    signs = stack([draw_sign(*sign) for sign in SIGNS.values()])
    lines = read(stack([signs, draw_lines(USUAL)]))
    assert {line.script: line.text for line in lines if line.script} == {
        script: text for script, (text, _) in SIGNS.items()
    }
    assert plain([line.text for line in lines if not line.script]) == plain(USUAL)


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180])
def test_reads_turned_page_of_another_script(turn):
    texts = ["Добро пожаловать в Москву", "Расписание поездов"]
    page = stack([draw_sign(text, "DejaVu Sans") for text in texts])
    assert [line.text for line in read(page.transpose(turn))] == texts


def test_reads_english_words_beside_another_script():
    texts = ["โรงแรมใหม่", "กรุงเทพ Bangkok 10110"]
    assert [line.text for line in read(stack([draw_sign(text, "Waree") for text in texts]))] == texts


def test_marks_lines_unread_without_recognisers(settings):
    settings.OCR_SCRIPTS = []
    korean = stack([draw_sign(text, "Noto Sans CJK KR") for text in ("오늘의 추천 메뉴", "서울특별시 강남구 테헤란로")])
    lines = read(stack([korean, draw_lines(USUAL)]))
    assert plain([line.text for line in lines[:3]]) == plain(USUAL)
    assert [line.text for line in lines[3:]] == ["", ""]
    assert all(line.box[0][1] < 0.5 for line in lines[3:])


def test_recognisers_are_part_of_engine_version(settings):
    everything = engine_version()
    settings.OCR_SCRIPTS = ["greek"]
    greek = engine_version()
    settings.OCR_SCRIPTS = []
    assert len({everything, greek, engine_version()}) == 3


def test_every_script_of_the_settings_has_a_recogniser(settings):
    assert set(settings.OCR_SCRIPTS) == {recogniser.script.name for recogniser in find_recognisers()} == set(SCRIPTS)


def test_prefers_models_of_paddleocr(settings, tmp_path, monkeypatch):
    # The registries have none of the models; this one reads Latin letters.
    monkeypatch.setattr(paddle, "MODELS", {"greek": "PP-OCRv6_small_rec"})
    folder = find_weights().recognition
    settings.OCR_MODEL_DIR = str(tmp_path)
    tesseract = recognisers_digest()
    (tmp_path / "PP-OCRv6_small_rec").symlink_to(folder)
    assert recognisers_digest() != tesseract
    greek = [recogniser for recogniser in find_recognisers() if recogniser.script.name == "greek"]
    assert [recogniser.engine for recogniser in greek] == ["PaddleOCR"]
    text, confidence = greek[0].read(np.asarray(draw_sign("Gate B17", "DejaVu Sans")))
    assert (text.replace(" ", ""), confidence > 0.8) == ("GateB17", True)


class FakeRecogniser:
    """Reads pictures that are texts: its own well, others not at all."""

    engine = "fake"
    digest = ""

    def __init__(self, script: str, readings: dict[str, tuple[str, float]]) -> None:
        self.script = SCRIPTS[script]
        self._readings = readings
        self.asked: list[str] = []

    def read(self, crop: str) -> tuple[str, float]:
        self.asked.append(crop)
        return self._readings.get(crop, ("", 0.0))


def scanned(text: str, confidence: float, *, ratio: float | None = None, turns=(0, 2)) -> ScannedLine:
    """Return a line whose pictures are its name and turn, of the length that its text fills by default."""
    return ScannedLine(text, confidence, ratio or len(text) / 2, turns, lambda turn: f"{text}/{turn}")


def test_asks_no_recogniser_about_sure_lines():
    recogniser = FakeRecogniser("greek", {})
    assert read_again([scanned("IKEA", 0.99), scanned("登机牌", 0.95, ratio=3)], [recogniser]) == [None, None]
    assert recogniser.asked == []


def test_gives_up_after_a_few_lines_that_no_recogniser_reads():
    recogniser = FakeRecogniser("greek", {})
    lines = [scanned(f"speck {number}", 0.6) for number in range(50)]
    read_again(lines, [recogniser])
    assert len(set(recogniser.asked)) == 2 * rereading.POLLED_LINES


@pytest.mark.parametrize(
    ("text", "confidence", "reading"),
    [
        ("NOTICE", 0.85, ("МОТСЕ", 0.86)),  # only letters that look like Latin ones
        ("TiL 1I1", 0.7, ("ทา 1", 0.8)),  # Thai reads anything
        ("Aneka", 0.7, ("Аптека", 0.6)),  # unsure
        ("a Б c", 0.8, ("a Б c word", 0.9)),  # mostly another script
        ("Đoković Hilton", 0.9, ("Đoković", 0.7)),  # unsure Vietnamese
    ],
)
def test_keeps_readings_of_the_default_model(text, confidence, reading):
    recognisers = [FakeRecogniser(script, {f"{text}/0": reading}) for script in ("cyrillic", "thai", "greek")]
    lines = [scanned(text, confidence, ratio=2 * len(text) if confidence > 0.9 else None), *[scanned("sure", 0.99)] * 3]
    assert not any(reading and reading.text for reading in read_again(lines, recognisers))


def test_reads_words_of_homoglyphs_on_a_page_of_the_script():
    recogniser = FakeRecogniser(
        "cyrillic",
        {
            "CTaHLua KynbTypbl/0": ("Станция Парк культуры", 0.95),
            "METPO/0": ("МЕТРО", 0.9),
            "IKEA/0": ("1КЕА", 0.9),
        },
    )
    lines = [scanned("CTaHLua KynbTypbl", 0.7), scanned("METPO", 0.99), scanned("IKEA", 0.99)]
    readings = read_again(lines, [recogniser])
    assert [reading and reading.text for reading in readings] == ["Станция Парк культуры", "МЕТРО", None]
    assert as_latin("МЕТРО") == "METPO"


def test_counts_letters_and_marks_of_scripts():
    assert len(own_letters(SCRIPTS["thai"], "ร้าน 120")) == 4
    assert own_letters(SCRIPTS["vietnamese"], "Phở bò") == ["ở"]
    assert own_letters(SCRIPTS["greek"], "GREEK 12:30") == []
