"""CLIP loads OpenAI's layouts, preprocesses as OpenAI's code does, and finds shapes by words."""

import numpy as np
import pytest
from PIL import Image

from search.encoders.client import display_score
from search.encoders.models.clip import ClipEncoder, preprocess
from search.encoders.weights import WeightsUnavailable
from tests.search.encoders.make_golden_preprocessing import GOLDEN, SIDE, SIZES, draw
from tests.search.encoders.small_clip import COLOURS, THINGS, draw_shape


@pytest.fixture
def encoder(settings, clip_weights) -> ClipEncoder:
    settings.CLIP_WEIGHTS, settings.CLIP_DEVICE = str(clip_weights), "cpu"
    return ClipEncoder.load()


def encode(encoder: ClipEncoder, *images: Image.Image) -> np.ndarray:
    return encoder.encode_images([encoder.prepare(image) for image in images])


@pytest.mark.parametrize("size", SIZES)
def test_preprocesses_like_torchvision(size):
    golden = np.load(GOLDEN)["x".join(map(str, size))]
    np.testing.assert_allclose(preprocess(draw(size), SIDE), golden, rtol=0, atol=1e-6)


def test_words_rank_the_named_shape_first(encoder):
    # Five of each, because this small network, trained anew on each machine, may confuse single shapes.
    shown = [thing for thing in THINGS for _time in range(5)]
    vectors = encode(encoder, *(draw_shape(thing, seed=123456 + number) for number, thing in enumerate(shown)))
    queries, info = [encoder.encode_text(f"a {thing}") for thing in THINGS], encoder.describe()
    cosines = vectors @ np.stack([query.vector for query in queries], axis=1)
    assert [shown[number] for number in cosines.argmax(axis=0)] == THINGS
    for best, query in zip(cosines.max(axis=0), queries, strict=True):
        assert display_score(info, best, baseline=query.baseline, kind="text") > info.floor
    distinguished = [THINGS[number] == thing for number, thing in zip(cosines.argmax(axis=1), shown, strict=True)]
    assert np.mean(distinguished) > 0.9


def test_a_picture_finds_its_own_shape(encoder):
    things = [f"{colour} circle" for colour in COLOURS]
    stored = encode(encoder, *(draw_shape(thing, seed=1) for thing in things))
    queries = encode(encoder, *(draw_shape(thing, seed=2) for thing in things))
    assert (queries @ stored.T).argmax(axis=1).tolist() == list(range(len(things)))


def test_vectors_are_unit_vectors(encoder):
    picture = encode(encoder, draw_shape("red star", seed=3))[0]
    assert np.linalg.norm(picture) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(encoder.encode_text("a red star").vector) == pytest.approx(1, abs=1e-5)


def test_ignores_words_beyond_77_tokens(encoder):
    query = encoder.encode_text("a red circle " * 200)
    assert query.vector.shape == (32,)


@pytest.mark.parametrize("text", ["", "a red circle", "a red circle and " * 40])
def test_encodes_text_like_openais_code(encoder, text):
    import torch

    from search.encoders.models.clip import clip_package

    with torch.inference_mode():
        features = encoder._network.encode_text(clip_package().tokenize(text, truncate=True))[0].numpy()
    np.testing.assert_allclose(encoder.encode_text(text).vector, features / np.linalg.norm(features), atol=1e-5)


def test_both_layouts_give_the_same_vectors(encoder, settings, clip_archive):
    settings.CLIP_WEIGHTS = str(clip_archive)
    archived = ClipEncoder.load()
    shape = draw_shape("blue square", seed=4)
    np.testing.assert_allclose(encode(archived, shape), encode(encoder, shape), atol=1e-3)
    np.testing.assert_allclose(
        archived.encode_text("a blue square").vector, encoder.encode_text("a blue square").vector, atol=1e-3
    )
    assert archived.describe().model != encoder.describe().model


def test_names_a_file_without_weights(settings, tmp_path):
    for content in (b"no weights at all", b""):
        path = tmp_path / "weights.pt"
        path.write_bytes(content)
        settings.CLIP_WEIGHTS = str(path)
        with pytest.raises(WeightsUnavailable, match=r"weights\.pt contains no CLIP weights"):
            ClipEncoder.load()


def test_refuses_weights_of_another_network(settings, tmp_path):
    import torch

    path = tmp_path / "other.pt"
    torch.save({"layer.weight": torch.zeros(3)}, path)
    settings.CLIP_WEIGHTS = str(path)
    with pytest.raises(WeightsUnavailable, match=r"other\.pt contains no CLIP weights"):
        ClipEncoder.load()


def test_processor_and_graphics_card_agree(encoder, settings):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    settings.CLIP_DEVICE = "cuda"
    on_card = ClipEncoder.load()
    shapes = [draw_shape(thing, seed=5) for thing in THINGS]
    np.testing.assert_allclose(encode(on_card, *shapes), encode(encoder, *shapes), atol=1e-3)
    np.testing.assert_allclose(
        on_card.encode_text("a red circle").vector, encoder.encode_text("a red circle").vector, atol=1e-3
    )
