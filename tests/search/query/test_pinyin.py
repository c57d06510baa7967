"""Tests of Chinese words typed as pinyin."""

import pytest

from search.query.pinyin import initials_spans, pinyin_spans, readings, sound_tokens, syllable_paths, tokens_of_path

TEXT = " 我在调休的中关村去北京西安方案旅游哈尔滨 room 7 王维 "


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("diaoxiu", ["调休"]),
        ("tiaoxiu", ["调休"]),
        ("zgc", ["中关村"]),
        ("zhgc", ["中关村"]),
        ("zhonggc", ["中关村"]),
        ("zhongguancun", ["中关村"]),
        ("beijing", ["北京"]),
        ("xian", ["西安"]),
        ("fangan", ["方案"]),
        ("lvyou", ["旅游"]),
        ("luyou", ["旅游"]),
        ("haerbin", ["哈尔滨"]),
        ("wangwei", ["王维"]),
        ("shanghai", []),
        ("zg", []),
        ("jing", []),
        ("room", []),
        ("guanroom", []),
    ],
)
def test_finds_characters_by_sound(word, found):
    spans = [*pinyin_spans(word, TEXT), *initials_spans(word, TEXT)]
    assert [TEXT[begin:end] for begin, end in spans] == found


@pytest.mark.parametrize("word", ["bording", "international", "certificate", "frankfurt", "9000", "调休", ""])
def test_takes_other_words_for_no_pinyin(word):
    assert syllable_paths(word) == []


@pytest.mark.parametrize("word", ["diaoxiu", "zgc", "zhonggc", "haerbin", "xian"])
def test_index_has_tokens_of_every_place(word):
    tokens = set(sound_tokens(TEXT))
    assert any(tokens.issuperset(tokens_of_path(path)) for path in syllable_paths(word))


def test_reads_characters_in_all_ways():
    assert readings("长") == {"chang", "zhang"}
    assert readings("女") >= {"nv", "nu"}
    assert readings("a") == readings("あ") == readings("嗯") == frozenset()


def test_splits_long_words_quickly():
    assert len(syllable_paths("anan" * 10)) <= 8
