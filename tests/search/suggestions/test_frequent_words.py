"""The words of most pictures, without numbers, codes, stop words, and what is put away."""

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone

from search.suggestions.frequent_words import frequent_words
from search.suggestions.suggesting import suggest
from search.suggestions.suggestion import Kind
from tests.factories import add_photo

pytestmark = pytest.mark.django_db


def words_of(user: User, *texts: str) -> list[str]:
    for number, text in enumerate(texts):
        add_photo(user, f"{number}.png", text=text)
    return frequent_words(user=user)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["Boarding pass for you", "BOARDING time", "Boarding now, with the pass"], ["Boarding", "pass"]),
        (["once only", "something else"], []),
        (["NH961 HT-2025-0381 12:30", "NH961 HT-2025-0381 12:30"], []),
        (["see https://example.org/tea me@tea.org", "see https://example.org/tea me@tea.org"], ["see"]),
        (["und der die das Rückgeld", "und der die das Rückgeld"], ["Rückgeld"]),
        (["Der Wagen когда Билет", "когда Билет"], ["Билет"]),
        (["我在星巴克喝咖啡", "星巴克的咖啡", "去星巴克"], ["星巴克", "咖啡"]),
        (["这是我们的，你呢", "这是我们的，你呢"], []),
        (["请在安全检查前十五分钟到达", "请在安全检查前十五分钟到达"], []),
        (["上海虹桥 登机牌", "上海浦东 登机牌", "上海"], ["上海", "登机牌"]),
        (["tea\x1f tea tea", "no"], []),
    ],
    ids=[
        "spelling", "rare", "codes", "addresses", "German", "Russian", "Chinese", "particles", "sentence", "part",
        "twice in one",
    ],
)  # fmt: skip
def test_finds_words_of_several_photos(user, texts, words):
    assert words_of(user, *texts) == words


def test_leaves_out_what_others_own_and_what_is_put_away(user):
    stranger = User.objects.create_user("stranger")
    for number, fields in enumerate([{"trashed_at": timezone.now()}, {"is_archived": True}] * 2):
        add_photo(user, f"{number}.png", text="secret", **fields)
    add_photo(user, "seen.png", text="secret tea")
    assert words_of(stranger, "secret tea", "secret tea") == ["secret", "tea"]
    assert frequent_words(user=user) == []
    add_photo(user, "also.png", text="secret")
    assert frequent_words(user=user) == []
    cache.clear()
    assert frequent_words(user=user) == ["secret"]


def test_empty_box_shows_them(user):
    words_of(user, "Teahouse menu", "Teahouse bill")
    assert [row.query for row in suggest("", user=user) if row.kind == Kind.WORD] == ["Teahouse"]
