"""`manage.py import_photos` imports, checks, resumes and undoes."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Count

from gallery.bulk_import import import_pass, run
from gallery.management.commands import import_photos
from gallery.models import Album, ImportJob, Photo
from tests.drawing import picture
from tests.folders import files_below, write_file


def import_folder(*arguments: object, owner: User) -> str:
    output = StringIO()
    call_command("import_photos", *map(str, arguments), "--owner", owner.username, stdout=output)
    return output.getvalue()


def test_imports_folder_and_reports_counts(
    folder: Path,
    owner: User,
    media_root: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = import_folder(folder, "--importance", "2", owner=owner)
    assert ": finished. new: 2, duplicate: 1, already imported: 0, skipped: 1, unreadable: 1." in output
    assert "Skipped: hidden: 1." in output
    assert "5/5" in capsys.readouterr().err
    assert set(Photo.objects.values_list("importance", flat=True)) == {2}


def test_changes_nothing_in_dry_run(folder: Path, owner: User, media_root: Path) -> None:
    assert ": preview ready. new: 2" in import_folder(folder, "--dry-run", owner=owner)
    assert not Photo.objects.exists()
    assert files_below(media_root) == []


def test_pauses_when_interrupted_and_resumes(
    folder: Path,
    owner: User,
    media_root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_pass, "BATCH_SIZE", 1)

    def interrupted(job_id: int, *, on_batch: Callable[[ImportJob], None]) -> bool:
        def interrupt(job: ImportJob) -> None:
            if job.seen == 3:
                raise KeyboardInterrupt

        return run.run_job(job_id, on_batch=interrupt)

    with monkeypatch.context() as patch:
        patch.setattr(import_photos, "run_job", interrupted)
        with pytest.raises(CommandError, match="is paused"):
            import_folder(folder, owner=owner)
    assert ImportJob.objects.get().state == ImportJob.State.PAUSED
    assert "Resuming import" in import_folder(folder, owner=owner)
    assert ImportJob.objects.get().seen == 5


@pytest.mark.django_db(transaction=True)
def test_undoes_import_by_number(folder: Path, owner: User, media_root: Path) -> None:
    import_folder(folder, owner=owner)
    output = StringIO()
    call_command("import_photos", "--undo", str(ImportJob.objects.get().pk), stdout=output)
    assert ": undone." in output.getvalue()
    assert not Photo.objects.exists()


def test_imports_in_place_and_watches(folder: Path, owner: User, media_root: Path) -> None:
    assert ": watching for new files." in import_folder(folder, "--in-place", "--watch", owner=owner)
    assert files_below(media_root) == []
    write_file(folder / "new.png", picture(40))
    import_folder(folder, "--in-place", "--watch", owner=owner)
    assert ImportJob.objects.count() == 1
    assert Photo.objects.count() == 3


def test_fills_albums(folder: Path, owner: User, media_root: Path) -> None:
    options = ("--album", "Trip", "--folder-albums")
    import_folder(folder, "--dry-run", *options, owner=owner)
    assert not Album.objects.exists()
    import_folder(folder, *options, owner=owner)
    held = Album.objects.values_list("name").annotate(Count("memberships")).order_by("name")
    assert list(held) == [("Trip", 2), ("pictures", 1), ("summer", 2)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/nowhere", "--owner", "anna"], "“/nowhere” does not exist"),
        (["/tmp", "--owner", "nobody"], "User “nobody” does not exist"),
        (["--owner", "anna"], "Name a folder"),
        (["/tmp", "--owner", "anna", "--ignore", "!"], "“!” is not a valid pattern"),
        (["/tmp", "--owner", "anna", "--album", "x" * 201], "at most 200 characters"),
        (["--undo", "99"], "no import 99"),
    ],
)
def test_names_mistakes(arguments: list[str], sentence: str, owner: User, media_root: Any) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("import_photos", *arguments)
