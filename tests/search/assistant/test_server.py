"""What an assistant is told, asked with the package's own client: over HTTP, standard input, and in this process."""

import asyncio
import base64
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.db import connections
from django.utils import timezone
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from PIL import Image

from gallery.assistants import AssistantAccess, AssistantCall
from gallery.models import Photo
from gallery.tasks import make_thumbnails
from gallery.tokens import Scope, issue_token
from photosearch.embedded.programs import ASSISTANT
from photosearch.embedded.provision import free_port
from search.assistant.extent import readable_photos
from search.assistant.server import make_server
from search.models import PhotoText, ResultList, SavedSearch
from search.ranking import Ranker
from search.results import Found, FoundList
from search.saved import choose_for_assistants, save_search, saved_searches, searches_for_assistants
from tests.gallery.conftest import broker, media_root, picture, process_environment, store  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
LINES = ["身份证 11010519491231002X", "Flight NH961 to Tokyo", "call 138 0013 8000"]
BOXES = [[[0.0, top], [1.0, top], [1.0, top + 0.2], [0.0, top + 0.2]] for top in (0.1, 0.4, 0.7)]


@pytest.fixture(autouse=True)
def short_connections(monkeypatch, settings):
    """The server's threads outlive a test; their connections must not."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    settings.ELASTICSEARCH_URL = ""


@pytest.fixture
def owner(transactional_db, django_user_model):
    return django_user_model.objects.create_user("anna", password="x")


@pytest.fixture
def key(owner) -> str:
    return issue_token("assistant", user=owner, scopes=[Scope.ASSISTANT])[1]


@pytest.fixture
def allowed(owner) -> AssistantAccess:
    return AssistantAccess.objects.create(user=owner, extent=AssistantAccess.Extent.GALLERY)


@pytest.fixture
def photo(store, owner, broker) -> Photo:  # noqa: F811
    """A white picture that says LINES."""
    file = BytesIO()
    Image.new("RGB", (300, 300), "white").save(file, "PNG")
    photo = store(file.getvalue(), filename="papers.png", owner=owner)
    make_thumbnails([photo.pk])
    lines = [{"text": text, "confidence": 1.0, "box": box} for text, box in zip(LINES, BOXES, strict=True)]
    PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="\n".join(LINES), lines=lines)
    return photo


def ask(key: str, tool: str, **arguments: Any) -> Any:
    """The answer of a server in this process."""

    async def call() -> Any:
        async with Client(make_server(key=key)) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(call())


def sentence(result: Any) -> str:
    assert result.is_error
    return str(result.content[0].text)


def test_the_tools_are_there_and_say_that_they_only_read(key):
    async def list_tools() -> Any:
        async with Client(make_server(key=key)) as client:
            return (await client.list_tools()).tools

    tools = asyncio.run(list_tools())
    assert {tool.name for tool in tools} == {"search", "fetch", "photo_text", "contact_sheet"}
    assert all(tool.annotations.read_only_hint and tool.description for tool in tools)


def test_search_and_fetch(key, allowed, photo):
    found = ask(key, "search", query="NH961").structured_content
    (hit,) = found["results"]
    assert (hit["id"], hit["title"]) == (str(photo.pk), "papers.png")
    assert hit["url"].endswith(f"/photos/{photo.pk}")
    assert "NH961" in hit["why"]
    fetched = ask(key, "fetch", id=hit["id"]).structured_content
    assert "Flight NH961 to Tokyo" in fetched["text"]
    assert fetched["metadata"]["width"] == 300


def test_a_search_leaves_no_list_behind(key, allowed, photo, store, owner):  # noqa: F811
    other = store(picture(1), filename="NH961.png", owner=owner)
    found = ask(key, "search", query="NH961", limit=1).structured_content["results"]
    both = ask(key, "search", query="NH961").structured_content["results"]
    assert (len(found), {hit["id"] for hit in both}) == (1, {str(photo.pk), str(other.pk)})
    assert not ResultList.objects.exists()


def test_numbers_that_are_nobodys_business_are_masked(key, allowed, photo):
    Photo.objects.update(description="Visa 4111 1111 1111 1111", filename="13800138000.png")
    answers = [
        ask(key, "search", query="Flight"),
        ask(key, "search", query="身份证"),
        ask(key, "fetch", id=str(photo.pk)),
        ask(key, "photo_text", id=str(photo.pk)),
    ]
    for answer in answers:
        told = str(answer.structured_content) + str(answer.content)
        assert not answer.is_error
        assert not [number for number in ("11010519491231002", "0013 8000", "4111", "13800138000") if number in told]
    assert "[identity card number]" in str(answers[2].structured_content)
    lines = answers[3].structured_content["lines"]
    assert [line["text"] for line in lines] == [
        "身份证 [identity card number]",
        "Flight NH961 to Tokyo",
        "call [telephone number]",
    ]


def test_a_person_may_show_them(key, allowed, photo):
    AssistantAccess.objects.update(shows_sensitive=True)
    assert "11010519491231002X" in ask(key, "photo_text", id=str(photo.pk)).structured_content["text"]


def test_a_contact_sheet_shows_thumbnails_and_paints_over_such_numbers(key, allowed, photo, store, owner):  # noqa: F811
    other = store(picture(255), owner=owner)
    result = ask(key, "contact_sheet", ids=[str(photo.pk), str(other.pk)])
    (content,) = result.content
    assert content.mime_type == "image/jpeg"
    sheet = Image.open(BytesIO(base64.b64decode(content.data))).convert("L")
    assert sheet.width == 2 * 240
    # The picture begins at (6, 26) and is 228 pixels long; the boxes lie at a fifth, a half and four fifths of it.
    levels = [sheet.getpixel((120, 26 + round(228 * height))) for height in (0.2, 0.5, 0.8)]
    assert levels[0] < 60
    assert levels[1] > 200
    assert levels[2] < 60


def test_without_leave_nothing_is_told(key, photo):
    for tool, arguments in (
        ("search", {"query": "Flight"}),
        ("fetch", {"id": str(photo.pk)}),
        ("photo_text", {"id": str(photo.pk)}),
        ("contact_sheet", {"ids": [str(photo.pk)]}),
    ):
        assert "may read nothing here" in sentence(ask(key, tool, **arguments))


@pytest.mark.parametrize("photo_id", ["0", "-1", "x", "²", "9" * 20, ""])
def test_what_is_no_photo_is_not_there(key, allowed, photo, photo_id):
    for tool in ("fetch", "photo_text"):
        assert ask(key, tool, id=photo_id).is_error


def test_anothers_photos_are_not_there(photo, django_user_model):
    stranger = django_user_model.objects.create_user("stranger")
    AssistantAccess.objects.create(user=stranger, extent=AssistantAccess.Extent.GALLERY)
    key = issue_token("x", user=stranger, scopes=[Scope.ASSISTANT])[1]
    assert ask(key, "search", query="Flight").structured_content["results"] == []
    for tool, arguments in (("fetch", {"id": str(photo.pk)}), ("contact_sheet", {"ids": [str(photo.pk)]})):
        assert "no such photo" in sentence(ask(key, tool, **arguments))


def test_a_key_without_the_scope_opens_nothing(owner, allowed, photo):
    key = issue_token("x", user=owner, scopes=set(Scope.values) - {Scope.ASSISTANT})[1]
    assert "does not let assistants in" in sentence(ask(key, "search", query="Flight"))
    assert "unknown, expired or revoked" in sentence(ask("ps_wrong", "search", query="Flight"))


def test_a_senseless_search_is_refused_with_a_sentence(key, allowed):
    assert "takes a whole number" in sentence(ask(key, "search", query="importance:lots"))
    assert ask(key, "search", query="x", limit=1000).is_error


def test_every_question_is_written_down_for_its_person(key, allowed, owner, photo, client):
    ask(key, "search", query="Flight -<b>none")
    ask(key, "fetch", id="0")
    calls = list(AssistantCall.objects.order_by("pk").values_list("tool", "token_name", "outcome", "is_refused"))
    assert calls == [
        ("search", "assistant", "1 photos", False),
        ("fetch", "assistant", "There is no such photo, or it is not allowed.", True),
    ]
    client.force_login(owner)
    page = client.get("/assistants").content.decode()
    assert "Flight -&lt;b&gt;none" in page
    assert "There is no such photo" in page


def test_questions_are_limited(key, allowed, settings):
    settings.ASSISTANT_CALLS_PER_MINUTE = 0
    assert "Too many questions" in sentence(ask(key, "search", query="Flight"))
    assert AssistantCall.objects.get().is_refused


def test_a_person_says_what_may_be_read(client, owner):
    client.force_login(owner)
    assert client.post("/assistants", {"extent": "gallery"}).status_code == 302
    access = AssistantAccess.objects.get()
    assert (access.user, access.extent, access.shows_sensitive) == (owner, "gallery", False)
    client.post("/assistants", {"extent": "nothing", "shows_sensitive": "on"})
    access.refresh_from_db()
    assert (access.extent, access.shows_sensitive) == ("nothing", True)
    assert client.post("/assistants", {"extent": "everything"}).status_code == 400


@pytest.fixture
def chosen(owner) -> AssistantAccess:
    """Assistants may read what the search for "Flight" finds."""
    save_search("Flights", user=owner, address="q=Flight")
    choose_for_assistants(saved_searches(user=owner), user=owner)
    return AssistantAccess.objects.create(user=owner, extent=AssistantAccess.Extent.SEARCHES)


@pytest.fixture
def private(photo, store, owner) -> Photo:  # noqa: F811
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
    choose_for_assistants(saved_searches(user=owner), user=owner)
    assert readable(key, photo, private) == [True, True]
    choose_for_assistants([], user=owner)
    assert "may read nothing here" in sentence(ask(key, "search", query="NH961"))
    assert readable(key, photo, private) == [False, False]


def test_a_search_that_is_deleted_or_replaced_opens_nothing_any_more(key, chosen, photo, private, owner):
    assert readable(key, photo) == [True]
    save_search("Flights", user=owner, address="q=Flight")
    assert readable(key, photo) == [True]
    save_search("Flights", user=owner, address="q=diary")
    assert readable(key, photo, private) == [False, False]
    choose_for_assistants(saved_searches(user=owner), user=owner)
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


def test_only_what_is_likely_is_found(chosen, photo, private, monkeypatch):
    found = FoundList((Found(photo.pk), Found(private.pk)), likely=1)
    monkeypatch.setattr(Ranker, "by_text", lambda ranker: found)
    assert list(readable_photos(chosen)) == [photo]
    SavedSearch.objects.update(address="q=plane")
    found = FoundList((Found(photo.pk, versions=(private.pk,)),), likely=1)
    assert set(readable_photos(chosen)) == {photo, private}
    SavedSearch.objects.update(address="q=boat")
    found = FoundList((Found(private.pk), Found(photo.pk)), likely=0)
    assert not readable_photos(chosen).exists()


def test_anothers_search_opens_nothing(key, chosen, photo, django_user_model):
    stranger = django_user_model.objects.create_user("stranger")
    AssistantAccess.objects.create(user=stranger, extent=AssistantAccess.Extent.SEARCHES)
    save_search("Flights", user=stranger, address="q=Flight")
    choose_for_assistants(saved_searches(user=stranger), user=stranger)
    other = issue_token("x", user=stranger, scopes=[Scope.ASSISTANT])[1]
    assert readable(other, photo) == [False]
    choose_for_assistants([], user=stranger)
    assert readable(key, photo) == [True]


def test_a_person_chooses_searches(client, owner, django_user_model):
    client.force_login(owner)
    mine, other = (save_search(name, user=owner, address="q=tea")[0] for name in ("Tea", "Coffee"))
    foreign, _created = save_search("x", user=django_user_model.objects.create_user("other"), address="q=tea")
    assert client.post("/assistants", {"extent": "searches", "searches": [mine.pk]}).status_code == 302
    assert AssistantAccess.objects.get().extent == "searches"
    assert list(searches_for_assistants(user=owner)) == [mine]
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
    assert "<small>boat · Width from: 5 px</small>" in client.get("/assistants").content.decode()
    save_search("Trips", user=owner, address="q=diary")
    response = client.post("/assistants", {"extent": "searches", "searches": [shown.pk]})
    assert response.status_code == 400
    assert "<small>diary</small>" in response.content.decode()
    assert not searches_for_assistants(user=owner).exists()


@pytest.fixture
def address(media_root) -> Iterator[str]:  # noqa: F811
    """Where the supervised program answers."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", ASSISTANT, f"--port={port}"]
    environment = process_environment(media_root) | {"ELASTICSEARCH_URL": ""}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield f"http://localhost:{port}/mcp"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(port: int) -> bool:
    connection = HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("POST", "/mcp")
        return connection.getresponse().status == 401
    except OSError:
        return False
    finally:
        connection.close()


def connected(address: str, key: str) -> Callable[[], Any]:
    @asynccontextmanager
    async def connect() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            yield client

    return connect


def test_over_http_a_key_is_asked_for_and_the_tools_answer(address, key, allowed, owner, photo):
    async def use(connect: Callable[[], Any]) -> Any:
        async with connect() as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            return names, await client.call_tool("search", {"query": "Flight"})

    names, found = asyncio.run(use(connected(address, key)))
    assert "contact_sheet" in names
    assert [hit["id"] for hit in found.structured_content["results"]] == [str(photo.pk)]
    other = issue_token("x", user=owner, scopes=[Scope.SEARCH])[1]
    for value, status in (("Basic eDp4", 401), ("Bearer ps_wrong", 401), (f"Bearer {other}", 403)):
        response = httpx2.post(address, headers={"Authorization": value}, json={})
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
    rebound = httpx2.post(address, headers={"Authorization": f"Bearer {key}", "Host": "evil.example"}, json={})
    assert rebound.status_code == 421


def test_over_standard_input_the_key_of_the_environment_counts(key, allowed, photo, media_root):  # noqa: F811
    environment = process_environment(media_root) | {"ELASTICSEARCH_URL": "", "PHOTOSEARCH_KEY": key}

    async def use() -> Any:
        server = StdioServerParameters(command=sys.executable, args=["manage.py", "mcp"], env=environment, cwd=ROOT)
        async with Client(server) as client:
            return await client.call_tool("photo_text", {"id": str(photo.pk)})

    assert "Flight NH961 to Tokyo" in asyncio.run(use()).structured_content["text"]


def test_over_standard_input_a_wrong_key_is_told_at_once(media_root, owner):  # noqa: F811
    environment = process_environment(media_root) | {"PHOTOSEARCH_KEY": "ps_wrong"}
    finished = subprocess.run(
        [sys.executable, "manage.py", "mcp"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1
    assert "holds no valid key" in finished.stderr
