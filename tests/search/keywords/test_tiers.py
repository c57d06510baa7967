"""Tests of the tiers of keyword search: exact hits, other forms of words, similar spellings and sounds."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Photo
from search.keywords.asking import ENOUGH_EXACT_HITS
from search.keywords.fallback import keyword_search_in_database
from search.keywords.index import unindex_photos
from search.keywords.search import keyword_search
from search.keywords.snippets import SnippetMaker
from search.query.parser import parse
from search.query.ways import TIERS
from tests.search.indexing import index_all

pytestmark = pytest.mark.django_db

TEXTS = {
    "pass": "登机牌 BOARDING PASS\n航班 NH961 东京",
    "cert": "Certificate of Origin, Frankfurt 2019",
    "contract": "合同编号：HT-2024-0815",
    "leave": "五一调休安排",
    "station": "中关村地铁站出口",
    "beijing": "北京欢迎你",
    "summer": "SummerSound Festival",
    "error": "AssertionError: expected 3",
    "split": "public transporta tion authority",
    "houses": "two houses for sale",
    "meeting": "下午三点开会，第十五届年会",
    "clock": "营业至21时30分",
    "flight": "东京的航班",
    "mueller": "Frau Müller, Köln",
    "code": "Serial A1B0-O5ZS",
    "invoice": "增值税电子普通发票",
    "cafe": "Café Crème",
    "plain cafe": "cafe creme",
    "notes": "meeting notes",
    "department": "department of transport",
    "greek": "ΑΘΗΝΑ Ελλάδα",
    "russian": "Московский вокзал",
    "long": "国家税务总局北京市税务局",
    "kana": "からあげ定食",
    "sentence": "Thankyouforyourbooking!",
    "names": "Jonathan Livingston",
}

# Queries, and the photos with the tier of each, in any order within a tier.
CASES = [
    ("boarding", {"exact": "pass"}),
    ("bording", {"similar": "pass"}),
    ("baording", {"similar": "pass"}),
    ("boarding pas", {"exact": "pass"}),
    ("bording pass", {"similar": "pass"}),
    ("bording tokyo", {}),
    ('"bording"', {}),
    ("certifcate", {"similar": "cert"}),
    ("certfcate", {"similar": "cert"}),
    ("frankfrt", {"similar": "cert"}),
    ("frankfrt certificate", {"similar": "cert"}),
    ("合同编码", {"similar": "contract"}),
    ("合同号编", {"similar": "contract"}),
    ("合同的编号", {"similar": "contract"}),
    ("同合编号", {"similar": "contract"}),
    ("电子普通发飘", {"similar": "invoice"}),
    ("电子通普发票", {"similar": "invoice"}),
    ("国家税务局总局", {"similar": "long"}),
    ("国家水务总局北京市", {"similar": "long"}),
    ("编码", {}),
    ("diaoxiu", {"similar": "leave"}),
    ("tiaoxiu", {"similar": "leave"}),
    ("zgc", {"similar": "station"}),
    ("zhongguancun", {"similar": "station"}),
    ("zhonggc", {"similar": "station"}),
    ("zhong guan cun", {"similar": "station"}),
    ("beijing", {"similar": "beijing long"}),
    ("beijing huanying", {"similar": "beijing"}),
    ('"diaoxiu"', {}),
    ("summer sound", {"similar": "summer"}),
    ("summersound", {"exact": "summer"}),
    ("sound", {"similar": "summer"}),
    ("thank you for your booking", {"similar": "sentence"}),
    ("assertion error", {"similar": "error"}),
    ("transportation", {"similar": "split"}),
    ("house", {"exact": "houses"}),
    ("housing", {"form": "houses"}),
    ("note", {"exact": "notes"}),
    ("departments", {"form": "department"}),
    ("depart", {"exact": "department"}),
    ("departed", {}),
    ("3点", {"similar": "meeting"}),
    ("15届", {"similar": "meeting"}),
    ("21:30", {"similar": "clock"}),
    ("东京航班", {"form": "flight pass"}),
    ("航班东京", {"form": "flight pass"}),
    ("mueller", {"similar": "mueller"}),
    ("muller", {"exact": "mueller"}),
    ("Möller", {}),
    ("koeln", {"similar": "mueller"}),
    ("A1B0O5ZS", {"exact": "code"}),
    ("AIBO05Z5", {"similar": "code"}),
    ("a1b0 05zs", {"similar": "code"}),
    ("NH916", {}),
    ("NH96l", {"similar": "pass"}),
    ("nh961", {"exact": "pass"}),
    ("αθηνα", {"exact": "greek"}),
    ("αθινα", {"similar": "greek"}),
    ("московскй", {"similar": "russian"}),
    ("jonathon livingstone", {"similar": "names"}),
    ("boarding -pass", {}),
    ("bording -pass", {}),
    ("bording -pas", {"similar": "pass"}),
    ("bording filename:nothing", {}),
]


def tiers(text: str, *, user, limit: int = 50) -> list[tuple[str, str]]:
    hits = keyword_search(parse(text), user=user, limit=limit)
    names = dict(Photo.objects.values_list("pk", "metadata__name"))
    return [(hit.tier, names[hit.photo_id]) for hit in hits]


@pytest.fixture
def gallery(add_photo, keyword_index) -> None:
    for name, text in TEXTS.items():
        add_photo(text, metadata={"name": name})
    index_all()


@pytest.mark.usefixtures("gallery")
def test_finds_forms_spellings_and_sounds(user):
    found = {}
    for text, _expected in CASES:
        by_tier = found[text] = {}
        for tier, name in sorted(tiers(text, user=user)):
            by_tier[tier] = f"{by_tier.get(tier, '')} {name}".strip()
    assert [(text, found[text]) for text, expected in CASES if found[text] != expected] == []


@pytest.mark.usefixtures("gallery")
def test_every_hit_has_a_snippet(user):
    without = []
    for text, _expected in CASES:
        maker = SnippetMaker(parse(text))
        for hit in keyword_search(parse(text), user=user, limit=50):
            snippets = maker.snippets(Photo.objects.select_related("text").get(pk=hit.photo_id))
            # Only the index knows Chinese words: what it takes for a similar spelling may be marked as another order.
            are_shown = [snippet for snippet in snippets if (snippet.tier == "exact") == (hit.tier == "exact")]
            if not are_shown or "<mark>" not in are_shown[0].html:
                without.append((text, hit.tier, snippets))
    assert without == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("garden", ["garden", "gardens", "beergarden"]),
        ("creme", ["a creme", "a crème"]),
        ("crème", ["a crème", "a creme"]),
        ("red car", ["a red car", "car, red"]),
        ("holiday.png", ["holiday", "with holiday"]),
        ("gate", ["gate", "gateway"]),
        ("调休", ["调休调休", "五一调休安排和其他很长的说明文字"]),
    ],
)
def test_orders_exact_hits(text, expected, user, add_photo, keyword_index):
    other = {"holiday": "holiday.png", "with holiday": "my holiday.png"}
    for name in reversed(expected):
        add_photo(name, filename=other.get(name, "—.png"), metadata={"name": name})
    index_all()
    assert tiers(text, user=user) == [("exact", name) for name in expected]


def test_orders_similar_hits_by_closeness(user, add_photo, keyword_index):
    for text in ("北京", "beijng", "beijing"):
        add_photo(text, metadata={"name": text})
    index_all()
    assert tiers("beijing", user=user) == [("exact", "beijing"), ("similar", "beijng"), ("similar", "北京")]


def test_searches_weaker_tiers_only_for_few_exact_hits(user, add_photo, keyword_index):
    add_photo("bordeaux bording", metadata={"name": "similar"})
    for number in range(ENOUGH_EXACT_HITS - 1):
        add_photo("boarding", metadata={"name": f"{number}"})
    index_all()
    assert tiers("boarding", user=user, limit=100)[-1] == ("similar", "similar")
    index_all(add_photo("boarding"))
    assert {tier for tier, _name in tiers("boarding", user=user, limit=100)} == {"exact"}


def test_finds_no_similar_photos_of_others_or_in_trash(user, add_photo, django_user_model, keyword_index):
    add_photo("boarding", owner=django_user_model.objects.create_user("other"))
    trashed = add_photo("boarding")
    index_all()
    assert len(keyword_search(parse("bording"), user=user, limit=5)) == 1
    Photo.objects.filter(pk=trashed.pk).update(trashed_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert len(keyword_search(parse("bording"), user=user, limit=5)) == 0


@pytest.mark.parametrize("search", [keyword_search, keyword_search_in_database])
def test_lists_newest_or_oldest_and_counts_the_rest(search, user, add_photo, keyword_index):
    days = [3, 1, 5, 4, 2]
    photos = {day: add_photo("tea", taken_at=datetime(2024, 1, day)).pk for day in days}
    index_all()
    for order, expected in (("newest", [5, 4, 3]), ("oldest", [1, 2, 3])):
        hits = search(parse("tea"), user=user, limit=3, order=order)
        assert [hit.photo_id for hit in hits] == [photos[day] for day in expected]
        assert hits.found == 5
    assert search(parse("tea"), user=user, limit=9).found == 5


WORDS = [
    "boarding",
    "bording",
    "boards",
    "board",
    "合同编号",
    "合同编码",
    "合同",
    "北京",
    "beijing",
    "三点",
    "3点",
    "a1b0",
    "al80",
]


@given(
    texts=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=8),
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exact_hits_are_those_of_the_database_and_come_first(texts, words, user, add_photo, keyword_index):
    unindex_photos(list(Photo.objects.values_list("pk", flat=True)))
    Photo.objects.all().delete()
    for text in texts:
        add_photo(text, filename="—")
    index_all()
    hits = list(keyword_search(parse(words), user=user, limit=50))
    places = [TIERS.index(hit.tier) for hit in hits]
    assert places == sorted(places)
    assert len({hit.photo_id for hit in hits}) == len(hits)
    in_database = keyword_search_in_database(parse(words), user=user, limit=50)
    assert {hit.photo_id for hit in hits if hit.tier == "exact"} == {hit.photo_id for hit in in_database}


@pytest.mark.parametrize(
    "text",
    ["x" * 1000, " ".join(["misspeltwordoflength"] * 32), "合同编号" * 250, " ".join(["合同编号"] * 32), "zhong" * 200],
)
def test_answers_the_longest_queries(text, user, add_photo, keyword_index):
    add_photo("other")
    index_all()
    assert tiers(text[:1000], user=user) == []
