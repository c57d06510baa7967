"""Zip archives are read without unpacking: names in any encoding, and zip bombs refused."""

import struct
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gallery.sources import archives, scan
from gallery.sources.archives import ArchiveRefused, UnreadableMember
from gallery.sources.trees import decode_name
from tests.gallery.sources.trees import JPEG, make_folder, make_zip, picture, verdicts


def zip_with_raw_name(path: Path, name: bytes, *, extra: bytes = b"") -> Path:
    """Make an archive with one member called `name`, without a mark of its encoding."""
    info = zipfile.ZipInfo("x" * len(name), date_time=(2023, 5, 1, 12, 0, 0))
    info.extra = extra
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, JPEG)
    path.write_bytes(path.read_bytes().replace(b"x" * len(name), name))
    return path


def test_finds_and_reads_member(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "trip.zip", ["春/a.jpg", "b.MOV", "b.heic"])
    assert verdicts(archive) == {"b.MOV": "film", "b.heic": "found", "春/a.jpg": "found"}
    found = picture(archive, "春/a.jpg")
    assert (found.path, found.filename) == (f"{archive}!/春/a.jpg", "a.jpg")
    assert (found.size, found.is_plain) == (len(JPEG), False)
    with found.open() as file:
        assert file.read() == JPEG
        file.seek(2)
        assert file.read(2) == JPEG[2:4]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trip.zip"]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("春游/照片.jpg".encode("gbk"), "春游/照片.jpg"),
        ("北京镕基.jpg".encode("gbk"), "北京镕基.jpg"),
        ("春游.jpg".encode(), "春游.jpg"),
        ("für Größe.jpg".encode("cp437"), "für Größe.jpg"),
        (b"plain.jpg", "plain.jpg"),
        (b"windows\\made\\it.jpg", "windows/made/it.jpg"),
    ],
)
def test_guesses_encoding_of_names(tmp_path: Path, raw: bytes, name: str) -> None:
    assert verdicts(zip_with_raw_name(tmp_path / "a.zip", raw)) == {name: "found"}


def test_prefers_name_in_extra_field(tmp_path: Path) -> None:
    raw = b"????.jpg"
    field = b"\1" + struct.pack("<L", zlib.crc32(raw)) + "照片.jpg".encode()
    extra = struct.pack("<HH", 0x7075, len(field)) + field
    assert verdicts(zip_with_raw_name(tmp_path / "a.zip", raw, extra=extra)) == {"照片.jpg": "found"}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_decodes_chinese_names(encoding: str) -> None:
    assert decode_name("二〇二三年五一假期".encode(encoding)) == "二〇二三年五一假期"


@pytest.mark.parametrize("name", ["../../up.jpg", "/etc/up.jpg", "a/../../up.jpg", "..\\up.jpg", "./up.jpg"])
def test_keeps_names_inside_the_archive(tmp_path: Path, name: str) -> None:
    archive = make_zip(tmp_path / "a.zip", [name])
    (path,) = verdicts(archive)
    assert ".." not in path
    assert not path.startswith("/")


def test_reads_time_as_utc_or_local(tmp_path: Path, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    plain = zip_with_raw_name(tmp_path / "a.zip", b"a.jpg")
    assert picture(plain, "a.jpg").modified_at == datetime(2023, 5, 1, 4, tzinfo=UTC)
    extra = struct.pack("<HHBL", 0x5455, 5, 1, 1577934245)
    exact = zip_with_raw_name(tmp_path / "b.zip", b"a.jpg", extra=extra)
    assert picture(exact, "a.jpg").modified_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_skips_links_and_encrypted_members(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("locked.jpg", JPEG)
        archive.infolist()[1].flag_bits |= 1
    assert verdicts(path) == {"link.jpg": "link", "locked.jpg": "encrypted"}


def test_fails_only_for_damaged_member(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jpg", b"first" * 100)
        archive.writestr("b.jpg", b"second" * 100)
    path.write_bytes(path.read_bytes().replace(b"firstfirst", b"fristfirst", 1))
    with pytest.raises(UnreadableMember):
        picture(path, "a.jpg").open()
    with picture(path, "b.jpg").open() as file:
        assert file.read() == b"second" * 100


@pytest.mark.parametrize("data", [b"", b"no archive", JPEG])
def test_refuses_file_that_is_not_an_archive(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(ArchiveRefused, match=r"“a\.zip” is not a zip archive"):
        list(scan(path))


def test_refuses_zip_bomb(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.bmp": bytes(150_000_000)})
    with pytest.raises(ArchiveRefused, match="100 times its size"):
        list(scan(path))


def test_refuses_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [make_zip(tmp_path / f"{number}.zip", ["a.jpg", "b.jpg"]) for number in range(3)]
    monkeypatch.setattr(archives, "MAX_MEMBERS", 5)
    with pytest.raises(ArchiveRefused, match="too many files"):
        list(scan(paths))


def test_refuses_directory_larger_than_archive(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", ["a.jpg"])
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<L", 4_000_000_000)
    path.write_bytes(data)
    with pytest.raises(ArchiveRefused, match="too many files"):
        list(scan(path))


def test_reads_folder_of_archives_only(tmp_path: Path) -> None:
    make_zip(tmp_path / "2.zip", ["b.jpg"])
    make_zip(tmp_path / "1.zip", ["a.jpg"])
    make_folder(tmp_path, [".DS_Store"])
    assert [item.path for item in scan(tmp_path)] == [f"{tmp_path}/1.zip!/a.jpg", f"{tmp_path}/2.zip!/b.jpg"]
