"""Composition of a picture and words into one query vector."""

import numpy as np
import pytest

from search.vectors.composition import compose_vector
from tests.factories import unit_vectors


def test_keeps_a_picture_without_words():
    image = unit_vectors(1, 8)[0]
    composed = compose_vector(image, sample=unit_vectors(50, 8, seed=1))
    assert composed.vector == pytest.approx(image, abs=1e-6)
    assert (composed.length, composed.baseline) == (pytest.approx(1.0), 0.0)


def test_words_raise_and_avoided_words_lower_scores():
    image, words = unit_vectors(2, 64)
    sample = unit_vectors(100, 64, seed=1)
    both = (image + words) / np.linalg.norm(image + words)
    scores = {}
    for name, how in {"plain": {}, "wanted": {"wanted": [words]}, "avoided": {"avoided": [words]}}.items():
        composed = compose_vector(image, sample=sample, **how)
        scores[name] = both @ composed.vector * composed.length - composed.baseline
    assert scores["avoided"] < scores["plain"] < scores["wanted"]


def test_words_weigh_as_much_as_the_picture():
    sample = unit_vectors(300, 64, seed=1)
    sample[:, 1] *= 0.1  # hardly any difference along the words
    image, words = np.eye(64, dtype=np.float32)[:2]
    composed = compose_vector(image, wanted=[words], sample=sample)
    assert composed.vector[1] / composed.vector[0] == pytest.approx(4, rel=0.3)


def test_keeps_the_picture_if_the_sum_is_zero():
    image = unit_vectors(1, 8)[0]
    assert compose_vector(image, avoided=[image], sample=np.empty((0, 8))).vector == pytest.approx(image)
