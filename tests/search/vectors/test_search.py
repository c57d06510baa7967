"""Vector search finds the nearest photos of a user, exactly or by the index, without broken ones."""

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone

from gallery.models import Photo
from search.models import PhotoEmbedding
from search.vectors import search as module
from search.vectors.index import build_vector_index
from search.vectors.search import VectorHit, vector_search
from tests.factories import drop_vector_indexes, embed, make_photos, unit_vectors

MODEL, DIMENSIONS = "drawn@0123456789ab.1", 8


@pytest.fixture
def other(django_user_model):
    return django_user_model.objects.create_user("other")


@pytest.fixture
def library(user):
    """Make twenty photos with random vectors."""
    photos = make_photos(user, 20)
    embed(photos, unit_vectors(20, DIMENSIONS), model=MODEL)
    return photos


def search(vector, user, **options) -> list[VectorHit]:
    return vector_search(vector, **{"model": MODEL, "user": user, "limit": 5} | options)


def ids(hits: list[VectorHit]) -> list[int]:
    return [hit.photo_id for hit in hits]


@pytest.mark.django_db
def test_finds_the_nearest_first_with_cosines(user, library):
    vectors, query = unit_vectors(20, DIMENSIONS), unit_vectors(1, DIMENSIONS, seed=1)[0]
    hits = search(query, user)
    order = np.argsort(-(vectors @ query))[:5]
    assert ids(hits) == [library[number].pk for number in order]
    np.testing.assert_allclose([hit.cosine for hit in hits], (vectors @ query)[order], atol=2e-3)


@pytest.mark.django_db
def test_finds_only_photos_of_the_user(user, other, library, django_user_model):
    query = unit_vectors(1, DIMENSIONS)[0]
    assert search(query, other) == []
    assert search(query, django_user_model.objects.create_superuser("administrator")) == []
    assert len(search(query, user, limit=100)) == 20


@pytest.mark.django_db
def test_ignores_vectors_of_other_models(user, library):
    photo = make_photos(user, 1)
    embed(photo, unit_vectors(1, 4), model="another@0123456789ab.1")
    assert photo[0].pk not in ids(search(unit_vectors(1, DIMENSIONS)[0], user, limit=100))


@pytest.mark.django_db
def test_never_finds_broken_photos(user, library):
    library[0].defect = "truncated"
    library[0].save()
    assert library[0].pk not in ids(search(unit_vectors(20, DIMENSIONS)[0], user, limit=100))


@pytest.mark.django_db
def test_finds_other_photos_instead_of_trashed_ones(user, library):
    query = unit_vectors(20, DIMENSIONS)[0]
    trashed = ids(search(query, user, limit=15))
    Photo.objects.filter(pk__in=trashed).update(trashed_at=timezone.now())
    assert set(ids(search(query, user, limit=5))) == {photo.pk for photo in library} - set(trashed)


@pytest.mark.django_db
def test_finds_only_photos_of_the_given_set(user, library):
    wanted = Photo.objects.filter(pk__in=[photo.pk for photo in library[::4]])
    hits = search(unit_vectors(1, DIMENSIONS)[0], user, photos=wanted, limit=100)
    assert set(ids(hits)) == {photo.pk for photo in library[::4]}


@pytest.mark.django_db
def test_finds_a_photo_once_by_its_nearest_view(user, library):
    query = unit_vectors(1, DIMENSIONS, seed=2)[0]
    for view in range(1, 7):
        embed([library[3]], unit_vectors(1, DIMENSIONS, seed=100 + view), model=MODEL, view=view)
    PhotoEmbedding.objects.filter(photo=library[3], view=4).update(vector=query)
    hits = search(query, user, limit=100)
    assert hits[0].photo_id == library[3].pk
    assert hits[0].cosine == pytest.approx(1, abs=1e-3)
    assert sorted(ids(hits)) == sorted(photo.pk for photo in library)


class TestWithIndex:
    """Search as in a library too large to compare all vectors."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture(autouse=True)
    def large_library(self, monkeypatch, user, other):
        """Make 600 photos for each of two owners; more than 50 make a large library."""
        monkeypatch.setattr(module, "EXACT_ROWS", 50)
        self.photos, self.vectors = make_photos(user, 600), unit_vectors(600, DIMENSIONS)
        embed(self.photos, self.vectors, model=MODEL)
        embed(make_photos(other, 600), unit_vectors(600, DIMENSIONS, seed=3), model=MODEL)
        assert build_vector_index(MODEL, DIMENSIONS)
        yield
        drop_vector_indexes()

    @pytest.fixture
    def plans(self):
        """Return PostgreSQL's plan of the last query."""
        plans: list[str] = []

        def explain(execute, statement, parameters, many, context):
            if "<=>" in statement and not statement.startswith("EXPLAIN"):
                context["cursor"].execute(f"EXPLAIN {statement}", parameters)
                plans.append("\n".join(line for (line,) in context["cursor"].fetchall()))
            return execute(statement, parameters, many, context)

        with connection.execute_wrapper(explain):
            yield plans

    def nearest(self, query: np.ndarray, size: int) -> list[int]:
        return [self.photos[number].pk for number in np.argsort(-(self.vectors @ query))[:size]]

    def test_the_index_is_used_and_finds_nearly_all(self, user, plans):
        found, size = 0, 20
        for query in unit_vectors(10, DIMENSIONS, seed=4):
            hits = search(query, user, limit=size)
            assert [hit.cosine for hit in hits] == sorted((hit.cosine for hit in hits), reverse=True)
            found += len(set(ids(hits)) & set(self.nearest(query, size)))
        assert found >= 0.95 * 10 * size
        assert all("Index Scan using embedding_hnsw_" in plan for plan in plans)

    def test_few_candidates_are_compared_all(self, user, plans):
        wanted = {photo.pk for photo in self.photos[:30]}
        query = unit_vectors(1, DIMENSIONS, seed=5)[0]
        hits = search(query, user, photos=Photo.objects.filter(pk__in=wanted), limit=30)
        assert ids(hits) == [pk for pk in self.nearest(query, 600) if pk in wanted]
        assert "embedding_hnsw_" not in plans[-1]

    def test_a_condition_that_most_photos_meet_costs_one_walk(self, user, plans):
        unwanted = set(self.nearest(unit_vectors(1, DIMENSIONS, seed=9)[0], 15)[::2])
        query = unit_vectors(1, DIMENSIONS, seed=9)[0]
        hits = search(query, user, photos=Photo.objects.exclude(pk__in=unwanted), limit=20)
        assert ids(hits) == [pk for pk in self.nearest(query, 600) if pk not in unwanted][:20]
        assert len(plans) == 1

    def test_a_filter_narrows_the_walk_through_the_index(self, user, plans):
        wanted = {photo.pk for photo in self.photos[:200]}
        query = unit_vectors(1, DIMENSIONS, seed=6)[0]
        hits = search(query, user, photos=Photo.objects.filter(pk__in=wanted), limit=20)
        assert ids(hits) == [pk for pk in self.nearest(query, 600) if pk in wanted][:20]
        assert "embedding_hnsw_" in plans[-1]

    def test_folded_views_are_made_up_for(self, user, plans):
        query = unit_vectors(1, DIMENSIONS, seed=7)[0]
        near = self.photos[:30]
        for view in range(1, 7):
            embed(near, np.tile(query, (30, 1)), model=MODEL, view=view)
        hits = search(query, user, limit=60)
        assert len(hits) == len(set(ids(hits))) == 60
        assert {photo.pk for photo in near} == set(ids(hits[:30]))
        assert len(plans) > 1

    def test_all_are_found_if_all_are_wanted(self, user):
        assert len(search(unit_vectors(1, DIMENSIONS)[0], user, limit=1000)) == 600

    def test_without_an_index_all_are_compared(self, user, monkeypatch):
        monkeypatch.setattr(module, "has_vector_index", lambda _model: False)
        query = unit_vectors(1, DIMENSIONS, seed=8)[0]
        assert ids(search(query, user, limit=20)) == self.nearest(query, 20)

    def test_parameters_end_with_the_search(self, user):
        with transaction.atomic():
            search(unit_vectors(1, DIMENSIONS)[0], user)
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('enable_sort')")
                assert cursor.fetchone() == ("on",)
