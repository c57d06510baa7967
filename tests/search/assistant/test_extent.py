"""What chosen saved searches find may be read, and nothing else."""

import pytest
from django.utils import timezone

from gallery.access.tokens import Scope, issue_token
from gallery.assistants import AssistantAccess
from gallery.models import Photo
from gallery.processing.tasks import make_thumbnails
from search.assistant import extent
from search.assistant.extent import readable_photos
from search.models import PhotoText, SavedSearch
from search.ranking.results import RankedList, RankedPhoto
from search.saved import assistant_searches, save_search, saved_searches, set_assistant_searches
from tests.drawing import picture
from tests.search.assistant.asking import ask, sentence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chosen(owner) -> AssistantAccess:
    """Assistants may read what the search for "Flight" finds."""
    save_search("Flights", user=owner, address="q=Flight")
    set_assistant_searches(saved_searches(user=owner), user=owner)
    return AssistantAccess.objects.create(user=owner, extent=AssistantAccess.Extent.SEARCHES)


@pytest.fixture
def private(photo, store, owner) -> Photo:
    """Another photo, which "Flight" does not find."""
    private = store(picture(9), filename="diary.png", owner=owner)
    PhotoText.objects.create(photo=private, owner=owner, engine="x", text="dear diary, NH961", lines=[])
    make_thumbnails([private.pk])
    return private


def readable(key: str, *photos: Photo) -> list[bool]:
    """Whether every tool tells of each of the photos; all tools must agree."""
    told = []
    for photo in photos:
        number = str(photo.pk)
        found = ask(key, "search", query="NH961")
        answers = {
            not found.is_error and number in [hit["id"] for hit in found.structured_content["results"]],
            not ask(key, "fetch", id=number).is_error,
            not ask(key, "photo_text", id=number).is_error,
            not ask(key, "contact_sheet", ids=[number]).is_error,
        }
        assert len(answers) == 1, photo
        told += answers
    return told


def test_only_what_chosen_searches_find_is_told(key, chosen, photo, private, owner):
    assert readable(key, photo, private) == [True, False]
    assert "not allowed" in sentence(ask(key, "contact_sheet", ids=[str(photo.pk), str(private.pk)]))
    save_search("Diaries", user=owner, address="q=diary")
    assert readable(key, photo, private) == [True, False]
    set_assistant_searches(saved_searches(user=owner), user=owner)
    assert readable(key, photo, private) == [True, True]
    set_assistant_searches([], user=owner)
    assert "may read nothing here" in sentence(ask(key, "search", query="NH961"))
    assert readable(key, photo, private) == [False, False]


def test_a_search_that_is_deleted_or_replaced_opens_nothing_any_more(key, chosen, photo, private, owner):
    assert readable(key, photo) == [True]
    save_search("Flights", user=owner, address="q=Flight")
    assert readable(key, photo) == [True]
    save_search("Flights", user=owner, address="q=diary")
    assert readable(key, photo, private) == [False, False]
    set_assistant_searches(saved_searches(user=owner), user=owner)
    assert readable(key, photo, private) == [False, True]
    saved_searches(user=owner).delete()
    assert readable(key, photo, private) == [False, False]


def test_filters_count_as_they_are_now(key, chosen, photo, private, owner):
    SavedSearch.objects.update(address="q=Flight&min_importance=3")
    Photo.objects.update(importance=3)
    assert readable(key, photo, private) == [True, False]
    Photo.objects.update(importance=2)
    assert readable(key, photo, private) == [False, False]
    SavedSearch.objects.update(address="min_importance=4")
    assert readable(key, photo, private) == [False, False]
    Photo.objects.filter(pk=private.pk).update(importance=4)
    assert readable(key, photo, private) == [False, True]
    Photo.objects.update(trashed_at=timezone.now())
    assert readable(key, photo, private) == [False, False]


@pytest.mark.parametrize(
    "address",
    [
        *("", "q=", "order=newest", "q=importance%3Alots", "min_width=wide", "extension=exe", f"q={'x' * 1001}"),
        *("photo=0", f"photo={10**12}", "like=00000000-0000-0000-0000-000000000000", "region=0,0,1,1", "start=0"),
        "q=Flight&region=2,2,3,3",
    ],
)
def test_a_search_that_finds_nothing_or_is_none_opens_nothing(key, chosen, photo, private, address):
    SavedSearch.objects.update(address=address)
    assert readable(key, photo, private) == [False, False]


def test_opens_only_photos_above_relevance_cutoff(chosen, photo, private, monkeypatch):
    ranked = RankedList((RankedPhoto(photo.pk), RankedPhoto(private.pk)), relevant=1)
    monkeypatch.setattr(extent, "rank_photos", lambda scope, **_options: ranked)
    assert list(readable_photos(chosen)) == [photo]
    SavedSearch.objects.update(address="q=plane")
    ranked = RankedList((RankedPhoto(photo.pk, near_duplicates=(private.pk,)),), relevant=1)
    assert set(readable_photos(chosen)) == {photo, private}
    SavedSearch.objects.update(address="q=boat")
    ranked = RankedList((RankedPhoto(private.pk), RankedPhoto(photo.pk)), relevant=0)
    assert not readable_photos(chosen).exists()


def test_anothers_search_opens_nothing(key, chosen, photo, django_user_model):
    stranger = django_user_model.objects.create_user("stranger")
    AssistantAccess.objects.create(user=stranger, extent=AssistantAccess.Extent.SEARCHES)
    save_search("Flights", user=stranger, address="q=Flight")
    set_assistant_searches(saved_searches(user=stranger), user=stranger)
    other = issue_token("x", user=stranger, scopes=[Scope.ASSISTANT])[1]
    assert readable(other, photo) == [False]
    set_assistant_searches([], user=stranger)
    assert readable(key, photo) == [True]


def test_a_person_chooses_searches(client, owner, django_user_model):
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


def test_a_form_that_shows_another_search_under_the_name_is_refused(client, owner):
    client.force_login(owner)
    shown, _created = save_search("Trips", user=owner, address="q=boat&min_width=5")
    assert "<small>boat · Min. width: 5 px</small>" in client.get("/assistants").content.decode()
    save_search("Trips", user=owner, address="q=diary")
    response = client.post("/assistants", {"extent": "searches", "searches": [shown.pk]})
    assert response.status_code == 400
    assert "<small>diary</small>" in response.content.decode()
    assert not assistant_searches(user=owner).exists()
