"""Stored texts are folded: a change of the canonical form needs a migration that folds them again.

Such a migration calls `gallery.models.refolding.refold` for each folded column, as gallery's 0003_folded_columns and
search's 0003_folded_text do, and raises the version of the index's mapping if nothing else in it changes.
"""

from hashlib import sha256

import pytest

from gallery.text.canonical import fold
from tests.pairs import read_pairs

# Planes of Unicode with characters, without surrogates and private use.
CODES = (*range(0xD800), *range(0xF900, 0x20000), *range(0x20000, 0x323B0), *range(0xE0000, 0xE01F0))
DIGEST_OF_CHARACTERS = ""
DIGEST_OF_TEXTS = ""
MESSAGE = "The canonical form changed: add a migration that folds all rows again (see this module), and this digest: "


def digest_of(texts):
    return sha256("\0".join(texts).encode()).hexdigest()[:16]


@pytest.mark.unit
def test_canonical_characters_are_migrated():
    digest = digest_of(fold(chr(code)) for code in CODES)
    assert digest == DIGEST_OF_CHARACTERS, MESSAGE + digest


@pytest.mark.unit
def test_canonical_texts_are_migrated():
    digest = digest_of(fold(text) for pair in read_pairs() for text in (pair.text, pair.term))
    assert digest == DIGEST_OF_TEXTS, MESSAGE + digest
