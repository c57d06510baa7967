"""A deleted user leaves nothing behind: no row, no file, no session, no index entry."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import ForeignKey, Model, Q
from django.test import Client
from django.utils import timezone

from gallery import user_deletion
from gallery.access.tokens import issue_token
from gallery.account import account_of
from gallery.assistants import AssistantAccess, AssistantCall
from gallery.bulk_import import read_ahead
from gallery.bulk_import.creation import ImportOptions, create_upload_job
from gallery.bulk_import.run import run_job
from gallery.bulk_import.uploaded_archives import sweep_archives
from gallery.models import (
    Album,
    AlbumPhoto,
    ArchiveRule,
    Arrival,
    DocumentRemoval,
    EditedPhoto,
    ImportItem,
    ImportJob,
    Photo,
    PhotoCompanion,
    PhotoEdit,
    PhotoMerge,
    PhotoSource,
)
from gallery.photos.deletion import sweep_strays
from gallery.photos.trash import move_to_trash
from gallery.processing import tasks
from gallery.storage.partial_uploads import create_upload, finish_upload, open_upload, sweep_partial_uploads
from search.models import (
    ComparedPhoto,
    DismissedGroup,
    NearDuplicatePair,
    PhotoEmbedding,
    PhotoText,
    PinnedSearch,
    RecentSearch,
    ResultList,
    SavedSearch,
    SearchExample,
)
from tests.drawing import picture
from tests.folders import archive_of, write_file
from tests.second_factors import give_app

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("broker")]


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def rows_of(user_id: int) -> dict[str, int]:
    """Count the rows that refer to the user, by table."""
    counts = {}
    for model in apps.get_models():
        names = [
            field.name for field in model._meta.fields if isinstance(field, ForeignKey) and field.related_model is User
        ]
        if names and not model._meta.auto_created:
            named = Q(*((name, user_id) for name in names), _connector=Q.OR)
            counts[model.__name__] = model._default_manager.filter(named).count()
    return counts


@pytest.fixture
def leaver(store: Callable[..., Photo], owner: User, media_root: Path) -> User:
    """A user with a row in every table, and a file in every folder."""
    first, second = store(), store()
    tasks.make_thumbnails([first.pk, second.pk])
    Client().force_login(owner)
    account_of(owner)
    give_app(owner)
    SocialAccount.objects.create(user=owner, provider="https://id.example.org", uid="1")
    EmailAddress.objects.create(user=owner, email="anna@example.org")
    issue_token("laptop", user=owner, scopes=["search"])
    AssistantAccess.objects.create(user=owner)
    AssistantCall.objects.create(user=owner, tool="search", outcome="3 photos")
    AccessAttempt.objects.create(username=owner.username, ip_address="10.0.0.1", failures_since_start=3)
    LogEntry.objects.create(user=owner, action_flag=1, object_repr="somebody")
    vector = [0.0, 1.0]
    PhotoEmbedding.objects.create(photo=first, owner=owner, model="m", vector=vector)
    PhotoText.objects.create(photo=first, owner=owner, engine="e", text="tea")
    ComparedPhoto.objects.create(photo=first, owner=owner, model="m", version=1)
    NearDuplicatePair.objects.create(one=first, other=second, owner=owner, model="m", distance=0.1)
    DismissedGroup.objects.create(owner=owner, moment=timezone.now()).photos.add(first, second)
    ResultList.objects.create(owner=owner, found={})
    SearchExample.objects.create(owner=owner, model="m", vector=vector)
    SavedSearch.objects.create(owner=owner, name="tea", address="q=tea")
    PinnedSearch.objects.create(owner=owner, query="q=tea").photos.add(first)
    RecentSearch.objects.create(owner=owner, address="q=tea", used_at=timezone.now())
    album = Album.objects.create(owner=owner, name="Tokyo")
    AlbumPhoto.objects.create(album=album, photo=first, by_hand=True)
    ArchiveRule.objects.create(owner=owner, album=album)
    EditedPhoto.objects.create(edit=PhotoEdit.objects.create(owner=owner, fields=["date"]), photo=first)
    PhotoMerge.objects.create(photo=first, merged_at=timezone.now())
    companion = f"companions/{owner.pk}/00/{'0' * 64}.mov"
    write_file(Path(settings.MEDIA_ROOT, companion), b"film")
    PhotoCompanion.objects.create(photo=first, role="film", file=companion, file_size=4, path="a.mov")
    move_to_trash(Photo.objects.filter(pk=second.pk), user=owner)
    for is_archive in (False, True):
        for is_whole in (False, True):
            upload = create_upload(owner=owner, filename="a.zip", size=10, is_archive=is_archive)
            with open_upload(upload) as file:
                file.write(bytes(10 if is_whole else 5))
            if is_archive and is_whole:
                finish_upload(upload, Arrival.WAITING)
    for number in (3, 4):
        data, options = archive_of(picture(number)), ImportOptions(state=ImportJob.State.CHECKING)
        job = create_upload_job(
            [data], filename="b.zip", size=len(data), owner=owner, started_by=owner, options=options
        )
        assert run_job(job.pk)
    return owner


def leave_by_admin(user: User) -> None:
    administrator = User.objects.create_superuser("root")
    browser = Client()
    browser.force_login(administrator)
    assert browser.post(f"/admin/auth/user/{user.pk}/delete/", {"post": "yes"}).status_code == 302


def leave_by_list_of_admin(user: User) -> None:
    administrator = User.objects.create_superuser("root")
    browser = Client()
    browser.force_login(administrator)
    form = {"action": "delete_selected", "_selected_action": user.pk, "post": "yes"}
    assert browser.post("/admin/auth/user/", form).status_code == 302


WAYS: dict[str, Callable[[User], Any]] = {
    "admin": leave_by_admin,
    "list of the admin": leave_by_list_of_admin,
    "delete": lambda user: user.delete(),
    "query": lambda user: User.objects.filter(pk=user.pk).delete(),
}


@pytest.mark.parametrize("way", WAYS)
def test_removes_every_row_and_file(leaver, store, media_root, way):
    other = User.objects.create_user("ben")
    kept = [store(picture(200), owner=other), store(picture(201), owner=other)]
    Client().force_login(other)
    user_id, photo_ids = leaver.pk, list(leaver.photos.values_list("pk", flat=True))
    before = rows_of(user_id)
    assert {name for name, count in before.items() if not count} == set(), "each table has a row that must go"
    assert {path.relative_to(media_root).parts[0] for path in files_below(media_root)} == {
        *("originals", "thumbnails", "partial", "companions", "imports")
    }

    WAYS[way](leaver)
    assert {name for name, count in rows_of(user_id).items() if count} == set()
    assert not AccessAttempt.objects.filter(username="anna").exists()
    assert [session.get_decoded()["_auth_user_id"] for session in Session.objects.all()].count(str(user_id)) == 0
    assert set(DocumentRemoval.objects.values_list("photo_id", flat=True)) >= set(photo_ids)
    rest: list[type[Model]] = [PhotoSource, ImportItem, PhotoMerge, EditedPhoto, AlbumPhoto]
    assert [model.__name__ for model in rest if model._default_manager.exclude(**_of(other, model)).exists()] == []
    assert files_below(media_root) == sorted(photo.path for photo in kept)
    assert not (media_root / "originals" / str(user_id)).exists()
    assert not list((media_root / "imports").iterdir())
    assert Session.objects.count() >= 1, "the other is still logged in"


def _of(user: User, model: type[Model]) -> dict[str, Any]:
    return {"job__owner" if model is ImportItem else "photo__owner": user}


def test_keeps_everything_when_transaction_fails(leaver, media_root, monkeypatch):
    before, files = rows_of(leaver.pk), files_below(media_root)

    def fail(*_args: Any, **_options: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(user_deletion.User, "delete", fail)
    with pytest.raises(RuntimeError):
        user_deletion.delete_user(leaver)
    assert rows_of(leaver.pk) == before
    assert files_below(media_root) == files


def test_clock_removes_leftovers_of_crash(leaver, media_root, monkeypatch):
    monkeypatch.setattr(user_deletion, "_remove_files", lambda *_args: None)
    monkeypatch.setattr("gallery.photos.deletion._remove_files_of", lambda _photos: None)
    leaver.delete()
    assert files_below(media_root)
    sweep_partial_uploads()
    sweep_archives()
    for _pause in sweep_strays():
        pass
    assert files_below(media_root) == []


def test_ends_import_of_user_deleted_meanwhile(leaver, media_root, monkeypatch):
    job = ImportJob.objects.latest("pk")
    ImportJob.objects.filter(pk=job.pk).update(state=ImportJob.State.RUNNING)
    read = read_ahead.read_file

    def read_while_the_user_is_deleted(*args: Any, **options: Any) -> Any:
        found = read(*args, **options)
        User.objects.filter(pk=leaver.pk).delete()
        connection.close()
        return found

    monkeypatch.setattr(read_ahead, "read_file", read_while_the_user_is_deleted)
    assert run_job(job.pk)
    assert files_below(media_root) == []
