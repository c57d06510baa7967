"""ConSE finds real photographs by English and Chinese words and by example; its class vectors match their sources."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from photosearch.samples.catalogue import SAMPLES, SamplePicture
from search.encoders.client import display_score
from search.encoders.models import conse
from search.encoders.models.conse import CLASS_VECTORS, ConseEncoder
from search.encoders.picture_views import open_for_encoder
from search.encoders.weights import WeightsUnavailable
from search.query.parser import scripts_of
from search.ranking.cutoff import count_relevant

DATA = Path(conse.__file__).parent / "data"


@pytest.fixture(scope="module")
def encoder() -> ConseEncoder:
    return ConseEncoder.load()


@pytest.fixture(scope="module")
def images(encoder, photographs) -> dict[str, Image.Image]:
    return {name: open_for_encoder(path, side=encoder.side) for name, path in photographs.items()}


@pytest.fixture(scope="module")
def vectors(encoder, images) -> np.ndarray:
    return encoder.encode_images([encoder.prepare(image) for image in images.values()])


def text_scores(encoder: ConseEncoder, vectors: np.ndarray, text: str) -> list[float]:
    query = encoder.encode_text(text)
    cosines = vectors @ query.vector
    return [display_score(encoder.describe(), cosine, baseline=query.baseline, kind="text") for cosine in cosines]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("cat", "cat"), ("猫", "cat"), ("a photo of a cat", "cat"), ("一张猫的照片", "cat")),
        *(("coffee", "coffee"), ("咖啡", "coffee"), ("a cup of coffee", "coffee")),
        *(("rocket", "rocket"), ("火箭", "rocket"), ("flower", "flower"), ("花", "flower")),
        *(("temple", "temple"), ("寺庙", "temple"), ("building", "temple"), ("建筑", "temple")),
    ],
)
def test_words_find_a_photograph_above_the_floor(encoder, images, vectors, text, name):
    scores = text_scores(encoder, vectors, text)
    assert list(images)[int(np.argmax(scores))] == name
    assert max(scores) > encoder.describe().floor


@pytest.mark.parametrize("text", ["coffee", "咖啡", "コーヒー", "커피", "кофе", "قهوة", "กาแฟ", "Kaffee", "café"])
def test_reads_all_scripts_of_its_description(encoder, images, vectors, text):
    assert scripts_of(text) <= encoder.describe().scripts
    assert text_scores(encoder, vectors, text)[list(images).index("coffee")] > 0.7


@pytest.mark.parametrize("text", ["NH961", "五一调休", "meeting tomorrow", "asdfgh qwerty", "happiness", "红色", "the"])
def test_words_without_a_photograph_score_below_floor(encoder, vectors, text):
    assert max(text_scores(encoder, vectors, text)) < encoder.describe().floor


def test_an_empty_text_has_a_vector(encoder):
    assert np.isfinite(encoder.encode_text("").vector).all()


@pytest.mark.parametrize(
    "change",
    [
        ImageOps.mirror,
        lambda image: image.crop((0, 0, int(image.width * 0.8), image.height)),
        lambda image: ImageEnhance.Brightness(image).enhance(0.6),
        lambda image: image.resize((image.width // 3, image.height // 3)),
    ],
    ids=["mirrored", "cropped", "darker", "smaller"],
)
def test_a_changed_picture_finds_its_original(encoder, images, vectors, change):
    info = encoder.describe()
    changed = encoder.encode_images([encoder.prepare(change(image)) for image in images.values()])
    scores = [
        [display_score(info, cosine, baseline=0.0, kind="image") for cosine in cosines]
        for cosines in changed @ vectors.T
    ]
    assert np.argmax(scores, axis=1).tolist() == list(range(len(images)))
    assert np.diag(scores).min() > 0.9


@pytest.fixture(scope="module")
def library(encoder, vectors) -> np.ndarray:
    """Vectors of the photographs and of all drawn samples."""
    drawn = [sample.draw().image for sample in SAMPLES if isinstance(sample, SamplePicture)]
    return np.concatenate([vectors, encoder.encode_images([encoder.prepare(image) for image in drawn])])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("cat", "cat"), ("猫", "cat"), ("kitten", "cat"), ("咖啡", "coffee"), ("a cup of coffee", "coffee")),
        *(("rocket", "rocket"), ("flower", "flower"), ("花", "flower"), ("palace", "temple"), ("寺庙", "temple")),
    ],
)
@pytest.mark.parametrize("size", [30, 39])
def test_right_photograph_is_relevant(encoder, images, library, text, name, size):
    query = encoder.encode_text(text)
    cosines = library[:size] @ query.vector
    best = np.argsort(-cosines)
    assert best[0] == list(images).index(name)
    info = encoder.describe()
    scores = [display_score(info, cosines[photo], baseline=query.baseline, kind="text") for photo in best]
    relevant = count_relevant(cosines[best].tolist(), scores, background=cosines, photos=size)
    assert 1 <= relevant <= 3


def test_removes_photo_of_from_queries():
    for text in ("dog", "a photo of a dog", "Pictures of the dog", "An image of dog", " photo of a dog"):
        assert conse._without_wrapper(text).lower() == "dog"
    for text in ("狗", "一张狗的照片", "狗的图片", "狗照片"):
        assert conse._without_wrapper(text) == "狗"
    for text in ("photo", "photo of", "照片", "dog photo album"):
        assert conse._without_wrapper(text) == text


def test_class_vectors_match_their_sources():
    encode = conse._load_sentence_encoder().encode
    classes, aliases = (json.loads((DATA / f"{name}.json").read_text()) for name in ("classes", "aliases"))
    stored = np.load(DATA / "class_vectors.npy").astype(np.float32)
    assert stored.shape == (len(classes), 512)
    for number in range(0, len(classes), 40):
        entry = classes[number]
        names = [entry["name"].lower(), *(name.lower() for name in entry["syn"])]
        also_shown = list(dict.fromkeys(alias for name in names for alias in aliases.get(name, [])))
        vector = (0.4 if also_shown else 0.7) * encode(entry["name"]) + 0.3 * encode(entry["hyper"][:4]).mean(axis=0)
        if also_shown:
            vector += 0.3 * encode(also_shown).mean(axis=0)
        assert stored[number] @ vector / np.linalg.norm(vector) > 0.995


def test_refuses_a_changed_file(monkeypatch, tmp_path):
    monkeypatch.setitem(conse.DIGESTS, CLASS_VECTORS, "0" * 64)
    with pytest.raises(WeightsUnavailable, match=r"class_vectors\.npy is missing or has changed"):
        ConseEncoder.load()


def test_names_a_missing_package(monkeypatch):
    monkeypatch.setitem(conse.DIGESTS, ("no_such_package", "weights.pth"), "0" * 64)
    with pytest.raises(WeightsUnavailable, match="Install the Python package no_such_package"):
        ConseEncoder.load()
