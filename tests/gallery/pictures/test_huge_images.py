"""Huge pictures are decoded within limits, and none of them harms the calling process."""

import json
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from PIL import Image

from benchmarks.worst_pictures import gif, png, tiff
from gallery.pictures import huge_images, images
from gallery.pictures.gif_frames import frames_extent
from gallery.pictures.images import DecodingFailed, ImageTooLarge, InvalidImage, open_image, read_header
from tests.drawing import noise, png_claiming, save_image

MOST_MEGABYTES = 1200
ROOT = Path(__file__).resolve().parents[3]
WORST = {
    "png": lambda: png(14_100, 14_100, kind=6, bits=16),
    "palette": lambda: png(14_100, 14_100, kind=3, palette=bytes(256)),
    "tiff": lambda: tiff(9_100, 9_100, samples=4, bits=16),
    "float": lambda: tiff(11_100, 11_100, samples=1, bits=32, is_float=True),
}


@pytest.fixture
def everything_is_huge(monkeypatch):
    """Every picture is decoded in a separate process."""
    monkeypatch.setattr(images, "HUGE_BYTES", 0)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "png" else pytest.mark.soak) for name in WORST]
)
def test_keeps_worst_accepted_pictures_below_limit(name, tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(WORST[name]())
    for purpose in ("thumbnails", "region", "text"):
        command = [sys.executable, "-m", "benchmarks.picture_memory", "--measure", str(path), purpose]
        answer = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
        assert not answer["answer"]
        assert answer["own"] < MOST_MEGABYTES / 2
        assert answer["decoder"] < MOST_MEGABYTES


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("JPEG", "CMYK"), ("TIFF", "F"), ("GIF", "P"), ("HEIF", "RGB")]
)
def test_makes_same_picture_in_separate_process(kind, mode, everything_is_huge, monkeypatch, tmp_path):
    file = save_image(noise((300, 200), mode), kind)
    path = tmp_path / "picture"
    path.write_bytes(file.getvalue())
    for choice in ({"max_side": 70}, {"max_side": 500, "region": (0.1, 0.2, 0.5, 0.9)}):
        far = [open_image(path, **choice), open_image(file, is_urgent=True, **choice)]
        with monkeypatch.context() as context:
            context.setattr(images, "HUGE_BYTES", 10**9)
            near = open_image(path, **choice)
        for image in far:
            np.testing.assert_array_equal(np.asarray(image), np.asarray(near))


def test_refuses_damaged_huge_picture(everything_is_huge):
    with pytest.raises(InvalidImage, match="damaged") as caught:
        open_image(png_claiming(300, 200), max_side=70)
    assert not isinstance(caught.value, DecodingFailed)


def test_decoder_exits_cleanly_when_out_of_memory():
    order = '{"max_side": 100, "region": null, "max_pixels": 1000000000}'
    limit = "from gallery.pictures import huge_images as h; import sys, json; h.MAX_PROCESS_BYTES = 60_000_000; "
    code = limit + "sys.exit(h._answer(json.loads(sys.argv[1])))"
    file = BytesIO(png(14_100, 14_100, kind=6))
    done = subprocess.run([sys.executable, "-c", code, order], cwd=ROOT, input=file.getvalue(), stderr=subprocess.PIPE)
    assert done.returncode in {huge_images.OUT_OF_MEMORY, huge_images.DAMAGED}, done.stderr


@pytest.mark.parametrize("program", ["import os; os.abort()", "import time; time.sleep(60)", "raise MemoryError"])
def test_reports_crashed_decoder_in_a_sentence(program, everything_is_huge, monkeypatch):
    start = subprocess.Popen
    monkeypatch.setattr(huge_images, "DECODER_TIMEOUT", 1)
    monkeypatch.setattr(
        huge_images.subprocess, "Popen", lambda _command, **how: start([sys.executable, "-c", program], **how)
    )
    with pytest.raises(DecodingFailed, match="too much memory or time"):
        open_image(save_image(noise((300, 200), "RGB"), "PNG"), max_side=70)


def test_decodes_one_huge_picture_at_a_time_urgent_first(monkeypatch):
    order, running = [], []
    may_go_on = threading.Event()

    def run(command, _descriptor):
        running.append(command)
        assert len(running) == 1
        may_go_on.wait()
        order.append(json.loads(command)["max_side"])
        running.remove(command)
        raise huge_images.DecoderRefused

    def decode(number, is_urgent):
        with pytest.raises(huge_images.DecoderRefused):
            huge_images.decode_huge(BytesIO(), max_side=number, region=None, max_pixels=1, is_urgent=is_urgent)

    monkeypatch.setattr(huge_images, "_run", run)
    batch = [threading.Thread(target=decode, args=(number, False)) for number in range(3)]
    batch[0].start()
    while not running:
        sleep(0.01)
    for thread in batch[1:]:
        thread.start()
    while huge_images._one_batch.acquire(blocking=False):
        huge_images._one_batch.release()
    urgent = threading.Thread(target=decode, args=(9, True))
    urgent.start()
    may_go_on.set()
    for thread in (*batch, urgent):
        thread.join()
    assert order[0] == 0
    assert sorted(order) == [0, 1, 2, 9]


def test_reports_lack_of_memory_at_header_in_a_sentence(monkeypatch):
    def fail(*_arguments, **_options):
        raise MemoryError

    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(ImageTooLarge, match="too much memory or time"):
        read_header(png_claiming(10, 10))


@pytest.mark.parametrize(
    "size", [(1080, 30_000), (20_000, 2000), (30_000, 1500), (14_000, 14_000), (100_000, 2000), (1, 1), (1, 900)]
)
def test_accepts_sides_of_real_pictures(size):
    assert (read_header(png_claiming(*size)).width, read_header(png_claiming(*size)).height) == size


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ((200_000_000, 1), "a side may have at most 100000"),
        ((1, 199_000_000), "a side may have at most 100000"),
        ((12_000_000, 16), "a side may have at most 100000"),
        ((100_000, 1), "at most 1000 times as long as wide"),
        ((15, 20_000), "at most 1000 times as long as wide"),
        ((14_200, 14_200), "at most 200 million"),
    ],
)
def test_refuses_shapes_of_no_real_picture(size, sentence):
    for refuse in (read_header, open_image):
        with pytest.raises(ImageTooLarge, match=sentence):
            refuse(png_claiming(*size))


def test_allows_fewer_pixels_in_formats_with_more_memory(tmp_path):
    with pytest.raises(ImageTooLarge, match=r"14100 × 14100 pixels; in a TIFF file like this one, at most 83 million"):
        read_header(BytesIO(tiff(14_100, 14_100, samples=4, bits=16)))
    assert read_header(BytesIO(tiff(14_100, 14_100, samples=4, bits=16, tile=512))).width == 14_100
    frame = Image.new("1", (14_100, 14_100))
    with pytest.raises(ImageTooLarge, match="in a WebP file like this one, at most 55 million"):
        read_header(save_image(frame.resize((8000, 8000)).convert("RGB"), "WEBP", lossless=True, quality=0, method=0))


def test_limits_progressive_jpegs_by_their_coefficients():
    cmyk = save_image(Image.new("CMYK", (600, 400)), "JPEG", progressive=True).getvalue()
    plain = save_image(Image.new("CMYK", (600, 400)), "JPEG").getvalue()
    # The size follows the frame's marker, its length and the depth.
    large = (11_500).to_bytes(2, "big") * 2
    for data, marker, is_accepted in ((cmyk, b"\xff\xc2", False), (plain, b"\xff\xc0", True)):
        place = data.index(marker) + 5
        file = BytesIO(data[:place] + large + data[place + 4 :])
        if is_accepted:
            assert read_header(file).width == 11_500
        else:
            with pytest.raises(ImageTooLarge, match="in a JPEG file like this one, at most 124 million"):
                read_header(file)


def test_reads_frames_of_gif_before_decoding():
    data = gif(90, 3)
    assert frames_extent(BytesIO(data)) == (90, 90)
    # The last frame's width, after its position.
    place = data.rindex(b",\0\0\0\0") + 5
    assert frames_extent(BytesIO(data[:place] + b"\xff\xff" + data[place + 2 :])) == (65_535, 90)
    assert frames_extent(BytesIO(data[:-1] + b"!\xff\0")) is None
    assert frames_extent(BytesIO(data[:-1] + b"?")) is None
    assert frames_extent(BytesIO(data[:place])) is None


def test_shows_first_frame_of_gif_with_huge_later_ones(tmp_path):
    data = gif(90, 3)
    place = data.rindex(b",\0\0\0\0") + 5
    path = tmp_path / "picture.gif"
    path.write_bytes(data[:place] + b"\xff\x7f\xff\x1f" + data[place + 4 :])
    assert open_image(path, max_side=70).size == (70, 70)
