"""Tests of ranked lists, and of the pages cut from them with reasons."""

import json

import pytest
from django.utils.html import strip_tags

from search.query.parser import parse
from search.ranking.hybrid import search_by_text
from search.ranking.results import RankedList, RankedPhoto, SearchPage, cut_page
from tests.search.indexing import index_all


def test_keeps_list_as_json():
    entries = (
        RankedPhoto(1, 2.5, tier="exact"),
        RankedPhoto(2, 1.5, tier="similar", cosine=0.25, likeness=0.5, near_duplicates=(4, 5)),
        RankedPhoto(3, 0.5, cosine=0.25, likeness=0.5),
    )
    ranked = RankedList(entries, relevant=2, words="tea", encoder="CLIP", left_out=7)
    assert RankedList.from_json(json.loads(json.dumps(ranked.to_json()))) == ranked


def test_reads_list_of_previous_version():
    rows = [[1, 2.5, True, None, None, [4]], [2, 1.5, False, 0.25, 0.5, []]]
    ranked = RankedList.from_json({"entries": rows, "likely": 1, "words": "tea", "encoder": "CLIP"})
    assert [(entry.photo_id, entry.tier, entry.by_words) for entry in ranked.entries] == [
        (1, "exact", True),
        (2, "", False),
    ]


@pytest.fixture
def search(user, keyword_index):
    """Return a function that searches the index without an encoder."""

    def search(query: str) -> SearchPage:
        return search_by_text(parse(query), user=user)

    return search


def reasons(page: SearchPage) -> dict[str, list[tuple[str, str, str]]]:
    """Return kind, tier and snippet of the reasons of each hit, by its file name."""
    return {
        hit.photo.filename: [(reason.kind, reason.tier, reason.snippet or "") for reason in hit.reasons]
        for hit in page.hits
    }


TEXTS = {
    "exact.png": "they organize a boarding pass for 中关村东路 at 3点, code NH961",
    "form.png": "organizing of boardings, 东路中关村",
    "spelling.png": "organise boarding psas 中关村西路",
    "spaces.png": "board ing pass and boardingpass",
    "numerals.png": "三点 in zhongguancun",
    "glyphs.png": "code NH96I",
}


QUERIES = (
    *("organize", "organized", "ORGANISE", "boarding", "bording", "boading pass", "boarding pass", "nh961"),
    *("中关村东路", "中关村", "3点", "zhongguancun", "zgc", '"boarding pass"', "png", "glyphs png"),
)


@pytest.mark.django_db
def test_gives_each_hit_by_words_a_marked_reason(search, add_photo):
    for filename, text in TEXTS.items():
        add_photo(text, filename=filename)
    index_all()
    tiers = set()
    for query in QUERIES:
        explained = reasons(search(query))
        assert explained, query
        for filename, found in explained.items():
            assert found, (query, filename)
            assert all("<mark>" in snippet and tier for _kind, tier, snippet in found), (query, filename)
            tiers.update(tier for _kind, tier, _snippet in found)
    assert tiers == {"exact", "form", "similar"}


@pytest.mark.django_db
def test_gives_reason_if_text_changed_since_indexed(user, add_photo):
    photo = add_photo("another text", filename="photo.png")
    ranked = RankedList((RankedPhoto(photo.pk, 1.0, tier="similar"),), relevant=1, words="tea")
    page = cut_page(ranked, query=parse("tea"), user=user)
    assert reasons(page) == {"photo.png": [("text", "similar", "another text")]}


@pytest.mark.django_db
def test_needs_no_reason_for_filters(search, add_photo):
    add_photo("tea")
    assert [hit.reasons for hit in search("ext:png").hits] == [()]


@pytest.mark.django_db
def test_explains_photo_in_similar_spelling_and_exactly(search, add_photo):
    add_photo("Lufthansa and lufthanza", filename="LUFTHANSA.png")
    index_all()
    ((kind, tier, snippet),) = reasons(search("lufthanza"))["LUFTHANSA.png"]
    assert (kind, tier) == ("text", "exact")
    assert snippet == "Lufthansa and <mark>lufthanza</mark>"


@pytest.mark.django_db
class TestDidYouMean:
    def test_suggests_words_of_similar_hits(self, search, add_photo):
        add_photo("Flug Lufthansa nach Frankfurt")
        add_photo("Lufthansa")
        index_all()
        assert search("lufthanza").did_you_mean == "lufthansa"
        assert search("lufthanza frankfrt ext:png").did_you_mean == "lufthansa frankfurt ext:png"

    def test_suggests_nothing_if_words_are_found(self, search, add_photo):
        add_photo("lufthanza")
        add_photo("Lufthansa")
        index_all()
        assert search("lufthanza").did_you_mean == ""
        assert search("hotel").did_you_mean == ""

    def test_suggests_no_words_of_others(self, search, add_photo, django_user_model):
        add_photo("Lufthansa", owner=django_user_model.objects.create_user("other"))
        index_all()
        page = search("lufthanza")
        assert (page.hits, page.did_you_mean) == ([], "")

    def test_suggests_only_on_first_page(self, user, add_photo):
        photos = [add_photo("Lufthansa") for _ in range(2)]
        entries = tuple(RankedPhoto(photo.pk, 1.0, tier="similar") for photo in photos)
        ranked = RankedList(entries, relevant=2, words="lufthanza")
        pages = [cut_page(ranked, query=parse("lufthanza"), user=user, start=start, limit=1) for start in (0, 1)]
        assert [page.did_you_mean for page in pages] == ["lufthansa", ""]


@pytest.mark.django_db
def test_escapes_reasons(search, add_photo):
    add_photo("<b>tea</b> & more")
    index_all()
    ((_kind, _tier, snippet),) = reasons(search("tea"))["photo.png"]
    assert snippet == "&lt;b&gt;<mark>tea</mark>&lt;/b&gt; &amp; more"
    assert strip_tags(snippet).startswith("&lt;b&gt;")
