"""Tests of the tokens that the index stores for weaker ways of containing a term."""

from gallery.text.canonical import fold
from search.keywords.weak_tokens import MAX_CHARACTERS, WeakTokens, accented_words, whole_names


def tokens(text: str) -> dict[str, list[str]]:
    return WeakTokens(fold(text).splitlines(), originals=[text]).fields()


def test_makes_tokens_of_each_kind():
    found = tokens("Two houses at 中关村, Müller A1B0-O5")
    assert found["stems"] == ["hous"]
    assert found["chinese"][0] == "中关村"
    assert {"zhong guan", "guan cun", "zgc"} <= set(found["sounds"])
    assert "a18oos" in found["glyphs"]
    assert found["accented"] == ["müller", "=muller"]


def test_makes_no_tokens_of_texts_without_words():
    assert not any(tokens("").values())
    assert not any(tokens("— · …").values())


def test_covers_first_characters_of_long_texts_only():
    assert "last" not in str(tokens("词" * MAX_CHARACTERS + " lasts")["stems"])


def test_accented_words_are_lower_case_and_composed():
    assert list(accented_words("CAFE\u0301 crème, cafe")) == ["café", "=cafe", "crème", "=creme"]
    assert list(accented_words("сегодня 中文 plain")) == []


def test_knows_file_names_with_and_without_ending():
    assert whole_names("IMG_0001.PNG") == ["img0001png", "img 0001 png", "img0001", "img 0001"]
