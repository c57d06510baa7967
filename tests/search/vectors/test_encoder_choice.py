"""The choice of the encoder depends on its state, scripts, vectors and index."""

from dataclasses import replace

import pytest
from django.core.cache import cache

from search.encoders.client import EncoderInfo
from search.vectors import encoder_choice
from search.vectors.encoder_choice import choose_encoder
from tests.factories import CLIP, embed, make_photos, unit_vectors

pytestmark = pytest.mark.django_db

CONSE = replace(CLIP, name="conse", model="conse@0123456789ab.1", scripts=frozenset({"latin", "han"}))
WAITING = replace(CLIP, model="", state="waiting", reason="Put the weights there.")
LATIN, HAN = frozenset({"latin"}), frozenset({"han"})


@pytest.fixture
def user(django_user_model):
    cache.clear()
    return django_user_model.objects.create_user("owner")


@pytest.fixture
def library(user):
    """Make twenty photos."""
    return make_photos(user, 20)


@pytest.fixture
def encoders(monkeypatch):
    """Return a function that sets the encoders of the encoder process."""

    def say(*infos: EncoderInfo) -> None:
        monkeypatch.setattr(encoder_choice, "describe_encoders", lambda: list(infos))

    say(CLIP, CONSE)
    return say


@pytest.fixture
def indexed(monkeypatch):
    """Return the set of models with an index; more than ten vectors make a large library."""
    models: set[str] = set()
    monkeypatch.setattr(encoder_choice, "EXACT_ROWS", 10)
    monkeypatch.setattr(encoder_choice, "has_vector_index", lambda model: model in models)
    return models


def know(encoder: EncoderInfo, photos) -> None:
    embed(photos, unit_vectors(len(photos), encoder.dimensions), model=encoder.model)
    cache.clear()


def test_chooses_the_preferred_of_equal_encoders(encoders, user, library):
    assert choose_encoder(LATIN, user=user) == CLIP
    know(CLIP, library)
    know(CONSE, library)
    assert choose_encoder(LATIN, user=user) == CLIP
    assert choose_encoder(frozenset(), user=user) == CLIP


def test_chooses_an_encoder_that_reads_the_script(encoders, user, library):
    know(CLIP, library)
    assert choose_encoder(HAN, user=user) == CONSE
    assert choose_encoder(LATIN | HAN, user=user) == CONSE
    assert choose_encoder(frozenset({"greek"}), user=user) is None


def test_ignores_waiting_encoders(encoders, user):
    encoders(WAITING, CONSE)
    assert choose_encoder(LATIN, user=user) == CONSE
    encoders(WAITING)
    assert choose_encoder(LATIN, user=user) is None


def test_chooses_a_new_model_with_nearly_all_vectors(encoders, user, library):
    know(CONSE, library)
    know(CLIP, library[:17])
    assert choose_encoder(LATIN, user=user) == CONSE
    know(CLIP, library[17:18])
    assert choose_encoder(LATIN, user=user) == CLIP


def test_ignores_photos_of_other_users(encoders, user, library, django_user_model):
    know(CONSE, library)
    know(CLIP, make_photos(django_user_model.objects.create_user("other"), 20))
    assert choose_encoder(LATIN, user=user) == CONSE


def test_large_libraries_need_an_index(encoders, user, library, indexed):
    know(CLIP, library)
    know(CONSE, library)
    assert choose_encoder(LATIN, user=user) == CLIP
    indexed.add(CONSE.model)
    assert choose_encoder(LATIN, user=user) == CONSE
    indexed.add(CLIP.model)
    assert choose_encoder(LATIN, user=user) == CLIP


def test_caches_the_numbers_of_vectors(encoders, user, library, django_assert_num_queries):
    choose_encoder(LATIN, user=user)
    with django_assert_num_queries(0):
        choose_encoder(LATIN, user=user)
