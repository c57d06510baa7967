"""The near-miss texts contain none of the words; otherwise the searches among them would prove nothing."""

from gallery.text.canonical import fold, forms
from tests.near_misses import CODE, HOLIDAY, MAIL, NAME, near_misses


def test_near_misses_are_distinct_and_contain_no_word():
    texts = near_misses(500)
    assert len(set(texts)) == len(texts) == 500
    words = [form for word in (CODE, HOLIDAY, NAME, MAIL) for form in forms(word)]
    assert [text for text in texts if any(word in fold(text) for word in words)] == []
    for near in ("NH916", "NH691", "休息调", "调体", "林晓雨", "jianguo.chan"):
        assert any(near in text for text in texts), near
