"""Files in place are opened without following a link and without waiting for a FIFO."""

import os
import socket
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.models import Photo
from gallery.photos.download import stream_zip
from gallery.pictures import opening
from gallery.pictures.images import open_image
from gallery.pictures.opening import is_original_there, open_original, open_unlinked, size_of_original
from gallery.sources import scan
from gallery.sources.skip_rules import SkipRules
from gallery.sources.trees import FolderTree
from search.encoders.picture_views import open_region
from search.ocr.reader import extract_text
from tests.drawing import picture


def become_socket(path: Path) -> None:
    # Bound by a short name, because the names of sockets have a limit.
    folder = os.open(path.parent, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)


def become_link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "secret/a.png")


def become_link_in_the_middle(path: Path) -> None:
    path.parent.rmdir()
    path.parent.symlink_to(path.parent.parent / "secret")


def become_device(path: Path) -> None:
    try:
        os.mknod(path, 0o020666, os.makedev(1, 5))  # /dev/zero, which never ends
    except PermissionError:
        pytest.skip("only root makes devices")


REPLACEMENTS: dict[str, Callable[[Path], None]] = {
    "FIFO": lambda path: os.mkfifo(path),
    "socket": become_socket,
    "device": become_device,
    "folder": lambda path: path.mkdir(),
    "link to a file": become_link,
    "link to nothing": lambda path: path.symlink_to("nowhere"),
    "link to itself": lambda path: path.symlink_to(path),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "link in the middle": become_link_in_the_middle,
    "nothing": lambda _path: None,
}

READERS: dict[str, Callable[[Path], object]] = {
    "original": open_original,
    "size": size_of_original,
    "unlinked": open_unlinked,
    "import": lambda path: FolderTree(path.parent.parent).open(str(path)),
    "thumbnail": lambda path: open_image(path, max_side=320),
    "text": extract_text,
    "region": lambda path: open_region(path, (0, 0, 0.5, 0.5), side=224),
}


@pytest.fixture
def path(tmp_path: Path, media_root: Path) -> Path:
    """Path of a picture in place, outside of MEDIA_ROOT; beside its folder lies another person's."""
    root = tmp_path / "pictures"
    (root / "secret").mkdir(parents=True)
    (root / "secret/a.png").write_bytes(picture(200))
    (root / "summer").mkdir()
    (root / "summer/a.png").write_bytes(picture(100))
    return root / "summer/a.png"


@pytest.fixture
def photo(path: Path, owner: User) -> Photo:
    """Photo of that picture."""
    return Photo.objects.create(
        owner=owner, file=str(path), filename="a.png", extension="png", sha256="0" * 64, md5="0" * 32,
        sha1="0" * 40, file_size=path.stat().st_size, width=64, height=48,
    )  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("replacement", REPLACEMENTS)
@pytest.mark.parametrize("reader", READERS)
def test_does_not_read_replaced_picture(path, reader, replacement):
    path.unlink()
    REPLACEMENTS[replacement](path)
    with pytest.raises(FileNotFoundError):
        READERS[reader](path)
    assert not is_original_there(path)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_answers_404_for_replaced_original(client: Client, photo, path, owner, replacement):
    client.force_login(owner)
    path.unlink()
    REPLACEMENTS[replacement](path)
    assert client.get(f"/photos/{photo.pk}/original").status_code == 404
    assert b"".join(stream_zip([photo])) == b"".join(stream_zip([]))


@pytest.mark.parametrize("reader", READERS)
def test_reads_picture(path, reader):
    READERS[reader](path)


def test_opens_checked_file_when_it_is_replaced(path, monkeypatch):
    before, reopened = path.read_bytes(), opening._reopened

    def replaced_meanwhile(place: int) -> object:
        path.unlink()
        become_link(path)
        return reopened(place)

    monkeypatch.setattr(opening, "_reopened", replaced_meanwhile)
    with open_original(path) as file:
        assert file.read() == before


def test_zips_opened_file_when_it_is_replaced(photo, path):
    before, pieces = path.read_bytes(), stream_zip([photo])
    beginning = next(pieces)
    path.unlink()
    become_link(path)
    with ZipFile(BytesIO(beginning + b"".join(pieces))) as archive:
        assert archive.read("a.png") == before


def test_follows_administrators_links_to_managed_originals(media_root, tmp_path):
    (tmp_path / "disk").mkdir()
    media_root.mkdir()
    (tmp_path / "disk/a.png").write_bytes(picture())
    (media_root / "originals").symlink_to(tmp_path / "disk")
    assert is_original_there(media_root / "originals/a.png")


def test_leaves_no_descriptor_open(path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        is_original_there(path)
        is_original_there(path / "below a file")
        open_original(path).close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_skips_archive_behind_link(tmp_path):
    root = tmp_path / "pictures"
    root.mkdir()
    with ZipFile(tmp_path / "secret.zip", "w") as archive:
        archive.writestr("a.png", picture())
    (root / "link.zip").symlink_to(tmp_path / "secret.zip")
    assert [found.reason for found in scan(root)] == ["link"]
    assert next(FolderTree(root).folders(SkipRules())).files == []
