"""The page of near-duplicates: compare, keep one or all, and undo."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery.models import Photo
from gallery.pictures.images import THUMBNAIL_VERSION
from gallery.processing.tasks import make_thumbnails
from gallery.views import near_duplicates as views
from gallery.views.group_comparison import compare_group
from search.models import DismissedGroup, NearDuplicatePair
from search.near_duplicates.copies import PIXELS, match_photos
from search.near_duplicates.groups import find_groups
from tests.factories import state_claims
from tests.html import condensed

PAGE = "/near-duplicates"
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def client(client: Client, owner) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def group(store, owner):
    """A function that creates a group of near-duplicates."""

    def make(size: int = 2) -> list[Photo]:
        photos = [store() for _number in range(size)]
        make_thumbnails([photo.pk for photo in photos])
        # Photos that differ only in age; text and embeddings are not awaited.
        settled = {"file_size": 100, "wants_text": False, "wants_embedding": False}
        Photo.objects.filter(pk__in=[photo.pk for photo in photos]).update(**settled)
        # These are plain, and therefore no copies.
        match_photos(owner.pk)
        NearDuplicatePair.objects.bulk_create(
            NearDuplicatePair(one=one, other=other, owner=owner, model=PIXELS, distance=0.01, reads_alike=True)
            for one in photos
            for other in photos
            if one.pk < other.pk
        )
        return photos

    return make


def fields(*groups: list[Photo], keep: int = 0) -> dict:
    """Return the fields of the page's form."""
    numbers = [",".join(str(photo.pk) for photo in group) for group in groups]
    return {"group": numbers, **{f"keep-{group[0].pk}": group[keep].pk for group in groups}, "next": PAGE}


def visible(owner) -> set[Photo]:
    return set(Photo.objects.visible_to(owner))


def test_keeps_selected_photo_and_undoes(client, group, owner):
    photos = group(3)
    state_claims(photos[0], importance=4)
    page = client.post(f"{PAGE}/resolve", fields(photos, keep=1), follow=True)
    html = page.content.decode()
    assert page.redirect_chain == [(PAGE, 302)]
    assert "2 photos moved to the trash" in html
    assert "No near-duplicates" in html
    assert visible(owner) == {photos[1]}
    assert Photo.objects.get(pk=photos[1].pk).importance == 4
    moment = Photo.objects.get(pk=photos[0].pk).trashed_at.isoformat()
    html = client.post("/trash/restore", {"moment": moment, "next": PAGE}, follow=True).content.decode()
    assert "2 photos restored" in html
    assert visible(owner) == set(photos)
    assert Photo.objects.get(pk=photos[1].pk).importance == 0


def test_mentions_uncompared_photos(client, store):
    photo = store()
    html = client.get(PAGE).content.decode()
    assert "Your photos are still being compared" in html
    assert "1 photo not compared yet." in html
    Photo.objects.filter(pk=photo.pk).update(wants_embedding=False, thumbnail_version=THUMBNAIL_VERSION)
    assert "No near-duplicates" in client.get(PAGE).content.decode()


def test_resolves_one_group_or_all(client, group, owner):
    first, second, third = group(), group(), group()
    answer = client.post(f"{PAGE}/resolve", {**fields(first, second, third), "only": second[0].pk}, headers=SCRIPT)
    assert answer.json()["message"] == "1 photo moved to the trash"
    assert visible(owner) == {*first, second[0], *third}
    answer = client.post(f"{PAGE}/resolve", fields(first, third), headers=SCRIPT)
    assert visible(owner) == {first[0], second[0], third[0]}
    client.post("/trash/restore", {"moment": answer.json()["undo"]})
    assert visible(owner) == {*first, second[0], *third}


def test_dismissed_group_is_hidden_until_undo(client, group, owner):
    photos, others = group(3), group()
    answer = client.post(f"{PAGE}/keep", {**fields(photos, others), "only": photos[0].pk}, headers=SCRIPT).json()
    assert "won't be suggested again" in answer["message"]
    html = client.get(PAGE).content.decode()
    assert f'name="keep-{photos[0].pk}"' not in html
    assert f'name="keep-{others[0].pk}"' in html
    assert len(visible(owner)) == 5
    answer = client.post("/trash/restore", {"moment": answer["undo"]}, headers=SCRIPT).json()
    assert answer["message"] == "1 group will be suggested again."
    assert f'name="keep-{photos[0].pk}"' in client.get(PAGE).content.decode()


def test_skips_group_resolved_in_other_tab(client, group, owner):
    photos, others = group(), group()
    client.post(f"{PAGE}/resolve", fields(photos, keep=1))
    answer = client.post(f"{PAGE}/resolve", fields(photos, others), headers=SCRIPT).json()
    assert answer["message"].startswith("1 photo moved to the trash")
    assert "1 group was skipped" in answer["message"]
    assert answer["left"] == [photos[0].pk]
    assert visible(owner) == {photos[1], others[0]}
    answer = client.post(f"{PAGE}/resolve", fields(photos, keep=1), headers=SCRIPT).json()
    assert answer == {"message": "No photos moved to the trash", "undo": "", "left": []}


def test_undo_reports_later_edits(client, group):
    photos = group()
    state_claims(photos[1], importance=4)
    undo = client.post(f"{PAGE}/resolve", fields(photos), headers=SCRIPT).json()["undo"]
    client.post(f"/photos/{photos[0].pk}/edit", {"description": "mine", "importance": 1})
    sentence = client.post("/trash/restore", {"moment": undo}, headers=SCRIPT).json()["message"]
    assert sentence.startswith("1 photo restored · 1 kept photo was not changed back")


def test_skips_group_with_deleted_photo(client, group, owner):
    photos, others = group(), group()
    Photo.objects.filter(pk=others[1].pk).delete()
    answer = client.post(f"{PAGE}/resolve", fields(photos, others), headers=SCRIPT).json()
    assert "1 group was skipped" in answer["message"]
    assert visible(owner) == {photos[0], others[0]}


@pytest.mark.parametrize("verb", ["resolve", "keep"])
def test_refuses_other_users_photos_and_invalid_requests(client, group, owner, django_user_model, verb):
    photos = group()
    stranger = Client()
    stranger.force_login(django_user_model.objects.create_superuser("root"))
    stranger.post(f"{PAGE}/{verb}", fields(photos))
    assert visible(owner) == set(photos)
    assert not DismissedGroup.objects.exists()
    assert client.post(f"{PAGE}/{verb}", {"group": "1,x", "keep-1": "1"}).status_code == 400
    if verb == "resolve":
        for chosen in ({}, {f"keep-{photos[0].pk}": "x"}, {f"keep-{photos[0].pk}": 10**12}):
            assert client.post(f"{PAGE}/resolve", {"group": fields(photos)["group"], **chosen}).status_code == 400
    assert visible(owner) == set(photos)
    assert not DismissedGroup.objects.exists()


def test_shows_differences_and_marks_best_values(client, group, owner):
    photos = group(3)
    Photo.objects.update(filename="same.png", width=100, taken_at="2024-05-01", date_source="exif")
    Photo.objects.filter(pk=photos[1].pk).update(width=50, date_source="filename", description="in the rain")
    photos[2].sources.update(albums=["Stations"])
    Photo.objects.filter(pk=photos[2].pk).update(metadata={"make": "Canon", "model": "Canon EOS 80D"})
    (found,) = find_groups(user=owner, limit=20).found
    compared = compare_group(found)
    best = {photo.pk: {str(fact.label): fact.is_best for fact in facts} for photo, facts in compared.photos}
    # Its description is the best, but it has fewer pixels and a less trustworthy date.
    assert found.photos[0] == photos[1]
    assert set(best[photos[1].pk]) == {"Size", "Taken", "Camera", "Description", "From"}
    assert best[photos[0].pk]["Size"]
    assert best[photos[2].pk]["Taken"]
    assert not best[photos[1].pk]["Size"]
    assert "same.png" in [fact.value for fact in compared.common]
    html = condensed(client.get(PAGE).content.decode())
    assert "in the rain" in html
    assert "Stations" in html
    assert "<dd>Canon EOS 80D</dd>" in html


def test_pages_take_constant_number_of_queries(client, group, monkeypatch):
    monkeypatch.setattr(views, "PAGE_SIZE", 2)

    def ask(path: str) -> tuple[str, int]:
        with CaptureQueriesContext(connection) as captured:
            html = condensed(client.get(path).content.decode())
        return html, len(captured)

    group(), group()
    _html, few = ask(PAGE)
    for _number in range(3):
        group(3)
    html, many = ask(PAGE)
    assert many == few
    assert html.count('<section class="group') == 2
    assert "data-all>Keep the marked ones, move 4 to trash" in html
    cursor = html.partition("?before=")[2].partition('"')[0]
    html, _queries = ask(f"{PAGE}?before={cursor}")
    assert html.count('<section class="group') == 2
    assert client.get(f"{PAGE}?before=x").status_code == 400
    assert "No more near-duplicates" in client.get(f"{PAGE}?before=1").content.decode()
