"""Assistants may read the results of selected saved searches, and no other photos."""

import pytest
from django.utils import timezone

from gallery.access.tokens import Scope, issue_token
from gallery.assistants import AssistantAccess
from gallery.models import Photo
from gallery.processing.tasks import make_thumbnails
from search.assistant import readable_photos as engine
from search.assistant.readable_photos import readable_photos
from search.models import PhotoText, SavedSearch
from search.ranking.results import RankedList, RankedPhoto
from search.saved import assistant_searches, save_search, saved_searches, set_assistant_searches
from tests.drawing import picture
from tests.search.assistant.asking import ask, sentence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def access(owner) -> AssistantAccess:
    """Let assistants read the results of the search for "Flight"."""
    save_search("Flights", user=owner, address="q=Flight")
    set_assistant_searches(saved_searches(user=owner), user=owner)
    return AssistantAccess.objects.create(user=owner, extent=AssistantAccess.Extent.SEARCHES)


@pytest.fixture
def private(photo, store, owner) -> Photo:
    """Store a second photo, which "Flight" does not find."""
    private = store(picture(9), filename="diary.png", owner=owner)
    PhotoText.objects.create(photo=private, owner=owner, engine="x", text="dear diary, NH961", lines=[])
    make_thumbnails([private.pk])
    return private


def readable(token: str, *photos: Photo) -> list[bool]:
    """Return for each photo whether the tools show it; all tools must agree."""
    readable = []
    for photo in photos:
        number = str(photo.pk)
        found = ask(token, "search", query="NH961")
        answers = {
            not found.is_error and number in [hit["id"] for hit in found.structured_content["results"]],
            not ask(token, "fetch", id=number).is_error,
            not ask(token, "photo_text", id=number).is_error,
            not ask(token, "contact_sheet", ids=[number]).is_error,
        }
        assert len(answers) == 1, photo
        readable += answers
    return readable


def test_shows_only_results_of_selected_searches(token, access, photo, private, owner):
    assert readable(token, photo, private) == [True, False]
    assert "no access to it" in sentence(ask(token, "contact_sheet", ids=[str(photo.pk), str(private.pk)]))
    save_search("Diaries", user=owner, address="q=diary")
    assert readable(token, photo, private) == [True, False]
    set_assistant_searches(saved_searches(user=owner), user=owner)
    assert readable(token, photo, private) == [True, True]
    set_assistant_searches([], user=owner)
    assert "have no access" in sentence(ask(token, "search", query="NH961"))
    assert readable(token, photo, private) == [False, False]


def test_replaced_or_deleted_searches_allow_nothing(token, access, photo, private, owner):
    assert readable(token, photo) == [True]
    save_search("Flights", user=owner, address="q=Flight")
    assert readable(token, photo) == [True]
    save_search("Flights", user=owner, address="q=diary")
    assert readable(token, photo, private) == [False, False]
    set_assistant_searches(saved_searches(user=owner), user=owner)
    assert readable(token, photo, private) == [False, True]
    saved_searches(user=owner).delete()
    assert readable(token, photo, private) == [False, False]


def test_filters_use_current_values(token, access, photo, private, owner):
    SavedSearch.objects.update(address="q=Flight&min_importance=3")
    Photo.objects.update(importance=3)
    assert readable(token, photo, private) == [True, False]
    Photo.objects.update(importance=2)
    assert readable(token, photo, private) == [False, False]
    SavedSearch.objects.update(address="min_importance=4")
    assert readable(token, photo, private) == [False, False]
    Photo.objects.filter(pk=private.pk).update(importance=4)
    assert readable(token, photo, private) == [False, True]
    Photo.objects.update(trashed_at=timezone.now())
    assert readable(token, photo, private) == [False, False]


@pytest.mark.parametrize(
    "address",
    [
        *("", "q=", "order=newest", "q=importance%3Alots", "min_width=wide", "extension=exe", f"q={'x' * 1001}"),
        *("photo=0", f"photo={10**12}", "like=00000000-0000-0000-0000-000000000000", "region=0,0,1,1", "start=0"),
        "q=Flight&region=2,2,3,3",
    ],
)
def test_empty_and_invalid_searches_allow_nothing(token, access, photo, private, address):
    SavedSearch.objects.update(address=address)
    assert readable(token, photo, private) == [False, False]


def test_allows_only_photos_above_the_relevance_cutoff(access, photo, private, monkeypatch):
    ranked = RankedList((RankedPhoto(photo.pk), RankedPhoto(private.pk)), relevant=1)
    monkeypatch.setattr(engine, "rank_photos", lambda scope, **_options: ranked)
    assert list(readable_photos(access)) == [photo]
    SavedSearch.objects.update(address="q=plane")
    ranked = RankedList((RankedPhoto(photo.pk, near_duplicates=(private.pk,)),), relevant=1)
    assert set(readable_photos(access)) == {photo, private}
    SavedSearch.objects.update(address="q=boat")
    ranked = RankedList((RankedPhoto(private.pk), RankedPhoto(photo.pk)), relevant=0)
    assert not readable_photos(access).exists()


def test_searches_of_other_users_allow_nothing(token, access, photo, django_user_model):
    stranger = django_user_model.objects.create_user("stranger")
    AssistantAccess.objects.create(user=stranger, extent=AssistantAccess.Extent.SEARCHES)
    save_search("Flights", user=stranger, address="q=Flight")
    set_assistant_searches(saved_searches(user=stranger), user=stranger)
    other = issue_token("x", user=stranger, scopes=[Scope.ASSISTANT])[1]
    assert readable(other, photo) == [False]
    set_assistant_searches([], user=stranger)
    assert readable(token, photo) == [True]


def test_the_user_selects_searches(client, owner, django_user_model):
    client.force_login(owner)
    mine, other = (save_search(name, user=owner, address="q=tea")[0] for name in ("Tea", "Coffee"))
    foreign, _created = save_search("x", user=django_user_model.objects.create_user("other"), address="q=tea")
    assert client.post("/assistants", {"extent": "searches", "searches": [mine.pk]}).status_code == 302
    assert AssistantAccess.objects.get().extent == "searches"
    assert list(assistant_searches(user=owner)) == [mine]
    page = client.get("/assistants").content.decode()
    assert [f'value="{saved.pk}"' in page for saved in (mine, other, foreign)] == [True, True, False]
    assert client.post("/assistants", {"extent": "searches", "searches": [foreign.pk]}).status_code == 400
    many = [save_search(str(number), user=owner, address="q=tea")[0].pk for number in range(21)]
    assert client.post("/assistants", {"extent": "searches", "searches": many}).status_code == 400
    assert list(SavedSearch.objects.filter(is_for_assistants=True)) == [mine]
    client.post("/assistants", {"extent": "searches"})
    assert not SavedSearch.objects.filter(is_for_assistants=True).exists()


def test_refuses_a_form_with_a_search_replaced_since(client, owner):
    client.force_login(owner)
    shown, _created = save_search("Trips", user=owner, address="q=boat&min_width=5")
    assert "<small>boat · Min. width: 5 px</small>" in client.get("/assistants").content.decode()
    save_search("Trips", user=owner, address="q=diary")
    response = client.post("/assistants", {"extent": "searches", "searches": [shown.pk]})
    assert response.status_code == 400
    assert "<small>diary</small>" in response.content.decode()
    assert not assistant_searches(user=owner).exists()
