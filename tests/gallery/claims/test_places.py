"""Photos get the places of their coordinates."""

import re

import pytest
from django.utils.translation import override

from gallery.claims.places import locate
from gallery.models import Photo, Place
from tests.factories import make_photos

pytestmark = pytest.mark.django_db

WEST_LAKE, KYOTO, OPEN_SEA, SAHARA, ALASKA = (
    (30.2431, 120.1445),
    (35.01, 135.76),
    (0.0, 0.0),
    (22.0, 7.0),
    (64.0, -150.0),
)
TIERGARTEN = (52.516, 13.37)


def put_at(photo, point):
    latitude, longitude = point or (None, None)
    Photo.objects.filter(pk=photo.pk).update(latitude=latitude, longitude=longitude)


def test_photos_get_their_places(owner):
    photos = make_photos(owner, 5)
    for photo, point in zip(photos, [WEST_LAKE, KYOTO, OPEN_SEA, None, WEST_LAKE], strict=True):
        put_at(photo, point)
    locate(photo.pk for photo in photos)
    found = Photo.objects.select_related("place").order_by("pk")
    assert [photo.place and photo.place.city for photo in found] == ["Hangzhou", "Kyoto", None, None, "Hangzhou"]
    assert [photo.revision for photo in found] == [2, 2, 1, 1, 2]
    assert Place.objects.count() == 2


def test_looking_up_again_changes_nothing(owner):
    (photo,) = make_photos(owner, 1)
    put_at(photo, KYOTO)
    locate([photo.pk])
    locate([photo.pk])
    photo.refresh_from_db()
    assert photo.revision == 2


def test_a_photo_without_coordinates_loses_its_place(owner):
    (photo,) = make_photos(owner, 1)
    put_at(photo, KYOTO)
    locate([photo.pk])
    put_at(photo, None)
    locate([photo.pk])
    photo.refresh_from_db()
    assert (photo.place, photo.revision) == (None, 3)


def test_looks_up_many_photos_with_few_queries(owner, django_assert_max_num_queries):
    photos = make_photos(owner, 40)
    for number, photo in enumerate(photos):
        put_at(photo, WEST_LAKE if number % 2 else KYOTO)
    with django_assert_max_num_queries(6):
        locate(photo.pk for photo in photos)


def test_the_title_is_in_the_language_of_the_page():
    place = Place.objects.at([WEST_LAKE])[WEST_LAKE]
    titles = {}
    for language in ("en", "zh-hans"):
        with override(language):
            titles[language] = place.title
    assert titles == {"en": "Hangzhou, Zhejiang, China", "zh-hans": "杭州, 浙江, 中国"}


@pytest.mark.parametrize(
    ("point", "title", "words"),
    [
        (TIERGARTEN, "Berlin, Germany", ["Tiergarten", "柏林", "德国", "Deutschland", "State of Berlin"]),
        (KYOTO, "Kyoto, Japan", ["京都", "日本", "Kyoto"]),
        (SAHARA, "Algeria", ["阿尔及利亚"]),
        (ALASKA, "Alaska, United States", ["阿拉斯加州", "美国", "USA"]),
        ((48.2085, 16.3731), "Vienna, Austria", ["Wien", "维也纳", "Österreich"]),
        ((50.45, 30.52), "Kyiv, Ukraine", ["Kiev", "Київ", "基辅", "Україна"]),
    ],
    ids=["part of a city", "two languages", "country only", "region only", "local names", "former name"],
)
def test_places_have_the_names_that_people_type(point, title, words):
    place = Place.objects.at([point])[point]
    assert place.title == title
    assert [word for word in words if word not in re.split(", |\n", place.names)] == []
