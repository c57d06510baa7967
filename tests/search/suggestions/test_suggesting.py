"""Tests of the rows below the search box, with words from the database."""

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from gallery.albums.making import make_album
from gallery.models import Place
from search.saved import record_search, save_search
from search.suggestions.suggesting import EXAMPLES, MAX_SUGGESTIONS, suggest, suggest_queries
from search.suggestions.suggestion import Kind
from tests.factories import add_photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words_from_database")]


def rows(text: str, *, user: User, kind: Kind | None = None) -> list[tuple[str, str]]:
    """Return the kinds and queries of the suggestions, or those of one kind."""
    found = suggest(text, user=user)
    return [(row.kind.value, row.query) for row in found if kind in (None, row.kind)]


def queries(text: str, *, user: User, kind: Kind) -> list[str]:
    return [query for _kind, query in rows(text, user=user, kind=kind)]


def test_suggests_all_kinds_for_one_word(user):
    add_photo(user, "Tea house.png", text="Teahouse menu", metadata={"make": "Acme", "model": "Teapot 3"})
    save_search("five o'clock", user=user, address="q=green+tea")
    record_search("q=tea+cup&min_width=5", user=user)
    record_search("q=coffee", user=user)
    assert rows("TEA", user=user) == [
        ("recent", "tea cup"),
        ("saved", "green tea"),
        ("word", "Teahouse"),
        ("camera", 'camera:"Teapot 3"'),
        ("file", "Tea house.png"),
    ]


def test_shows_recent_searches_or_examples_for_empty_box(user):
    assert [row.query for row in suggest(" ", user=user)] == [str(query) for query, _detail in EXAMPLES]
    assert suggest_queries("", user=user) == []
    add_photo(user, "tea.png")
    record_search("q=调休", user=user)
    record_search("min_width=5", user=user)
    save_search("wide", user=user, address="min_width=900")
    assert [(row.kind.value, str(row.text)) for row in suggest("", user=user)] == [
        ("recent", "Min. width: 5 px"),
        ("recent", "调休"),
        ("saved", "wide"),
        *(("example", str(query)) for query, _detail in EXAMPLES),
    ]
    assert suggest_queries("", user=user) == ["调休"]


WORDS = [
    ("sta", ["Starbucks", "station"]),
    ("STARB", ["Starbucks"]),
    ("bucks", []),
    ("koln", []),
    ("kol", ["Köln"]),
    ("fuss", ["Fußgänger"]),
    ("fuß", ["Fußgänger"]),
    ("don", ["don’t"]),
    ("nh-9", ["NH-961"]),
    ("nh9", ["NH-961"]),
    ("星", ["星巴克", "星巴克咖啡", "星巴克门店", "星期三"]),
    ("巴克", ["巴克咖啡", "巴克门店"]),
    ("電", ["电子发票", "電梯"]),
    ("电", ["电子发票", "電梯"]),
    ("モ", ["モーニング"]),
    ("🎉", []),
    ("?!", []),
]


@pytest.mark.parametrize(("typed", "words"), WORDS)
def test_continues_words_of_own_pictures(user, typed, words):
    add_photo(user, "1.png", text="Starbucks Coffee\nKöln station\n星巴克咖啡 电子发票")
    add_photo(user, "2.png", text="STARBUCKS 星巴克门店", description="Fußgänger don’t NH-961 🎉 party")
    add_photo(user, "3.png", text="星期三 電梯 モーニング")
    add_photo(user, "4.png", text="Starbucks")
    add_photo(User.objects.create_user("other"), "5.png", text="starfish 星星点灯")
    assert sorted(queries(typed, user=user, kind=Kind.WORD)) == sorted(words)


def test_spells_frequent_words_first_and_as_in_latest_picture(user):
    add_photo(user, "1.png", text="MATCHA latte")
    add_photo(user, "2.png", text="matador")
    add_photo(user, "3.png", text="Matcha")
    assert queries("mat", user=user, kind=Kind.WORD) == ["Matcha", "matador"]


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("green mat", "green matcha"),
        ("ext:png -mat", "ext:png -matcha"),
        ('"green mat', '"green matcha'),
        ("  green  mat", "green  matcha"),
        ("call 1380", "call 138-0013-8000"),
    ],
)
def test_completes_only_last_word(user, typed, query):
    add_photo(user, "tea.png", text="matcha\n138-0013-8000")
    assert queries(typed, user=user, kind=Kind.WORD) == [query]


FILTERS = [
    ("ka", ["kind:"]),
    ("kaa", []),
    ("zz", []),
    ("k", ["kind:", "keyword:"]),
    ("tea KI", ["tea kind:"]),
    ("kind:", ["kind:photo", "kind:screenshot", "kind:meme"]),
    ("kind: s", ["kind:screenshot"]),
    ("kind：截", ["kind:screenshot"]),
    ("截图", ["kind:screenshot"]),
    ("kind:meme", []),
    ("ext:", ["ext:jpg", "ext:png"]),
    ("tea EXT:p", ["tea ext:png"]),
    ("png", ["ext:png"]),
    ("after:", ["after:2023", "after:2022", "after:2021"]),
    ("before:202", ["before:2023", "before:2022", "before:2021"]),
    ("date:", ["date:2023", "date:2022", "date:2021"]),
    ("after:2021", []),
    ("importance:", [f"importance:>={number}" for number in (5, 4, 3, 2, 1)]),
    ("width:", ["width:>1000"]),
    ("nokey:", []),
    ("is:", ["is:archived", "is:starred"]),
    ("tea -is:a", ["tea -is:archived"]),
    ("is:星", ["is:starred"]),
    ("starre", ["is:starred"]),
]


@pytest.mark.parametrize(("typed", "filters"), FILTERS)
def test_suggests_filters_and_their_values(user, typed, filters):
    add_photo(user, "1.jpg", taken_at="2021-05-05", extension="jpg")
    add_photo(user, "2.png", taken_at="2023-05-05")
    add_photo(User.objects.create_user("other"), "3.gif", extension="gif", taken_at="2019-05-05")
    assert queries(typed, user=user, kind=Kind.FILTER) == filters


def test_filter_without_value_goes_on_in_the_box(user):
    assert [(row.query, row.continues) for row in suggest("ca", user=user)] == [("camera:", True)]


def test_suggests_own_lenses(user):
    add_photo(user, "1.png", metadata={"lens": "EF 50mm f/1.8"})
    add_photo(user, "2.png", metadata={"lens": "Sigma 18-35mm"})
    add_photo(User.objects.create_user("other"), "3.png", metadata={"lens": "EF 100mm"})
    assert queries("lens:ef", user=user, kind=Kind.FILTER) == ['lens:"EF 50mm f/1.8"']


def test_continues_words_of_labels(user):
    add_photo(user, "1.png", labels={"title": "Matterhorn", "keywords": ["Zermatt"], "people": ["Matteo"]})
    assert sorted(queries("mat", user=user, kind=Kind.WORD)) == ["Matteo", "Matterhorn"]


def test_suggests_own_cameras(user):
    add_photo(user, "1.png", metadata={"make": "FUJIFILM", "model": "X100V"})
    add_photo(user, "2.png", metadata={"make": "Canon", "model": 'Canon "EOS" R5'})
    add_photo(User.objects.create_user("other"), "3.png", metadata={"make": "Fuji", "model": "Secret"})
    assert queries("camera:", user=user, kind=Kind.CAMERA) == ['camera:"Canon EOS R5"', "camera:X100V"]
    assert queries("tea fuji", user=user, kind=Kind.CAMERA) == ["tea camera:X100V"]
    assert queries('camera:"canon e', user=user, kind=Kind.CAMERA) == ['camera:"Canon EOS R5"']


def test_file_opens_photo(user):
    older = add_photo(user, "IMG_2041.png")
    photo = add_photo(user, "holiday-IMG.png")
    add_photo(user, "DSCIMG.png")
    found = [row for row in suggest("img", user=user) if row.kind == Kind.FILE]
    assert [(row.photo, row.address) for row in found] == [
        (photo, f"/photos/{photo.pk}"),
        (older, f"/photos/{older.pk}"),
    ]
    assert str(found[1].text) == "<mark>IMG</mark>_2041.png"


@pytest.mark.parametrize(
    ("typed", "name", "marked"),
    [
        ("sum", "our summer", "our <mark>sum</mark>mer"),
        ("été", "un ete à <b>", "un <mark>ete</mark> à &lt;b&gt;"),
        ("图", "截圖", "截<mark>圖</mark>"),
        ("nh96", "NH-961", "<mark>NH-96</mark>1"),
    ],
)
def test_marks_typed_part(user, typed, name, marked):
    save_search(name, user=user, address="q=x")
    assert [str(row.text) for row in suggest(typed, user=user) if row.kind == Kind.SAVED] == [marked]


def test_leaves_room_for_words_among_many_suggestions(user):
    for number in range(12):
        add_photo(user, f"cat {number}.png", text=f"cat{'abcdefghijkl'[number]}", metadata={"model": f"Cat {number}"})
        record_search(f"q=cat+{number}", user=user)
        save_search(f"cat {number}", user=user, address=f"q=cat&min_width={number + 1}")
    kinds = [kind for kind, _query in rows("cat", user=user)]
    assert kinds == ["recent", "recent", "saved", "saved", "word", "word", "word", "camera", "camera", "file", "file"]
    assert len(kinds) <= MAX_SUGGESTIONS + 1
    assert len(rows("cat 1", user=user)) <= MAX_SUGGESTIONS


def test_labels_are_chinese_for_chinese_users(user):
    with translation.override("zh-hans"):
        assert str(Kind.WORD.label) == "图片中的文字"


def test_hides_data_of_other_users(client, user):
    other = User.objects.create_user("other")
    add_photo(other, "secret.png", text="secretary", metadata={"model": "secret"})
    record_search("q=secret", user=other)
    save_search("secret", user=other, address="q=secret")
    client.force_login(user)
    assert "secret" not in client.get("/search/suggestions", {"q": "sec"}).content.decode()


def test_trash_suggests_nothing(user):
    photo = add_photo(user, "secret.png", text="secretary")
    photo.trashed_at = "2024-01-01T00:00Z"
    photo.save()
    assert suggest("sec", user=user) == []
    assert suggest("ext:", user=user) == []


def test_escapes_names(client, user):
    add_photo(user, "<img src=x>.png", text="<img>")
    client.force_login(user)
    page = client.get("/search/suggestions", {"q": "img"}).content.decode()
    assert "&lt;<mark>img</mark> src=x&gt;" in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    "typed", ["\0", "a\0b", '"', "((((", "[", "\\", "%_", "x" * 2000, "kind:\0", "İ", "ﬁ", "\ud800"]
)
def test_answers_any_text(client, user, typed):
    add_photo(user, "İ ﬁle.png", text="( [ \\ %_ xx")
    client.force_login(user)
    assert client.get("/search/suggestions", {"q": typed.encode("utf-8", "surrogatepass")}).status_code == 200


def test_suggests_the_values_of_own_places(user):
    points = [(30.2431, 120.1445), (35.6586, 139.7454), (35.0394, 135.7292)]
    places = Place.objects.at(points)
    for number, point in enumerate(points):
        add_photo(user, f"{number}.png", place=places[point])
    assert queries("place:", user=user, kind=Kind.FILTER)[0] == "place:Japan"
    assert queries("place:ja", user=user, kind=Kind.FILTER) == ["place:Japan"]
    assert queries("place:日", user=user, kind=Kind.FILTER) == ["place:Japan"]
    with translation.override("zh-hans"):
        assert queries("place:zhe", user=user, kind=Kind.FILTER) == ["place:浙江"]


def test_suggests_own_albums(user, django_user_model):
    for name in ("Summer 2020", "夏天在成都"):
        make_album(name, owner=user)
    make_album("Summer of others", owner=django_user_model.objects.create_user("stranger"))
    assert queries("album:", user=user, kind=Kind.FILTER) == ["album:夏天在成都", 'album:"Summer 2020"']
    assert queries("album:sum", user=user, kind=Kind.FILTER) == ['album:"Summer 2020"']
    assert queries("album:成", user=user, kind=Kind.FILTER) == ["album:夏天在成都"]
