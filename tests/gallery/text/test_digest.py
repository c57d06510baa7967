"""Stored texts are folded: a change of the canonical form needs a migration that folds them again.

Such a migration calls `gallery.models.refolding.refold` for each folded column, as gallery's 0003_folded_columns and
search's 0003_folded_text do; the keyword index follows `gallery.text.canonical.VERSION`.
"""

import unicodedata
from hashlib import sha256

import pytest

from gallery.text.canonical import fold
from tests.pairs import read_pairs

# Of Unicode 3.2: newer Pythons know more characters, and Korean syllables follow a rule.
CHARACTERS = [
    character
    for character in map(chr, range(0x30000))
    if unicodedata.ucd_3_2_0.category(character) not in ("Cn", "Cs", "Co") and not "\uac00" <= character <= "\ud7a3"
]
DIGEST_OF_CHARACTERS = "273c09a7c6fcd6fb"
DIGEST_OF_TEXTS = "9501201f543fbe24"
MESSAGE = "The canonical form changed: raise its version, fold all rows in a migration (see above), set this digest: "


def digest_of(texts):
    return sha256("\0".join(texts).encode()).hexdigest()[:16]


@pytest.mark.unit
def test_canonical_characters_are_migrated():
    digest = digest_of(map(fold, CHARACTERS))
    assert digest == DIGEST_OF_CHARACTERS, MESSAGE + digest


@pytest.mark.unit
def test_canonical_texts_are_migrated():
    digest = digest_of(fold(text) for pair in read_pairs() for text in (pair.text, pair.term))
    assert digest == DIGEST_OF_TEXTS, MESSAGE + digest
