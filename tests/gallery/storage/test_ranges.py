"""Range headers select bytes of a file."""

from io import BytesIO

import pytest

from gallery.storage.ranges import FilePart, UnsatisfiableRange, read_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=2-5", (2, 5)),
        ("bytes=4-", (4, 9)),
        ("bytes=-3", (7, 9)),
        ("bytes=-30", (0, 9)),
        ("bytes=8-999", (8, 9)),
        ("", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=0-1,4-5", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("bytes=²-", None),
    ],
)
def test_reads_one_range_and_ignores_others(header, span):
    assert read_range(header, size=10) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_refuses_range_behind_end(header):
    with pytest.raises(UnsatisfiableRange):
        read_range(header, size=10)


def test_reads_part_of_file_to_its_end():
    file = BytesIO(b"0123456789")
    part = FilePart(file, 2, 6)
    assert [part.read(2), part.read(2), part.read(2), part.read(2)] == [b"23", b"45", b"6", b""]
    part.close()
    assert file.closed
    assert FilePart(BytesIO(b"0123456789"), 2, 6).read() == b"23456"
