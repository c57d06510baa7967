"""Tests of word search, in Elasticsearch and in its fallback PostgreSQL."""

from datetime import datetime

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Photo, PhotoSource
from gallery.text.canonical import fold, forms, pattern
from search.keywords.fallback import keyword_search_in_database
from search.keywords.index import KeywordSearchUnavailable, unindex_photos
from search.keywords.search import keyword_search
from search.keywords.snippets import KeywordHit, SnippetMaker
from search.query.parser import parse
from tests.near_misses import near_misses
from tests.search.indexing import index_all, update_statistics

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize(
    "search", [keyword_search, keyword_search_in_database], ids=["Elasticsearch", "PostgreSQL"]
)


def found(search, text, *, user) -> list[int]:
    return [hit.photo_id for hit in search(parse(text), user=user, limit=50)]


def snippets(hit: KeywordHit, text: str) -> dict[str, str]:
    made = SnippetMaker(parse(text)).snippets(Photo.objects.get(pk=hit.photo_id))
    return {snippet.source: snippet.html for snippet in made}


GOLDEN = {
    "boarding pass": "登机牌 BOARDING PASS\n航班 NH961 东京\n座位RE16登机口 23",
    "holiday": "五一调休安排\n5月1日至5月5日放假调休",
    "chat": "林小雨：我购买了道具和服装\n周明浩：好的，老地方见",
    "mail": "请发到 Jianguo.Chen+books@mail.example.org 谢谢",
    "phone": "电话 138-1234-5678\n(010) 6255 8888",
    "station": "中关村站 Zhongguancun Station",
    "wide": "ＮＨ９７２ Ｆｕｌｌ ｗｉｄｔｈ：￥１２０",
    "cat": "猫",
    "broken": "国庆节后\n调\n休通知",
    "letter": "thank you foryour booking. Two nights for the cats, in the Garden_Guest house",
    "hostile": "100% off_road C:\\temp \\d+ [a-z]* (x) 'quoted' \"double\"",
}


QUERIES = [
    ("NH961", "boarding pass"),
    ("RE16", "boarding pass"),
    ("登机口23", "boarding pass"),
    ("登机口 23", "boarding pass"),
    ("“登机牌 boarding”", "boarding pass"),
    ("“牌 board”", ""),
    ("pass 东京", "boarding pass"),
    ("林小雨", "chat"),
    ("小雨 服装", "chat"),
    ("我购买了道具", "chat"),
    ("jianguo.chen+books", "mail"),
    ("chen+books@mail", "mail"),
    ("@mail.example.org", "mail"),
    ("13812345678", "phone"),
    ("1234-5678", "phone"),
    ("8123456", "phone"),
    ("01062558888", "phone"),
    ("中关", "station"),
    ("关村", "station"),
    ("村", "station"),
    ("Zhong", "station"),
    ("guancun", "station"),
    ("nh972", "wide"),
    ("ＮＨ９７２", "wide"),
    ("¥120", "wide"),
    ("猫", "cat"),
    ("调休通知", "broken"),
    ("节后调休", "broken"),
    ("cat", "letter"),
    ("nights booking", "letter"),
    ("“foryour booking”", "letter"),
    ("“ryour book”", ""),
    ("guest", "letter"),
    ("100%", "hostile"),
    ("off_road", "hostile"),
    ("c:\\temp", "hostile"),
    ("\\d+", "hostile"),
    ("“a-z]* (x)”", "hostile"),
    ("'quoted'", "hostile"),
    ("ryour", ""),
    ("ar", ""),
    ("rain", ""),
    ("休调通", ""),
    ("“cats” “dogs”", ""),
    ("off%road", "hostile"),
    ("off%read", ""),
]
# Found only by Elasticsearch, which knows forms of words, and Chinese words without spaces.
LIKE_WORDS = [
    ("cat gardens", "letter"),
    ("houses", "letter"),
    ("东京航班", "boarding pass"),
    ("道具服装", "chat"),
    ("村站中关", ""),
]


@BOTH
def test_finds_words_and_parts_among_near_misses(search, user, add_photo, keyword_index):
    photos = {name: add_photo(text) for name, text in GOLDEN.items()}
    for text in near_misses(500):
        add_photo(text)
    index_all()
    update_statistics()
    names = {photo.pk: name for name, photo in photos.items()} | {None: ""}
    queries = QUERIES + (LIKE_WORDS if search is keyword_search else [])
    first = {text: next(iter(found(search, text, user=user)), None) for text, _ in queries}
    assert {text: names.get(pk, "a near miss") for text, pk in first.items()} == dict(queries)


@BOTH
def test_ignores_near_misses(search, user, add_photo, keyword_index):
    for text in ("NH916", "休息调", "补休与调班", "林晓雨", "小雨 王", "jianguo.chan@example.org", "138-1234-5679"):
        add_photo(text)
    index_all()
    for query in ("NH961", "调休", "林小雨", "jianguo.chen@example.org", "13812345678"):
        assert found(search, query, user=user) == [], query


@BOTH
def test_ranks_whole_words_then_newest_first(search, user, add_photo, keyword_index):
    texts = ["Gate RE16", "RE160 RE161", "gate RE16"]
    old, part, new = (add_photo(text) for text in texts)
    index_all()
    assert found(search, "RE16", user=user) == [new.pk, old.pk, part.pk]


@BOTH
def test_requires_all_words_in_any_text(search, user, add_photo, keyword_index):
    both = add_photo("coffee receipt", filename="Paris.png", description="with 小雨")
    add_photo("coffee receipt", filename="london.png")
    index_all()
    assert found(search, "receipt paris 小雨", user=user) == [both.pk]


@BOTH
def test_narrows_by_exclusions_and_filters(search, user, add_photo, keyword_index):
    photo = add_photo("cat education", width=2000, importance=4, taken_at=datetime(2023, 5, 31, 23, 59))
    add_photo("cat", width=2000, importance=3, taken_at=datetime(2023, 6, 1))
    add_photo("cat dog", width=1000, importance=4, extension="jpg", taken_at=datetime(2022, 12, 31))
    index_all()
    for narrow in (
        "cat -dog importance:>3",
        "cat width:>1000 importance:4",
        "cat ext:png before:2023-06",
        "cat after:2023 before:2023-06-01",
        "cat filename:photo importance:4 ext:png",
        "-dog education",
    ):
        assert found(search, narrow, user=user) == [photo.pk], narrow
    assert len(found(search, "cat -duc", user=user)) == 3
    assert found(search, "cat filename:other", user=user) == []


@BOTH
def test_narrows_to_archived_and_starred(search, user, add_photo, keyword_index):
    ids = {}
    for name, fields in {
        "plain": {},
        "archived": {"is_archived": True},
        "starred": {"importance": 1},
        "both": {"is_archived": True, "importance": 5},
    }.items():
        ids[add_photo("cat", **fields).pk] = name
    index_all()
    for text, names in {
        "cat": {"plain", "archived", "starred", "both"},
        "cat is:archived": {"archived", "both"},
        "cat -is:archived": {"plain", "starred"},
        "IS:Starred cat": {"starred", "both"},
        "cat -is:星标": {"plain", "archived"},
        "is:starred cat -is:archived": {"starred"},
        "is:archived is:starred cat": {"both"},
    }.items():
        assert {ids[pk] for pk in found(search, text, user=user)} == names, text


@BOTH
def test_finds_no_photos_of_other_users(search, user, add_photo, django_user_model, keyword_index):
    administrator = django_user_model.objects.create_superuser("administrator")
    add_photo("secret word")
    index_all()
    assert found(search, "secret", user=administrator) == []


@BOTH
def test_skips_trash_within_limit(search, user, add_photo, keyword_index):
    kept = [add_photo("tea") for _ in range(3)]
    trashed = [add_photo("tea tea") for _ in range(30)]
    index_all()
    Photo.objects.filter(pk__in=[photo.pk for photo in trashed]).update(trashed_at=timezone.now())
    hits = search(parse("tea"), user=user, limit=3)
    assert {hit.photo_id for hit in hits} == {photo.pk for photo in kept}
    Photo.objects.update(trashed_at=None)
    assert set(found(search, "tea", user=user)) == {photo.pk for photo in [*kept, *trashed]}


@BOTH
def test_snippets_show_matches_and_are_escaped(search, user, add_photo, keyword_index):
    add_photo(
        "前面还有别的话。\n" * 40 + "<img src=x onerror=alert(1)> & NH961\n" + "后面还有别的话。\n" * 40,
        filename="<b>NH961</b>.png",
        description='seat "3A" of <nh961>',
    )
    index_all()
    (hit,) = search(parse("nh961 onerror"), user=user, limit=5)
    shown = snippets(hit, "nh961 onerror")
    assert shown["filename"].startswith("&lt;b&gt;<mark>NH961</mark>&lt;")
    assert "&lt;<mark>nh961</mark>&gt;" in shown["description"]
    assert "<img" not in shown["text"]
    assert "<mark>onerror</mark>=alert(1)&gt; &amp; <mark>NH961</mark>" in shown["text"]
    assert len(shown["text"]) < 400


@BOTH
def test_snippets_mark_chinese_across_line_break(search, user, add_photo, keyword_index):
    add_photo("国庆节后\n调\n休通知")
    index_all()
    (hit,) = search(parse("调休"), user=user, limit=5)
    assert "<mark>调\n休</mark>通知" in snippets(hit, "调休")["text"]


def test_snippets_mark_similar_words(user, add_photo, keyword_index):
    add_photo("two nights in the garden houses\n航班 NH961 去东京")
    index_all()
    for query, marked in (
        ("housing", "<mark>houses</mark>"),
        ("东京航班", "<mark>航班</mark> NH961 去<mark>东京</mark>"),
    ):
        (hit,) = keyword_search(parse(query), user=user, limit=5)
        assert marked in snippets(hit, query)["text"]


def test_ranks_exact_words_above_similar_ones(user, add_photo, keyword_index):
    exact, _ = add_photo("东京航班 cats"), add_photo("航班 去东京 cat")
    index_all()
    assert found(keyword_search, "东京航班", user=user)[0] == exact.pk
    assert found(keyword_search, "cats", user=user)[0] == exact.pk


def texts_and_parts() -> st.SearchStrategy[list[tuple[str, str]]]:
    text = st.text(alphabet="调休五一林小雨aAbBnNzZ019 .@-\n", min_size=1, max_size=12)
    cut = st.tuples(text, st.integers(0, 11), st.integers(1, 12)).map(lambda cut: (cut[0], cut[0][cut[1] :][: cut[2]]))
    return st.lists(cut.filter(lambda cut: bool(parse(f'"{cut[1]}"').phrases)), min_size=1, max_size=8)


@given(cuts=texts_and_parts())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_index_and_database_find_every_part_of_text(cuts, user, add_photo, keyword_index):
    unindex_photos(list(Photo.objects.values_list("pk", flat=True)))
    Photo.objects.all().delete()
    texts = {add_photo(text, filename="—").pk: text for text, _ in cuts}
    index_all()
    for _, part in cuts:
        query = parse(f'"{part}"')
        patterns = [pattern(form, is_whole=True) for form in forms(part)]
        everywhere = {pk for pk, text in texts.items() if any(pattern in fold(text) for pattern in patterns)}
        for search in (keyword_search, keyword_search_in_database):
            assert {hit.photo_id for hit in search(query, user=user, limit=50)} == everywhere, (search, part)


def test_raises_unavailable_without_index(user, settings):
    settings.ELASTICSEARCH_INDEX = "no-such-index"
    for url in ("", settings.ELASTICSEARCH_URL):
        settings.ELASTICSEARCH_URL = url
        with pytest.raises(KeywordSearchUnavailable):
            keyword_search(parse("cat"), user=user, limit=5)


@BOTH
def test_finds_titles_keywords_and_people(search, user, add_photo, keyword_index):
    labels = {"title": "Abend am See", "keywords": ["Urlaub", "西湖"], "people": ["Zoë Müller"]}
    labelled = add_photo("tea", labels=labels)
    add_photo("tea", labels={})
    index_all()
    for text in (
        "abend",
        "urlaub",
        "西湖",
        "zoe",
        "tea müller",
        "tea keyword:urlaub",
        "tea person:zoe",
        "tea tag:西湖",
    ):
        assert found(search, text, user=user) == [labelled.pk], text
    (hit,) = search(parse("zoe abend"), user=user, limit=5)
    shown = snippets(hit, "zoe abend")["labels"]
    assert "<mark>Abend</mark> am See" in shown
    assert "<mark>Zoë</mark> Müller" in shown


@BOTH
def test_narrows_by_lens(search, user, add_photo, keyword_index):
    macro = add_photo("tea", metadata={"lens": "EF 100mm f/2.8L Macro"})
    add_photo("tea", metadata={"lens": "EF 50mm f/1.8"})
    add_photo("tea")
    index_all()
    for text in ("tea lens:macro", 'tea lens:"100mm"'):
        assert found(search, text, user=user) == [macro.pk], text


def test_narrows_by_camera_source_and_kind(user, add_photo, keyword_index):
    photo = add_photo("tea", metadata={"make": "FUJIFILM", "model": "X-T5"}, kind="screenshot")
    PhotoSource.objects.create(photo=photo, path="/nas/微信/WeChat Files/a.png")
    add_photo("tea", metadata={"model": "iPhone 15"}, kind="photo")
    index_all()
    for text in ("tea camera:x-t5", 'tea camera:"fujifilm x"', "tea source:wechat", "tea source:微信", "tea kind:截图"):
        for search in (keyword_search, keyword_search_in_database):
            assert found(search, text, user=user) == [photo.pk], (text, search)
