"""Tar archives, plain and compressed, are read like zip archives: nothing is written, bombs and damage are noticed."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from gallery.sources import archives, check_archive, check_beginning, scan, tar_archives
from gallery.sources.archives import ArchiveRefused, UnreadableMember
from gallery.sources.source_files import SourceFile
from tests.gallery.sources.trees import JPEG, make_zip, picture, verdicts

COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tgz": gzip.compress,
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
}


@pytest.fixture(autouse=True)
def _media(media_root: Path) -> None:
    """Unpack below the media folder of the test."""


def member(name: str, data: bytes = JPEG, **fields: Any) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.mtime = len(data), 1682913600
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def tar_bytes(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", encoding="utf-8") as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return target.getvalue()


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_finds_and_reads_members(tmp_path: Path, suffix: str) -> None:
    content = tar_bytes(member("春/a.jpg"), member("b.heic", JPEG * 9000), member("notes.txt", b"words"))
    path = write(tmp_path / f"trip{suffix}", COMPRESSIONS[suffix](content))
    check_archive(path)
    assert verdicts(path) == {"b.heic": "found", "notes.txt": "unsupported", "春/a.jpg": "found"}
    found = picture(path, "b.heic")
    assert (found.path, found.size, found.is_plain) == (f"{path}!/b.heic", len(JPEG) * 9000, False)
    with found.open() as file:
        assert file.read() == JPEG * 9000
        file.seek(2)
        assert file.read(2) == JPEG[2:4]


def test_skips_all_but_common_files(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.tar",
        tar_bytes(
            member("folder", b"", type=tarfile.DIRTYPE),
            member("soft.jpg", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
            member("hard.jpg", b"", type=tarfile.LNKTYPE, linkname="a.jpg"),
            member("device.jpg", b"", type=tarfile.CHRTYPE, devmajor=1),
            member("pipe.jpg", b"", type=tarfile.FIFOTYPE),
            member("sparse.jpg", JPEG, type=tarfile.GNUTYPE_SPARSE),
            member("a.jpg"),
        ),
    )
    assert verdicts(path) == {
        "soft.jpg": "link",
        "hard.jpg": "link",
        "device.jpg": "unsupported",
        "pipe.jpg": "unsupported",
        "sparse.jpg": "unsupported",
        "a.jpg": "found",
    }


@pytest.mark.parametrize("name", ["../../up.jpg", "/etc/up.jpg", "a/../../up.jpg", "./up.jpg"])
def test_keeps_names_inside_the_archive(tmp_path: Path, name: str) -> None:
    (path,) = verdicts(write(tmp_path / "a.tar", tar_bytes(member(name))))
    assert ".." not in path
    assert not path.startswith("/")


def test_lists_members_of_one_name_apart(tmp_path: Path) -> None:
    found = [
        item
        for item in scan(write(tmp_path / "a.tar", tar_bytes(member("a.jpg"), member("a.jpg", JPEG + b"2"))))
        if isinstance(item, SourceFile)
    ]
    assert len({item.identity for item in found}) == 2
    assert {item.open().read() for item in found} == {JPEG, JPEG + b"2"}


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "cut within a header": lambda content: content[: 2 * 512 + 100],
    "cut after a member": lambda content: content[: 2 * 512],
    "garbage after a member": lambda content: content[: 2 * 512] + b"x" * 2000,
    "garbage after the end": lambda content: content + b"x" * 2000,
    "a huge header": lambda content: content[: 2 * 512] + _huge_header() + bytes(4096),
}


def _huge_header() -> bytes:
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.XHDTYPE, 8 << 30
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("suffix", [".tar", ".tgz"])
@pytest.mark.parametrize("damage", DAMAGED)
def test_reads_what_is_left_and_lists_the_rest(tmp_path: Path, suffix: str, damage: str) -> None:
    content = DAMAGED[damage](tar_bytes(member("a.jpg"), member("b.jpg")))
    path = write(tmp_path / f"a{suffix}", COMPRESSIONS[suffix](content))
    found = verdicts(path)
    assert found["a.jpg"] == "found"
    assert found["…"] == "damaged_rest"


def test_reads_beginning_of_damaged_compression(tmp_path: Path) -> None:
    content = tar_bytes(member("a.jpg"), *(member(f"{number}.jpg", bytes([number]) * 9000) for number in range(50)))
    data = gzip.compress(content, compresslevel=0)
    found = verdicts(write(tmp_path / "a.tgz", data[: len(data) // 2]))
    assert found["a.jpg"] == "found"
    assert found["…"] == "damaged_rest"


def test_fails_for_member_beyond_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tar", tar_bytes(member("a.jpg"), member("b.jpg", JPEG * 100))[: 4 * 512])
    assert verdicts(path) == {"a.jpg": "found", "b.jpg": "found", "…": "damaged_rest"}
    with pytest.raises(UnreadableMember):
        picture(path, "b.jpg").open()


def test_reads_archives_that_were_joined(tmp_path: Path) -> None:
    content = tar_bytes(member("a.jpg")) + tar_bytes(member("b.jpg"))
    assert verdicts(write(tmp_path / "a.tgz", gzip.compress(content))) == {"a.jpg": "found", "b.jpg": "found"}


def test_reads_parts_of_both_kinds_as_one_export(tmp_path: Path) -> None:
    parts = [
        make_zip(tmp_path / "parts/1.zip", {"Takeout/Google Photos/Trip/a.jpg": JPEG}),
        write(
            tmp_path / "parts/2.tgz",
            gzip.compress(
                tar_bytes(
                    member(
                        "Takeout/Google Photos/Trip/a.jpg.json",
                        b'{"title": "a.jpg", "photoTakenTime": {"timestamp": "1577934245"}}',
                    )
                )
            ),
        ),
    ]
    found = picture(parts, "Takeout/Google Photos/Trip/a.jpg")
    assert found.metadata.sidecar.startswith(f"{parts[1]}!/")
    assert {item.path for item in scan(tmp_path / "parts")} == {item.path for item in scan(parts)}


def test_refuses_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, media_root: Path) -> None:
    monkeypatch.setattr(archives, "ALWAYS_ALLOWED_BYTES", 100_000)
    path = write(tmp_path / "a.tgz", gzip.compress(tar_bytes(member("a.bmp", bytes(20_000_000)))))
    with pytest.raises(ArchiveRefused, match="100 times its size"):
        list(scan(path))
    assert not list((media_root / "temporary").iterdir())


def test_refuses_when_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_archives, "free_bytes", lambda: -1)
    with pytest.raises(ArchiveRefused, match="no room"):
        list(scan(write(tmp_path / "a.tgz", gzip.compress(tar_bytes(member("a.jpg"))))))


def test_refuses_compression_that_needs_too_much_memory(tmp_path: Path) -> None:
    content = lzma.compress(tar_bytes(member("a.jpg")))
    check_archive(write(tmp_path / "a.tar.xz", content))
    with pytest.raises(ArchiveRefused):
        check_archive(write(tmp_path / "b.tar.xz", _with_huge_dictionary(content)))


def _with_huge_dictionary(data: bytes) -> bytes:
    """Claim a dictionary of 3 GB in the header of the first block."""
    head = bytearray(data[12:24])
    head[head.index(b"\x21\x01") + 2] = 39
    head[8:12] = crc32(bytes(head[:8])).to_bytes(4, "little")
    return data[:12] + bytes(head) + data[24:]


def test_refuses_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    path = write(tmp_path / "a.tar", tar_bytes(*(member(f"{number}.jpg") for number in range(3))))
    with pytest.raises(ArchiveRefused, match="too many files"):
        list(scan(path))


@pytest.mark.parametrize(
    "content",
    [b"", JPEG, gzip.compress(JPEG * 20), b"BZh", bytes(100)],
    ids=["empty", "jpeg", "gzip", "bzip2", "zeros"],
)
def test_refuses_other_files(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ArchiveRefused):
        check_archive(write(tmp_path / "a.tgz", content))


@pytest.mark.parametrize(
    ("name", "content", "is_fine"),
    [
        ("a.tgz", b"\x1f", True),
        ("a.tgz", gzip.compress(b"x")[:9], True),
        ("a.zip", b"P", True),
        ("a.tar", b"some name", True),
        ("a.tar", JPEG * 20, False),
        ("a.zip", JPEG, False),
        ("a.tgz", b"<html>", False),
    ],
    ids=["gzip byte", "gzip", "zip", "short tar", "jpeg", "short jpeg", "page"],
)
def test_judges_beginning_of_upload(tmp_path: Path, name: str, content: bytes, is_fine: bool) -> None:
    path = write(tmp_path / name, content)
    if is_fine:
        check_beginning(path)
    else:
        with pytest.raises(ArchiveRefused):
            check_beginning(path)
