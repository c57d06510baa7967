"""The directory of an archive is checked in constant memory, even if its end record is wrong."""

import io
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gallery.sources import archives
from gallery.sources.archives import MAX_MEMBERS, ArchiveRefused
from gallery.sources.zip_archives import READING_ERRORS, check_zip
from gallery.sources.zip_directory import DirectorySummary, TooManyMembers, sum_up_directory

ROOT = Path(__file__).resolve().parents[3]
LOCAL = b"PK\x03\x04" + struct.pack("<5H3L2H", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b"a"
FEW = 1000


def entry(name: bytes = b"a", *, size: int = 0, extra: bytes = b"", version: int = 20) -> bytes:
    lengths = struct.pack("<3H", len(name), len(extra), 0)
    head = struct.pack("<4s4B4H3L", b"PK\x01\x02", 20, 3, version, 0, 0, 0, 0, 33, 0, 0, size)
    return head + lengths + struct.pack("<2H2L", 0, 0, 0, 0) + name + extra


def end(entries: int, size: int, *, offset: int = len(LOCAL), comment: bytes = b"", disk: int = 0) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", disk, disk, entries, entries, size, offset, len(comment)) + comment


def large_end(entries: int, size: int, *, disks: int = 1, locator: bytes = b"PK\x06\x07") -> bytes:
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, len(LOCAL))
    where = struct.pack("<4sLQL", locator, 0, len(LOCAL) + size, disks)
    return record + where + end(0xFFFF, 0xFFFFFFFF, offset=0xFFFFFFFF)


def write(path: Path, directory: bytes, tail: bytes, *, before: bytes = b"") -> Path:
    path.write_bytes(before + LOCAL + directory + tail)
    return path


TWO = entry() * 2
REFUSED = {
    "more than may be": (TWO, end(FEW + 1, len(TWO))),
    "more than may be, large": (TWO, large_end(FEW + 1, len(TWO))),
    "2 ** 60 of them": (TWO, large_end(1 << 60, len(TWO))),
    "a directory of 4 GB": (TWO, end(2, 0xFFFFFFF0)),
    "a directory of 2 ** 60 bytes": (TWO, large_end(2, 1 << 60)),
    "more than fit": (TWO, end(3, len(TWO))),
    "fewer than there are": (TWO, end(1, len(TWO))),
    "none, and a directory": (TWO, end(0, len(TWO))),
    "a shorter directory": (TWO, end(1, len(TWO) - 1)),
    "a longer directory": (TWO, end(2, len(TWO) + 1)),
    "fewer, large": (TWO, large_end(1, len(TWO))),
    "five of very many": (entry() * (FEW + 1), end(5, 47 * (FEW + 1))),
    "long names without end": (entry(b"a" * 60000) * 10, end(10, 60046 * 10)),
    "two disks": (TWO, large_end(2, len(TWO), disks=2)),
    "a locator that is none": (TWO, large_end(2, len(TWO), locator=b"PK\0\0")),
    "a signature that is none": (b"XX" + TWO[2:], end(2, len(TWO))),
    "a name longer than the directory": (TWO[:-1], end(2, len(TWO) - 1)),
    "a size that is nowhere": (entry(size=0xFFFFFFFF), end(1, 47)),
    "a size that is cut off": (entry(size=0xFFFFFFFF, extra=b"\1\0\2\0ab"), end(1, 53)),
    "a version of the future": (entry(version=99), end(1, 47)),
    "no end": (TWO, b""),
    "half an end": (TWO, end(2, len(TWO))[:-4]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_wrong_end_records(tmp_path, monkeypatch, case):
    monkeypatch.setattr(archives, "MAX_MEMBERS", FEW)
    with pytest.raises(ArchiveRefused, match=r"too many files|is not a zip archive"):
        check_zip(write(tmp_path / "a.zip", *REFUSED[case]))


@pytest.mark.parametrize(
    ("directory", "tail", "before"),
    [
        (TWO, end(2, len(TWO)), b""),
        (TWO, end(2, len(TWO), comment=b"said of it" * 1000), b""),
        (TWO, end(2, len(TWO), comment=end(0, 0, comment=b"x" * 10)), b""),
        (TWO, end(2, len(TWO)), b"#!/bin/sh\nprepended" * 1000),
        (TWO, large_end(2, len(TWO)), b""),
        (entry() * 70_000, end(70_000 % 65_536, 47 * 70_000), b""),
        (b"", end(0, 0), b""),
    ],
    ids=["plain", "comment", "an end in the comment", "prepended", "large", "count that wraps", "empty"],
)
def test_counts_the_members_that_zipfile_counts(tmp_path, directory, tail, before):
    path = write(tmp_path / "a.zip", directory, tail, before=before)
    with zipfile.ZipFile(path) as archive:
        members = len(archive.filelist)
    assert sum_up_directory(path, max_members=MAX_MEMBERS) == DirectorySummary(members, 0)


def test_sums_up_large_sizes(tmp_path):
    extra = struct.pack("<HHQ", 1, 8, 1 << 40)
    directory = entry(size=0xFFFFFFFF, extra=extra) + entry(size=100)
    path = write(tmp_path / "a.zip", directory, end(2, len(directory)))
    assert sum_up_directory(path, max_members=10).unpacked_bytes == (1 << 40) + 100
    with pytest.raises(ArchiveRefused, match="100 times its size"):
        check_zip(path)


@given(st.binary(max_size=300), st.integers(0, 400), st.binary(max_size=40))
@example(b"", 0, b"")
def test_raises_only_documented_exceptions(tmp_path_factory, noise, at, tail):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/b.jpg", b"x" * 50)
        archive.writestr("c.jpg", b"y")
    data = bytearray(file.getvalue())
    data[at : at + len(noise)] = noise
    path = tmp_path_factory.getbasetemp() / "noise.zip"
    path.write_bytes(bytes(data) + tail)
    try:
        summary = sum_up_directory(path, max_members=10)
    except (TooManyMembers, OSError, *READING_ERRORS):
        return
    assert summary.members <= 10


@pytest.mark.parametrize(
    ("members", "tail"),
    [
        (3_000_000, large_end(3_000_000, 47 * 3_000_000)),
        (3_000_000, end(5, 47 * 3_000_000)),
        (2_500_000, end(5, 47 * 2_500_000)),
        (MAX_MEMBERS, large_end(MAX_MEMBERS, 47 * MAX_MEMBERS)),
    ],
    ids=["honest", "five by its word", "five, and a smaller directory", "as many as may be"],
)
def test_uses_constant_memory_for_millions_of_members(tmp_path, members, tail):
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        file.write(LOCAL)
        for _thousand in range(members // 1000):
            file.write(entry() * 1000)
        file.write(tail)
    statement = (
        "import re, sys, django; django.setup()\n"
        "from pathlib import Path\n"
        "from gallery.bulk_import.safety import ImportRefused, check_archive\n"
        # Not getrusage: a new process inherits the peak of its parent.
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "before = peak()\n"
        "try:\n    check_archive(Path(sys.argv[1])); refusal = ''\n"
        "except ImportRefused as error: refusal = str(error)\n"
        "print(peak() - before, peak(), refusal)\n"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "photosearch.settings"}
    result = subprocess.run(
        [sys.executable, "-c", statement, path], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    grown, peak, refusal = result.stdout.rstrip("\n").split(" ", 2)
    assert ("too many files" in refusal) == (members > MAX_MEMBERS)
    assert int(grown) < 20_000, "kilobytes"
    assert int(peak) < 300_000
