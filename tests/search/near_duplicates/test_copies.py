"""Copies of one user's photos become pairs: from stored fingerprints and thumbnails, once, and again after a change."""

from pathlib import Path

import pytest
from PIL import Image

from gallery.models import Photo
from gallery.processing.tasks import make_thumbnails
from gallery.storage.files import thumbnail_path
from search.models import ComparedPhoto, NearDuplicatePair, PhotoFingerprint
from search.near_duplicates import comparing, copies
from search.near_duplicates.copies import PIXELS, match_photos, owners_to_match, store_fingerprint, unmatched_photos
from search.near_duplicates.groups import find_groups
from tests.drawing import save_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(store, photographs):
    """Return a function that stores a photograph, changed by a function, with thumbnails."""

    def add(name: str, change=lambda image: image, **options) -> Photo:
        image = change(Image.open(photographs[name]).convert("RGB"))
        photo = store(save_image(image, "JPEG", quality=85).getvalue(), filename=f"{name}.jpg", **options)
        make_thumbnails([photo.pk])
        return Photo.objects.get(pk=photo.pk)

    return add


def smaller(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2))


def sideways(image: Image.Image) -> Image.Image:
    return image.rotate(90, expand=True)


def match(owner) -> int:
    passes = 0
    while match_photos(owner.pk):
        passes += 1
    return passes


def pairs(owner) -> set[tuple[int, int]]:
    return set(NearDuplicatePair.objects.filter(owner=owner, model=PIXELS).values_list("one", "other"))


def test_finds_copies_once_in_any_order(add, owner, monkeypatch):
    monkeypatch.setattr(copies, "PHOTOS_PER_PASS", 2)
    first = add("coffee"), add("temple"), add("coffee", smaller)
    assert match(owner) == 2
    assert pairs(owner) == {(first[0].pk, first[2].pk)}
    turned = add("temple", sideways)
    assert owners_to_match() == [owner.pk]
    assert match(owner) == 1
    assert pairs(owner) == {(first[0].pk, first[2].pk), (first[1].pk, turned.pk)}
    assert owners_to_match() == []
    assert match(owner) == 0
    pair = NearDuplicatePair.objects.get(one=first[0])
    assert (pair.reads_alike, 0 <= pair.distance < 0.02) == (True, True)


def test_never_pairs_photos_of_two_users(add, owner, django_user_model):
    stranger = django_user_model.objects.create_user("stranger")
    mine = add("coffee"), add("coffee", smaller)
    theirs = add("coffee", owner=stranger), add("coffee", sideways, owner=stranger)
    match(owner)
    assert pairs(owner) == {tuple(photo.pk for photo in mine)}
    assert pairs(stranger) == set()
    assert not ComparedPhoto.objects.filter(photo__in=theirs).exists()
    match(stranger)
    assert pairs(stranger) == {tuple(photo.pk for photo in theirs)}
    for user, own in ((owner, mine), (stranger, theirs)):
        shown = {photo.pk for group in find_groups(user=user, limit=20).found for photo in group.photos}
        assert shown == {photo.pk for photo in own}
    assert find_groups(user=django_user_model.objects.create_superuser("root"), limit=20).groups == 0


def test_compares_again_only_after_another_fingerprint(add, owner, photographs):
    one, other = add("coffee"), add("coffee", smaller)
    match(owner)
    Photo.objects.update(thumbnail_version=0)
    make_thumbnails([one.pk, other.pk])
    assert not unmatched_photos().exists()
    store_fingerprint(other, Image.open(photographs["rocket"]))
    assert list(unmatched_photos()) == [other]
    assert pairs(owner) == set()
    Photo.objects.filter(pk=other.pk).delete()
    store_fingerprint(other, Image.open(photographs["rocket"]))
    assert list(PhotoFingerprint.objects.values_list("photo", flat=True)) == [one.pk]


def test_passes_over_photos_without_thumbnails(add, owner, caplog):
    one, _other = add("coffee"), add("coffee", smaller)
    Path(thumbnail_path("small", owner_id=owner.pk, sha256=one.sha256, rotation=0)).unlink()
    assert match(owner) == 1
    assert pairs(owner) == set()
    assert "a thumbnail cannot be read" in caplog.text
    assert one.filename not in caplog.text


def test_pairs_many_copies_with_the_best_one(add, owner, monkeypatch):
    monkeypatch.setattr(copies, "MAX_PAIRS_PER_PHOTO", 3)
    monkeypatch.setattr(comparing, "MIN_PAIRS_LEFT", 2)
    photos = [
        add("coffee", lambda image, width=width: image.resize((width, width * 2 // 3))) for width in range(300, 360, 12)
    ]
    match(owner)
    best = photos[-1].pk
    assert sum(best in pair for pair in pairs(owner)) == len(photos) - 1
    assert ComparedPhoto.objects.filter(model=PIXELS, is_full=True).exists()
    (group,) = find_groups(user=owner, limit=20).found
    assert (group.photos[0].pk, group.others) == (best, len(photos) - 1)
