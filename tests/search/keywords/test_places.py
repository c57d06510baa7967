"""Photos are found by the names of their places, in Elasticsearch and in PostgreSQL."""

import pytest
from django.utils.translation import override

from gallery.models import Photo, Place
from search.keywords.fallback import keyword_search_in_database
from search.keywords.search import keyword_search
from search.keywords.snippets import SnippetMaker
from search.query.parser import parse
from search.suggestions.vocabulary import words_from
from tests.search.indexing import index_all

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize(
    "search", [keyword_search, keyword_search_in_database], ids=["Elasticsearch", "PostgreSQL"]
)
POINTS = {
    "hangzhou": (30.2431, 120.1445),
    "tokyo": (35.6586, 139.7454),
    "kyoto": (35.0394, 135.7292),
    "munich": (48.1374, 11.5755),
    "vienna": (48.2085, 16.3731),
    "bucharest": (44.4268, 26.1025),
    "kyiv": (50.4501, 30.5234),
    "desert": (22.0, 7.0),
    "nowhere": None,
}
JAPAN = ["kyoto", "tokyo"]
# Queries, and the photos that contain their words exactly.
QUERIES = [
    ("杭州", ["hangzhou"]),
    ("杭州市", ["hangzhou"]),
    ("hangzhou", ["hangzhou"]),
    ("Zhejiang", ["hangzhou"]),
    ("浙江", ["hangzhou"]),
    ("中国", ["hangzhou"]),
    ("中國", ["hangzhou"]),
    ("hangzhou china", ["hangzhou"]),
    ("東京", ["tokyo"]),
    ("东京", ["tokyo"]),
    ("京都", ["kyoto"]),
    ("日本", JAPAN),
    ("japan", JAPAN),
    ("japan -kyoto", ["tokyo"]),
    ("日本 -京都", ["tokyo"]),
    ("münchen", ["munich"]),
    ("munchen", ["munich"]),
    ("慕尼黑", ["munich"]),
    ("bavaria", ["munich"]),
    ("wien", ["vienna"]),
    ("維也納", ["vienna"]),
    ("kiev", ["kyiv"]),
    ("київ", ["kyiv"]),
    ("algeria", ["desert"]),
    ("place:japan", JAPAN),
    ("place:日本", JAPAN),
    ("place:jp", JAPAN),
    ("place:JP", JAPAN),
    ("place:nippon", []),
    ("place:hangzhou", ["hangzhou"]),
    ("place:杭州", ["hangzhou"]),
    ("place:hang", ["hangzhou"]),
    ("place:oman", []),
    ("place:romania", ["bucharest"]),
    ("place:hou", []),
    ("place:wien", ["vienna"]),
    ('place:"Hangzhou, Zhejiang"', ["hangzhou"]),
    ("place:none", ["nowhere"]),
    ("place:无", ["nowhere"]),
    ("place:japan kyoto", ["kyoto"]),
]


@pytest.fixture
def photos(add_photo, keyword_index):
    places = Place.objects.at(filter(None, POINTS.values()))
    made = {
        name: add_photo(filename=f"{number}.jpg", place=places[point] if point else None)
        for number, (name, point) in enumerate(POINTS.items())
    }
    index_all()
    return made


@BOTH
def test_finds_photos_by_their_places(photos, user, search):
    names = {photo.pk: name for name, photo in photos.items()}
    found = {}
    for query, _expected in QUERIES:
        hits = search(parse(query), user=user, limit=50)
        found[query] = sorted(names[hit.photo_id] for hit in hits if hit.tier == "exact")
    assert found == dict(QUERIES)


@BOTH
def test_others_places_are_not_found(photos, django_user_model, search):
    stranger = django_user_model.objects.create_user("stranger")
    for query in ("japan", "place:japan", "place:none", "杭州"):
        assert len(search(parse(query), user=stranger, limit=50)) == 0


def test_finds_misspelt_places(photos, user):
    hits = list(keyword_search(parse("hangzhu"), user=user, limit=50))
    assert [hit.photo_id for hit in hits][:1] == [photos["hangzhou"].pk]


@pytest.mark.parametrize(
    ("language", "query", "shown"),
    [
        ("en", "hangzhou", "<mark>Hangzhou</mark>, Zhejiang, China"),
        ("zh-hans", "杭州", "<mark>杭州</mark>, 浙江, 中国"),
        ("zh-hans", "hangzhou", "<mark>Hangzhou</mark>, Zhejiang, China"),
        ("en", "china zhejiang", "Hangzhou, <mark>Zhejiang</mark>, <mark>China</mark>"),
        ("en", "中华人民共和国", "<mark>中华人民共和国</mark> · Hangzhou, Zhejiang, China"),
        ("zh-hans", "中华人民共和国", "<mark>中华人民共和国</mark> · 杭州, 浙江, 中国"),
    ],
)
def test_the_reason_is_the_title_of_the_place(photos, language, query, shown):
    photo = Photo.objects.get(pk=photos["hangzhou"].pk)
    with override(language):
        snippets = {snippet.source: snippet.html for snippet in SnippetMaker(parse(query)).snippets(photo)}
    assert snippets == {"place": shown}


def test_suggests_the_usual_names_only(photos, user):
    assert words_from("hang", user=user, limit=10) == ["Hangzhou"]
    assert words_from("杭", user=user, limit=10) == ["杭州"]
    assert words_from("kie", user=user, limit=10) == []
