"""Text is composed as Unicode defines it, except for runs of accents that no language has."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.text.normalizing import GRAPHEME_JOINER, MAX_ACCENTS, normalize_unicode
from tests.linear_work import assert_linear


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_composes_usual_text_like_unicode(text: str) -> None:
    for form in ("NFC", "NFKC"):
        assert normalize_unicode(text, form=form) == unicodedata.normalize(form, text)


def test_breaks_up_runs_of_every_accent() -> None:
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code < 0xE000:
            continue
        if unicodedata.combining(unicodedata.normalize("NFKD", chr(code))[0]):
            assert GRAPHEME_JOINER in normalize_unicode("x" + chr(code) * (MAX_ACCENTS + 1), form="NFKC"), hex(code)


@pytest.mark.parametrize("accents", ["\u0301\u0327", "\u0344\u0f73", "\uff9e\u0301"])
def test_composes_accents_in_linear_time(accents: str) -> None:
    assert_linear(
        lambda text: normalize_unicode(text, form="NFKC"), lambda size: "a" + accents * (size // 2), largest=1 << 20
    )
