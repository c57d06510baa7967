"""Each file has its own item and verdict, whatever its name looks like; the counts of an import add up."""

import os
import struct
import zipfile
from collections.abc import Callable, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.bulk_import import import_pass, items, run
from gallery.models import ImportItem, ImportJob, Photo, PhotoSource
from gallery.sources import scan
from tests.drawing import picture
from tests.factories import finish_import

State = ImportJob.State
UTF8, PLAIN = 0x800, 0


def write_zip(path: Path, names: Sequence[tuple[bytes, int]]) -> Path:
    """Write an archive of different pictures with these raw names and flags."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, _flags) in enumerate(names):
            # Names of the right length, replaced below: zipfile would mark and clean them.
            archive.writestr(zipfile.ZipInfo(_mark(number, len(name)), (2021, 3, 4, 5, 6, 8)), picture(number))
    data = bytearray(path.read_bytes())
    for number, (name, flags) in enumerate(names):
        mark = _mark(number, len(name)).encode()
        local = data.index(mark)
        central = data.index(mark, local + len(mark))
        data[local : local + len(name)] = name
        data[central : central + len(name)] = name
        struct.pack_into("<H", data, local - 30 + 6, flags)
        struct.pack_into("<H", data, central - 46 + 8, flags)
    path.write_bytes(data)
    return path


def _mark(number: int, length: int) -> str:
    return f"{number:02}".ljust(length, "~")


ALIKE = {
    "the same name three times": [(b"FullSizeRender.jpg", PLAIN)] * 3,
    "letter case": [(b"PICT0008.JPG", PLAIN), (b"pict0008.jpg", PLAIN), (b"Pict0008.jpg", PLAIN)],
    "encodings": [("照片.jpg".encode("gbk"), PLAIN), ("照片.jpg".encode(), UTF8), ("照片.jpg".encode(), PLAIN)],
    "encodings of Japan": [("春.jpg".encode("shift-jis"), PLAIN), ("春.jpg".encode(), UTF8)],
    "normal forms": [("é.jpg".encode(), UTF8), ("e\u0301.jpg".encode(), UTF8)],
    "separators": [(b"a\\b.jpg", PLAIN), (b"a/b.jpg", PLAIN), (b"a//b.jpg", PLAIN), (b"/a/b.jpg", PLAIN)],
    "dots": [(b"a.jpg", PLAIN), (b"./a.jpg", PLAIN), (b"../a.jpg", PLAIN), (b"a.jpg.", PLAIN), (b"a.jpg ", PLAIN)],
    "only dots": [(b"..x"[:2], PLAIN), (b"../..", PLAIN), (b"./../.", PLAIN)],
    "NUL": [(b"a.jpg", PLAIN), (b"a.jpg\0x", PLAIN), (b"a.jpg\0y", PLAIN)],
    "invisible characters": [("a\u200b.jpg".encode(), UTF8), ("a\u202e.jpg".encode(), UTF8), (b"a.jpg", UTF8)],
    "broken UTF-8": [(b"\xff\xfe.jpg", UTF8), (b"\xff\xff.jpg", UTF8), (b"ok.jpg", PLAIN)],
    "very long": [(b"x" * 3000 + b".jpg", PLAIN), (b"x" * 3001 + b".jpg", PLAIN), (b"y/" * 1500 + b"a.jpg", PLAIN)],
    "folders with bytes": [(b"a.jpg/", PLAIN), (b"a.jpg", PLAIN)],
}


def check_counts(job: ImportJob) -> None:
    """Check that each file has one verdict, and that the numbers agree."""
    counted = sum(job.import_counts.get(verdict, 0) for verdict in ImportItem.Verdict.values)
    assert job.error == ""
    assert job.expected_files == job.seen == counted == job.items.count()


@pytest.mark.parametrize("case", ALIKE)
def test_gives_each_member_its_own_item(bring: Callable[..., ImportJob], tmp_path: Path, case: str) -> None:
    names = ALIKE[case]
    job = bring(write_zip(tmp_path / "album.zip", names))
    assert job.items.count() == len(names)
    check_counts(job)
    imported = job.items.filter(verdict="new")
    assert Photo.objects.count() == imported.count()
    assert job.items.exclude(verdict="new").filter(reason="").count() == 0
    again = bring(tmp_path / "album.zip")
    check_counts(again)
    assert again.items.filter(verdict="known").count() == imported.count()


def test_gives_each_file_of_a_folder_its_own_item(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    names = ["照片.jpg".encode("gbk"), "照片.jpg".encode(), "é.jpg".encode(), "e\u0301.jpg".encode(), b"a\\b.jpg"]
    for number, name in enumerate(names):
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:  # noqa: PTH123  (pathlib takes no bytes)
            file.write(picture(number))
    job = bring(folder)
    check_counts(job)
    assert job.import_counts["new"] == len(names)
    assert PhotoSource.objects.values("path").distinct().count() == len(names) - 1


def test_recognises_items_of_earlier_versions(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    """Earlier versions identified members by their readable paths."""
    archive = write_zip(tmp_path / "album.zip", [("照片.jpg".encode("gbk"), PLAIN), (b"a\\b.jpg", PLAIN)])
    job = bring(archive)
    for model in (ImportItem, PhotoSource):
        for row in model.objects.all():
            earlier = UUID(bytes=sha256(row.path.encode()).digest()[:16])
            assert row.identity != earlier
            model.objects.filter(pk=row.pk).update(identity=earlier)
    assert set(bring(archive).items.values_list("verdict", flat=True)) == {"known"}
    ImportJob.objects.filter(pk=job.pk).update(state=State.RUNNING)
    check_counts(finish_import(job))
    assert set(job.items.values_list("verdict", flat=True)) == {"new"}


def test_counts_files_that_come_and_go_during_the_pass(
    begin: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_pass, "BATCH_SIZE", 1)
    job = begin(folder)

    def change(_job: ImportJob) -> None:
        (folder / "summer/b.png").unlink(missing_ok=True)
        (folder / "summer/c.png").write_bytes(picture(9))

    while not run.run_job(job.pk, on_batch=change):
        pass
    job.refresh_from_db()
    check_counts(job)
    assert job.items.filter(path__endswith="c.png", verdict="new").exists()


def test_shows_when_counts_do_not_add_up(
    begin: Callable[..., ImportJob], folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    save_items = items.save_items

    def lose_one(job: ImportJob, saved: list[ImportItem], earlier: dict[UUID, ImportItem]) -> None:
        save_items(job, saved[1:], earlier)

    monkeypatch.setattr(import_pass, "save_items", lose_one)
    job = finish_import(begin(folder))
    assert "do not add up: 5 files were found, 4 have a result" in job.error
    assert "does not add up" in caplog.text


NAMES = st.sampled_from(
    [
        "a.png",
        "A.PNG",
        "b.jpg",
        "b.JPG",
        "é.png",
        "e\u0301.png",
        "notes.txt",
        ".hidden",
        "Thumbs.db",
        "a.mp4",
        "a.xmp",
        "x",
    ]
)
FOLDERS = st.sampled_from(["", "a/", "A/", "@eaDir/", ".git/", "照片/", "a\\", "./"])


@given(
    files=st.lists(st.tuples(FOLDERS, NAMES, st.integers(0, 4)), max_size=12),
    batch_size=st.integers(1, 4),
    is_archive=st.booleans(),
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_counts_add_up_for_any_tree(
    begin: Callable[..., ImportJob],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    files: list[tuple[str, str, int]],
    batch_size: int,
    is_archive: bool,
) -> None:
    monkeypatch.setattr(import_pass, "BATCH_SIZE", batch_size)
    root = tmp_path_factory.mktemp("tree")
    for folder, name, number in files:
        path = root / f"{folder}{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(number, size=(4, 3)) if number else b"no picture")
    if is_archive:
        root = _packed(root, files)
    expected = len(list(scan(root)))
    for _time in range(2):
        job = begin(root, state=State.CHECKING)
        finish_import(job)
        assert (job.error, job.expected_files, job.seen) == ("", expected, expected)
        ImportJob.objects.filter(pk=job.pk).update(state=State.RUNNING)
        check_counts(finish_import(job))
        assert job.expected_files == expected


def _packed(root: Path, files: list[tuple[str, str, int]]) -> Path:
    """Pack the files, each as often as it was drawn."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for folder, name, number in files:
            archive.writestr(f"{folder}{name}", picture(number, size=(4, 3)) if number else b"no picture")
    path = root.with_suffix(".zip")
    path.write_bytes(target.getvalue())
    return path
