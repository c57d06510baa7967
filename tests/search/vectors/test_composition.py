"""A picture and words as one vector."""

import numpy as np
import pytest

from search.vectors.composition import compose_vector
from tests.factories import unit_vectors


def test_a_picture_alone_stays_what_it_is():
    image = unit_vectors(1, 8)[0]
    composed = compose_vector(image, sample=unit_vectors(50, 8, seed=1))
    assert composed.vector == pytest.approx(image, abs=1e-6)
    assert (composed.length, composed.baseline) == (pytest.approx(1.0), 0.0)


def test_words_lift_what_has_them_and_avoided_ones_lower_it():
    image, words = unit_vectors(2, 64)
    sample = unit_vectors(100, 64, seed=1)
    both = (image + words) / np.linalg.norm(image + words)
    scores = {}
    for name, how in {"plain": {}, "wanted": {"wanted": [words]}, "avoided": {"avoided": [words]}}.items():
        composed = compose_vector(image, sample=sample, **how)
        scores[name] = both @ composed.vector * composed.length - composed.baseline
    assert scores["avoided"] < scores["plain"] < scores["wanted"]


def test_words_in_a_narrow_corner_weigh_as_much_as_the_picture():
    sample = unit_vectors(300, 64, seed=1)
    sample[:, 1] *= 0.1  # hardly any difference along the words
    image, words = np.eye(64, dtype=np.float32)[:2]
    composed = compose_vector(image, wanted=[words], sample=sample)
    assert composed.vector[1] / composed.vector[0] == pytest.approx(4, rel=0.3)


def test_what_cancels_out_leaves_the_picture():
    image = unit_vectors(1, 8)[0]
    assert compose_vector(image, avoided=[image], sample=np.empty((0, 8))).vector == pytest.approx(image)
