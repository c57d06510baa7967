"""Raw files and films of live photos are kept beside their photo, and go where it goes."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.account import account_of
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.intake.quota import used_bytes
from gallery.models import ImportJob, Photo, PhotoCompanion
from gallery.photos.deletion import delete_photos, sweep_strays
from tests.drawing import picture
from tests.factories import finish_import, verdicts
from tests.folders import files_below, write_file
from tests.gallery.sources.trees import FILM

State = ImportJob.State
RAW = b"FUJIFILMCCD-RAW 0201" + bytes(200)


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    """Return a folder with a live photo, a picture with its raw file, and files without a partner."""
    root = tmp_path / "camera"
    write_file(root / "IMG_1.jpg", picture(1))
    write_file(root / "IMG_1.MOV", FILM)
    write_file(root / "DSC_2.jpg", picture(2))
    write_file(root / "DSC_2.RAF", RAW)
    write_file(root / "alone.mov", FILM + b"2")
    return root


def test_keeps_files_with_their_photos(
    bring: Callable[..., ImportJob], camera: Path, owner: User, media_root: Path
) -> None:
    job = bring(camera)
    assert verdicts(job) == {
        **dict.fromkeys(("IMG_1.jpg", "IMG_1.MOV", "DSC_2.jpg", "DSC_2.RAF"), "new"),
        "alone.mov": "skipped",
    }
    assert (job.error, job.expected_files, job.seen) == ("", 5, 5)
    assert Photo.objects.count() == 2
    film, raw = PhotoCompanion.objects.order_by("role")
    assert (film.photo.filename, film.role, film.place.read_bytes()) == ("IMG_1.jpg", "film", FILM)
    assert (raw.photo.filename, raw.role, raw.place.read_bytes()) == ("DSC_2.jpg", "raw", RAW)
    assert dict(job.items.exclude(reason="").values_list("photo", "reason")) == {
        film.photo_id: "film",
        raw.photo_id: "raw",
        None: "video",
    }
    assert used_bytes(owner) == sum(map(len, (picture(1), picture(2), FILM, RAW)))
    assert set(verdicts(bring(camera)).values()) == {"known", "skipped"}
    list(sweep_strays())
    assert len(files_below(media_root)) == 4


@pytest.mark.django_db(transaction=True)
def test_removes_files_with_photo_and_undo(
    bring: Callable[..., ImportJob], camera: Path, owner: User, media_root: Path
) -> None:
    job = bring(camera)
    delete_photos(Photo.objects.filter(filename="IMG_1.jpg"), user=owner)
    assert {path.suffix for path in files_below(media_root)} == {".png", ".raf"}
    apply_action(job, ImportAction.UNDO, user=owner)
    finish_import(job)
    assert files_below(media_root) == []


@pytest.mark.django_db(transaction=True)
def test_undo_takes_only_own_files_from_known_photo(
    bring: Callable[..., ImportJob], camera: Path, owner: User, media_root: Path
) -> None:
    (camera / "IMG_1.MOV").rename(camera.parent / "later.mov")
    bring(camera)
    (camera.parent / "later.mov").rename(camera / "IMG_1.MOV")
    second = bring(camera)
    assert verdicts(second)["IMG_1.MOV"] == "new"
    apply_action(second, ImportAction.UNDO, user=owner)
    finish_import(second)
    assert Photo.objects.count() == 2
    assert list(PhotoCompanion.objects.values_list("role", flat=True)) == ["raw"]
    assert len(files_below(media_root)) == 3


def test_foresees_companions_in_check(begin: Callable[..., ImportJob], camera: Path, owner: User) -> None:
    job = finish_import(begin(camera, state=State.CHECKING))
    foreseen = verdicts(job)
    assert not PhotoCompanion.objects.exists()
    apply_action(job, ImportAction.START, user=owner)
    assert verdicts(finish_import(job)) == foreseen


def test_leaves_companions_in_place(bring: Callable[..., ImportJob], camera: Path, owner: User) -> None:
    bring(camera, mode="in_place")
    film = PhotoCompanion.objects.get(role="film")
    assert film.place == camera / "IMG_1.MOV"
    delete_photos(Photo.objects.all(), user=owner)
    assert film.place.exists()


def test_gives_verdict_to_companions_of_refused_picture(bring: Callable[..., ImportJob], camera: Path) -> None:
    write_file(camera / "IMG_1.jpg", b"no picture")
    write_file(camera / "DSC_2.jpg", b"no picture")
    write_file(camera / "DSC_2.RAF", picture(3))
    job = bring(camera)
    assert verdicts(job) == {
        "IMG_1.jpg": "failed",
        "IMG_1.MOV": "skipped",
        "DSC_2.jpg": "failed",
        "DSC_2.RAF": "new",
        "alone.mov": "skipped",
    }
    assert job.error == ""
    assert Photo.objects.get().filename == "DSC_2.RAF"


def test_refuses_companions_beyond_quota(bring: Callable[..., ImportJob], camera: Path, owner: User) -> None:
    write_file(camera / "IMG_1.MOV", FILM + bytes(100_000))
    account = account_of(owner)
    account.quota = 50_000
    account.save()
    job = bring(camera)
    assert verdicts(job)["IMG_1.MOV"] == "failed"
    assert verdicts(job)["DSC_2.RAF"] == "new"
    assert "quota" in job.items.get(path__endswith="IMG_1.MOV").reason


def test_sends_companions_to_their_owner_only(
    bring: Callable[..., ImportJob], camera: Path, owner: User, media_root: Path
) -> None:
    bring(camera)
    film = PhotoCompanion.objects.get(role="film")
    address = f"/photos/{film.photo_id}/companions/{film.pk}"
    client = Client()
    client.force_login(owner)
    answer = client.get(address)
    assert (b"".join(answer), answer["Content-Type"]) == (FILM, "video/quicktime")
    assert address in client.get(f"/photos/{film.photo_id}").content.decode()
    other = PhotoCompanion.objects.get(role="raw")
    assert client.get(f"/photos/{film.photo_id}/companions/{other.pk}").status_code == 404
    ids = [str(pk) for pk in Photo.objects.values_list("pk", flat=True)]
    body = b"".join(client.post("/selection/download", {"photo": ids}))
    assert set(zipfile.ZipFile(BytesIO(body)).namelist()) == {
        *("IMG_1.jpg.png", "IMG_1.MOV", "DSC_2.jpg.png", "DSC_2.RAF"),
    }
    client.force_login(User.objects.create_user("other"))
    assert client.get(address).status_code == 404
