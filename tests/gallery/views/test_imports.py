"""The pages of imports: create, preview, follow, control, and list files with verdicts."""

import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gallery.models import ImportItem, ImportJob, Photo
from gallery.views import import_files
from tests.drawing import picture
from tests.factories import finish_import
from tests.processes import queued_messages

ANSWERS = {"profile": "auto", "importance": "3", "wants_embedding": "on", "mode": "copy"}


@pytest.fixture
def page(client: Client, owner: User, broker: Any) -> Client:
    """The owner's browser."""
    client.force_login(owner)
    return client


@pytest.fixture
def roots(settings: Any, folder: Path) -> Path:
    """A folder in IMPORT_ROOTS."""
    settings.IMPORT_ROOTS = [str(folder)]
    return folder


def test_previews_and_imports_folder(page: Client, roots: Path, broker: Any, media_root: Path) -> None:
    shown = page.get("/imports/new").content.decode()
    assert roots.name in shown
    assert str(roots.parent) not in shown
    fragment = page.get("/imports/new", {"folder": roots}, headers={"HX-Request": "true"}).content.decode()
    assert "summer" in fragment
    assert "<html" not in fragment
    options = {"ignore": "*.txt\n\n a/* \n", "album": " New ", "makes_albums": "on"}
    response = page.post("/imports/new", {**ANSWERS, "folder": roots, "go": "check", **options})
    job = ImportJob.objects.get()
    assert (job.album and job.album.name, job.makes_albums) == ("New", True)
    assert '<option value="New">' in page.get("/imports/new").content.decode()
    assert response.headers["Location"] == f"/imports/{job.pk}"
    assert (job.state, job.ignore, job.importance, job.wants_text) == ("checking", ["*.txt", "a/*"], 3, False)
    assert queued_messages(broker, "import") == [("run_import", [job.pk])]
    finish_import(job)
    assert "Nothing has been stored yet" in page.get(f"/imports/{job.pk}").content.decode()
    page.post(f"/imports/{job.pk}/action", {"action": "start"})
    finish_import(job)
    shown = page.get(f"/imports/{job.pk}", headers={"HX-Request": "true"}).content.decode()
    assert "finished" in shown
    assert "only this import added: 2." in shown
    assert "hx-trigger" not in shown
    assert "by hand" not in shown


def test_updates_only_figures_until_state_changes(page: Client, owner: User) -> None:
    now = timezone.now()
    job = ImportJob.objects.create(owner=owner, roots=["/x"], expected_files=100, import_counts={"new": 50})
    ImportJob.objects.update(pass_started_at=now - timedelta(seconds=10), heartbeat=now)
    ask = {"path": f"/imports/{job.pk}", "headers": {"HX-Request": "true"}}
    same = page.get(**ask, data={"state": "running"})
    assert "HX-Retarget" not in same.headers
    assert "less than a minute left" in same.content.decode()
    ImportJob.objects.update(expected_files=1000)
    assert "about 3\xa0minutes left" in page.get(**ask, data={"state": "running"}).content.decode()
    ImportJob.objects.update(state="paused")
    changed = page.get(**ask, data={"state": "running"})
    assert (changed.headers["HX-Retarget"], changed.headers["HX-Reselect"]) == ("#import", "#import")


@pytest.mark.django_db(transaction=True)
def test_undo_warns_about_edited_photos(
    page: Client, bring: Callable[..., ImportJob], folder: Path, owner: User
) -> None:
    job = bring(folder)
    page.post(f"/photos/{Photo.objects.get(filename='b.png').pk}/edit", {"description": "the lake", "importance": 2})
    shown = page.get(f"/imports/{job.pk}").content.decode()
    assert "only this import added: 2." in shown
    assert "You have edited 1 of them since." in shown


@pytest.mark.parametrize("path", ["/etc", "{roots}/../", "{roots}/nothing", "a\0b"])
def test_refuses_folders_outside_roots(page: Client, roots: Path, path: str) -> None:
    chosen = path.format(roots=roots)
    shown = page.get("/imports/new", {"folder": chosen}, headers={"HX-Request": "true"})
    assert "passwd" not in shown.content.decode()
    assert page.post("/imports/new", {**ANSWERS, "folder": chosen}).status_code == 400
    assert not ImportJob.objects.exists()


def test_uploads_and_imports_archive(page: Client, media_root: Path) -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.png", picture(1))
    upload = SimpleUploadedFile("a.zip", file.getvalue())
    page.post("/imports/new", {**ANSWERS, "mode": "in_place", "watch": "on", "archive": upload, "go": "import"})
    job = finish_import(ImportJob.objects.get())
    assert (job.state, job.mode, job.import_counts["new"]) == ("finished", "copy", 1)
    bad = page.post("/imports/new", {**ANSWERS, "archive": SimpleUploadedFile("a.zip", b"no archive")})
    assert bad.status_code == 400
    assert "not a zip archive" in bad.content.decode()
    assert "Select a folder or an archive." in page.post("/imports/new", ANSWERS).content.decode()


def test_reports_invalid_pattern(page: Client, roots: Path) -> None:
    refused = page.post("/imports/new", {**ANSWERS, "folder": roots, "ignore": "*.txt\n!"})
    assert refused.status_code == 400
    assert "“!” is not a valid pattern." in refused.content.decode()


def test_only_administrators_select_owner(page: Client, owner: User, roots: Path, media_root: Path) -> None:
    other = User.objects.create_user("ben")
    refused = page.post("/imports/new", {**ANSWERS, "folder": roots, "owner": other.pk})
    assert refused.status_code == 400
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    page.post("/imports/new", {**ANSWERS, "folder": roots, "owner": other.pk, "go": "import"})
    job = finish_import(ImportJob.objects.get())
    assert job.owner == other
    assert "for ben" in page.get("/imports").content.decode()
    # They see the progress, but not the file names, which are private to the owner.
    shown = page.get(f"/imports/{job.pk}").content.decode()
    assert f"/imports/{job.pk}/files" not in shown
    assert page.get(f"/imports/{job.pk}/files").status_code == 404
    assert page.get(f"/imports/{job.pk}/files.csv").status_code == 404


def test_lists_files_by_verdict_and_as_csv(
    page: Client,
    bring: Callable[..., ImportJob],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = bring(folder)
    monkeypatch.setattr(import_files, "PAGE_SIZE", 2)
    first = page.get(f"/imports/{job.pk}/files").content.decode()
    last = ImportItem.objects.order_by("pk")[1].pk
    assert f"after={last}" in first
    assert first.count("<tr>") == 3
    refused = page.get(f"/imports/{job.pk}/files", {"verdict": "failed"}).content.decode()
    assert "notes.png" in refused
    assert "b.png" not in refused
    assert page.get(f"/imports/{job.pk}/files", {"verdict": "x"}).status_code == 404
    lines = b"".join(page.get(f"/imports/{job.pk}/files.csv")).decode().splitlines()  # type: ignore[arg-type]
    assert len(lines) == 6
    photo = Photo.objects.get(filename="b.png")
    assert f"{folder.name}/summer/b.png,new,,{photo.file_size},{photo.sha256},{photo.pk}" in lines


def test_pauses_and_undoes_import(
    page: Client,
    begin: Callable[..., ImportJob],
    folder: Path,
    broker: Any,
) -> None:
    job = begin(folder)
    shown = page.post(f"/imports/{job.pk}/action", {"action": "pause"}, headers={"HX-Request": "true"}).content.decode()
    assert "paused" in shown
    assert queued_messages(broker, "import") == []
    page.post(f"/imports/{job.pk}/action", {"action": "undo"})
    assert queued_messages(broker, "import") == [("run_import", [job.pk])]
    assert page.post(f"/imports/{job.pk}/action", {"action": "fly"}).status_code == 400


def test_escapes_file_names(
    page: Client,
    bring: Callable[..., ImportJob],
    folder: Path,
) -> None:
    (folder / "<script>x").write_bytes(b"no picture")
    job = bring(folder)
    assert "<script>x" not in page.get(f"/imports/{job.pk}/files").content.decode()


def test_hides_counts_of_another_gallery_from_administrators(
    page: Client, owner: User, roots: Path, media_root: Path
) -> None:
    other = User.objects.create_user("ben")
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    into = {**ANSWERS, "folder": roots, "owner": other.pk}
    refused = page.post("/imports/new", {**into, "go": "check"})
    assert refused.status_code == 400
    assert "which files the other user has" in refused.content.decode()
    shown = []
    for _time in range(2):  # The second contains only duplicates.
        page.post("/imports/new", {**into, "go": "import"})
        job = finish_import(ImportJob.objects.order_by("pk").last())
        address = f"/imports/{job.pk}"
        text = page.get(address).content.decode() + page.get(address, headers={"HX-Request": "true"}).content.decode()
        assert "5 files checked" in text
        assert "data-verdict" not in text
        shown.append(re.sub(r'csrf[^>]*>|"[A-Za-z0-9]{64}"', "", text.replace(address, "").replace(str(job.pk), "")))
    listed = page.get("/imports").content.decode()
    assert "<dt>duplicate</dt>" not in listed
    assert [*re.finditer("from nowhere else: ", shown[0] + shown[1])] == []
    client = Client()
    client.force_login(other)
    assert "data-verdict" in client.get(address).content.decode()
    assert "<dt>duplicate</dt>" in client.get("/imports").content.decode()


def test_offers_only_archives_without_folders(page: Client, settings: Any) -> None:
    settings.IMPORT_ROOTS = []
    shown = page.get("/imports/new").content.decode()
    assert 'name="archive"' in shown
    assert 'name="mode"' not in shown
    assert 'name="watch"' not in shown
    assert "From a folder" not in shown
