"""The page of places and its answer in the API."""

import pytest
from django.urls import reverse

from gallery.models import Photo, Place
from tests.factories import ApiClient, make_photos

pytestmark = pytest.mark.django_db

HANGZHOU, WEST_LAKE, KYOTO, SAHARA = (30.2936, 120.1616), (30.2431, 120.1445), (35.0394, 135.7292), (22.0, 7.0)


def add_photos(owner, *points):
    """Add a photo at each point, in this order."""
    places = Place.objects.at(filter(None, points))
    photos = make_photos(owner, len(points))
    for photo, point in zip(photos, points, strict=True):
        Photo.objects.filter(pk=photo.pk).update(place=places.get(point))
    return photos


@pytest.fixture
def page(client, owner):
    client.force_login(owner)

    def get(language="en"):
        return client.get(reverse("gallery:places"), headers={"Accept-Language": language}).content.decode()

    return get


def test_counts_countries_and_cities(page, owner):
    add_photos(owner, HANGZHOU, WEST_LAKE, KYOTO, SAHARA, None)
    html = " ".join(page().split())
    assert html.index(">China<") < min(html.index(">Japan<"), html.index(">Algeria<"))
    assert "2 photos" in html
    assert 'href="/search?q=place%3AChina"' in html
    assert 'href="/search?q=place%3A%22Hangzhou%2C%20Zhejiang%2C%20China%22"' in html
    assert "1 photo without a place" in html
    assert "GeoNames" in html


def test_is_in_the_language_of_the_reader(page, owner):
    add_photos(owner, HANGZHOU)
    html = page("zh-hans")
    assert "中国" in html
    assert "q=place%3A%22%E6%9D%AD%E5%B7%9E" in html
    assert "Hangzhou" not in html


def test_shows_an_empty_gallery(page):
    assert "No photo has a place yet" in page()


def test_shows_no_places_of_others_and_of_the_trash(page, owner, django_user_model):
    stranger = django_user_model.objects.create_user("stranger")
    add_photos(stranger, KYOTO)
    (trashed,) = add_photos(owner, HANGZHOU)
    Photo.objects.filter(pk=trashed.pk).update(trashed_at="2026-01-01T00:00:00Z")
    html = page()
    assert "Japan" not in html
    assert "China" not in html


def test_takes_the_same_queries_for_many_places(page, owner, django_assert_num_queries):
    add_photos(owner, KYOTO)
    page()
    points = [(float(latitude), float(longitude)) for latitude in range(40, 55, 3) for longitude in range(0, 30, 3)]
    add_photos(owner, *points)
    with django_assert_num_queries(6):  # session, user, counts, places, covers, photos without a place
        page()


def test_the_api_lists_places_and_names_them_on_photos(owner):
    latest = add_photos(owner, HANGZHOU, KYOTO, WEST_LAKE)[2]
    program = ApiClient(owner)
    answer = program.get("/api/v1/places/").json()
    assert [(country["country_code"], country["photos"]) for country in answer["countries"]] == [("CN", 2), ("JP", 1)]
    china = answer["countries"][0]
    assert (china["country"], china["cover"], china["query"]) == ("China", latest.pk, "place:China")
    assert [(city["city"], city["photos"], city["cover"]) for city in china["cities"]] == [("Hangzhou", 2, latest.pk)]
    assert answer["elsewhere"] == 0
    expected = {
        "city": "Hangzhou",
        "region": "Zhejiang",
        "country": "China",
        "country_code": "CN",
        "time_zone": "Asia/Shanghai",
    }
    assert program.get(f"/api/v1/photos/{latest.pk}/").json()["place"] == expected
    listed = program.get("/api/v1/photos/").json()["results"]
    assert [photo["place"]["country_code"] for photo in listed] == ["CN", "JP", "CN"]


def test_the_photo_page_links_its_place(client, owner):
    client.force_login(owner)
    (photo,) = add_photos(owner, KYOTO)
    html = client.get(reverse("gallery:photo", args=[photo.pk])).content.decode()
    assert 'q=place%3A%22Kyoto%2C%20Japan%22">Kyoto, Japan</a>' in html
