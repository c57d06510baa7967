"""Coordinates become city, region, country and time zone."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.places.gazetteer import gazetteer
from gallery.places.locating import place_at, zone_of

# Latitude, longitude, country, city in English and Chinese ("" in the country only), region, time zone.
PLACES = [
    (30.2431, 120.1445, "CN", "Hangzhou", "杭州", "Zhejiang", "Asia/Shanghai"),  # West Lake
    (39.9163, 116.3972, "CN", "Beijing", "北京", "Beijing", "Asia/Shanghai"),  # Forbidden City
    (31.2397, 121.4998, "CN", "Shanghai", "上海", "Shanghai", "Asia/Shanghai"),  # Oriental Pearl Tower
    (22.5431, 114.0579, "CN", "Shenzhen", "深圳", "Guangdong", "Asia/Shanghai"),
    (23.1065, 113.3245, "CN", "Guangzhou", "广州", "Guangdong", "Asia/Shanghai"),  # Canton Tower
    (30.6570, 104.0660, "CN", "Chengdu", "成都", "Sichuan", "Asia/Shanghai"),
    (29.6578, 91.1169, "CN", "Lhasa", "拉萨", "Tibet", "Asia/Shanghai"),  # Potala Palace
    (43.8256, 87.6168, "CN", "Ürümqi", "乌鲁木齐", "Xinjiang", "Asia/Shanghai"),
    (34.2583, 108.9286, "CN", "Xi’an", "西安", "Shaanxi", "Asia/Shanghai"),
    (45.7567, 126.6424, "CN", "Harbin", "哈尔滨", "Heilongjiang", "Asia/Shanghai"),
    (18.2528, 109.5119, "CN", "Sanya", "三亚", "Hainan", "Asia/Shanghai"),
    (22.2855, 114.1577, "HK", "Hong Kong", "香港", None, "Asia/Hong_Kong"),  # Central
    (22.1976, 113.5409, "MO", "Macau", "澳门", None, "Asia/Macau"),  # Ruins of St. Paul's
    (25.0336, 121.5645, "TW", "Taipei", "台北", None, "Asia/Taipei"),  # Taipei 101
    (22.6163, 120.3133, "TW", "Kaohsiung", "高雄", None, "Asia/Taipei"),
    (35.6586, 139.7454, "JP", "Tokyo", "东京", "Tokyo", "Asia/Tokyo"),  # Tokyo Tower
    (35.0394, 135.7292, "JP", "Kyoto", "京都", "Kyoto", "Asia/Tokyo"),  # Kinkaku-ji
    (34.6873, 135.5259, "JP", "Osaka", "大阪", "Osaka", "Asia/Tokyo"),
    (43.0621, 141.3544, "JP", "Sapporo", "札幌", "Hokkaido", "Asia/Tokyo"),
    (26.2124, 127.6809, "JP", "Naha", "那霸", "Okinawa", "Asia/Tokyo"),
    (37.5796, 126.9770, "KR", "Seoul", "首尔", "Seoul", "Asia/Seoul"),  # Gyeongbokgung
    (35.1587, 129.1604, "KR", "Busan", "釜山", "Busan", "Asia/Seoul"),  # Haeundae
    (39.0392, 125.7625, "KP", "Pyongyang", "平壤", "Pyongyang", "Asia/Pyongyang"),
    (1.2834, 103.8607, "SG", "Singapore", "新加坡", None, "Asia/Singapore"),  # Marina Bay
    (3.1579, 101.7116, "MY", "Kuala Lumpur", "吉隆坡", "Kuala Lumpur", "Asia/Kuala_Lumpur"),
    (13.7500, 100.4913, "TH", "Bangkok", "曼谷", "Bangkok", "Asia/Bangkok"),  # Grand Palace
    (21.0285, 105.8542, "VN", "Hanoi", "河内", "Hanoi", "Asia/Bangkok"),
    (-8.5069, 115.2625, "ID", "Ubud", None, "Bali", "Asia/Makassar"),
    (28.6129, 77.2295, "IN", "Delhi", "德里", "Delhi", "Asia/Kolkata"),  # India Gate
    (27.1751, 78.0421, "IN", "Agra", "阿格拉", "Uttar Pradesh", "Asia/Kolkata"),  # Taj Mahal
    (27.7150, 85.3123, "NP", "Kathmandu", "加德满都", None, "Asia/Kathmandu"),
    (25.1972, 55.2744, "AE", "Dubai", "迪拜", "Dubai", "Asia/Dubai"),  # Burj Khalifa
    (35.7448, 51.3753, "IR", "Tehran", "德黑兰", None, "Asia/Tehran"),
    (41.0086, 28.9802, "TR", "Istanbul", "伊斯坦布尔", "Istanbul", "Europe/Istanbul"),  # Hagia Sophia
    (55.7520, 37.6175, "RU", "Moscow", "莫斯科", "Moscow", "Europe/Moscow"),  # Kremlin
    (59.9398, 30.3146, "RU", "Saint Petersburg", "圣彼得堡", None, "Europe/Moscow"),
    (43.1155, 131.8855, "RU", "Vladivostok", "海参崴", None, "Asia/Vladivostok"),
    (50.4501, 30.5234, "UA", "Kyiv", "基辅", None, "Europe/Kyiv"),
    (52.5163, 13.3777, "DE", "Berlin", "柏林", None, "Europe/Berlin"),  # Brandenburg Gate
    (48.1374, 11.5755, "DE", "Munich", "慕尼黑", "Bavaria", "Europe/Berlin"),
    (50.9413, 6.9583, "DE", "Köln", "科隆", "North Rhine-Westphalia", "Europe/Berlin"),
    (48.2085, 16.3731, "AT", "Vienna", "维也纳", "Vienna", "Europe/Vienna"),
    (47.3769, 8.5417, "CH", "Zürich", "苏黎世", "Zurich", "Europe/Zurich"),
    (48.8584, 2.2945, "FR", "Paris", "巴黎", "Île-de-France", "Europe/Paris"),  # Eiffel Tower
    (43.6961, 7.2718, "FR", "Nice", "尼斯", None, "Europe/Paris"),
    (51.5007, -0.1246, "GB", "London", "伦敦", "England", "Europe/London"),  # Big Ben
    (55.9486, -3.1999, "GB", "Edinburgh", "爱丁堡", "Scotland", "Europe/London"),
    (53.3441, -6.2675, "IE", "Dublin", "都柏林", "Leinster", "Europe/Dublin"),
    (52.3731, 4.8926, "NL", "Amsterdam", "阿姆斯特丹", "North Holland", "Europe/Amsterdam"),
    (50.8466, 4.3528, "BE", "Brussels", "布鲁塞尔", None, "Europe/Brussels"),
    (41.9022, 12.4539, "VA", "Vatican City", "梵蒂冈", None, "Europe/Vatican"),
    (41.8902, 12.4922, "IT", "Rome", "罗马", "Lazio", "Europe/Rome"),  # Colosseum
    (45.4341, 12.3388, "IT", "Venice", "威尼斯", "Veneto", "Europe/Rome"),
    (41.4036, 2.1744, "ES", "Barcelona", "巴塞罗那", "Catalonia", "Europe/Madrid"),
    (28.4636, -16.2518, "ES", "Santa Cruz de Tenerife", None, "Canary Islands", "Atlantic/Canary"),
    (38.7139, -9.1334, "PT", "Lisbon", "里斯本", "Lisbon", "Europe/Lisbon"),
    (37.9715, 23.7257, "GR", "Athens", "雅典", "Attica", "Europe/Athens"),  # Acropolis
    (50.0909, 14.4005, "CZ", "Prague", "布拉格", "Prague", "Europe/Prague"),
    (59.3251, 18.0710, "SE", "Stockholm", "斯德哥尔摩", "Stockholm", "Europe/Stockholm"),
    (64.1466, -21.9426, "IS", "Reykjavík", "雷克雅未克", None, "Atlantic/Reykjavik"),
    (78.2232, 15.6267, "SJ", "Longyearbyen", None, None, "Arctic/Longyearbyen"),
    (40.6892, -74.0445, "US", "New York City", "纽约", None, "America/New_York"),  # Statue of Liberty
    (37.8080, -122.4177, "US", "San Francisco", "旧金山", "California", "America/Los_Angeles"),  # harbour
    (21.2793, -157.8292, "US", None, None, "Hawaii", "Pacific/Honolulu"),  # Waikiki
    (61.2181, -149.9003, "US", "Anchorage", "安克雷奇", "Alaska", "America/Anchorage"),
    (49.2827, -123.1207, "CA", "Vancouver", "温哥华", "British Columbia", "America/Vancouver"),
    (43.6426, -79.3871, "CA", "Toronto", "多伦多", "Ontario", "America/Toronto"),
    (19.4326, -99.1332, "MX", "Mexico City", "墨西哥城", None, "America/Mexico_City"),
    (-22.9519, -43.2105, "BR", "Rio de Janeiro", "里约热内卢", "Rio de Janeiro", "America/Sao_Paulo"),
    (-34.6037, -58.3816, "AR", "Buenos Aires", "布宜诺斯艾利斯", None, "America/Argentina/Buenos_Aires"),
    (-13.1631, -72.5450, "PE", "Machupicchu", None, None, "America/Lima"),
    (29.9792, 31.1342, "EG", None, None, "Giza", "Africa/Cairo"),  # pyramids
    (-1.2921, 36.8219, "KE", "Nairobi", "内罗毕", None, "Africa/Nairobi"),
    (-33.9249, 18.4241, "ZA", "Cape Town", "开普敦", "Western Cape", "Africa/Johannesburg"),
    (-33.8568, 151.2153, "AU", "Sydney", "悉尼", "New South Wales", "Australia/Sydney"),  # opera house
    (-31.9505, 115.8605, "AU", "Perth", "珀斯", "Western Australia", "Australia/Perth"),
    (-36.8485, 174.7633, "NZ", "Auckland", "奥克兰", "Auckland", "Pacific/Auckland"),
    (-18.1416, 178.4419, "FJ", "Suva", "苏瓦", None, "Pacific/Fiji"),
]
# Two points on both sides of a border, and their countries.
BORDERS = [
    ((47.5596, 7.5886), "CH", (47.5953, 7.6100), "DE"),  # Basel, Weil am Rhein
    ((22.5280, 114.0680), "CN", (22.4980, 114.0650), "HK"),  # Shenzhen, New Territories
    ((32.5149, -117.0382), "MX", (32.5700, -117.0000), "US"),  # Tijuana, San Diego
    ((43.7384, 7.4246), "MC", (43.7450, 7.3800), "FR"),  # Monaco, La Turbie
    ((1.4655, 103.7578), "MY", (1.4360, 103.7860), "SG"),  # Johor Bahru, Woodlands
    ((43.0896, -79.0849), "CA", (43.0962, -79.0377), "US"),  # Niagara Falls
    ((40.1260, 124.3750), "CN", (40.0880, 124.4100), "KP"),  # Dandong, Sinuiju
    ((50.7753, 6.0839), "DE", (50.7700, 5.9900), "NL"),  # Aachen, Vaals
]
SEA = [(0.0, 0.0), (30.0, -40.0), (-40.0, -120.0), (20.0, 180.0), (20.0, -180.0), (90.0, 0.0), (89.9, -180.0)]
IMPOSSIBLE = [(91, 0), (-90.1, 0), (0, 180.1), (0, -181), (float("nan"), 0), (0, float("inf"))]
DEGREES_NORTH, DEGREES_EAST = st.floats(-90, 90), st.floats(-180, 180)


@pytest.mark.parametrize(
    ("latitude", "longitude", "country", "city", "chinese", "region", "zone"),
    PLACES,
    ids=[f"{place[2]}-{place[3] or place[5]}-{number}" for number, place in enumerate(PLACES)],
)
def test_finds_the_city(latitude, longitude, country, city, chinese, region, zone):
    found = place_at(latitude, longitude)
    assert found is not None
    assert found.town is not None
    assert (found.country.code, found.zone) == (country, zone)
    names = found.town.city.names
    assert city is None or names[0] == city
    assert chinese is None or names[1] == chinese
    assert region is None or found.town.region_names[0] == region


@pytest.mark.parametrize(("here", "country", "there", "neighbour"), BORDERS, ids=[f"{b[1]}-{b[3]}" for b in BORDERS])
def test_stays_on_its_side_of_the_border(here, country, there, neighbour):
    found, beyond = place_at(*here), place_at(*there)
    assert found is not None
    assert beyond is not None
    assert (found.country.code, beyond.country.code) == (country, neighbour)
    assert found.town is None or found.town.country.code == country


@pytest.mark.parametrize("point", SEA, ids=str)
def test_the_open_sea_has_a_zone_but_no_place(point):
    assert place_at(*point) is None
    assert (zone_of(*point) or "").startswith("Etc/GMT")


def test_the_sea_near_a_coast_belongs_to_the_country_only():
    found = place_at(30.9, 123.3)  # east of the islands of Shanghai
    assert found is not None
    assert (found.country.code, found.town) == ("CN", None)


def test_deserts_have_a_country_only():
    found = place_at(22.0, 7.0)
    assert found is not None
    assert (found.country.code, found.town, found.zone) == ("DZ", None, "Africa/Algiers")


def test_the_south_pole_is_in_antarctica():
    found = place_at(-90, 0)
    assert found is not None
    assert found.country.names[:2] == ("Antarctica", "南极洲")


def test_remote_points_have_a_region_but_no_town():
    found = place_at(64.0, -150.0)
    assert found is not None
    assert found.town is not None
    assert not found.is_in_town
    assert found.town.region_names[0] == "Alaska"


@pytest.mark.parametrize("point", IMPOSSIBLE, ids=str)
def test_impossible_coordinates_have_nothing(point):
    assert place_at(*point) is None
    assert zone_of(*point) is None


@given(DEGREES_NORTH, DEGREES_EAST)
def test_every_point_on_the_globe_has_a_zone(latitude, longitude):
    zone = zone_of(latitude, longitude)
    assert zone is not None
    ZoneInfo(zone)
    found = place_at(latitude, longitude)
    if found:
        assert found.zone == zone
        assert found.country in gazetteer().countries
        assert found.km is None or found.km <= 100


@given(DEGREES_NORTH)
def test_both_sides_of_the_antimeridian_agree(latitude):
    west, east = gazetteer().nearest(latitude, -180, within=100), gazetteer().nearest(latitude, 180, within=100)
    assert (west and west[0].number) == (east and east[0].number)


def test_towns_are_found_at_their_own_coordinates():
    known = gazetteer()
    for number in range(0, len(known.latitudes), 997):
        town = known.town(number)
        found = known.nearest(town.latitude, town.longitude, within=5)
        assert found is not None
        assert found[1] < 0.01


def test_names_of_hong_kong_macao_and_taiwan_are_those_of_cldr():
    names = {code: gazetteer().countries_by_code[code].names[:2] for code in ("HK", "MO", "TW")}
    assert names == {"HK": ("Hong Kong", "香港"), "MO": ("Macao", "澳门"), "TW": ("Taiwan", "台湾")}
