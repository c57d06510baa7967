"""Requests every address as anonymous, another user and an administrator: none shows or changes the owner's photos."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from gallery.access.tokens import issue_token
from gallery.assistants import AssistantCall
from gallery.intake.upload import store_upload
from gallery.models import (
    MAX_ATTEMPTS,
    Album,
    AlbumPhoto,
    ArchiveRule,
    Arrival,
    EditedPhoto,
    ImportItem,
    ImportJob,
    OpenSession,
    PartialUpload,
    Photo,
    PhotoEdit,
    PhotoMerge,
    PhotoSource,
    Step,
    StepAttempt,
)
from gallery.processing.tasks import make_thumbnails
from gallery.storage.partial_uploads import create_upload
from search.models import (
    ComparedPhoto,
    DismissedGroup,
    NearDuplicatePair,
    PhotoEmbedding,
    PhotoText,
    ResultList,
    SavedSearch,
    SearchExample,
)
from search.near_duplicates.copies import PIXELS
from search.near_duplicates.dismissals import dismiss_groups
from search.ranking.result_lists import keep_list
from search.ranking.results import RankedList, RankedPhoto
from search.saved import record_search, save_search
from tests.drawing import picture

SECRET = "nightingale"
# Form fields and query parameters sent to every address, beside the photo's id.
FIELDS = {
    "q": SECRET[:-2],
    "step": "thumbnails",
    "importance": "0",
    "description": "",
    "month": "2023-05",
    "change": "clear",
    "archived": "1",
    "turn": "90",
}
# Addresses that need no login.
PUBLIC = {
    "/health",
    "/login/",
    *("/login/passkey/", "/login/openid/", "/login/openid/callback/"),
    "/logout/",
    "/language/",
    "/jsi18n/",
    "/manifest.webmanifest",
    "/password/forgotten/",
    "/admin/login/",
    "/admin/logout/",
    "/admin/jsi18n/",
    "/api/v1/health/live/",
    "/api/v1/health/ready/",
    "/api/v1/schema/",
    "/api/v1/docs/",
}
# Administrators may have the failed steps of all photos tried again, without seeing the photos.
MAINTENANCE = {"/status/retry"}


def object_number(name: str, photo: Photo) -> str:
    """Return the id of the owner's object for the URL parameter `name`; by default the photo's id."""
    match name:
        case "upload_id":
            return str(PartialUpload.objects.get(owner=photo.owner).pk)
        case "saved_id":
            return str(SavedSearch.objects.get(owner=photo.owner).pk)
        case "session_id":
            return str(OpenSession.objects.get(owner=photo.owner).pk)
        case _:
            return str(photo.pk)


def addresses(photo: Photo, patterns: list | None = None, prefix: str = "/") -> Iterator[tuple[str, bool]]:
    """Yield every address of the site with the ids filled in, and whether it is about one object."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(photo, pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            route = prefix + str(pattern.pattern)
            for name in pattern.pattern.converters:
                value = object_number(name, photo)
                route = re.sub(rf"<(\w+:)?{name}>", value, route)
            yield route, bool(pattern.pattern.converters)


@pytest.fixture
def photo(store, owner) -> Photo:
    """A photo whose name, text and description contain SECRET, with a row in every related table."""
    with connection.cursor() as cursor:
        # Ids that differ from those of users, which administrators may delete by id.
        cursor.execute("SELECT setval('gallery_photo_id_seq', greatest(nextval('gallery_photo_id_seq'), 1000000))")
    photo = store(picture(7), filename=f"{SECRET}.png")
    make_thumbnails([photo.pk])
    Photo.objects.update(description=f"the {SECRET} sings", importance=5, metadata={"artist": SECRET})
    PhotoText.objects.create(photo=photo, owner=owner, engine="x", text=SECRET, lines=[{"text": SECRET}])
    PhotoEmbedding.objects.create(photo=photo, owner=owner, model="x", vector=[1, 0])
    copy = store(picture(8), filename=f"{SECRET}-copy.png")
    Photo.objects.filter(pk=copy.pk).update(wants_text=False)
    ComparedPhoto.objects.create(photo=photo, owner=owner, model="x", version=1)
    NearDuplicatePair.objects.create(one=photo, other=copy, owner=owner, model=PIXELS, distance=0.01, reads_alike=True)
    dismiss_groups([[photo.pk, store(picture(9)).pk]], user=owner, moment=timezone.now())
    PhotoMerge.objects.create(photo=photo, merged_at=timezone.now(), previous_values={"description": SECRET})
    # The same id as the photo, so that addresses of edits, imports and rules fit too.
    ArchiveRule.objects.create(pk=photo.pk, owner=owner, source=SECRET)
    edit = PhotoEdit.objects.create(pk=photo.pk, owner=owner, fields=["description"])
    EditedPhoto.objects.create(edit=edit, photo=photo, before={"description": SECRET})
    job = ImportJob.objects.create(pk=photo.pk, owner=owner, started_by=owner, roots=[f"/{SECRET}"], state="paused")
    photo.sources.update(job=job, path=f"/{SECRET}.png", albums=[SECRET], account=SECRET, conversation=SECRET)
    ImportItem.objects.create(job=job, path=f"/{SECRET}/{SECRET}.png", verdict="new", photo=photo)
    album = Album.objects.create(pk=photo.pk, owner=owner, name=SECRET, description=SECRET, stated_name=SECRET)
    AlbumPhoto.objects.create(album=album, photo=photo, is_stated=True)
    save_search(SECRET, user=owner, address=f"q={SECRET}")
    record_search(f"q={SECRET}", user=owner)
    keep_list(RankedList((RankedPhoto(photo.pk),), relevant=1, words=SECRET), user=owner)
    issue_token(SECRET, user=owner, scopes=[])
    AssistantCall.objects.create(user=owner, token_name=SECRET, tool="search", arguments={"query": SECRET})
    StepAttempt.objects.create(photo=photo, step=Step.INDEX, version="x", attempts=MAX_ATTEMPTS, error="Out of order.")
    create_upload(owner=owner, filename=f"{SECRET}.png", size=10, sha256="a" * 64)
    Client().force_login(owner)
    OpenSession.objects.update(user_agent=SECRET)
    return Photo.objects.get(pk=photo.pk)


def all_rows() -> list:
    """Return all rows about photos, to compare before and after."""
    gallery_models = (Photo, StepAttempt, PhotoSource, PhotoMerge, PhotoEdit, ImportJob, ImportItem, PartialUpload)
    models = (
        *gallery_models,
        ArchiveRule,
        PhotoText,
        PhotoEmbedding,
        SavedSearch,
        ResultList,
        NearDuplicatePair,
        DismissedGroup,
    )
    gallery_models = (*gallery_models, Album, AlbumPhoto)
    models = (*gallery_models, PhotoText, PhotoEmbedding, SavedSearch, ResultList, NearDuplicatePair, DismissedGroup)
    rows: list = [list(model.objects.order_by("pk").values()) for model in models]
    return [*rows, list(OpenSession.objects.filter(owner__username="anna").values())]


def visitor(name: str) -> Client:
    client = Client()
    if name != "stranger":
        is_admin = name == "administrator"
        client.force_login(User.objects.create_user(name, is_staff=is_admin, is_superuser=is_admin))
    return client


@pytest.mark.parametrize("name", ["stranger", "second user", "administrator"])
def test_hides_photos_from_others_at_every_address(photo, name, settings):
    settings.API_ANONYMOUS_PER_MINUTE = 1000
    client = visitor(name)
    before = all_rows()
    group = ",".join(str(pk) for pk in Photo.objects.order_by("pk").values_list("pk", flat=True))
    asked = 0
    for path, is_about_photo in addresses(photo):
        if name == "administrator" and path in MAINTENANCE:
            continue
        for method in ("get", "post"):
            numbers = {"photo": photo.pk, "album": photo.pk, "group": group, f"keep-{photo.pk}": photo.pk}
            response = getattr(client, method)(path, {**FIELDS, **numbers})
            body = b"".join(response) if response.streaming else response.content
            assert SECRET.encode() not in body, f"{method} {path} shows it to {name}"
            assert "image/" not in response.get("Content-Type", "")
            if is_about_photo and not path.startswith(("/admin/", "/api/v1/users/", "/users/", "/password/")):
                unknown = {401, 404, 405} if path.startswith("/api/") else {302}
                expected = unknown if name == "stranger" else {404, 405}
                assert response.status_code in expected, f"{method} {path} answers {name} {response.status_code}"
            elif name == "stranger" and path not in PUBLIC and not path.startswith("/password/set/"):
                refused = {401, 405} if path.startswith("/api/") else {302, 404}
                assert response.status_code in refused, f"{method} {path} answers a stranger"
            asked += 1
            if name != "stranger" and "logout" in path:
                client.force_login(User.objects.get(username=name))
    assert asked > 60
    assert all_rows() == before


def test_hides_result_lists_from_others(photo):
    keys = {
        "list": ResultList.objects.get().pk,
        "like": SearchExample.objects.create(owner=photo.owner, model="x", vector=[1, 0]).pk,
    }
    for name in ("second user", "administrator"):
        client = visitor(name)
        for parameter, key in keys.items():
            response = client.get("/search", {"q": SECRET[:-2], parameter: str(key), "start": "0"})
            assert SECRET not in response.content.decode(), f"{parameter} shows it to {name}"


def test_shows_photo_to_owner(photo, owner, settings):
    settings.ELASTICSEARCH_URL = ""
    client = Client()
    client.force_login(owner)
    pages = (
        "/",
        f"/photos/{photo.pk}",
        f"/photos/{photo.pk}/text",
        f"/search?q={SECRET}",
        "/imports",
        "/near-duplicates",
        "/archive",
    )
    for path in (*pages, f"/imports/{photo.pk}", f"/imports/{photo.pk}/files"):
        assert SECRET in client.get(path).content.decode().split("<main")[1], path
    for path in ("thumbnail", "preview", "original"):
        assert client.get(f"/photos/{photo.pk}/{path}")["Content-Type"].startswith("image/")


def test_stores_same_bytes_once_per_owner(photo, media_root):
    from io import BytesIO

    other = User.objects.create_user("other")
    twin, arrival = store_upload(BytesIO(picture(7)), owner=other, filename="mine.png")
    assert arrival is Arrival.CREATED
    assert twin.path != photo.path


def test_deleting_user_shows_no_photo_names(photo, owner):
    client = visitor("administrator")
    page = client.get(f"/admin/auth/user/{owner.pk}/delete/").content.decode()
    assert "anna and 3 photos" in page
    assert SECRET not in page
    for action in (f"/admin/auth/user/{owner.pk}/change/", "/admin/", "/admin/auth/user/"):
        assert SECRET not in client.get(action).content.decode()


def test_deletes_files_with_user(photo, owner, django_capture_on_commit_callbacks):
    client = visitor("administrator")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/auth/user/{owner.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=owner.pk).exists()
    assert not photo.path.exists()


def test_admin_lists_only_users(client, db):
    client = visitor("administrator")
    page = client.get("/admin/").content.decode()
    apps = client.get("/admin/").context["app_list"]
    assert [model["object_name"] for app in apps for model in app["models"]] == ["User"]
    assert "Photo" not in page.replace("photosearch", "").replace("Photosearch", "")
