"""Names of server paths: only administrators see full paths."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from gallery.bulk_import.safety import ImportRefused, confine
from gallery.models import MAX_ATTEMPTS, ImportItem, ImportJob, PhotoSource, Step, StepAttempt
from gallery.processing.steps import BlockedStep
from gallery.storage.path_names import Places, folder_at, import_roots
from tests.factories import ApiClient

HIDDEN = "/srv/secret"
HINT = "Put the weights into /opt/models/ViT-L-14.pt and set CLIP_WEIGHTS."


@pytest.fixture
def pictures(tmp_path, settings) -> Path:
    """An import root that contains a folder."""
    root = tmp_path / "hidden place" / "pictures"
    (root / "2019").mkdir(parents=True)
    settings.IMPORT_ROOTS = [str(root)]
    return root


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("{root}", "pictures"),
        ("{root}/2019/a.png", "pictures/2019/a.png"),
        ("{root}-of-another/a.png", "a.png"),
        ("/srv/secret/phone/a.png", "phone/a.png"),
        ("/srv/secret/phone", "phone"),
        ("/srv/secret/t.zip!/Takeout/a.png", "t.zip!/Takeout/a.png"),
        ("/mnt/elsewhere/b.png", "b.png"),
        ("/mnt/elsewhere/folder/", "folder/"),
        ("/mnt/elsewhere/t.zip!/x/b.png", "t.zip!/x/b.png"),
        ("upload", "upload"),
        ("", ""),
    ],
)
def test_names_path_from_its_root_on(pictures, path, name):
    places = Places(["/srv/secret/phone", "/srv/secret/t.zip"])
    assert places.name(path.format(root=pictures)) == name
    assert Places(shows_paths=True).name(path.format(root=pictures)) == path.format(root=pictures)


def test_hides_path_of_uploaded_archive_from_administrators():
    root = "/var/lib/photosearch/media/imports/ab12/茶.zip"
    assert Places([root], is_upload=True, shows_paths=True).name(f"{root}!/a.png") == "茶.zip!/a.png"


def test_distinguishes_roots_of_the_same_name(tmp_path, settings):
    for name in ("a", "b"):
        (tmp_path / name / "pictures" / name).mkdir(parents=True)
    settings.IMPORT_ROOTS = [str(tmp_path / "a" / "pictures"), str(tmp_path / "b" / "pictures")]
    assert list(import_roots()) == ["pictures", "pictures (2)"]
    for name, root in import_roots().items():
        assert Places().name(str(root / "x.png")) == f"{name}/x.png"
        assert folder_at(f"{name}/x") == root / "x"


def test_opens_folder_by_its_name_only(pictures):
    assert confine(Path("pictures")) == pictures
    assert confine(Path("pictures/2019")) == pictures / "2019"
    for name in ("pictures/../..", "pictures/nothing", "other", ".", "..", "2019", "pictures/../other"):
        with pytest.raises(ImportRefused) as refusal:
            confine(Path(name))
        assert str(pictures.parent) not in str(refusal.value)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("There is no “/srv/secret/phone” any more.", "There is no “phone” any more."),
        ("[Errno 13] Permission denied: '/srv/secret/phone/a b.png'", "[Errno 13] Permission denied: 'phone/a b.png'"),
        ("[Errno 28] No space left: '/var/lib/media/originals/1/png/ab/abcd.png'", "[Errno 28] No space left: '…'"),
        ("Use 1/2 of it, and/or http://example.org/a/b.", "Use 1/2 of it, and/or http://example.org/a/b."),
    ],
)
def test_removes_server_paths_from_errors(sentence, shown):
    assert Places([f"{HIDDEN}/phone"]).in_words(sentence) == shown


@pytest.fixture
def imported(owner, store):
    """Photo from a folder imported by an operator, and from an uploaded archive."""
    photo = store()
    job = ImportJob.objects.create(
        owner=owner, started_by=owner, roots=[f"{HIDDEN}/phone"], state="failed", error=f"There is no “{HIDDEN}/phone”."
    )
    photo.sources.create(path=f"{HIDDEN}/phone/a.jpg", sidecar=f"{HIDDEN}/phone/a.jpg.json", job=job)
    root = f"{HIDDEN}/media/imports/0f/t.zip"
    sent = ImportJob.objects.create(owner=owner, started_by=owner, roots=[root], is_upload=True, state="paused")
    photo.sources.create(path=f"{root}!/b.jpg", job=sent)
    photo.sources.create(path=f"{HIDDEN}/older/c.jpg", sidecar=f"{HIDDEN}/older/c.json")
    for one, path in ((job, f"{HIDDEN}/phone/a.jpg"), (sent, f"{root}!/b.jpg"), (job, f"{HIDDEN}/phone/.x/")):
        ImportItem.objects.create(job=one, path=path, verdict="skipped", reason="hidden", photo=photo)
    return photo


def addresses(photo) -> dict[str, list[str]]:
    """Return the addresses that show paths, by door."""
    jobs = ImportJob.objects.values_list("pk", flat=True)
    return {
        "page": [
            *("/imports", "/imports/new", "/near-duplicates", f"/photos/{photo.pk}", f"/photos/{photo.pk}/progress"),
            *(f"/imports/{pk}{more}" for pk in jobs for more in ("", "/files", "/files.csv")),
        ],
        "API": [
            *("/api/v1/imports/", "/api/v1/imports/folders/", f"/api/v1/photos/{photo.pk}/sources/"),
            *(f"/api/v1/imports/{pk}/{more}" for pk in jobs for more in ("", "items/")),
            f"/api/v1/photos/{photo.pk}/processing/",
        ],
    }


def read(client, paths: list[str]) -> str:
    responses = [client.get(path) for path in paths]
    assert {response.status_code for response in responses} == {200}
    bodies = [b"".join(one.streaming_content) if one.streaming else one.content for one in responses]
    return "\n".join(body.decode() for body in bodies)


def test_hides_server_paths_from_users_at_every_door(client, owner, imported, pictures):
    client.force_login(owner)
    doors = addresses(imported)
    for shown in (read(client, doors["page"]), read(ApiClient(owner), doors["API"])):
        assert HIDDEN not in shown
        assert str(pictures.parent) not in shown
        for name in ("phone/a.jpg", "t.zip!/b.jpg", "pictures"):
            assert name in shown


def test_shows_server_paths_to_administrators(client, owner, imported, pictures):
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    client.force_login(owner)
    doors = addresses(imported)
    for shown in (read(client, doors["page"]), read(ApiClient(owner), doors["API"])):
        assert f"{HIDDEN}/phone/a.jpg" in shown
        assert str(pictures) in shown
        assert f"{HIDDEN}/media" not in shown
    for shown in read(ApiClient(owner, "import", "photo:read"), doors["API"]).splitlines():
        assert HIDDEN not in shown, "its key does not administrate"


def test_defuses_formulas_in_table_of_import(client, owner):
    job = ImportJob.objects.create(owner=owner, started_by=owner, roots=["/x/=1+1.zip"], is_upload=True, state="paused")
    ImportItem.objects.create(job=job, path="/x/=1+1.zip!/a.png", verdict="new")
    client.force_login(owner)
    assert "\n'=1+1.zip!/a.png,new" in read(client, [f"/imports/{job.pk}/files.csv"]).replace("\r", "")


def test_shows_hints_on_set_up_to_administrators_only(client, owner, imported, monkeypatch):
    step = BlockedStep(Step.EMBEDDING, "features", HINT)
    monkeypatch.setattr("gallery.processing.progress.current_steps", lambda: [step])
    doors = [f"/photos/{imported.pk}/progress", f"/api/v1/photos/{imported.pk}/processing/"]
    client.force_login(owner)
    for path in doors:
        shown = client.get(path).content.decode()
        assert "weights" not in shown
    assert "Administrators find the reason" in client.get(doors[1]).content.decode()
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    for path in doors:
        assert "CLIP_WEIGHTS" in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("FileNotFoundError: [Errno 2] No such file: '/m/originals/1/png/ab/abcd.png'", "FileNotFoundError"),
        ("IntegrityError: Key (sha256)=(abcd) already exists.", "IntegrityError"),
        ("The original file is missing or cannot be read.", "The original file is missing"),
        ("The reader failed: /var/lib/models/x", "The reader failed: …"),
    ],
)
def test_hides_files_from_administrators_in_failures(client, owner, imported, error, reason):
    StepAttempt.objects.create(photo=imported, step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS, error=error)
    administrator = User.objects.create_user("administrator", is_staff=True)
    client.force_login(administrator)
    for shown in (read(client, ["/status"]), read(ApiClient(administrator), ["/api/v1/jobs/failures/"])):
        assert reason in shown
        assert "abcd" not in shown
        assert "/var/lib" not in shown


def test_names_upload_as_source(client, owner, store):
    client.force_login(owner)
    photo = store()
    assert PhotoSource.objects.get().path == PhotoSource.UPLOAD
    assert ApiClient(owner).get(f"/api/v1/photos/{photo.pk}/sources/").json()[0]["path"] == "upload"
