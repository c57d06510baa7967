"""Near vectors of one user become pairs once, in any order and after a killed process."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from gallery.models import Photo
from search.models import ComparedPhoto, NearDuplicatePair, PhotoEmbedding, PhotoText
from search.near_duplicates import comparing
from search.near_duplicates.comparing import (
    compare_photos,
    compare_words,
    owners_to_compare,
    reset_vectors,
    reset_words,
    uncompared_photos,
)
from tests.factories import embed, make_photos, unit_vectors
from tests.processes import count_lock_waits
from tests.search.near_duplicates.clusters import DIMENSIONS, LIMIT, MODEL, clustered, compare


def stored(owner) -> set[tuple[int, int]]:
    return set(NearDuplicatePair.objects.filter(owner=owner).values_list("one", "other"))


def expected(owner) -> set[tuple[int, int]]:
    """Return the near pairs that PostgreSQL finds by comparing all vectors."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT one.photo_id, other.photo_id FROM search_photoembedding one JOIN search_photoembedding other"
            " ON one.photo_id < other.photo_id AND one.owner_id = other.owner_id AND one.model = other.model"
            " WHERE one.owner_id = %s AND one.model = %s AND one.view = 0 AND other.view = 0"
            " AND one.vector <=> other.vector < %s",
            [owner.pk, MODEL, LIMIT],
        )
        return set(cursor.fetchall())


@pytest.mark.django_db
def test_passes_find_the_pairs_that_postgresql_finds(user, django_user_model, monkeypatch):
    monkeypatch.setattr(comparing, "PHOTOS_PER_PASS", 70)
    monkeypatch.setattr(comparing, "MAX_PAIRS_PER_PHOTO", 1000)
    monkeypatch.setattr(comparing, "BLOCK", 32)
    photos = make_photos(user, 200)
    embed(photos, clustered(200, dimensions=DIMENSIONS), model=MODEL)
    # Photos of other users, other views and other models are not compared with these.
    other = django_user_model.objects.create_user("other")
    embed(make_photos(other, 50), clustered(200, dimensions=DIMENSIONS)[:50], model=MODEL)
    embed(photos, np.repeat(unit_vectors(1, DIMENSIONS), 200, axis=0), model=MODEL, view=1)
    embed(photos, np.repeat(unit_vectors(1, DIMENSIONS), 200, axis=0), model="other@1")
    assert compare(user) == 3
    assert len(expected(user)) > 300
    assert stored(user) == expected(user)
    assert stored(other) == set()
    pair = NearDuplicatePair.objects.filter(owner=user).order_by("-distance").first()
    vectors = [
        np.array(PhotoEmbedding.objects.get(photo=pk, model=MODEL, view=0).vector)
        for pk in (pair.one_id, pair.other_id)
    ]
    cosine = vectors[0] @ vectors[1] / np.linalg.norm(vectors[0]) / np.linalg.norm(vectors[1])
    assert pair.distance == pytest.approx(1 - cosine, abs=1e-5)


@pytest.mark.django_db
def test_compares_new_photos_with_older_ones(user):
    photos, vectors = make_photos(user, 120), clustered(120, dimensions=DIMENSIONS)
    for part in (slice(80, 120), slice(0, 40), slice(40, 80)):
        embed(photos[part], vectors[part], model=MODEL)
        assert owners_to_compare(MODEL) == [user.pk]
        assert compare(user) == 1
        assert compare(user) == 0
    assert stored(user) == expected(user)
    assert not uncompared_photos(MODEL).exists()


@pytest.mark.django_db
def test_compares_restored_but_no_trashed_or_broken_photos(user):
    photos = make_photos(user, 3)
    embed(photos, np.repeat(unit_vectors(1, DIMENSIONS), 3, axis=0), model=MODEL)
    Photo.objects.filter(pk=photos[0].pk).update(trashed_at=timezone.now())
    Photo.objects.filter(pk=photos[1].pk).update(defect="The file is damaged.")
    compare(user)
    assert stored(user) == set()
    Photo.objects.update(trashed_at=None, defect="")
    compare(user)
    assert len(stored(user)) == 3
    # New photos are compared with trashed ones too, because those may be restored.
    Photo.objects.update(trashed_at=timezone.now() - timedelta(days=1))
    embed(make_photos(user, 1), unit_vectors(1, DIMENSIONS), model=MODEL)
    compare(user)
    assert len(stored(user)) == 6


@pytest.mark.django_db
def test_a_new_version_compares_all_photos_again(user, monkeypatch):
    photos = make_photos(user, 40)
    embed(photos, clustered(40, dimensions=DIMENSIONS), model=MODEL)
    compare(user)
    before = stored(user)
    # A pair of the old version that the new version does not find is deleted.
    one, other = next(pair for pair in combinations(sorted(photo.pk for photo in photos), 2) if pair not in before)
    NearDuplicatePair.objects.create(one_id=one, other_id=other, owner=user, model=MODEL, distance=0.01)
    monkeypatch.setattr(comparing, "VERSION", 2)
    assert uncompared_photos(MODEL).count() == 40
    compare(user)
    assert stored(user) == before


@pytest.mark.django_db
def test_finds_more_pairs_when_kept_ones_are_trashed(user, monkeypatch):
    monkeypatch.setattr(comparing, "MAX_PAIRS_PER_PHOTO", 4)
    monkeypatch.setattr(comparing, "MIN_PAIRS_LEFT", 2)
    photos = make_photos(user, 60)
    embed(photos, np.repeat(unit_vectors(1, DIMENSIONS), 60, axis=0), model=MODEL)
    best = photos[30]
    Photo.objects.filter(pk=best.pk).update(importance=5)
    compare(user)
    assert len(stored(user)) <= 60 * 4
    # All photos are paired with the best one, which is the keeper of the group.
    assert sum(best.pk in pair for pair in stored(user)) == 59
    hubs = sorted(
        {pk for pair in stored(user) for pk in pair}, key=lambda pk: -sum(pk in pair for pair in stored(user))
    )
    Photo.objects.filter(pk__in=hubs[:5]).update(trashed_at=timezone.now())
    assert owners_to_compare(MODEL) == [user.pk]
    assert compare(user) == 1
    assert owners_to_compare(MODEL) == [user.pk]  # The words are not compared yet.
    alive = {pair for pair in stored(user) if not {*pair} & {*hubs[:5]}}
    assert len({pk for pair in alive for pk in pair}) == 55


@pytest.mark.django_db
def test_compares_words_again_when_they_change(user, add_photo):
    photos = [add_photo(text) for text in ("航班 NH961 上海 东京", "航班 NH961 上海 东京。", "发票 合计 120 元", "")]
    embed(photos, np.repeat(unit_vectors(1, DIMENSIONS), 4, axis=0), model=MODEL)
    compare(user)
    assert owners_to_compare(MODEL) == [user.pk]
    assert compare_words(user.pk, model=MODEL)
    assert not compare_words(user.pk, model=MODEL)
    assert owners_to_compare(MODEL) == []
    alike = NearDuplicatePair.objects.filter(reads_alike=True).values_list("one", "other")
    assert list(alike) == [(photos[0].pk, photos[1].pk)]
    PhotoText.objects.filter(photo=photos[3]).update(text="发票 合计 120 元")
    reset_words(photos[3].pk)
    assert compare_words(user.pk, model=MODEL)
    assert set(alike.all()) == {(photos[0].pk, photos[1].pk), (photos[2].pk, photos[3].pk)}


@pytest.mark.django_db(transaction=True)
def test_a_killed_pass_leaves_nothing_behind(user, tmp_path):
    photos = make_photos(user, 300)
    embed(photos, clustered(300, dimensions=DIMENSIONS), model=MODEL)
    script = textwrap.dedent(f"""
        import os, signal
        from search.near_duplicates import comparing
        comparing.PHOTOS_PER_PASS = 100
        comparing.compare_photos({user.pk}, model="{MODEL}", dimensions={DIMENSIONS}, limit={LIMIT})
        create = comparing.ComparedPhoto.objects.bulk_create
        def die(*arguments, **options):
            create(*arguments, **options)
            os.kill(os.getpid(), signal.SIGKILL)
        comparing.ComparedPhoto.objects.bulk_create = die
        comparing.compare_photos({user.pk}, model="{MODEL}", dimensions={DIMENSIONS}, limit={LIMIT})
    """)
    environment = os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "photosearch.settings"}
    command = [sys.executable, "-c", f"import django; django.setup()\n{script}"]
    killed = subprocess.run(command, env=environment, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert ComparedPhoto.objects.count() == 100
    compare(user)
    assert stored(user) == expected(user)
    assert NearDuplicatePair.objects.count() == len(expected(user))


@pytest.mark.django_db(transaction=True)
def test_compares_vectors_again_that_were_replaced(user, monkeypatch):
    photos, store = make_photos(user, 2), comparing._store
    embed(photos, np.repeat(unit_vectors(1, DIMENSIONS), 2, axis=0), model=MODEL)

    def replace() -> None:
        try:
            with transaction.atomic():
                reset_vectors([photos[1].pk], model=MODEL)
                PhotoEmbedding.objects.filter(photo=photos[1]).update(vector=unit_vectors(2, DIMENSIONS)[1])
        finally:
            connections.close_all()

    def store_late(*arguments, **options) -> None:
        replaced = pool.submit(replace)
        while not (replaced.done() or count_lock_waits()):
            time.sleep(0.05)
        store(*arguments, **options)

    monkeypatch.setattr(comparing, "_store", store_late)
    with ThreadPoolExecutor(1) as pool:
        compare_photos(user.pk, model=MODEL, dimensions=DIMENSIONS, limit=LIMIT)
    monkeypatch.setattr(comparing, "_store", store)
    compare(user)
    assert stored(user) == expected(user) == set()
    assert ComparedPhoto.objects.count() == 2


def database_url() -> str:
    """Return the URL of the test database."""
    from urllib.parse import urlsplit

    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
