"""Near-duplicates over the API: list, resolve, dismiss, undo."""

from itertools import combinations

import pytest

from gallery.models import Photo
from search.models import DismissedGroup, NearDuplicatePair
from search.near_duplicates.copies import PIXELS
from tests.factories import ApiClient, state_claims

NEAR_DUPLICATES = "/api/v1/near-duplicates/"


@pytest.fixture
def pairs(store, owner) -> list[list[Photo]]:
    """Return three pairs, latest first; the first photo of each is the suggested keeper."""
    photos = [store() for _number in range(6)]
    Photo.objects.update(wants_text=False)
    for photo in photos[::2]:
        state_claims(photo, importance=1)
    pairs = [photos[4:6], photos[2:4], photos[0:2]]
    for number, (one, other) in enumerate(pairs):
        NearDuplicatePair.objects.create(
            one=one, other=other, owner=owner, model=PIXELS, distance=number / 100, reads_alike=True
        )
    return pairs


def send(program: ApiClient, verb: str, body: dict):
    return program.post(f"{NEAR_DUPLICATES}{verb}/", body, content_type="application/json")


def test_lists_groups_in_pages_with_keeper_and_distances(program, pairs):
    page = program.get(NEAR_DUPLICATES, {"page_size": 2}).json()
    (first, second) = page["results"]
    assert [member["photo"]["id"] for member in first["photos"]] == [photo.pk for photo in pairs[0]]
    assert (second["suggested_keeper"], second["others"]) == (pairs[1][0].pk, 1)
    assert [member["distance"] for member in second["photos"]] == [0.0, 0.01]
    page = program.get(NEAR_DUPLICATES, {"page_size": 2, "cursor": page["next_cursor"]}).json()
    assert [group["suggested_keeper"] for group in page["results"]] == [pairs[2][0].pk]
    assert page["next_cursor"] is None
    assert program.get(NEAR_DUPLICATES, {"cursor": "x"}).status_code == 400
    assert program.get(NEAR_DUPLICATES, {"size": 2}).status_code == 400


def test_lists_and_dismisses_large_group_at_once(program, pairs, owner, store):
    keeper = pairs[0][0]
    others = [store() for _number in range(30)]
    NearDuplicatePair.objects.bulk_create(
        NearDuplicatePair(one=one, other=other, owner=owner, model=PIXELS, distance=0.01, reads_alike=True)
        for one, other in combinations([keeper, *others], 2)
    )
    Photo.objects.update(wants_text=False)
    (group,) = program.get(NEAR_DUPLICATES, {"page_size": 1}).json()["results"]
    assert (len(group["photos"]), group["others"]) == (25, 31)
    (group, *_others) = program.get(NEAR_DUPLICATES, {"page_size": 100, "members": 999}).json()["results"]
    assert len(group["photos"]) == 26
    (group,) = program.get(NEAR_DUPLICATES, {"page_size": 1, "members": 999}).json()["results"]
    assert len(group["photos"]) == 32
    send(program, "dismiss", {"photos": [member["photo"]["id"] for member in group["photos"]]})
    assert len(program.get(NEAR_DUPLICATES).json()["results"]) == 2


def test_resolves_group_and_undoes_it(program, pairs, owner):
    kept, gone = pairs[0]
    state_claims(gone, importance=5)
    answer = send(program, "resolve", {"keep": kept.pk, "trash": [gone.pk, kept.pk]}).json()
    assert (answer["kept"], answer["trashed"]) == (kept.pk, 1)
    assert Photo.objects.get(pk=kept.pk).importance == 5
    assert len(program.get(NEAR_DUPLICATES).json()["results"]) == 2
    again = send(program, "resolve", {"keep": kept.pk, "trash": [gone.pk]}).json()
    assert again == {"kept": kept.pk, "trashed": 0, "undo": None}
    undone = send(program, "undo", {"undo": answer["undo"]}).json()
    assert undone == {"restored": 1, "groups": 0, "kept_edits": 0}
    assert Photo.objects.get(pk=kept.pk).importance == 1
    assert send(program, "undo", {"undo": answer["undo"]}).json()["restored"] == 0
    assert Photo.objects.visible_to(owner).count() == 6


def test_answers_keeper_in_trash_with_conflict(program, pairs):
    kept, other = pairs[0]
    send(program, "resolve", {"keep": other.pk, "trash": [kept.pk]})
    response = send(program, "resolve", {"keep": kept.pk, "trash": [other.pk]})
    assert response.status_code == 409
    assert response.json()["detail"] == "The photo to keep is in the trash."


def test_dismisses_group_and_undoes_it(program, pairs):
    answer = send(program, "dismiss", {"photos": [photo.pk for photo in pairs[0]]}).json()
    assert len(program.get(NEAR_DUPLICATES).json()["results"]) == 2
    assert send(program, "undo", answer).json() == {"restored": 0, "groups": 1, "kept_edits": 0}
    assert len(program.get(NEAR_DUPLICATES).json()["results"]) == 3


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("resolve", {"keep": 10**12, "trash": [10**12 + 1]}, 404),
        ("resolve", {"keep": "1", "trash": [2]}, 400),
        ("resolve", {"keep": 1, "trash": []}, 400),
        ("resolve", {"trash": [1]}, 400),
        ("resolve", {"keep": 2**63, "trash": [1]}, 400),
        ("dismiss", {"photos": [10**12, 10**12 + 1]}, 404),
        ("dismiss", {"photos": [1]}, 400),
        ("dismiss", {"photos": 5}, 400),
        ("undo", {"undo": "yesterday"}, 400),
    ],
)
def test_refuses_invalid_requests(program, pairs, verb, body, status):
    assert send(program, verb, body).status_code == status
    assert Photo.objects.filter(trashed_at=None).count() == 6
    assert not DismissedGroup.objects.exists()


def test_neither_lists_nor_changes_photos_of_other_users(pairs, django_user_model):
    stranger = ApiClient(django_user_model.objects.create_user("stranger"))
    kept, other = pairs[0]
    assert stranger.get(NEAR_DUPLICATES).json() == {"results": [], "next_cursor": None}
    assert send(stranger, "resolve", {"keep": kept.pk, "trash": [other.pk]}).status_code == 404
    assert send(stranger, "dismiss", {"photos": [kept.pk, other.pk]}).status_code == 404
