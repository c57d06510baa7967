"""Names of folders stand for days, months and years, alone or below others."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.sources.dated_folders import period_of_folders

DAY = {
    "2023-05-01 Trip", "20230501", "2023.05.01", "2023_05_01", "2023-5-1", "2023年5月1日", "2023年05月01日 春游",
    "Trip 2023-05-01", "01.05.2023", "01.05.2023 Ausflug", "1. Mai 2023", "1 May 2023", "May 1, 2023",
    "San Francisco, CA, May 1, 2023", "杭州市 - 浙江省, 2023年5月1日", "1 de mayo de 2023", "1 мая 2023",
    "1 maja 2023", "2023년 5월 1일", "2023/2023-05-01", "2023/05/2023-05-01", "2023/05/01", "2023/05/1",
    "2023-05/01", "2023/05-01", "2023/0501", "2023/0501 Trip", "2023/05_01 Trip", "2023年/5月/1日", "2023年/5月1日",
    "2023/May/01", "2023/05 May/01 Monday", "Photos from 2023/05/01", "May 2023/01", "20230501_213045",
    "2023/05. Mai/01.",
}  # fmt: skip
MONTH = {
    "2023-05", "202305", "2023_05 Trip", "2023.05", "2023 05", "2023-5", "2023年5月", "2023 年 5 月",
    "2023年05月 相册", "2023년 5월", "2023年五月", "2023-05/Ori", "2023/05", "2023/5", "2023年/5月", "2023/05 May",
    "2023/05-May", "2023/05_Mai", "2023/05. Mai", "2023/May", "2023/mai", "2023/Mayo", "2023/Май", "2023/mei",
    "2023/maj", "2023/五月", "2023/5月 春游", "May 2023", "MAY 2023", "Mai 2023", "mayo 2023", "Mayo de 2023",
    "maggio 2023", "maio 2023", "maio de 2023", "mei 2023", "maj 2023", "Май 2023", "toukokuu 2023", "Mayıs 2023",
    "květen 2023", "május 2023", "Μάιος 2023", "Trip May 2023", "May_2023", "2023 May", "2023-May", "2023_05_May",
    "2023 05 mai", "05-2023", "05.2023", "05.2023 Urlaub", "Fotos 2023/05 Mai", "Photos from 2023/05",
    "2023 年的照片/5月",
}  # fmt: skip
YEAR = {
    "2023", "2023年", "2023 Trip", "Trip 2023", "Trip_2023", "Urlaub-2023", "2023_Trip", "Trip (2023)", "2023年春节",
    "Photos from 2023", "Fotos von 2023", "Photos de 2023", "Fotos de 2023", "Fotos del 2023", "Foto dal 2023",
    "Foto's uit 2023", "Zdjęcia z 2023", "Foton från 2023", "Bilder fra 2023", "Фото за 2023 год", "2023 年的照片",
    "2023年の写真", "2023년의 사진", "2023 yılından fotoğraflar", "ภาพถ่ายจากปี 2023", "2023/13", "2023/99",
    "2023/1234", "2023/Trip", "2023/100APPLE",
}  # fmt: skip


@pytest.mark.parametrize("folder", sorted(DAY))
def test_finds_day(folder: str) -> None:
    assert period_of_folders(f"/photos/{folder}/x.jpg") == (datetime(2023, 5, 1), datetime(2023, 5, 2))


@pytest.mark.parametrize("folder", sorted(MONTH))
def test_finds_month(folder: str) -> None:
    assert period_of_folders(f"/photos/{folder}/x.jpg") == (datetime(2023, 5, 1), datetime(2023, 6, 1))


@pytest.mark.parametrize("folder", sorted(YEAR))
def test_finds_year(folder: str) -> None:
    assert period_of_folders(f"/photos/{folder}/x.jpg") == (datetime(2023, 1, 1), datetime(2024, 1, 1))


@pytest.mark.parametrize(
    "folder",
    ["20230501-20230507", "2023-05-01 - 2023-05-07", "2023-05-01 bis 2023-05-07 Rom", "01.05.2023-07.05.2023",
     "2023.05.01~2023.05.07", "2023年5月1日-2023年5月7日"],
)  # fmt: skip
def test_finds_days_of_trip(folder: str) -> None:
    assert period_of_folders(f"/photos/{folder}/x.jpg") == (datetime(2023, 5, 1), datetime(2023, 5, 8))


@pytest.mark.parametrize(
    "folder",
    ["100APPLE", "2999", "2023-13", "DSC2023", "12345678", "05", "IMG-1999x", "20231", "13", "x/5", "1990s", "May",
     "Mai", "1920x1080", "DCIM/101_0501", "A2023B", "13800138000"],
)  # fmt: skip
def test_ignores_other_numbers(folder: str) -> None:
    assert period_of_folders(f"/photos/{folder}/x.jpg") is None


def test_reads_years_before_digital_cameras() -> None:
    assert period_of_folders("/1974/x.jpg") == (datetime(1974, 1, 1), datetime(1975, 1, 1))
    assert period_of_folders("/1974-07-12 Wedding/x.jpg") == (datetime(1974, 7, 12), datetime(1974, 7, 13))


def test_uses_innermost_folder_but_not_archive_name() -> None:
    assert period_of_folders("/2021/2022-03/x/y.jpg") == (datetime(2022, 3, 1), datetime(2022, 4, 1))
    assert period_of_folders("/takeout-20230501/2023.zip!/a/y.jpg") is None


FORMS = (
    "{d:%Y-%m-%d}", "{d:%Y%m%d}", "{d:%d.%m.%Y}", "{d.year}年{d.month}月{d.day}日", "{d:%Y/%m/%d}", "{d:%Y/%Y-%m-%d}",
    "{d:%Y/%m%d}", "{d:%B} {d.day}, {d.year}", "{d.day} {d:%B} {d.year}",
)  # fmt: skip


@given(st.dates(date(1990, 1, 1), date(2025, 12, 31)), st.sampled_from(FORMS))
def test_reads_every_day_back(day: date, form: str) -> None:
    begin = datetime(day.year, day.month, day.day)
    assert period_of_folders(f"/photos/{form.format(d=day)}/x.jpg") == (begin, begin + timedelta(days=1))


@given(st.text())
def test_survives_any_path(path: str) -> None:
    period = period_of_folders(path)
    assert period is None or period[0] < period[1]
