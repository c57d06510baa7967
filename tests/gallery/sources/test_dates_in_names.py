"""Moments in file names: a table of names with their right moments, and every form written and read back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.sources.dates_in_names import NamedMoment, date_in_filename, moment_in_name

DATA = Path(__file__).parents[2] / "data"
# Name and moment: with a time or of a day, local, with an offset, or in UTC (Z).
DATED = [line.split("\t") for line in (DATA / "dated_names.tsv").read_text().splitlines()]
UNDATED = (DATA / "undated_names.txt").read_text().splitlines()


def moment(written: str) -> NamedMoment:
    at = datetime.fromisoformat(written)
    is_instant = written.endswith("Z")
    offset = None if is_instant or at.tzinfo is None else int(at.utcoffset() / timedelta(minutes=1))  # type: ignore[operator]
    return NamedMoment(at if is_instant else at.replace(tzinfo=None), is_instant, offset, "T" in written)


def test_reads_names_with_dates() -> None:
    wrong = {name: moment_in_name(name) for name, written in DATED if moment_in_name(name) != moment(written)}
    assert wrong == {}


def test_table_covers_all_hours_months_and_many_years() -> None:
    moments = [moment(written) for _name, written in DATED]
    assert len(moments) >= 340
    assert {known.at.hour for known in moments if known.has_time} == set(range(24))
    assert {known.at.month for known in moments} == set(range(1, 13))
    assert len({known.at.year for known in moments}) > 20


def test_finds_no_date_in_other_numbers() -> None:
    assert len(UNDATED) >= 60
    assert {name: found for name in UNDATED if (found := moment_in_name(name))} == {}


MS, CS, SECOND, MINUTE, DAY = 1_000, 10_000, 10**6, 60 * 10**6, 24 * 3600 * 10**6
# Forms and the microseconds to which they are exact; {h} is the hour of 12 and {half}, {zh}, {tw} … their words.
FORMS: list[tuple[str, int]] = [
    *(
        (form, SECOND)
        for form in (
            "IMG_{t:%Y%m%d_%H%M%S}.jpg", "{t:%Y%m%d_%H%M%S}_001.jpg", "IMG{t:%Y%m%d%H%M%S}.jpg",
            "Screenshot_{t:%Y%m%d-%H%M%S}_Chrome.jpg", "Screenshot_{t:%Y_%m%d_%H%M%S}.png",
            "Screenshot_{t:%Y-%m-%d-%H-%M-%S}.png", "WhatsApp Image {t:%Y-%m-%d} at {t:%H.%M.%S}.jpeg",
            "WhatsApp Image {t:%Y-%m-%d} at {h}.{t:%M.%S} {half} (1).jpeg", "photo_1@{t:%d-%m-%Y_%H-%M-%S}.jpg",
            "signal-{t:%Y-%m-%d-%H%M%S}_002.jpg", "微信图片_{t:%Y%m%d%H%M%S}_12.jpg", "QQ截图{t:%Y%m%d%H%M%S}.png",
            "WX{t:%Y%m%d-%H%M%S}@2x.png", "Screenshot {t:%Y-%m-%d} at {h}.{t:%M.%S}\u202f{half}.png",
            "Bildschirmfoto {t:%Y-%m-%d} um {t:%H.%M.%S}.png", "Capture d’écran {t:%Y-%m-%d} à {t:%H.%M.%S}.png",
            "Captura de pantalla {t:%Y-%m-%d} a las {t:%H.%M.%S}.png", "截屏{t:%Y-%m-%d} {zh}{h}.{t:%M.%S}.png",
            "螢幕截圖 {t:%Y-%m-%d} {tw}{h}.{t:%M.%S}.png", "스크린샷 {t:%Y-%m-%d} {ko} {h}.{t:%M.%S}.png",
            "屏幕截图 {t:%Y-%m-%d %H%M%S}.png", "Screenshot from {t:%Y-%m-%d %H-%M-%S}.png",
            "Στιγμιότυπο {t:%Y-%m-%d}, {h}.{t:%M.%S} {el}.png", "{t:%Y%m%d}_{t:%Hh%Mm%Ss}_grim.png",
            "Game {m}_{d}_{t:%Y} {h}_{t:%M_%S} {half}.png", "Spiel {t:%d.%m.%Y} {t:%H_%M_%S}.png",
            "Photo {m}-{d}-{t:%y}, {h} {t:%M %S} {half}.jpg", "Foto {t:%d.%m.%y} {t:%H %M %S}.jpg",
            "{t:%y-%m-%d %H-%M-%S} 1234.jpg", "{t:%y%m%d_%H%M%S}_001_FH.JPG", "Notes_{t:%y%m%d_%H%M%S}.jpg",
            "WoWScrnShot_{t:%m%d%y_%H%M%S}.jpg", "{t:%Y%m%d%H%M%S}00-0123456789ABCDEF0123456789ABCDEF.jpg",
            "{t:%Y}年{m}月{d}日 {t:%H}时{t:%M}分{t:%S}秒.jpg", "{t:%Y}년 {m}월 {d}일 {ko} {h}시 {t:%M}분 {t:%S}초.jpg",
            "{t:%Y-%m-%dT%H%M%S}.jpg", "New Doc {t:%Y-%m-%d} {t:%H.%M.%S}.jpg", "{t:%Y-%m-%d %H.%M.%S}-1.jpg",
        )
    ),
    *(
        (form, MINUTE)
        for form in (
            "{t:%Y-%m-%d_%H-%M}.png", "{t:%Y%m%d%H%M}.jpg", "CamScanner {t:%Y-%m-%d} {t:%H.%M}.jpg",
            "Photo on {m}-{d}-{t:%y} at {h}.{t:%M} {half}.jpg", "Scan {d} May 2023 at {t:%H.%M}.jpg",
            "Foto am {t:%d.%m.%y} um {t:%H.%M}.jpg", "{t:%Y}年{m}月{d}日 {tw}{h}点{t:%M}分.jpg",
            "{t:%Y}年{m}月{d}日 {zh}{h}:{t:%M}.jpg", "{t:%Y-%m-%d} {t:%H:%M}.jpg",
        )
    ),
    *(
        (form, DAY)
        for form in (
            "IMG-{t:%Y%m%d}-WA0001.jpg", "{t:%Y%m%d}_12345.jpg", "{t:%Y-%m-%d} Trip.jpg", "{t:%d.%m.%Y}.jpg",
            "{t:%Y}年{m}月{d}日.jpg", "LINE_ALBUM_Trip_{t:%y%m%d}_12.jpg", "Adobe Scan {t:%b} {d}, {t:%Y}.jpg",
            "{d} {t:%B} {t:%Y}.jpg",
        )
    ),
    ("Screenshot_{t:%Y-%m-%d-%H-%M-%S}-{cs}_0123456789abcdef0123456789abcdef.jpg", CS),
    ("Racing {t:%Y.%m.%d} - {t:%H.%M.%S}.{cs}.png", CS),
    ("img{t:%Y%m%d_%H%M%S}{cs}.jpg", CS),
    ("KakaoTalk_{t:%Y%m%d_%H%M%S}{ms}.jpg", MS),
    ("00000IMG_00000_BURST{t:%Y%m%d%H%M%S}{ms}_COVER.jpg", MS),
    ("viber_image_{t:%Y-%m-%d_%H-%M-%S}-{ms}.jpg", MS),
    ("Picsart_{t:%y-%m-%d_%H-%M-%S}-{ms}.jpg", MS),
]  # fmt: skip
INSTANTS: list[tuple[str, int]] = [
    ("mmexport{unix}{ms}.jpg", MS), ("{unix}{ms}.jpg", MS), ("wx_camera_{unix}.jpg", SECOND), ("{unix}.jpg", SECOND),
    ("FB_IMG_{unix}{ms}.jpg", MS), ("企业微信截图_{unix}{ms}7.png", MS),
    ("PXL_{t:%Y%m%d_%H%M%S}{ms}.NIGHT.jpg", MS), ("{t:%Y%m%d_%H%M%S}{ms}_iOS.heic", MS),
    ("Skype_Picture_{t:%Y_%m_%dT%H_%M_%S}_{ms}Z.jpeg", MS),
]  # fmt: skip
PERIODS = ((5, "凌晨"), (8, "清晨"), (12, "上午"), (13, "中午"), (19, "下午"), (24, "晚上"))


def written(form: str, at: datetime) -> str:
    half = at.hour // 12
    return form.format(
        t=at, m=at.month, d=at.day, h=at.hour % 12 or 12, half=("AM", "PM")[half], zh=("上午", "下午")[half],
        ko=("오전", "오후")[half], el=("π.μ.", "μ.μ.")[half], tw=next(name for end, name in PERIODS if at.hour < end),
        ms=f"{at.microsecond // MS:03}", cs=f"{at.microsecond // CS:02}", unix=int(at.replace(tzinfo=UTC).timestamp()),
    )  # fmt: skip


def rounded(at: datetime, exact_to: int) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (at - midnight) // timedelta(microseconds=exact_to) * timedelta(microseconds=exact_to)


def assert_reads_back(form: str, exact_to: int, at: datetime, *, is_instant: bool) -> None:
    if "May" in form:
        at = at.replace(year=2023, month=5)
    name = written(form, at)
    right = rounded(at, exact_to)
    expected = NamedMoment(right.replace(tzinfo=UTC) if is_instant else right, is_instant, None, exact_to < DAY)
    assert moment_in_name(name) == expected, name


# From September 2001 on, Unix times have ten digits.
MOMENTS = st.datetimes(datetime(2001, 10, 1), datetime(2026, 1, 1)).map(
    lambda at: at.replace(microsecond=max(at.microsecond, CS))
)


@given(MOMENTS, st.sampled_from([*((*form, False) for form in FORMS), *((*form, True) for form in INSTANTS)]))
def test_reads_every_form_back(at: datetime, form: tuple[str, int, bool]) -> None:
    pattern, exact_to, is_instant = form
    assert_reads_back(pattern, exact_to, at, is_instant=is_instant)


@pytest.mark.parametrize("hour", range(24))
def test_reads_every_form_at_every_hour(hour: int) -> None:
    at = datetime(2002 + hour, 1 + hour % 12, 28 - hour, hour, 59 - 2 * hour, 2 * hour + 13, 123_000 + hour * 10_000)
    for is_instant, forms in ((False, FORMS), (True, INSTANTS)):
        for form, exact_to in forms:
            assert_reads_back(form, exact_to, at, is_instant=is_instant)


@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_compares_names_without_case(change: Callable[[str], str]) -> None:
    for name in ("IMG_20230501_213045.JPG", "mmexport1682913600000.jpg", "WhatsApp Bild 2023-05-01 um 21.30.45.jpg"):
        assert moment_in_name(change(name)) == moment_in_name(name) is not None


@pytest.mark.parametrize(
    "filename", ["mmexport1682913600000.jpg", "wx_camera_1682913600.jpg", "PXL_20230501_040000000.MP.jpg"]
)
def test_converts_instant_in_name_to_local_time(filename: str, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    assert date_in_filename(filename) == (datetime(2023, 5, 1, 12, 0), 480)


@given(st.text())
def test_survives_any_name(filename: str) -> None:
    found = moment_in_name(filename)
    assert found is None or found.at.year >= 1990
