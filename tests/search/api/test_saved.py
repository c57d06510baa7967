"""Saved and recent searches, and suggestions, over the API."""

import pytest
from django.contrib.auth.models import User

from search.models import SavedSearch
from search.saved import MAX_SAVED_SEARCHES, record_search, save_search
from tests.factories import ApiClient

pytestmark = pytest.mark.django_db
SAVED = "/api/v1/saved-searches/"


@pytest.fixture
def program(user) -> ApiClient:
    return ApiClient(user)


@pytest.fixture
def add_tea(add_photo, settings) -> list[int]:
    """Create three photos with tea in their texts; return their ids."""
    settings.ELASTICSEARCH_URL = ""
    return [add_photo("green tea").pk for _time in range(3)]


def save(program: ApiClient, **search):
    return program.post(SAVED, search, content_type="application/json")


def test_saves_reads_replaces_and_deletes_search(program):
    response = save(program, name=" Trips ", q="航班 & ext:png", order="newest")
    assert response.status_code == 201
    saved = response.json()
    assert (saved["name"], saved["search"]) == ("Trips", {"q": "航班 & ext:png", "order": "newest"})
    assert program.get(response["Location"]).json() == saved
    assert program.get(SAVED).json() == [saved]
    again = save(program, name="Trips", q="boat")
    assert (again.status_code, again.json()["search"]) == (200, {"q": "boat"})
    assert program.get(again["Location"]).json() == again.json()
    assert program.get(response["Location"]).status_code == 404
    assert program.delete(again["Location"]).status_code == 204
    assert program.get(again["Location"]).status_code == 404
    assert program.get(SAVED).json() == []


def test_links_page_of_saved_search(program, client, user, settings):
    settings.ELASTICSEARCH_URL = ""
    page = save(program, name="x", q="a&b=c ext:png").json()["page"]
    client.force_login(user)
    assert client.get(page).context["form"].cleaned_data["q"] == "a&b=c ext:png"


def test_lists_searches_saved_in_pages(program, user):
    save_search("x", user=user, address="q=tea&min_width=5")
    (saved,) = program.get(SAVED).json()
    assert saved["search"] == {"q": "tea", "min_width": "5"}
    assert saved["page"] == "/search?q=tea&min_width=5"


def test_lists_and_clears_recent_searches(program, user):
    for address in ("q=tea&min_width=5", "q=coffee"):
        record_search(address, user=user)
    path = "/api/v1/recent-searches/"
    latest, first = program.get(path).json()
    assert latest["search"] == {"q": "coffee"}
    assert (first["search"], first["page"]) == ({"q": "tea", "min_width": "5"}, "/search?q=tea&min_width=5")
    other = User.objects.create_user("other")
    record_search("q=tea", user=other)
    assert program.delete(path).status_code == 204
    assert program.get(path).json() == []
    assert len(ApiClient(other).get(path).json()) == 1


@pytest.mark.parametrize(
    ("search", "field"),
    [
        ({"q": "tea"}, "name"),
        ({"name": " ", "q": "tea"}, "name"),
        ({"name": "x" * 101, "q": "tea"}, "name"),
        ({"name": " " + "x" * 100, "q": "tea"}, "name"),
        ({"name": 5, "q": "tea"}, "name"),
        ({"name": "x\0", "q": "tea"}, "name"),
        ({"name": "x"}, "q"),
        ({"name": "x", "q": ""}, "q"),
        ({"name": "x", "q": "importance:lots"}, "q"),
        ({"name": "x", "q": "tea", "order": "random"}, "order"),
    ],
)
def test_refuses_to_save_invalid_search(program, search, field):
    response = save(program, **search)
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == {field}
    assert not SavedSearch.objects.exists()


def test_limits_number_of_saved_searches(program, user):
    SavedSearch.objects.bulk_create(
        SavedSearch(owner=user, name=str(n), address="q=x") for n in range(MAX_SAVED_SEARCHES)
    )
    response = save(program, name="one more", q="tea")
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "urn:photosearch:problem:conflict"
    assert save(program, name="5", q="tea").status_code == 200


def test_hides_searches_of_other_users(program, django_user_model):
    other = django_user_model.objects.create_user("other")
    saved, _created = save_search("secret", user=other, address="q=secret")
    assert program.get(SAVED).json() == []
    assert program.get(f"{SAVED}{saved.pk}/").status_code == 404
    assert program.delete(f"{SAVED}{saved.pk}/").status_code == 404
    assert program.get("/api/v1/search/suggestions/", {"q": "sec"}).json() == {"results": []}
    assert SavedSearch.objects.exists()


def test_suggests_queries_for_typed_text(program, user):
    save_search("x", user=user, address="q=green+tea")
    assert program.get("/api/v1/search/suggestions/", {"q": "TEA"}).json() == {"results": ["green tea"]}
    assert program.get("/api/v1/search/suggestions/").json() == {"results": ["green tea"]}
    assert program.get("/api/v1/search/suggestions/", {"query": "x"}).status_code == 400


def test_saves_all_fields_of_the_search_page(program):
    search = {
        "q": "tea",
        "extension": "png",
        "kind": "photo",
        "min_width": 100,
        "min_height": 50,
        "min_importance": 2,
        "after": "2023-01-01",
        "before": "2024-02-29",
        "order": "oldest",
        "photo": 7,
        "region": "0,0,0.5,1",
        "top": 20,
    }
    saved = program.post("/api/v1/saved-searches/", {"name": "All"} | search, "application/json").json()
    assert saved["search"] == {name: str(value) for name, value in search.items()}


@pytest.mark.parametrize(
    "fields",
    [{}, {"q": ""}, {"order": "newest"}, {"min_width": 0}, {"after": "2023-02-30"}, {"top": 7}, {"region": "0,0,1,1"}],
)
def test_refuses_empty_search(program, fields):
    response = program.post("/api/v1/saved-searches/", {"name": "None"} | fields, "application/json")
    assert response.status_code == 400
    assert not SavedSearch.objects.exists()


def test_changes_saved_search(program, user):
    body = {"name": "Tea", "q": "tea", "order": "newest"}
    saved = program.post("/api/v1/saved-searches/", body, "application/json").json()
    SavedSearch.objects.update(is_for_assistants=True)
    path = f"/api/v1/saved-searches/{saved['id']}/"

    def change(fields: dict[str, object], **headers: str):
        return program.patch(path, fields, "application/json", headers=headers)

    assert change({"name": "Green tea"}).json()["search"] == {"q": "tea", "order": "newest"}
    assert SavedSearch.objects.get().is_for_assistants
    answer = change({"kind": "screenshot", "order": None}).json()
    assert (answer["name"], answer["search"]) == ("Green tea", {"q": "tea", "kind": "screenshot"})
    assert not SavedSearch.objects.get().is_for_assistants, "another search was not allowed to assistants"
    assert change({"q": None, "kind": None}).status_code == 400
    assert change({"name": "x"}, **{"If-Match": '"old"'}).status_code == 412
    save_search("Taken", user=user, address="q=x")
    assert change({"name": "Taken"}).status_code == 409
    assert program.get(path).json()["name"] == "Green tea"


def test_runs_saved_search(program, add_tea):
    saved = program.post("/api/v1/saved-searches/", {"name": "T", "q": "tea"}, "application/json").json()
    path = f"/api/v1/saved-searches/{saved['id']}/results/"
    page = program.get(path, {"page_size": 1}).json()
    assert len(page["results"]) == 1
    rest = program.get(path, {"page_size": 5, "cursor": page["next_cursor"]}).json()["results"]
    found = [hit["photo"]["id"] for hit in (*page["results"], *rest)]
    assert sorted(found) == sorted(add_tea)
    gone = program.post("/api/v1/saved-searches/", {"name": "Gone", "photo": 10**9}, "application/json").json()
    assert program.get(f"/api/v1/saved-searches/{gone['id']}/results/").status_code == 404
