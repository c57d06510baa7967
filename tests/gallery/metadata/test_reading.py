"""Files made byte by byte are read as the specifications say: EXIF 2.32, XMP, IPTC-IIM, PNG, and MWG's guidelines."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, Base
from PIL.TiffImagePlugin import IFDRational

from gallery.metadata.reading import FileMetadata, read_file, read_sidecar
from tests.tagged_pictures import (
    bag,
    exif_block,
    in_languages,
    iptc_block,
    position,
    regions,
    tagged_jpeg,
    tagged_png,
    windows_regions,
    xmp_packet,
)

TAKEN, DIGITISED, CHANGED = Base.DateTimeOriginal, Base.DateTimeDigitized, Base.DateTime
XP_TITLE, XP_COMMENT, XP_KEYWORDS = 0x9C9B, 0x9C9C, 0x9C9E
RATING, RATING_PERCENT = 0x4746, 0x4749
UTF8 = b"\x1b%G"


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def local(at: str, offset: int | None = None, **more: Any) -> dict[str, Any]:
    return {"at": at, "offset": offset, **more}


def read(content: bytes, folder: Path) -> FileMetadata:
    path = folder / "picture"
    path.write_bytes(content)
    with path.open("rb") as file:
        return read_file(file)


def exif(at: object, **more: Any) -> bytes:
    return tagged_jpeg(exif={TAKEN: at}, **more)


AT = "2019-05-06T07:08:09"
WRITTEN = "2019:05:06 07:08:09"
LATER = "2021:04:01 08:22:44"
DATES: dict[str, tuple[bytes, dict[str, Any]]] = {
    "exposure": (exif(WRITTEN), {"exif": local(AT)}),
    "exposure with offset": (
        tagged_jpeg(exif={TAKEN: WRITTEN, Base.OffsetTimeOriginal: "+08:00"}),
        {"exif": local(AT, 480)},
    ),
    "exposure with sub-seconds": (
        tagged_jpeg(exif={TAKEN: WRITTEN, Base.SubsecTimeOriginal: "052"}),
        {"exif": local(f"{AT}.052000")},
    ),
    "hour 24": (exif("2015:08:22 24:08:19"), {"exif": local("2015-08-22T00:08:19")}),
    "dashes": (exif("2019-05-06 07:08:09"), {"exif": local(AT)}),
    "slashes": (exif("2019/05/06 07:08:09"), {"exif": local(AT)}),
    "T": (exif("2019:05:06T07:08:09"), {"exif": local(AT)}),
    "zone in the date": (exif("2019:05:06 07:08:09+02:00"), {"exif": local(AT, 120)}),
    "without seconds": (exif("2019:05:06 07:08"), {"exif": local("2019-05-06T07:08:00")}),
    "date only": (exif("2019:05:06"), {"exif": local("2019-05-06T00:00:00", days=1)}),
    "spaces for zeros": (exif("2019: 5: 6  7: 8: 9"), {"exif": local(AT)}),
    "ended at NUL": (exif("2019:05:06 07:08:09\0rubbish"), {"exif": local(AT)}),
    "zeros": (exif("0000:00:00 00:00:00"), {}),
    "unset clock of 1904": (exif("1904:01:01 00:00:00"), {}),
    "unset clock of 1970": (exif("1970:01:01 00:00:00"), {}),
    "unset clock of 1980": (exif("1980:01:01 00:00:00"), {}),
    "before photography": (exif("1066:10:14 09:00:00"), {}),
    "far future": (exif("2099:01:01 00:00:00"), {}),
    "blank": (exif("    :  :     :  :  "), {}),
    "digitising alone": (tagged_jpeg(exif={DIGITISED: WRITTEN}), {"exif": local(AT)}),
    "exposure before digitising": (
        tagged_jpeg(exif={TAKEN: "1989:05:05 14:08:45", DIGITISED: WRITTEN}),
        {"exif": local("1989-05-05T14:08:45")},
    ),
    "digitising where the exposure is unset": (
        tagged_jpeg(exif={TAKEN: "0000:00:00 00:00:00", DIGITISED: WRITTEN}),
        {"exif": local(AT)},
    ),
    "last change alone": (tagged_jpeg(tags={CHANGED: WRITTEN}), {"changed": local(AT)}),
    "exposure in XMP, last change in EXIF": (
        tagged_jpeg(tags={CHANGED: LATER}, xmp=xmp_packet(exif_DateTimeOriginal="1989-05-05T14:08:45")),
        {"exif": local("1989-05-05T14:08:45"), "changed": local("2021-04-01T08:22:44")},
    ),
    "XMP alone": (tagged_jpeg(xmp=xmp_packet(exif_DateTimeOriginal="2019-05-06T07:08:09")), {"exif": local(AT)}),
    "XMP with zone": (
        tagged_jpeg(xmp=xmp_packet(photoshop_DateCreated="2019-05-06T07:08:09.5+05:30")),
        {"exif": local(f"{AT}.500000", 330)},
    ),
    "XMP in UTC": (
        tagged_jpeg(xmp=xmp_packet(xmp_CreateDate="2019-05-06T07:08:09Z")),
        {"exif": local(AT, is_instant=True)},
    ),
    "XMP with the year alone": (
        tagged_jpeg(xmp=xmp_packet(photoshop_DateCreated="1989")),
        {"exif": local("1989-01-01T00:00:00", days=365)},
    ),
    "last change in XMP": (tagged_jpeg(xmp=xmp_packet(xmp_ModifyDate="2019-05-06T07:08:09")), {"changed": local(AT)}),
    "EXIF before XMP": (
        exif(WRITTEN, xmp=xmp_packet(photoshop_DateCreated="2001-01-01T01:01:01")),
        {"exif": local(AT)},
    ),
    "XMP's zone for the same moment in EXIF": (
        exif(WRITTEN, xmp=xmp_packet(photoshop_DateCreated="2019-05-06T07:08:09+09:00")),
        {"exif": local(AT, 540)},
    ),
    "IPTC": (
        tagged_jpeg(iptc=iptc_block((55, b"20190506"), (60, b"070809+0000"))),
        {"exif": local(AT, 0)},
    ),
    "IPTC without time": (
        tagged_jpeg(iptc=iptc_block((55, b"20190506"))),
        {"exif": local("2019-05-06T00:00:00", days=1)},
    ),
    "IPTC's date and the time of digitising": (
        tagged_jpeg(exif={DIGITISED: WRITTEN}, iptc=iptc_block((55, b"20190506"))),
        {"exif": local(AT)},
    ),
    "IPTC where EXIF has zeros": (
        tagged_jpeg(
            tags={CHANGED: LATER},
            exif={TAKEN: "0000:00:00 00:00:00"},
            iptc=iptc_block((55, b"19980704"), (60, b"120000+0000")),
        ),
        {"exif": local("1998-07-04T12:00:00", 0), "changed": local("2021-04-01T08:22:44")},
    ),
    "XMP before IPTC": (
        tagged_jpeg(xmp=xmp_packet(photoshop_DateCreated="2019-05-06T07:08:09"), iptc=iptc_block((55, b"20010101"))),
        {"exif": local(AT)},
    ),
    "IPTC changed by a program that knows no XMP": (
        tagged_jpeg(
            xmp=xmp_packet(photoshop_DateCreated="2001-01-01T01:01:01"),
            iptc=iptc_block((55, b"20190506"), (60, b"070809+0100"), digest=b"0123456789abcdef"),
        ),
        {"exif": local(AT, 60)},
    ),
    "PNG with XMP": (
        tagged_png(xmp=xmp_packet(photoshop_DateCreated="2019-05-06T07:08:09")),
        {"exif": local(AT)},
    ),
    "PNG with EXIF": (tagged_png(exif=exif_block({Base.Software: "1"}, exif={TAKEN: WRITTEN})), {"exif": local(AT)}),
    "PNG's creation time": (tagged_png(texts={"Creation Time": b"2019:05:06 07:08:09"}), {"exif": local(AT)}),
    "PNG's creation time as in mails": (
        tagged_png(texts={"Creation Time": b"Mon, 6 May 2019 07:08:09 +0200"}),
        {"exif": local(AT, 120)},
    ),
    "satellites": (
        tagged_jpeg(gps={GPS.GPSDateStamp: "2019:05:06", GPS.GPSTimeStamp: tuple(map(IFDRational, (7, 8, 9)))}),
        {"gps": local(AT, is_instant=True)},
    ),
    "satellites at hour 24": (
        tagged_jpeg(gps={GPS.GPSDateStamp: "2019:02:31", GPS.GPSTimeStamp: tuple(map(IFDRational, (7, 8, 9)))}),
        {},
    ),
    "nothing": (tagged_jpeg(), {}),
}


@pytest.mark.parametrize(("content", "claims"), DATES.values(), ids=DATES)
def test_reads_date(content, claims, tmp_path):
    assert read(content, tmp_path).claims.get("date", {}) == claims


def test_finds_offset_by_satellites(tmp_path):
    gps = {GPS.GPSDateStamp: "2019:05:05", GPS.GPSTimeStamp: tuple(map(IFDRational, (23, 8, 50)))}
    found = read(tagged_jpeg(exif={TAKEN: WRITTEN}, gps=gps), tmp_path)
    assert found.claims["offset"] == {"gps": 480}


DESCRIPTIONS: dict[str, tuple[bytes, str]] = {
    "ASCII": (tagged_jpeg(tags={Base.ImageDescription: "Plain words"}), "Plain words"),
    "UTF-8": (tagged_jpeg(tags={Base.ImageDescription: "翻訳 北京 Größe".encode()}), "翻訳 北京 Größe"),
    "GBK": (tagged_jpeg(tags={Base.ImageDescription: "西湖的春天".encode("gbk")}), "西湖的春天"),
    "Big5": (tagged_jpeg(tags={Base.ImageDescription: "臺北的春天".encode("big5")}), "臺北的春天"),
    "Shift JIS": (tagged_jpeg(tags={Base.ImageDescription: "東京タワー".encode("cp932")}), "東京タワー"),
    "Latin-1": (
        tagged_jpeg(tags={Base.ImageDescription: "Größe des Fußballs".encode("latin-1")}),
        "Größe des Fußballs",
    ),
    "Latin-1 in French": (
        tagged_jpeg(tags={Base.ImageDescription: "Été à la plage".encode("latin-1")}),
        "Été à la plage",
    ),
    "Windows' quotes": (tagged_jpeg(tags={Base.ImageDescription: "“Zoë” – 5 €".encode("cp1252")}), "“Zoë” – 5 €"),
    "Cyrillic": (tagged_jpeg(tags={Base.ImageDescription: "Вид на реку".encode("cp1251")}), "Вид на реку"),
    "ended at NUL": (tagged_jpeg(tags={Base.ImageDescription: b"Words\x00rubbish\x00"}), "Words"),
    "some lines": (tagged_jpeg(tags={Base.ImageDescription: "One\r\nTwo\x07"}), "One\nTwo"),
    "XMP": (tagged_jpeg(xmp=xmp_packet(in_languages("dc:description", default="Am See"))), "Am See"),
    "XMP in one language": (tagged_jpeg(xmp=xmp_packet(in_languages("dc:description", zh_CN="湖边"))), "湖边"),
    "EXIF before XMP": (
        tagged_jpeg(
            tags={Base.ImageDescription: "EXIF's"}, xmp=xmp_packet(in_languages("dc:description", default="XMP's"))
        ),
        "EXIF's",
    ),
    "XMP instead of a camera's words": (
        tagged_jpeg(
            tags={Base.ImageDescription: "OLYMPUS DIGITAL CAMERA         "},
            xmp=xmp_packet(in_languages("dc:description", default="XMP's")),
        ),
        "XMP's",
    ),
    "IPTC in UTF-8": (tagged_jpeg(iptc=iptc_block((120, "Am Größten".encode()), charset=UTF8)), "Am Größten"),
    "IPTC in undeclared UTF-8": (tagged_jpeg(iptc=iptc_block((120, "湖边".encode()))), "湖边"),
    "IPTC in undeclared GBK": (tagged_jpeg(iptc=iptc_block((120, "西湖的春天".encode("gbk")))), "西湖的春天"),
    "IPTC in undeclared Latin-1": (tagged_jpeg(iptc=iptc_block((120, "Größe".encode("latin-1")))), "Größe"),
    "Windows' comment": (tagged_jpeg(tags={XP_COMMENT: utf16("Ein schöner Tag 湖")}), "Ein schöner Tag 湖"),
    "user comment in Unicode": (
        tagged_jpeg(exif={Base.UserComment: b"UNICODE\0" + "Ein schöner Tag".encode("utf-16-be")}),
        "Ein schöner Tag",
    ),
    "user comment in ASCII": (tagged_jpeg(exif={Base.UserComment: b"ASCII\0\0\0By the lake"}), "By the lake"),
    "PNG in Latin-1": (tagged_png(texts={"Description": "Größe".encode("latin-1")}), "Größe"),
    "PNG in UTF-8": (tagged_png(texts={"Description": "湖边 Größe".encode()}), "湖边 Größe"),
    "JPEG's comment": (tagged_jpeg(comment="Am See, Größe".encode()), "Am See, Größe"),
    "a program's comment": (tagged_jpeg(comment=b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v80), quality = 90"), ""),
    "a camera's name": (tagged_jpeg(tags={Base.ImageDescription: "SONY DSC"}), ""),
    "a camera's words": (tagged_jpeg(tags={Base.ImageDescription: "OLYMPUS DIGITAL CAMERA"}), ""),
    "a telephone's mode": (tagged_jpeg(tags={Base.Make: "HUAWEI", Base.ImageDescription: "rptrp"}), ""),
    "a telephone's notes": (tagged_jpeg(exif={Base.UserComment: b"ASCII\0\0\0oplus_32"}), ""),
    "spaces": (tagged_jpeg(tags={Base.ImageDescription: "                "}), ""),
}


@pytest.mark.parametrize(("content", "description"), DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_reads_description(content, description, tmp_path):
    found = read(content, tmp_path)
    assert found.claims.get("description", {}) == ({"exif": description} if description else {})
    assert found.data.get("description", "") == description


def labels(*, title: str = "", keywords: tuple[str, ...] = (), people: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"title": title, "keywords": list(keywords), "people": list(people)}


LABELS: dict[str, tuple[bytes, dict[str, Any]]] = {
    "title in XMP": (
        tagged_jpeg(xmp=xmp_packet(in_languages("dc:title", default="Seeblick"))),
        labels(title="Seeblick"),
    ),
    "title in IPTC": (tagged_jpeg(iptc=iptc_block((5, "湖".encode()), charset=UTF8)), labels(title="湖")),
    "title of Windows": (tagged_jpeg(tags={XP_TITLE: utf16("Größe")}), labels(title="Größe")),
    "title in PNG": (tagged_png(texts={"Title": b"Lake"}), labels(title="Lake")),
    "keywords in XMP": (
        tagged_jpeg(xmp=xmp_packet(bag("dc:subject", "See", "西湖", " see "))),
        labels(keywords=("See", "西湖")),
    ),
    "keywords in IPTC": (
        tagged_jpeg(iptc=iptc_block((25, "Grün".encode("latin-1")), (25, b"See"))),
        labels(keywords=("Grün", "See")),
    ),
    "keywords of Windows": (
        tagged_jpeg(tags={XP_KEYWORDS: utf16("See;Urlaub; 湖")}),
        labels(keywords=("See", "Urlaub", "湖")),
    ),
    "keywords of both": (
        tagged_jpeg(xmp=xmp_packet(bag("dc:subject", "See")), iptc=iptc_block((25, b"See"), (25, b"Boot"))),
        labels(keywords=("See", "Boot")),
    ),
    "levels of Lightroom": (
        tagged_jpeg(xmp=xmp_packet(bag("dc:subject", "京都") + bag("lr:hierarchicalSubject", "Reise|Japan|京都"))),
        labels(keywords=("京都", "Reise", "Japan")),
    ),
    "levels of digiKam": (
        tagged_jpeg(xmp=xmp_packet(bag("digiKam:TagsList", "Orte/Japan", "Orte/Peru", kind="Seq"))),
        labels(keywords=("Orte", "Japan", "Peru")),
    ),
    "darktable's own marks": (
        tagged_jpeg(xmp=xmp_packet(bag("lr:hierarchicalSubject", "darktable|format|jpeg", "Wald"))),
        labels(keywords=("Wald",)),
    ),
    "a number": (tagged_jpeg(xmp=xmp_packet(bag("dc:subject", "007", "2019"))), labels(keywords=("007", "2019"))),
    "faces": (tagged_jpeg(xmp=xmp_packet(regions("Zoë", "小雨"))), labels(people=("Zoë", "小雨"))),
    "faces without a name": (tagged_jpeg(xmp=xmp_packet(regions(""))), {}),
    "regions that are no faces": (tagged_jpeg(xmp=xmp_packet(regions("9783161484100", kind="BarCode"))), {}),
    "faces of Windows": (tagged_jpeg(xmp=xmp_packet(windows_regions("Anna", "Bo"))), labels(people=("Anna", "Bo"))),
    "people of IPTC": (tagged_jpeg(xmp=xmp_packet(bag("Iptc4xmpExt:PersonInImage", "Anna"))), labels(people=("Anna",))),
    "the same face twice": (
        tagged_jpeg(xmp=xmp_packet(regions("Anna") + windows_regions("anna"))),
        labels(people=("Anna",)),
    ),
}


@pytest.mark.parametrize(("content", "found"), LABELS.values(), ids=LABELS)
def test_reads_labels(content, found, tmp_path):
    assert read(content, tmp_path).claims.get("labels", {}) == ({"exif": found} if found else {})


RATINGS = {
    "five stars": (tagged_jpeg(xmp=xmp_packet(xmp_Rating="5")), 5),
    "a fraction": (tagged_jpeg(xmp=xmp_packet(xmp_Rating="3.0")), 3),
    "none": (tagged_jpeg(xmp=xmp_packet(xmp_Rating="0")), 0),
    "rejected": (tagged_jpeg(xmp=xmp_packet(xmp_Rating="-1")), 0),
    "too many": (tagged_jpeg(xmp=xmp_packet(xmp_Rating="99")), 5),
    "in EXIF": (tagged_jpeg(tags={RATING: 4}), 4),
    "Microsoft's one star": (tagged_jpeg(xmp=xmp_packet(MicrosoftPhoto_Rating="1")), 1),
    "Microsoft's three stars": (tagged_jpeg(xmp=xmp_packet(MicrosoftPhoto_Rating="50")), 3),
    "Microsoft's five stars": (tagged_jpeg(tags={RATING_PERCENT: 99}), 5),
    "stars before percents": (tagged_jpeg(xmp=xmp_packet(xmp_Rating="2", MicrosoftPhoto_Rating="99")), 2),
    "words": (tagged_jpeg(xmp=xmp_packet(xmp_Rating="good")), 0),
}


@pytest.mark.parametrize(("content", "stars"), RATINGS.values(), ids=RATINGS)
def test_reads_rating(content, stars, tmp_path):
    assert read(content, tmp_path).claims.get("importance", {}) == ({"exif": stars} if stars else {})


HANGZHOU = {"latitude": 30.25, "longitude": 120.15}
PLACES: dict[str, tuple[bytes, dict[str, float]]] = {
    "north-east": (tagged_jpeg(gps=position(30.25, 120.15)), HANGZHOU),
    "south-west": (tagged_jpeg(gps=position(-12.05, -77.05)), {"latitude": -12.05, "longitude": -77.05}),
    "with altitude": (
        tagged_jpeg(gps=position(30.25, 120.15) | {GPS.GPSAltitude: IFDRational(435, 10)}),
        HANGZHOU | {"altitude": 43.5},
    ),
    "below the sea": (
        tagged_jpeg(gps=position(31.5, 35.5) | {GPS.GPSAltitudeRef: b"\x01", GPS.GPSAltitude: IFDRational(430)}),
        {"latitude": 31.5, "longitude": 35.5, "altitude": -430},
    ),
    "without hemispheres": (
        tagged_jpeg(gps={number: value for number, value in position(30.25, 120.15).items() if number in (2, 4)}),
        HANGZHOU,
    ),
    "in XMP": (
        tagged_jpeg(xmp=xmp_packet(exif_GPSLatitude="30,15.0N", exif_GPSLongitude="120,9.0E")),
        HANGZHOU,
    ),
    "null island": (tagged_jpeg(gps=position(0, 0)), {}),
    "outside of the earth": (tagged_jpeg(gps=position(95, 10)), {}),
    "latitude alone": (
        tagged_jpeg(gps={number: value for number, value in position(30.25, 0).items() if number < 3}),
        {},
    ),
}


@pytest.mark.parametrize(("content", "place"), PLACES.values(), ids=PLACES)
def test_reads_place(content, place, tmp_path):
    found = read(content, tmp_path)
    assert found.claims.get("place", {}) == ({"exif": place} if place else {})
    assert {name: found.data[name] for name in ("latitude", "longitude", "altitude") if name in found.data} == place


def test_reads_camera_and_exposure(tmp_path):
    content = tagged_jpeg(
        tags={
            Base.Make: b"Canon\0rubbish",
            Base.Model: "EOS 90D ",
            Base.Software: "v1",
            Base.Orientation: 6,
            Base.Artist: "Jörg Müller".encode(),
            Base.Copyright: "© 2020 Zoë".encode(),
        },
        exif={
            Base.LensModel: "EF-S 18-135mm",
            Base.ExposureTime: IFDRational(1, 125),
            Base.FNumber: IFDRational(28, 10),
            Base.ISOSpeedRatings: 400,
            Base.FocalLength: IFDRational(50, 1),
            Base.FocalLengthIn35mmFilm: 80,
        },
    )
    assert read(content, tmp_path).data == {
        "make": "Canon",
        "model": "EOS 90D",
        "lens": "EF-S 18-135mm",
        "software": "v1",
        "artist": "Jörg Müller",
        "copyright": "© 2020 Zoë",
        "orientation": 6,
        "exposure_time": 0.008,
        "aperture": 2.8,
        "iso": 400,
        "focal_length": 50,
        "focal_length_35mm": 80,
    }


def test_reads_camera_in_xmp(tmp_path):
    packet = xmp_packet(tiff_Make="FUJIFILM", tiff_Model="X-T5", exifEX_LensModel="XF23mm", exif_FNumber="56/10")
    found = read(tagged_jpeg(xmp=packet), tmp_path).data
    assert found == {"make": "FUJIFILM", "model": "X-T5", "lens": "XF23mm", "aperture": 5.6}


def test_model_that_looks_like_a_number_stays_as_it_is(tmp_path):
    assert read(tagged_jpeg(tags={Base.Model: "007e1"}), tmp_path).data["model"] == "007e1"
    assert read(tagged_jpeg(tags={Base.Model: "1e5"}), tmp_path).data["model"] == "1e5"


@pytest.mark.parametrize("where", ["xmp", "exif"])
def test_knows_screenshot_by_its_note(where, tmp_path):
    content = (
        tagged_png(xmp=xmp_packet(exif_UserComment="Screenshot"))
        if where == "xmp"
        else tagged_jpeg(exif={Base.UserComment: b"ASCII\0\0\0Screenshot"})
    )
    found = read(content, tmp_path).claims
    assert found == {"kind": {"exif": "screenshot"}}


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_reads_every_format(format_name, tmp_path):
    content = BytesIO()
    block = exif_block({Base.Make: "Camera"}, exif={TAKEN: WRITTEN}, gps=position(30.25, 120.15))
    packet = xmp_packet(bag("dc:subject", "See"), xmp_Rating="4").encode()
    Image.new("RGB", (16, 16)).save(
        content, format_name, exif=block.tobytes(), **({} if format_name == "PNG" else {"xmp": packet})
    )
    found = read(content.getvalue(), tmp_path)
    assert found.data["make"] == "Camera"
    assert found.claims["date"]["exif"] == local(AT)
    assert found.claims["place"]["exif"] == HANGZHOU
    if format_name not in ("PNG", "TIFF"):
        assert found.claims["labels"]["exif"]["keywords"] == ["See"]
        assert found.claims["importance"]["exif"] == 4


def cut(content: bytes) -> Iterator[bytes]:
    for size in (0, 1, 2, 30, 100, len(content) // 2, len(content) - 1):
        yield content[:size]


def test_survives_files_that_end_too_early(tmp_path):
    for content in (exif(WRITTEN), tagged_png(texts={"Title": b"Lake"})):
        for part in cut(content):
            assert isinstance(read(part, tmp_path), FileMetadata)


def test_file_that_is_no_picture_states_nothing(tmp_path):
    assert read(b"words\n" * 100, tmp_path) == FileMetadata()


def test_limits_what_a_file_may_state(tmp_path):
    packet = xmp_packet(bag("dc:subject", *(f"word {number}" for number in range(2000)), "x" * 5000))
    found = read(tagged_jpeg(xmp=packet), tmp_path).claims["labels"]["exif"]["keywords"]
    assert len(found) == 500
    long = tagged_jpeg(tags={Base.ImageDescription: "word " * 4000})
    assert len(read(long, tmp_path).claims["description"]["exif"]) <= 5000


DARKTABLE = xmp_packet(
    bag("dc:subject", "See") + in_languages("dc:title", default="Am See") + regions("Anna"),
    exif_DateTimeOriginal="2019:05:06 07:08:09.250",
    xmp_Rating="4",
    exif_GPSLatitude="30,15.0N",
    exif_GPSLongitude="120,9.0E",
)


def test_reads_sidecar():
    assert read_sidecar(DARKTABLE.encode()) == {
        "date": {"sidecar": local(f"{AT}.250000")},
        "place": {"sidecar": HANGZHOU},
        "labels": {"sidecar": labels(title="Am See", keywords=("See",), people=("Anna",))},
        "importance": {"sidecar": 4},
    }


@pytest.mark.parametrize("content", [b"", b"<x", b"\0" * 100, "<xml>ä</xml>".encode("latin-1")], ids=range(4))
def test_sidecar_that_is_no_xmp_states_nothing(content):
    assert read_sidecar(content) == {}
