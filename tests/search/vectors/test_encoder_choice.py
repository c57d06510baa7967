"""The encoder that answers follows from what is ready, read, known and indexed."""

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
    """Twenty photos."""
    return make_photos(user, 20)


@pytest.fixture
def encoders(monkeypatch):
    """Sets what the encoder process says."""

    def say(*infos: EncoderInfo) -> None:
        monkeypatch.setattr(encoder_choice, "describe_encoders", lambda: list(infos))

    say(CLIP, CONSE)
    return say


@pytest.fixture
def indexed(monkeypatch):
    """The models that have an index, in libraries of which ten vectors are many."""
    models: set[str] = set()
    monkeypatch.setattr(encoder_choice, "EXACT_ROWS", 10)
    monkeypatch.setattr(encoder_choice, "has_vector_index", lambda model: model in models)
    return models


def know(encoder: EncoderInfo, photos) -> None:
    embed(photos, unit_vectors(len(photos), encoder.dimensions), model=encoder.model)
    cache.clear()


def test_the_most_preferred_answers_where_all_know_as_much(encoders, user, library):
    assert choose_encoder(LATIN, user=user) == CLIP
    know(CLIP, library)
    know(CONSE, library)
    assert choose_encoder(LATIN, user=user) == CLIP
    assert choose_encoder(frozenset(), user=user) == CLIP


def test_one_that_reads_the_script_answers(encoders, user, library):
    know(CLIP, library)
    assert choose_encoder(HAN, user=user) == CONSE
    assert choose_encoder(LATIN | HAN, user=user) == CONSE
    assert choose_encoder(frozenset({"greek"}), user=user) is None


def test_one_that_waits_does_not_answer(encoders, user):
    encoders(WAITING, CONSE)
    assert choose_encoder(LATIN, user=user) == CONSE
    encoders(WAITING)
    assert choose_encoder(LATIN, user=user) is None


def test_a_new_model_answers_when_it_knows_nearly_as_much(encoders, user, library):
    know(CONSE, library)
    know(CLIP, library[:17])
    assert choose_encoder(LATIN, user=user) == CONSE
    know(CLIP, library[17:18])
    assert choose_encoder(LATIN, user=user) == CLIP


def test_another_persons_photos_do_not_count(encoders, user, library, django_user_model):
    know(CONSE, library)
    know(CLIP, make_photos(django_user_model.objects.create_user("other"), 20))
    assert choose_encoder(LATIN, user=user) == CONSE


def test_in_a_large_library_the_one_with_an_index_answers(encoders, user, library, indexed):
    know(CLIP, library)
    know(CONSE, library)
    assert choose_encoder(LATIN, user=user) == CLIP
    indexed.add(CONSE.model)
    assert choose_encoder(LATIN, user=user) == CONSE
    indexed.add(CLIP.model)
    assert choose_encoder(LATIN, user=user) == CLIP


def test_what_is_known_is_not_counted_for_every_query(encoders, user, library, django_assert_num_queries):
    choose_encoder(LATIN, user=user)
    with django_assert_num_queries(0):
        choose_encoder(LATIN, user=user)
