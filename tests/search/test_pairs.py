"""Python, PostgreSQL and Elasticsearch find the same terms in the same texts: those that the table of pairs says."""

import unicodedata
from collections.abc import Sequence

import pytest
from django.contrib.auth.models import User
from django.db.models import BooleanField, ExpressionWrapper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Photo
from gallery.text.canonical import fold, forms, pattern
from search.keywords.search import keyword_search
from search.models import PhotoText
from search.query.conditions import mentions
from search.query.parser import Query
from tests.factories import make_photos
from tests.pairs import read_pairs
from tests.search.indexing import index_all

PAIRS = read_pairs()
# Terms that one query of the database looks for.
BATCH = 100
# Digits and letters of other forms.
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
THAI_DIGITS = {ord("0") + digit: ord("๐") + digit for digit in range(10)}
CIRCLED_DIGITS = {ord("1") + digit: ord("①") + digit for digit in range(9)}
WAYS_TO_TYPE = [
    *(str.upper, str.lower, str.swapcase),
    *(lambda text, form=form: unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")),
    *(lambda text, table=table: text.translate(table) for table in (WIDE, THAI_DIGITS, CIRCLED_DIGITS)),
]
PIECES = [
    *("Don’t", "Grüße", "NH-961", "138 0013 8000", "1,043", "電梯", "生日🎂快乐", "ガス", "한국", "น้ำ", "क़लम"),
    *("C++", "½", "№", "e\u0301", "й", "(", "）", "。", "-", " ", "\n", "\u00ad\n", "\u200d", "‘", "@", "€", "中"),
    *("x@y.org", "http://a.b/c", "İ", "ß", "\t", "\n\n", "🏽", "Ǆ", "ﬃ", "%", "_", "\\", "*", "?", '"', "AND"),
    *("🇩🇪", "🇸🇪", "𠮷", "\U0010ffff", "a", "7"),
]
strings = st.lists(st.sampled_from(PIECES) | st.text(max_size=2), min_size=1, max_size=8).map("".join)
storable_strings = strings.map(lambda text: text.replace("\0", "")).filter(bool)
Wanted = tuple[str, bool]
"""A term, and whether it means whole words."""


def numbers_in_python(texts: Sequence[str], wanted: Sequence[Wanted]) -> list[set[int]]:
    """Return for each term the numbers of the texts that contain it."""
    folded = [fold(text) for text in texts]
    found = []
    for term, is_whole in wanted:
        parts = [pattern(form, is_whole=is_whole) for form in forms(term)]
        found.append({number for number, text in enumerate(folded) if any(part in text for part in parts)})
    return found


def numbers_in_database(numbers: dict[int, int], wanted: Sequence[Wanted]) -> list[set[int]]:
    conditions = {f"term_{at}": mentions(term, is_whole=is_whole) for at, (term, is_whole) in enumerate(wanted)}
    rows = Photo.objects.filter(pk__in=numbers).annotate(
        **{name: ExpressionWrapper(condition, output_field=BooleanField()) for name, condition in conditions.items()}
    )
    found: list[set[int]] = [set() for _term in wanted]
    for pk, *facts in rows.values_list("pk", *conditions):
        for at, is_found in enumerate(facts):
            if is_found:
                found[at].add(numbers[pk])
    return found


def numbers_in_index(numbers: dict[int, int], wanted: Sequence[Wanted], *, user: User) -> list[set[int]]:
    found = []
    for term, is_whole in wanted:
        query = Query(phrases=(term,)) if is_whole else Query(words=(term,))
        hits = keyword_search(query, user=user, limit=10_000)
        found.append({numbers[hit.photo_id] for hit in hits if hit.tier == "exact"})
    return found


def store(texts: Sequence[str], *, user: User) -> dict[int, int]:
    """Store a photo with each text and index it; return the numbers of the texts by the ids of the photos."""
    photos = make_photos(user, len(texts))
    Photo.objects.update(filename="")
    PhotoText.objects.bulk_create(
        PhotoText(photo=photo, owner=user, engine="drawn", text=text) for photo, text in zip(photos, texts, strict=True)
    )
    index_all()
    return {photo.pk: number for number, photo in enumerate(photos)}


def assert_same(
    wanted: Sequence[Wanted], texts: Sequence[str], found: list[set[int]], expected: list[set[int]]
) -> None:
    for term, own, others in zip(wanted, found, expected, strict=True):
        assert own == others, (term, [texts[number] for number in own ^ others])


@pytest.fixture
def exact_hits_only(monkeypatch):
    """Search no weaker tiers, which take longer."""
    monkeypatch.setattr("search.keywords.asking.ENOUGH_EXACT_HITS", 0)


@pytest.mark.unit
def test_python_finds_pairs():
    wrong = [
        pair for pair in PAIRS if bool(*numbers_in_python([pair.text], [(pair.bare, pair.is_whole)])) != pair.meets
    ]
    assert [str(pair) for pair in wrong] == []


@pytest.mark.unit
def test_table_has_both_verdicts_of_every_kind():
    assert len(PAIRS) > 500
    for kind in {pair.kind for pair in PAIRS}:
        assert {pair.meets for pair in PAIRS if pair.kind == kind} == {True, False}, kind


def test_engines_find_pairs(user, keyword_index, exact_hits_only):
    texts = list(dict.fromkeys(pair.text.replace("\0", "") for pair in PAIRS))
    numbers = store(texts, user=user)
    wanted = list(dict.fromkeys((pair.bare, pair.is_whole) for pair in PAIRS))
    expected = numbers_in_python(texts, wanted)
    for begin in range(0, len(wanted), BATCH):
        part = slice(begin, begin + BATCH)
        assert_same(wanted[part], texts, numbers_in_database(numbers, wanted[part]), expected[part])
    assert_same(wanted, texts, numbers_in_index(numbers, wanted, user=user), expected)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(texts=st.lists(storable_strings, min_size=4, max_size=8), data=st.data())
def test_engines_agree_about_any_text(user, keyword_index, exact_hits_only, texts, data):
    Photo.objects.all().delete()
    terms = [data.draw(storable_strings)]
    for text in texts:
        begin = data.draw(st.integers(0, len(text) - 1))
        part = text[begin : data.draw(st.integers(begin + 1, len(text)))]
        terms += [part, data.draw(st.sampled_from(WAYS_TO_TYPE))(part)]
    wanted = [(term, data.draw(st.booleans())) for term in terms if forms(term)]
    numbers = store(texts, user=user)
    expected = numbers_in_python(texts, wanted)
    assert_same(wanted, texts, numbers_in_database(numbers, wanted), expected)
    assert_same(wanted, texts, numbers_in_index(numbers, wanted, user=user), expected)
