"""The encoder process and its clients: concurrent, interrupted, killed, started twice."""

import os
import shutil
import signal
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from PIL import Image

from benchmarks.worst_pictures import png
from gallery.pictures.images import InvalidImage
from search.encoders import client
from search.encoders.client import (
    EncoderBusy,
    EncoderLost,
    EncoderUnavailable,
    describe_encoders,
    encode_photos,
    encode_query_image,
    encode_region,
    encode_text,
)
from tests.encoder_process import EncoderProcess, ready_encoder


@pytest.fixture
def offline_process():
    """Run an encoder process that a test may kill."""
    with EncoderProcess(ENCODERS="conse").running() as process:
        yield process


class Batch(threading.Thread):
    """A thread that encodes many copies of a picture, for some seconds; `outcome` is the result or the exception."""

    def __init__(self, path, *, size=60):
        super().__init__()
        self.paths = [path] * size
        self.model = ready_encoder("conse").model
        self.outcome = None

    def run(self):
        try:
            self.outcome = encode_photos(self.paths, model=self.model)
        except EncoderUnavailable as error:
            self.outcome = error


def test_describes_encoders_in_order_of_preference(encoder_process):
    clip, conse = describe_encoders()
    assert (clip.name, clip.state, clip.dimensions, clip.scripts) == ("clip", "ready", 32, {"latin"})
    assert clip.model.startswith("clip@")
    assert (conse.name, conse.state, conse.dimensions) == ("conse", "ready", 512)
    assert {"latin", "han"} < conse.scripts
    assert (clip.same_picture_distance, conse.same_picture_distance) == (0.04, 0.005)


def test_encodes_only_the_region(encoder_process, photographs, tmp_path):
    model = ready_encoder("conse").model
    cat, coffee = (Image.open(photographs[name]).convert("RGB").resize((400, 300)) for name in ("cat", "coffee"))
    both = Image.new("RGB", (800, 300))
    both.paste(cat, (0, 0))
    both.paste(coffee, (400, 0))
    both.save(tmp_path / "both.png")
    alone = {}
    for name, image in (("cat", cat), ("coffee", coffee)):
        image.save(tmp_path / f"{name}.png")
        alone[name] = encode_query_image((tmp_path / f"{name}.png").read_bytes(), model=model, asker=1).vector
    left = encode_region(tmp_path / "both.png", (0, 0, 0.5, 1), model=model, asker=1).vector
    right = encode_region(tmp_path / "both.png", (0.5, 0, 1, 1), model=model, asker=1).vector
    assert left @ alone["cat"] > 0.98 > left @ alone["coffee"]
    assert right @ alone["coffee"] > 0.98 > right @ alone["cat"]
    with pytest.raises(InvalidImage):
        encode_region(Path(__file__), (0, 0, 1, 1), model=model, asker=1)


def test_photos_get_vectors_per_view_or_a_reason(encoder_process, photographs, long_picture, broken_picture):
    model = ready_encoder("conse").model
    cat, long, broken = encode_photos([photographs["cat"], long_picture, broken_picture], model=model)
    assert (cat.shape, cat.dtype) == ((1, 512), np.float16)
    assert long.shape == (1 + 4, 512)
    np.testing.assert_allclose(np.linalg.norm(long.astype(np.float32), axis=1), 1, atol=1e-3)
    assert "damaged" in broken


def test_a_query_image_matches_its_stored_photo(encoder_process, photographs):
    for name in ("clip", "conse"):
        model = ready_encoder(name).model
        (stored,) = encode_photos([photographs["cat"]], model=model)
        query = encode_query_image(photographs["cat"].read_bytes(), model=model, asker=1)
        assert query.vector @ stored[0].astype(np.float32) > 0.999


def test_a_broken_query_image_is_invalid(encoder_process):
    with pytest.raises(InvalidImage):
        encode_query_image(b"no picture", model=ready_encoder("conse").model, asker=1)


def test_an_unknown_model_is_unavailable(encoder_process):
    with pytest.raises(EncoderUnavailable, match="clip@000000000000"):
        encode_text("cat", model="clip@000000000000.1")


def test_a_missing_file_fails_the_batch(encoder_process, tmp_path):
    with pytest.raises(EncoderLost):
        encode_photos([tmp_path / "gone.png"], model=ready_encoder("conse").model)


def test_concurrent_clients_get_their_own_answers(encoder_process, photographs):
    model = ready_encoder("conse").model
    words, paths = ["cat", "coffee", "rocket", "flower"] * 2, list(photographs.values())[:4] * 2
    alone = [encode_text(word, model=model).vector for word in words[:4]] * 2
    photos_alone = [vectors[0] for vectors in encode_photos(paths[:4], model=model)] * 2

    def ask(number):
        text = encode_text(words[number], model=model).vector
        (photo,) = encode_photos([paths[number]], model=model)
        return text, photo[0]

    with ThreadPoolExecutor(8) as clients:
        for number, (text, photo) in enumerate(clients.map(ask, range(8))):
            np.testing.assert_array_equal(text, alone[number])
            np.testing.assert_allclose(photo, photos_alone[number], atol=1e-3)


def test_a_query_overtakes_a_running_batch(encoder_process, photographs):
    batch = Batch(photographs["coffee"])
    batch.start()
    encoder_process.wait_for_work()
    encode_text("cat", model=batch.model)
    encode_query_image(photographs["cat"].read_bytes(), model=batch.model, asker=1)
    assert batch.is_alive()
    batch.join()
    assert len(batch.outcome) == len(batch.paths)


def test_regions_of_one_person_delay_no_one_else(encoder_process, photographs, tmp_path, monkeypatch):
    monkeypatch.setattr(client, "PICTURE_QUERY_TIMEOUT", 250)
    model = ready_encoder("conse").model
    words = encode_text("cat", model=model).vector
    huge = tmp_path / "huge.png"
    huge.write_bytes(png(10_000, 10_000, kind=6))
    events = []

    def ask():
        try:
            encode_region(huge, (0, 0, 0.01, 0.01), model=model, asker=1)
        except EncoderBusy:
            events.append("busy")
        else:
            events.append("answered")

    askers = [threading.Thread(target=ask) for _number in range(4)]
    for asker in askers:
        asker.start()
    # Two are running, one of them decoding for as long as the test needs.
    decoder = encoder_process.wait_for_decoder()
    os.kill(decoder, signal.SIGSTOP)
    try:
        while events != ["busy", "busy"]:
            assert events in ([], ["busy"])
            sleep(0.05)
        np.testing.assert_array_equal(encode_text("cat", model=model).vector, words)
        cat = Path(shutil.copy(photographs["cat"], tmp_path))
        assert encode_query_image(cat.read_bytes(), model=model, asker=2).vector.any()
        assert encode_region(cat, (0, 0, 0.5, 0.5), model=model, asker=3).vector.any()
        assert events == ["busy", "busy"]
    finally:
        os.kill(decoder, signal.SIGCONT)
    for asker in askers:
        asker.join()
    assert events == ["busy", "busy", "answered", "answered"]
    assert encode_region(cat, (0, 0, 0.5, 0.5), model=model, asker=1).vector.any()


def test_a_client_of_a_killed_process_loses_its_batch(offline_process, photographs):
    batch = Batch(photographs["coffee"])
    batch.start()
    offline_process.wait_for_work()
    offline_process.stop(signal.SIGKILL)
    batch.join()
    assert isinstance(batch.outcome, EncoderLost)

    with pytest.raises(EncoderUnavailable) as caught:
        encode_text("cat", model=batch.model)
    assert not isinstance(caught.value, EncoderLost)

    # A new process replaces the old socket.
    assert offline_process.socket.exists()
    offline_process.start()
    encode_text("cat", model=batch.model)


def test_a_stopped_process_finishes_its_batch(offline_process, photographs):
    batch = Batch(photographs["coffee"], size=20)
    batch.start()
    offline_process.wait_for_work()
    assert offline_process.stop() == 0
    batch.join()
    assert len(batch.outcome) == 20
    assert not offline_process.socket.exists()


def test_a_second_process_refuses_to_start(encoder_process):
    second = encoder_process.popen()
    _output, errors = second.communicate()
    assert second.returncode == 1
    assert f"Another encoder process already serves {encoder_process.socket}." in errors
    encode_text("cat", model=ready_encoder("conse").model)


def test_only_the_owner_may_open_the_socket(encoder_process):
    assert stat.S_IMODE(encoder_process.socket.stat().st_mode) == 0o600


def test_refuses_an_unknown_encoder():
    process = EncoderProcess(ENCODERS="clip,magic").popen()
    _output, errors = process.communicate()
    assert process.returncode == 1
    assert "ENCODERS may name clip, conse, not magic." in errors
