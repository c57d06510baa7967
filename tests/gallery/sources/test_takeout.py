"""Google Takeout: each picture gets its own sidecar, in any part, language and truncation."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.sources.source_files import SourceMetadata
from gallery.sources.takeout_matching import SidecarName, match_sidecars
from gallery.sources.takeout_names import EDITED, SUFFIX
from tests.gallery.sources.trees import JPEG, make_folder, make_zip, picture, verdicts

YEAR = "Takeout/Google Photos/Photos from 2023"
LONG = "PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGINAL.jpg"


def sidecar(title: str, **more: Any) -> bytes:
    return json.dumps({"title": title, "photoTakenTime": {"timestamp": "1682913600"}} | more).encode()


def sidecar_found(folder: Path, files: Mapping[str, bytes], name: str) -> str:
    """Return the name of the sidecar found for the picture `name` in a year's folder."""
    make_folder(folder / YEAR, {**files, name: JPEG})
    return picture(folder, f"{YEAR}/{name}").metadata.sidecar.rpartition("/")[2]


def test_reads_all_fields_of_sidecar(tmp_path: Path, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    sidecar_bytes = sidecar(
        "What? A party: now.jpg",
        description=" At the lake: Tom&#39;s ",
        geoData={"latitude": 30.25, "longitude": 120.125, "altitude": 12.5},
        geoDataExif={"latitude": 1.0, "longitude": 2.0, "altitude": 3.0},
        creationTime={"timestamp": "1700000000"},
        people=[{"name": "Anna"}, {"name": "王芳"}, {"name": "Anna"}, {}, 7],
        favorited=True,
        archived=True,
    )
    name = "What_ A party_ now.jpg"
    make_folder(tmp_path / YEAR, {name: JPEG, f"{name}.supplemental-metadata.json": sidecar_bytes})
    found = picture(tmp_path, f"{YEAR}/{name}")
    assert (found.filename, found.modified_at) == ("What? A party: now.jpg", None)
    assert found.metadata == SourceMetadata(
        taken_at=datetime(2023, 5, 1, 12),
        taken_offset=480,
        is_instant=True,
        date_source="sidecar",
        description="At the lake: Tom's",
        latitude=30.25,
        longitude=120.125,
        altitude=12.5,
        sidecar=f"{tmp_path}/{YEAR}/{name}.supplemental-metadata.json",
        people=("Anna", "王芳"),
        importance=5,
        is_archived=True,
    )


def test_skips_trashed_pictures(tmp_path: Path) -> None:
    files = {"a.jpg": JPEG, "a.jpg.json": sidecar("a.jpg", trashed=True), "a-edited.jpg": JPEG, "b.jpg": JPEG}
    make_folder(tmp_path / "Takeout/Google Photos/Bin", files)
    found = verdicts(tmp_path / "Takeout/Google Photos")
    assert found == {
        "Bin/a.jpg": "trashed",
        "Bin/a-edited.jpg": "trashed",
        "Bin/a.jpg.json": "sidecar",
        "Bin/b.jpg": "found",
    }


def test_treats_zeros_and_nonsense_as_unknown(tmp_path: Path) -> None:
    nowhere = {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0}
    there = {"latitude": 1.5, "longitude": 2.5, "altitude": 0.0}
    files = {
        "a.jpg.json": sidecar("a.jpg", photoTakenTime={"timestamp": "0"}, geoData=nowhere, geoDataExif=there),
        "b.jpg.json": sidecar("b.jpg", photoTakenTime={"timestamp": "soon"}, geoData={"latitude": 99, "longitude": 1}),
        "c.jpg.json": sidecar("c.jpg", photoTakenTime=7, description=None, geoData=[]),
        "d.jpg.json": b"{broken",
        "e.jpg.json": b"[" * 100_000,
    }
    make_folder(tmp_path / YEAR, {**files, **{f"{letter}.jpg": JPEG for letter in "abcde"}})
    metadata = {letter: picture(tmp_path, f"{YEAR}/{letter}.jpg").metadata for letter in "abcde"}
    assert (metadata["a"].taken_at, metadata["a"].latitude, metadata["a"].altitude) == (None, 1.5, None)
    for letter in "bc":
        assert (metadata[letter].taken_at, metadata[letter].latitude, metadata[letter].description) == (None, None, "")
    assert metadata["d"] == metadata["e"] == SourceMetadata()


def test_strips_characters_the_database_refuses(tmp_path: Path) -> None:
    sidecar_bytes = sidecar("a\0b\ud800.jpg", description="one\ntwo\0\ud800")
    make_folder(
        tmp_path / YEAR,
        {"a_b_.jpg": JPEG, "a_b_.jpg.json": sidecar_bytes, "m.json": b'{"title": "A\\u0000lbum\\ud800"}'},
    )
    found = picture(tmp_path, f"{YEAR}/a_b_.jpg")
    assert (found.filename, found.metadata.description, found.metadata.albums) == ("a b .jpg", "one\ntwo", ("A lbum",))


@pytest.mark.parametrize(
    ("name", "json_name", "title"),
    [
        ("IMG.jpg", "IMG.jpg.json", "IMG.jpg"),
        ("IMG.jpg", "IMG.jpg.supplemental-metadata.json", "IMG.jpg"),
        ("IMG.jpg", "IMG.json", "IMG"),
        ("IMG_3479(1).JPG", "IMG_3479.JPG(1).json", "IMG_3479.JPG"),
        ("IMG_3479(1).JPG", "IMG_3479.JPG.supplemental-metadata(1).json", "IMG_3479.JPG"),
        ("IMG_3479(1).JPG", "IMG_3479(1).JPG.supplemental-metadata.json", "IMG_3479(1).JPG"),
        ("img(18).jpg", "img.jpg.supple(18).json", "img.jpg"),
        (LONG.replace("ORIGINAL", "ORIGINA"), LONG[:46] + ".json", LONG),
        ("05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jpg", "05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jp.json",
         "05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jpg"),
        ("😀" * 23 + "x.jpg", "😀" * 23 + ".json", "😀" * 23 + "xyz.jpg"),
        ("x" + "😀" * 23 + ".jpg", "x" + "😀" * 22 + ".json", "x" + "😀" * 30 + ".jpg"),
        ("IMG-edited.jpg", "IMG.jpg.json", "IMG.jpg"),
        ("IMG-bearbeitet.jpg", "IMG.jpg.supplemental-metadata.json", "IMG.jpg"),
        ("IMG-modifié.jpg", "IMG.jpg.json", "IMG.jpg"),
        ("IMG-modifie\u0301.jpg", "IMG.jpg.json", "IMG.jpg"),
        ("IMG-编辑.jpg", "IMG.jpg.su.json", "IMG.jpg"),
        ("IMG-已修改.jpg", "IMG.jpg.supplemental-metadata.json", "IMG.jpg"),
        ("IMG-edited.jpg", "IMG.HEIC.supplemental-metadata.json", "IMG.HEIC"),
        ("IMG-edited(1).jpg", "IMG.jpg.supplemental-metadata(1).json", "IMG.jpg"),
        ("IMG(1)-edited.jpg", "IMG.jpg(1).json", "IMG.jpg"),
        ("y" * 43 + "-edi.jpg", "y" * 43 + ".jp.json", "y" * 43 + ".jpg"),
        ("P7040106.jpg", "P7040106.JPG.json", "P7040106.JPG"),
        ("IMG_4081(1).jpg", "IMG_4081.JPG(1).json", "IMG_4081.JPG"),
        ("IMG_4081(1).jpg", "img_4081.jpg.SUPPLEMENTAL-META(1).json", "IMG_4081.JPG"),
        ("IMG_4081(2).jpg", "IMG_4081.jpg(2).supplemental-metadata.json", "IMG_4081.jpg"),
        ("IMG_4081(2).jpg", "IMG_4081.jpg(2).suppl.json", "IMG_4081.jpg"),
        ("CAFÉ.JPG", "Cafe\u0301.jpg.json", "café.jpg"),
        ("Cafe\u0301(3).jpg", "CAFÉ.jpg.supplemental-metadata(3).json", "CAFÉ.jpg"),
        ("PXL_20230501_133045123.MP.jpg", "PXL_20230501_133045123.MP.jpg.supplemental-met.json",
         "PXL_20230501_133045123.MP.jpg"),
        ("PXL_20230501_133045123.MP.jpg", "PXL_20230501_133045123.MP.json", "PXL_20230501_133045123.MP"),
        ("PXL_20230501_133045123.RAW-01.COVER.jpg", "PXL_20230501_133045123.RAW-01.COVER.jpg.su.json",
         "PXL_20230501_133045123.RAW-01.COVER.jpg"),
        ("PXL_20230501_133045123~2.jpg", "PXL_20230501_133045123.jpg.supplemental-metadata.json",
         "PXL_20230501_133045123.jpg"),
        ("PXL_20230501_133045123~2.jpg", "PXL_20230501_133045123~2.jpg.supplemental-metadata.json",
         "PXL_20230501_133045123~2.jpg"),
        ("IMG_1.jpg", "IMG_1.HEIC.supplemental-metadata.json", "IMG_1.HEIC"),
        ("IMG_1.jpg", "IMG_1.jpg.json", "IMG_1.HEIC"),
        ("IMG_1(2).jpg", "IMG_1.HEIC.supplemental-metadata(2).json", "IMG_1.HEIC"),
        ("IMG_1.jpeg", "IMG_1.jpg.json", "IMG_1.jpg"),
        ("IMG_1.jpg", "IMG_1.dng.json", "IMG_1.dng"),
        ("IMG_1.jpg", "IMG_1.supplemental-metadata.json", "IMG_1"),
        ("IMG_1(1).jpg", "IMG_1(1).json", "IMG_1"),
        ("Tom _ Anna_s.jpg", "Tom & Anna's.jpg.json", "Tom & Anna's.jpg"),
        ("Tom & Anna's.jpg", "Tom _ Anna_s.jpg.supplemental-metadata.json", "Tom & Anna's.jpg"),
        ("Tom _ Anna_s.jpg", "Tom & Ann.json", "Tom &amp; Anna&#39;s.jpg"),
        ("a picture of a cat.jpg", "a pict.json", "a picture of a cat.jpg"),
        ("a picture of a cat(1).jpg", "a picture of a c(1).json", "a picture of a cat.jpg"),
        ("IMG-BEARBEITET.JPG", "IMG.jpg.json", "IMG.jpg"),
        ("IMG(2)-modifié.jpg", "IMG.HEIC.supplemental-metadata(2).json", "IMG.HEIC"),
        ("IMG-수정됨(1).jpg", "IMG.JPG.supplemental-metadata(1).json", "IMG.JPG"),
        ("IMG-แก้ไขแล้ว.jpg", "IMG.jpg.json", "IMG.jpg"),
        ("IMG_20230501_213045-COLLAGE.jpg", "IMG_20230501_213045.jpg.json", "IMG_20230501_213045.jpg"),
    ],
)  # fmt: skip
def test_finds_sidecar_for_each_name(tmp_path: Path, name: str, json_name: str, title: str) -> None:
    assert sidecar_found(tmp_path, {json_name: sidecar(title)}, name) == json_name


@pytest.mark.parametrize(
    ("name", "json_name", "title"),
    [
        ("IMG.jpg", "IMG.jpg(1).json", "IMG.jpg"),
        ("IMG(1).jpg", "IMG.jpg.json", "IMG.jpg"),
        ("IMG(1).jpg", "IMG.jpg(2).json", "IMG.jpg"),
        ("IMG_1.jpg", "IMG_10.jpg.json", "IMG_10.jpg"),
        ("IMG.jpg", "IMG.png.json", "IMG.png"),
        ("IMG-edited.jpg", "IMG.mp4.json", "IMG.mp4"),
        ("IMG-edited(1).jpg", "IMG.HEIC.json", "IMG.HEIC"),
        ("z" * 46 + "2.jpg", "z" * 46 + ".json", "z" * 46 + "1.jpg"),
        ("IMG.jpg", "IMG-edited.jpg.json", "IMG-edited.jpg"),
        ("IMG_1.jpg", "IMG_1.mp4.json", "IMG_1.mp4"),
        ("IMG_1.jpg", "IMG_1.gif.json", "IMG_1.gif"),
        ("IMG_1.jpg", "IMG_2.jpg.json", "IMG_2.jpg"),
        ("IMG_12.jpg", "IMG_1.json", "IMG_1.jpg"),
        ("IMG_1.jpg", "IMG_1.HEIC(1).json", "IMG_1.HEIC"),
        ("IMG_1(1).jpg", "IMG_1.HEIC.supplemental-metadata.json", "IMG_1.HEIC"),
        ("IMG_1~2.jpg", "IMG_1.jpg(1).json", "IMG_1.jpg"),
        ("IMG-bearbeitet.jpg", "IMG.jpg(1).json", "IMG.jpg"),
        ("a picture of a cat.jpg", "a pict.json", "a picture of a dog.jpg"),
        ("Café.jpg", "Cafe.jpg.json", "Cafe.jpg"),
    ],
)
def test_finds_no_sidecar_of_another_picture(tmp_path: Path, name: str, json_name: str, title: str) -> None:
    assert sidecar_found(tmp_path, {json_name: sidecar(title)}, name) == ""


@pytest.mark.parametrize(
    ("names", "sidecars", "right"),
    [
        # Pictures that differ only in case: each its own, or the only one its exact name.
        (("a.jpg", "a.JPG"), {"a.jpg": "a.jpg", "a.JPG": "a.JPG"}, {"a.jpg": "a.jpg", "a.JPG": "a.JPG"}),
        (("a.jpg", "a.JPG"), {"a.JPG": "a.JPG"}, {"a.JPG": "a.JPG"}),
        (("a.jpg", "a.JPG"), {"A.jPg": "a.JPG"}, {"a.JPG": "A.jPg"}),
        (("a.jpg", "a.JPG"), {"A.jPg": "A.jPg"}, {}),
        # A picture takes no sidecar of another, and shares its own with its edited copies only.
        (("a.jpg", "a(1).jpg", "a-edited.jpg", "a-edited(1).jpg"), {"a.jpg": "a.jpg", "a.jpg(1)": "a.jpg"},
         {"a.jpg": "a.jpg", "a(1).jpg": "a.jpg(1)", "a-edited.jpg": "a.jpg", "a-edited(1).jpg": "a.jpg(1)"}),
        (("a.jpg", "a.HEIC"), {"a.HEIC": "a.HEIC"}, {"a.HEIC": "a.HEIC"}),
        (("a.jpg", "a.HEIC"), {"a.HEIC": "a.HEIC", "a.jpg": "a.jpg"}, {"a.HEIC": "a.HEIC", "a.jpg": "a.jpg"}),
        (("a.HEIC", "a.MP4"), {"a": "a"}, {"a.HEIC": "a"}),
        (("a.png", "a.jpg"), {"a": "a"}, {}),
        (("a.jpg", "a.jpeg"), {"a.dng": "a.dng"}, {}),
        (("a_b.jpg", "a&b.jpg"), {"a_b.jpg": "a?b.jpg", "a&b.jpg": "a&b.jpg"},
         {"a_b.jpg": "a_b.jpg", "a&b.jpg": "a&b.jpg"}),
    ],
    ids=range(11),
)  # fmt: skip
def test_gives_each_sidecar_to_one_picture(
    names: tuple[str, ...], sidecars: dict[str, str], right: dict[str, str]
) -> None:
    for order in (names, names[::-1]):
        found = match_sidecars(order, [SidecarName(stem, title) for stem, title in sidecars.items()])
        assert {name: match.stem for name, match in found.items()} == right


def test_lists_sidecars_without_picture(tmp_path: Path) -> None:
    files = {
        "a.jpg": JPEG, "b.mp4": JPEG, "a.jpg.json": sidecar("a.jpg"), "b.mp4.json": sidecar("b.mp4"),
        "c.jpg.json": sidecar("c.jpg"), "metadata.json": b'{"title": "Beach"}', "broken.json": b"{",
    }  # fmt: skip
    make_folder(tmp_path / YEAR, files)
    found = verdicts(tmp_path / YEAR, profile="takeout")
    assert {name: why for name, why in found.items() if name.endswith("json")} == {
        "a.jpg.json": "sidecar", "b.mp4.json": "sidecar", "c.jpg.json": "orphan", "metadata.json": "sidecar",
        "broken.json": "sidecar",
    }  # fmt: skip


@pytest.mark.parametrize("length", range(6, 33))
def test_finds_sidecar_cut_at_any_length(length: int) -> None:
    whole = "IMG_20230501.jpg.supplemental-metadata"
    for number in ("", "(1)"):
        found = match_sidecars(
            [f"IMG_20230501{number}.jpg"], [SidecarName(whole[:length] + number, "IMG_20230501.jpg")]
        )
        assert [match.stem for match in found.values()] == [whole[:length] + number]


# Titles of any length, and titles that differ only where names are cut.
STEMS = st.text("abcXYZ019_- .()é春😀", min_size=1, max_size=60).filter(
    lambda stem: stem == stem.strip(" .")
) | st.builds(lambda length, tail: "x" * length + tail, st.integers(36, 50), st.text("ab(1)😀", max_size=3))
ENDINGS = st.sampled_from([".jpg", ".HEIC", ".png", ".jpeg"])


def cut(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")


def exported(titles: list[str], *, edited: str, suffix: str) -> list[tuple[str, str, str]]:
    """Return (title, picture name, sidecar name) as Takeout names them in one folder."""
    names = []
    before: list[str] = []
    for title in titles:
        stem, _dot, ending = title.rpartition(".")
        same = before.count(f"{cut(stem, 47)}.{ending}")
        before.append(f"{cut(stem, 47)}.{ending}")
        number = f"({same})" if same else ""
        picture_name = f"{cut(stem + edited, 47)}{number}.{ending}"
        names.append((title, picture_name, f"{cut(title + suffix, 46)}{number}.json"))
    return names


@given(
    st.lists(st.tuples(STEMS, ENDINGS).map("".join), min_size=1, max_size=6, unique=True),
    st.sampled_from(["", *EDITED]),
    st.integers(0, len(SUFFIX)),
)
def test_finds_sidecar_despite_truncation(titles: list[str], edited: str, length: int) -> None:
    names = exported(titles, edited=edited, suffix=SUFFIX[:length])
    # Files of one name overwrite each other; the unpacking tool decides which remains.
    pictures, sidecars = ([name[place] for name in names] for place in (1, 2))
    by_stem = {json_name.removesuffix(".json"): title for title, _name, json_name in names}
    found = match_sidecars(set(pictures), [SidecarName(stem, title) for stem, title in by_stem.items()])
    for title, name, json_name in names:
        if pictures.count(name) > 1:
            continue
        match = found.get(name)
        if sidecars.count(json_name) == 1:
            assert match, f"{name} finds no {json_name}"
        assert not match or by_stem[match.stem] == title, f"{name} finds {match}"


def test_finds_sidecar_in_another_archive(tmp_path: Path) -> None:
    parts = [
        make_zip(tmp_path / "takeout-1.zip", [f"{YEAR}/a.jpg"]),
        make_zip(tmp_path / "takeout-2.zip", {f"{YEAR}/a.jpg.json": sidecar("a.jpg", description="by the sea")}),
    ]
    found = picture(parts, f"{YEAR}/a.jpg")
    assert found.metadata.description == "by the sea"
    assert found.metadata.sidecar == f"{parts[1]}!/{YEAR}/a.jpg.json"
    assert verdicts(parts) == {f"{YEAR}/a.jpg": "found", f"{YEAR}/a.jpg.json": "sidecar"}


def test_reads_parts_unpacked_side_by_side(tmp_path: Path) -> None:
    make_folder(tmp_path / "takeout-1", [f"{YEAR}/a.jpg"])
    make_folder(tmp_path / "takeout-2", {f"{YEAR}/a.jpg.json": sidecar("a.jpg", description="by the sea")})
    assert picture(tmp_path, f"takeout-1/{YEAR}/a.jpg").metadata.description == "by the sea"


@pytest.mark.parametrize(
    "metadata", ["metadata.json", "métadonnées.json", "Metadaten.json", "元数据.json", "metadati.json"]
)
@pytest.mark.parametrize(
    "fields", [{"title": "Café am See", "access": "protected"}, {"albumData": {"title": "Café am See"}}]
)
def test_reads_album_title_in_any_language(tmp_path: Path, metadata: str, fields: dict[str, Any]) -> None:
    album = "Takeout/Google Fotos/Cafe am See"
    files = {metadata: json.dumps(fields).encode(), "a.jpg": JPEG, "a.jpg.json": sidecar("a.jpg")}
    make_folder(tmp_path / album, files)
    make_folder(tmp_path / "Takeout/Google Fotos/Fotos von 2023", {"a.jpg": JPEG, "a.jpg.json": sidecar("a.jpg")})
    assert picture(tmp_path, f"{album}/a.jpg").metadata.albums == ("Café am See",)
    assert picture(tmp_path, "Takeout/Google Fotos/Fotos von 2023/a.jpg").metadata.albums == ()
    assert verdicts(tmp_path)[f"{album}/{metadata}"] == "sidecar"


@pytest.mark.parametrize(
    "year", ["Photos from 2023", "Fotos von 2023", "Photos de 2023", "2023 年的照片", "2023年の写真", "Foto dal 2023"]
)
def test_ignores_year_folder_as_album(tmp_path: Path, year: str) -> None:
    folder = f"Takeout/Google 相册/{year}"
    make_folder(tmp_path / folder, {"元数据.json": json.dumps({"title": year}).encode(), "a.jpg": JPEG})
    assert picture(tmp_path, f"{folder}/a.jpg").metadata.albums == ()


@pytest.mark.parametrize("root", ["Takeout/Google Photos", "Google 相册", "Google Fotos", "2023 年的照片"])
def test_recognises_export_by_folders(tmp_path: Path, root: str) -> None:
    make_folder(tmp_path / root, {"a.jpg": JPEG, "a.jpg.json": sidecar("a.jpg", description="by the sea")})
    assert picture(tmp_path, f"{root}/a.jpg").metadata.description == "by the sea"


def test_reads_export_by_profile(tmp_path: Path) -> None:
    make_folder(tmp_path, {"a.jpg": JPEG, "a.jpg.json": sidecar("a.jpg"), "metadata.json": b'{"title": "Beach"}'})
    assert picture(tmp_path, "a.jpg").metadata.albums == ()
    assert picture(tmp_path, "a.jpg", profile="takeout").metadata.albums == ("Beach",)


def test_recognises_videos_of_live_photos(tmp_path: Path) -> None:
    make_folder(tmp_path / YEAR, ["a.HEIC", "a.MP4", "b.mp4", "PXL_1.jpg", "PXL_1.MP"])
    assert verdicts(tmp_path / "Takeout") == {
        "Google Photos/Photos from 2023/PXL_1.MP": "film",
        "Google Photos/Photos from 2023/PXL_1.jpg": "found",
        "Google Photos/Photos from 2023/a.HEIC": "found",
        "Google Photos/Photos from 2023/a.MP4": "film",
        "Google Photos/Photos from 2023/b.mp4": "video",
    }


def test_keeps_name_of_edited_copy(tmp_path: Path) -> None:
    make_folder(tmp_path / YEAR, {"a.jpg": JPEG, "a-edited.jpg": JPEG, "a.jpg.json": sidecar("Öl?.jpg")})
    assert picture(tmp_path, f"{YEAR}/a.jpg").filename == "Öl?.jpg"
    assert picture(tmp_path, f"{YEAR}/a-edited.jpg").filename == "a-edited.jpg"
