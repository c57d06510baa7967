"""The index of each model is built once, and an invalid index of a failed build is replaced."""

import psycopg
import pytest
from django.db import DataError, connection

from gallery.storage.locks import Lock
from search.models import PhotoEmbedding
from search.vectors.index import build_vector_index, has_vector_index
from tests.factories import drop_vector_indexes, embed, make_photos, unit_vectors, vector_indexes

pytestmark = pytest.mark.django_db(transaction=True)

MODEL = "drawn@0123456789ab.1"


@pytest.fixture(autouse=True)
def photos(django_user_model):
    photos = make_photos(django_user_model.objects.create_user("owner"), 5)
    embed(photos, unit_vectors(5, 4), model=MODEL)
    return photos


@pytest.fixture(autouse=True)
def no_indexes():
    yield
    drop_vector_indexes()


def test_builds_one_index_per_model(photos):
    embed(photos, unit_vectors(5, 6), model="another@0123456789ab.1")
    assert build_vector_index(MODEL, 4)
    assert (has_vector_index(MODEL), has_vector_index("another@0123456789ab.1")) == (True, False)
    assert build_vector_index("another@0123456789ab.1", 6)
    assert has_vector_index("another@0123456789ab.1")
    assert len(vector_indexes()) == 2


def test_building_twice_keeps_the_index():
    assert build_vector_index(MODEL, 4)
    before = vector_indexes()
    assert build_vector_index(MODEL, 4)
    assert vector_indexes() == before


def test_replaces_the_invalid_index_of_a_failed_build(photos):
    embed(photos[:1], unit_vectors(1, 3), model=MODEL, view=1)
    with pytest.raises(DataError):
        build_vector_index(MODEL, 4)
    assert len(vector_indexes()) == 1
    assert not has_vector_index(MODEL)

    PhotoEmbedding.objects.filter(view=1).delete()
    assert build_vector_index(MODEL, 4)
    assert has_vector_index(MODEL)


def test_only_one_process_builds_at_a_time():
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: parameters[name] for name in names if parameters.get(name)}) as another:
        another.execute("SELECT pg_advisory_lock(%s::int, 0)", [int(Lock.VECTOR_INDEX)])
        assert build_vector_index(MODEL, 4) is False
        assert not has_vector_index(MODEL)
        # The server notices a closed connection only later.
        another.execute("SELECT pg_advisory_unlock(%s::int, 0)", [int(Lock.VECTOR_INDEX)])
    assert build_vector_index(MODEL, 4) is True
