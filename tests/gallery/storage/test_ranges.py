"""Which bytes a Range header asks for."""

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
def test_one_range_of_ten_bytes_is_understood_and_anything_else_means_all(header, span):
    assert read_range(header, size=10) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_what_begins_behind_the_end_cannot_be_given(header):
    with pytest.raises(UnsatisfiableRange):
        read_range(header, size=10)


def test_a_part_of_a_file_ends_where_it_should():
    file = BytesIO(b"0123456789")
    part = FilePart(file, 2, 6)
    assert [part.read(2), part.read(2), part.read(2), part.read(2)] == [b"23", b"45", b"6", b""]
    part.close()
    assert file.closed
    assert FilePart(BytesIO(b"0123456789"), 2, 6).read() == b"23456"
