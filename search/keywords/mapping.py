"""The mapping of the keyword index: its document for a photo, and the analysers of its texts.

Every text is analysed in several ways. Chinese words and codes must match anywhere in a text, so texts are indexed as
pairs: a tokenizer of exactly two characters gives each pair the next position, so a phrase of pairs is a substring. (A
tokenizer of one *and* two characters would also give single characters a position, and break the phrases.) Single
characters have their own sub-field. Words of smartcn add texts with the same words in another order or form. Its single
characters are dropped: 调休, cut in two, would match 调整后休假.
"""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django_elasticsearch_dsl import Document, fields
from django_elasticsearch_dsl.registries import registry
from elasticsearch.dsl import MetaField, analyzer, char_filter, normalizer, token_filter, tokenizer

from gallery.models import Photo
from search.query.filters import INDEX_COLUMNS
from search.query.folding import IGNORABLE_SPACE, LATIN, MAX_SHORT_WORD_LENGTH, SEPARATORS, SPACES, compose

# Terms of Lucene have up to 32,766 bytes.
MAX_KEYWORD_LENGTH = 32_766 // 4

one_line = [
    char_filter("spaces", type="pattern_replace", pattern=SPACES, replacement=" "),
    char_filter("idle_spaces", type="pattern_replace", pattern=IGNORABLE_SPACE, replacement=""),
]
words = analyzer(
    "words",
    tokenizer="smartcn_tokenizer",
    filter=["lowercase", "porter_stem", token_filter("two_and_more", type="length", min=2)],
)
pairs = analyzer(
    "pairs",
    char_filter=one_line,
    tokenizer=tokenizer("pair", type="ngram", min_gram=2, max_gram=2),
    filter=["lowercase"],
)
characters = analyzer(
    "characters", tokenizer=tokenizer("character", type="ngram", min_gram=1, max_gram=1), filter=["lowercase"]
)
starts = analyzer(
    "starts",
    tokenizer=tokenizer("latin_letters", type="pattern", pattern=f"[{LATIN}]+", group=0),
    filter=["lowercase", token_filter("start", type="edge_ngram", min_gram=1, max_gram=MAX_SHORT_WORD_LENGTH)],
)
digits = analyzer(
    "digits",
    char_filter=[
        char_filter("separators", type="pattern_replace", pattern=f"(?<=\\d)[{SEPARATORS}]+(?=\\d)", replacement="")
    ],
    tokenizer=tokenizer("digit_pair", type="ngram", min_gram=2, max_gram=2, token_chars=["digit"]),
)
exact = analyzer("exact", tokenizer="standard", filter=["lowercase"])
lower_case = normalizer("lower_case", filter=["lowercase"])


def searchable_text(**more: Any) -> fields.TextField:
    """Return a field for a searched text, with all sub-fields."""
    ways = {
        "pairs": fields.TextField(analyzer=pairs),
        # Positions and lengths of single characters are irrelevant to the score.
        "characters": fields.TextField(analyzer=characters, index_options="docs", norms=False),
        "starts": fields.TextField(analyzer=starts, index_options="docs", norms=False),
        "digits": fields.TextField(analyzer=digits, norms=False),
        "exact": fields.TextField(analyzer=exact),
    }
    return fields.TextField(analyzer=words, fields=ways | more)


def part_of_text() -> fields.TextField:
    """Return a field for a text that filters match a part of; it does not influence scores."""
    ways = {
        "pairs": fields.TextField(analyzer=pairs, norms=False),
        "characters": fields.TextField(analyzer=characters, index_options="docs", norms=False),
        "digits": fields.TextField(analyzer=digits, norms=False),
    }
    return fields.TextField(index=False, norms=False, fields=ways)


INDEX_FIELDS: dict[str, Callable[[], fields.DEDField]] = {
    "keyword": fields.KeywordField,
    "integer": fields.IntegerField,
    "byte": fields.ByteField,
    "date": fields.DateField,
    "passages": part_of_text,
}


def add_filter_columns(document: type[Document]) -> type[Document]:
    """Add the columns of all filters to the mapping of `document`."""
    for column in INDEX_COLUMNS:
        document._doc_type.mapping.field(column.name, INDEX_FIELDS[str(column.index_type)]())
    return document


@registry.register_document
@add_filter_columns
class PhotoDocument(Document):
    """A photo in the index, under the photo's id, with the photo's revision as version."""

    photo_id = fields.LongField(attr="pk")
    owner = fields.KeywordField(attr="owner_id")
    text = searchable_text()
    filename = searchable_text(
        whole=fields.KeywordField(normalizer=lower_case, ignore_above=MAX_KEYWORD_LENGTH),
    )
    description = searchable_text()
    uploaded_at = fields.DateField()

    class Index:
        """One shard without replicas: Elasticsearch runs on one machine, for the photos of a few users."""

        name = settings.ELASTICSEARCH_INDEX
        settings = {"number_of_shards": 1, "number_of_replicas": 0}

    class Meta:
        dynamic = MetaField("strict")

    class Django:
        model = Photo
        ignore_signals = True

    def prepare(self, photo: Photo) -> dict[str, Any]:
        """Return the document of a photo that INDEX_COLUMNS have loaded."""
        values = {column.name: column.index_value(photo) for column in INDEX_COLUMNS}
        composed = {name: compose(value) if isinstance(value, str) else value for name, value in values.items()}
        return super().prepare(photo) | composed

    def prepare_text(self, photo: Photo) -> str:
        """Return the recognised text; empty until there is one."""
        return compose(photo.text.text) if hasattr(photo, "text") else ""

    def prepare_filename(self, photo: Photo) -> str:
        return compose(photo.filename)

    def prepare_description(self, photo: Photo) -> str:
        return compose(photo.description)


@cache
def mapping_version() -> str:
    """Return a digest of the mapping; documents indexed with another one must be indexed again."""
    return hashlib.sha256(json.dumps(PhotoDocument._index.to_dict(), sort_keys=True).encode()).hexdigest()[:12]
