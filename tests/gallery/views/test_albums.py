"""Tests of the pages of albums."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from gallery.albums.contents import add_photos
from gallery.albums.making import make_album
from gallery.models import Album, AlbumPhoto, Photo
from gallery.views import albums
from tests.factories import make_photos

JSON = {"Accept": "application/json"}


@pytest.fixture
def browser(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_makes_fills_and_deletes_an_album(browser, owner):
    photos = make_photos(owner, 3)
    ids = ",".join(str(photo.pk) for photo in photos)
    made = browser.post(reverse("gallery:add_to_album"), {"photo": ids, "album_name": "Summer <1>"}, headers=JSON)
    assert made.json()["message"] == "3 photos added to “Summer <1>”"
    album = Album.objects.get()
    assert "Summer &lt;1&gt;" in browser.get(reverse("gallery:albums")).content.decode()
    assert "Summer &lt;1&gt;" in browser.get(reverse("gallery:album_choices")).content.decode()
    page = browser.get(reverse("gallery:album", args=[album.pk])).content.decode()
    assert f'data-scope="?album={album.pk}"' in page
    assert page.count('data-photo="') >= 3
    assert (
        reverse("gallery:album", args=[album.pk])
        in browser.get(reverse("gallery:photo", args=[photos[0].pk])).content.decode()
    )
    changes = {"name": "Winter", "description": "Snow", "order": "by_hand"}
    assert browser.post(reverse("gallery:edit_album", args=[album.pk]), changes).status_code == 302
    first = album.memberships.order_by("position").first()
    moved = {"photo": first.photo_id, "step": "later"}
    assert browser.post(reverse("gallery:move_in_album", args=[album.pk]), moved, headers=JSON).status_code == 200
    assert album.memberships.order_by("position").first() != first
    assert "data-moves" in browser.get(reverse("gallery:album", args=[album.pk])).content.decode()
    assert browser.post(reverse("gallery:set_cover", args=[album.pk]), {"photo": photos[1].pk}).status_code == 302
    removed = browser.post(reverse("gallery:remove_from_album", args=[album.pk]), {"photo": photos[1].pk}, headers=JSON)
    assert removed.json()["removed"] == [photos[1].pk]
    album.refresh_from_db()
    assert (album.name, album.description, album.cover) == ("Winter", "Snow", None)
    browser.post(reverse("gallery:delete_album", args=[album.pk]))
    assert (Album.objects.count(), Photo.objects.count()) == (0, 3)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201], ids=["empty", "blank", "long"])
def test_refuses_names(browser, owner, name):
    assert browser.post(reverse("gallery:new_album"), {"name": name}).status_code == 400
    photo = make_photos(owner, 1)[0]
    sent = {"photo": photo.pk, "album_name": name}
    assert browser.post(reverse("gallery:add_to_album"), sent, headers=JSON).status_code == 400
    assert not Album.objects.exists()


@pytest.mark.parametrize("number", ["x", "-1", "１", "9" * 19, "9" * 40, ""], ids=str)
def test_refuses_numbers_of_albums(browser, owner, number):
    photo = make_photos(owner, 1)[0]
    assert browser.post(reverse("gallery:add_to_album"), {"photo": photo.pk, "album": number}).status_code == 400


def test_hides_albums_of_others(browser, owner):
    """Every address with a stranger's album, and every one with a stranger's photo."""
    own = make_photos(owner, 1)[0]
    stranger = User.objects.create_user("stranger")
    theirs = make_photos(stranger, 1)[0]
    album = make_album("Nightingale", owner=stranger)
    add_photos(album.pk, Photo.objects.filter(pk=theirs.pk), user=stranger)
    before = list(AlbumPhoto.objects.values())
    assert browser.get(reverse("gallery:album", args=[album.pk])).status_code == 404
    fields = {"photo": own.pk, "name": "Stolen", "order": "newest", "step": "later"}
    for name in ("edit_album", "delete_album", "move_in_album", "set_cover", "remove_from_album"):
        assert browser.post(reverse(f"gallery:{name}", args=[album.pk]), fields).status_code == 404, name
    sent = {"photo": own.pk, "album": album.pk}
    assert browser.post(reverse("gallery:add_to_album"), sent).status_code == 404
    mine = make_album("Mine", owner=owner)
    sent = {"photo": theirs.pk, "album": mine.pk}
    for name, args in (("add_to_album", []), ("set_cover", [mine.pk]), ("move_in_album", [mine.pk])):
        assert browser.post(reverse(f"gallery:{name}", args=args), sent).status_code == 400, name
    moved = reverse("gallery:move_in_album", args=[mine.pk])
    add_photos(mine.pk, Photo.objects.filter(pk=own.pk), user=owner)
    assert browser.post(moved, {"photo": own.pk, "before": theirs.pk}).status_code == 400
    mine.memberships.all().delete()
    put_back = reverse("gallery:put_back_in_album", args=[album.pk])
    assert browser.post(f"{put_back}?places={own.pk}:1.0").status_code == 404
    put_back = reverse("gallery:put_back_in_album", args=[mine.pk])
    assert browser.post(f"{put_back}?places={theirs.pk}:1.0").status_code == 302
    albums_of_photo = reverse("gallery:photo_albums", args=[theirs.pk])
    assert browser.post(albums_of_photo, {"album_name": "Mine"}).status_code == 404
    assert browser.post(albums_of_photo, {"removed": mine.pk}).status_code == 404
    removed = {"removed": album.pk}
    assert browser.post(reverse("gallery:photo_albums", args=[own.pk]), removed).status_code == 404
    scopes = ("/timeline", "/timeline/2023-05", reverse("gallery:photo", args=[own.pk]))
    for address in (*scopes, reverse("gallery:photo_ids")):
        assert browser.get(address, {"album": album.pk}).status_code == 404, address
    browser.post(reverse("gallery:remove_from_album", args=[mine.pk]), sent)
    for name in ("albums", "album_choices", "album_names"):
        assert "Nightingale" not in browser.get(reverse(f"gallery:{name}")).content.decode()
    assert list(AlbumPhoto.objects.values()) == before
    assert Album.objects.get(pk=album.pk).name == "Nightingale"


def test_asks_constant_queries(browser, owner, django_assert_max_num_queries):
    make_photos(owner, 6)
    for number in range(12):
        add_photos(make_album(f"Album {number}", owner=owner).pk, Photo.objects.all(), user=owner)
    with django_assert_max_num_queries(12):
        browser.get(reverse("gallery:albums"))
    album = Album.objects.first()
    for order in Album.Order.values:
        Album.objects.update(order=order)
        with django_assert_max_num_queries(14):
            browser.get(reverse("gallery:album", args=[album.pk]))


def test_shows_photos_in_the_order_of_the_album(browser, owner):
    photos = make_photos(owner, 3)
    album = make_album("Summer", owner=owner, order=Album.Order.OLDEST)
    add_photos(album.pk, Photo.objects.all(), user=owner)
    address = reverse("gallery:album", args=[album.pk])
    oldest = list(Photo.objects.order_by("dated_at", "pk"))
    assert list(browser.get(address).context["page"]) == oldest
    Album.objects.update(order=Album.Order.BY_HAND)
    moved = {"photo": oldest[2].pk, "before": oldest[0].pk}
    assert browser.post(reverse("gallery:move_in_album", args=[album.pk]), moved, headers=JSON).status_code == 200
    assert list(browser.get(address).context["page"]) == [oldest[2], oldest[0], oldest[1]]
    moved = {"photo": oldest[2].pk, "before": ""}
    browser.post(reverse("gallery:move_in_album", args=[album.pk]), moved, headers=JSON)
    assert list(browser.get(address).context["page"]) == oldest
    Album.objects.update(order=Album.Order.NEWEST)
    page = browser.get(address, {"photo": photos[0].pk})
    assert page.context["outline"]["target"]["photo"] == photos[0].pk


def test_puts_removed_photos_back_in_their_places(browser, owner):
    make_photos(owner, 4)
    album = make_album("By hand", owner=owner, order=Album.Order.BY_HAND)
    add_photos(album.pk, Photo.objects.all(), user=owner)
    before = list(album.memberships.order_by("position").values_list("photo_id", flat=True))
    sent = {"photo": f"{before[2]},{before[0]}"}
    remove = reverse("gallery:remove_from_album", args=[album.pk])
    revert = browser.post(remove, sent, headers=JSON).json()["revert"]
    assert album.memberships.count() == 2
    for _time in range(2):
        assert browser.post(revert, headers=JSON).status_code == 200
        assert list(album.memberships.order_by("position").values_list("photo_id", flat=True)) == before
    shown = browser.post(remove, sent, follow=True).content.decode()
    assert 'action="/albums/' in shown


@pytest.mark.parametrize("places", ["", "x", "1", "1:", "1:nan", "1:1e400", "１:1", "1:1,", "9" * 19 + ":1"], ids=str)
def test_refuses_places_to_put_back(browser, owner, places):
    album = make_album("Mine", owner=owner)
    address = reverse("gallery:put_back_in_album", args=[album.pk])
    assert browser.post(f"{address}?{urlencode({'places': places})}").status_code == 400


def test_offers_albums_by_part_of_their_names(browser, owner, monkeypatch):
    monkeypatch.setattr(albums, "MOST_CHOICES", 2)
    for name in ("Été", "Winter", "Summer"):
        make_album(name, owner=owner)
    address = reverse("gallery:album_choices")
    page = browser.get(address).content.decode()
    assert page.index("Summer") < page.index("Winter")
    assert "Été" not in page
    assert "The 2 albums changed last." in page
    for text in ("été", "ÉT", "et"):
        found = browser.get(address, {"album_name": text}).content.decode()
        assert ("Été" in found, "Winter" in found) == (True, False), text
    assert "No album has this name." in browser.get(address, {"album_name": "spring"}).content.decode()
    assert browser.get(address, {"album_name": "\0"}).status_code < 500


def test_shows_the_latest_photo_as_cover_again(browser, owner):
    photos = make_photos(owner, 2)
    album = make_album("Summer", owner=owner)
    add_photos(album.pk, Photo.objects.all(), user=owner)
    address = reverse("gallery:edit_album", args=[album.pk])
    page = reverse("gallery:album", args=[album.pk])
    fields = {"name": "Summer", "order": "newest"}
    assert "shows_latest" not in browser.get(page).content.decode()
    browser.post(reverse("gallery:set_cover", args=[album.pk]), {"photo": photos[0].pk})
    assert "shows_latest" in browser.get(page).content.decode()
    browser.post(address, fields)
    assert Album.objects.get().cover == photos[0]
    browser.post(address, fields | {"shows_latest": "on"})
    assert Album.objects.get().cover is None


def test_says_what_to_do_with_an_empty_album(browser, owner):
    album = make_album("Summer", owner=owner)
    for order in Album.Order.values:
        Album.objects.update(order=order)
        page = browser.get(reverse("gallery:album", args=[album.pk])).content.decode()
        assert "This album is empty" in page
        assert f"{reverse('gallery:upload')}?album={album.pk}" in page


def test_edits_the_albums_of_a_photo(browser, owner):
    photo = make_photos(owner, 1)[0]
    address = reverse("gallery:photo_albums", args=[photo.pk])
    page = reverse("gallery:photo", args=[photo.pk])
    assert browser.post(address, {"album_name": "Summer"})["Location"] == page
    part = browser.post(address, {"album_name": "Winter"}, headers={"HX-Request": "true"}).content.decode()
    assert part.index("Summer") < part.index("Winter")
    assert browser.post(address, {"album_name": ""}).status_code == 400
    refused = browser.post(address, {"album_name": "x" * 201}, headers={"HX-Request": "true"})
    assert (refused.status_code, "at most 200" in refused.content.decode()) == (400, True)
    winter = Album.objects.get(name="Winter")
    part = browser.post(address, {"removed": winter.pk}, headers={"HX-Request": "true"}).content.decode()
    assert "Winter" not in part
    assert not winter.memberships.exists()
    names = browser.get(reverse("gallery:album_names")).content.decode()
    assert names.split() == ["<option", 'value="Summer"></option><option', 'value="Winter"></option>']
