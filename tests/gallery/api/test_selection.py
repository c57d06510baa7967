"""Operations on many photos over the API."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User

from gallery.forms import MAX_SELECTED
from gallery.models import Photo
from tests.drawing import picture
from tests.factories import state_claims


def ask(program, path, photos, **more):
    numbers = [photo.pk for photo in photos]
    return program.post(f"/api/v1/{path}/", {"photos": numbers, **more}, "application/json")


@pytest.fixture
def foreign(store) -> Photo:
    return store(owner=User.objects.create_user("stranger"))


def test_changes_only_own_photos(program, store, foreign):
    photos = [store(), store()]
    for photo in (*photos, foreign):
        state_claims(photo, description="Tea")
    response = ask(program, "photos/change", [*photos, foreign], importance=4)
    assert (response.status_code, response.json()["count"]) == (200, 2)
    said = list(Photo.objects.order_by("-pk").values_list("importance", "description", "revision"))
    assert said == [(4, "Tea", 3), (4, "Tea", 3), (0, "Tea", 2)]
    assert ask(program, "photos/change", photos, description="").json()["count"] == 2
    assert set(Photo.objects.visible_to(photos[0].owner).values_list("importance", "description")) == {(4, "")}


def test_changes_nothing_without_new_values(program, store):
    photo = store()
    assert ask(program, "photos/change", [photo]).json() == {"count": 0, "left_out": 0, "undo": None}
    photo.refresh_from_db()
    assert photo.edited_at is None


def test_deletes_and_restores_many(program, store, foreign):
    photos = [store(), store(), store()]
    assert ask(program, "photos/delete", [*photos[:2], foreign]).json() == {"count": 2}
    assert [photo["id"] for photo in program.get("/api/v1/photos/").json()["results"]] == [photos[2].pk]
    assert ask(program, "trash/restore", [*photos, foreign]).json() == {"count": 2}
    assert not Photo.objects.filter(trashed_at__isnull=False).exists()


def test_downloads_many_as_one_zip(program, store, foreign):
    photos = [store(picture(1), filename="茶.png"), store(picture(2), filename="茶.png")]
    response = ask(program, "photos/download", [*photos, foreign])
    assert response["Content-Type"] == "application/zip"
    with ZipFile(BytesIO(response.getvalue())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "茶.png": picture(1),
            "茶 (2).png": picture(2),
        }
    assert ask(program, "photos/download", [foreign]).status_code == 404


@pytest.mark.parametrize("photos", [[], ["1"], [0], [2**63], [True], "1,2", None, [1] * (MAX_SELECTED + 1)])
@pytest.mark.parametrize("path", ["photos/change", "photos/delete", "photos/download", "trash/restore"])
def test_refuses_invalid_selection(program, path, photos):
    response = program.post(f"/api/v1/{path}/", {"photos": photos}, "application/json")
    assert response.status_code == 400
    assert [error["field"].partition(".")[0] for error in response.json()["errors"]] == ["photos"]
