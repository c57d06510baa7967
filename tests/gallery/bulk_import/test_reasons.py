"""Every reason to skip a file has a text in both languages."""

import pytest
from django.utils import translation

from gallery.bulk_import.reading import GROWING, OUTSIDE, TOO_SMALL
from gallery.bulk_import.reasons import reason_text
from gallery.sources.source_files import SkipReason


@pytest.mark.parametrize("reason", [*SkipReason, GROWING, OUTSIDE, TOO_SMALL])
def test_translates_each_reason(reason: str) -> None:
    with translation.override("en"):
        english = reason_text(reason)
    with translation.override("zh-hans"):
        chinese = reason_text(reason)
    assert english
    assert english != str(reason)
    assert chinese not in ("", english)
