"""The mapping of the keyword index: its document for a photo, and the analysers of its texts.

Python folds all texts (gallery.text.canonical), and Elasticsearch only cuts the passages. A tokenizer of exactly two
characters gives each pair the next position, so a phrase of pairs is a substring, and a space at its edge the edge of a
word. (A tokenizer of one *and* two characters would also give single characters a position, and break the phrases.)

The fields for weaker ways of containing a term (search.query.ways) join all texts of a photo: they propose photos, of
which Python decides. They contain no positions, and those made by Python only the first part of very long texts. The
original of a document is not stored: the index is built from the database.
"""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django_elasticsearch_dsl import Document, fields
from django_elasticsearch_dsl.registries import registry
from elasticsearch.dsl import MetaField, analyzer, token_filter, tokenizer

from gallery.models import Photo, label_lines
from gallery.text.canonical import MAX_SHORT_WORD_LENGTH, SHORT_WORD, UNSPACED
from gallery.text.canonical import VERSION as CANONICAL_VERSION
from search.keywords.weak_tokens import MAX_TOKEN_LENGTH, TOKENS_VERSION, WeakTokens, whole_names
from search.query.filters import INDEX_COLUMNS

pairs = analyzer("pairs", tokenizer=tokenizer("pair", type="ngram", min_gram=2, max_gram=2))
characters = analyzer("characters", tokenizer=tokenizer("character", type="ngram", min_gram=1, max_gram=1))
starts = analyzer(
    "starts",
    tokenizer=tokenizer("letters", type="pattern", pattern=f"(?<= ){SHORT_WORD.pattern}", group=0),
    filter=[token_filter("start", type="edge_ngram", min_gram=1, max_gram=MAX_SHORT_WORD_LENGTH)],
)
tokens = analyzer(
    "tokens",
    tokenizer=tokenizer("word", type="pattern", pattern=f"(?:(?! |{UNSPACED.pattern}).)+", group=0),
    # Longer ones are too long for a term of Lucene, and for a misspelt word.
    filter=[token_filter("word_length", type="length", min=2, max=MAX_TOKEN_LENGTH)],
)
# Single characters of smartcn are dropped: 调休, cut in two, would match 调整后休假.
chinese = analyzer(
    "chinese", tokenizer="smartcn_tokenizer", filter=[token_filter("two_and_more", type="length", min=2)]
)


def _tokens() -> fields.KeywordField:
    return fields.KeywordField(doc_values=False)


def _unordered_text(analyser: Any) -> fields.TextField:
    return fields.TextField(analyzer=analyser, index_options="docs", norms=False)


def part_of_text() -> fields.TextField:
    """Return a field for a text that filters match a part of; it does not influence scores."""
    ways = {"pairs": fields.TextField(analyzer=pairs, norms=False), "characters": _unordered_text(characters)}
    return fields.TextField(index=False, norms=False, fields=ways)


INDEX_FIELDS: dict[str, Callable[[], fields.DEDField]] = {
    "keyword": fields.KeywordField,
    "integer": fields.IntegerField,
    "byte": fields.ByteField,
    "date": fields.DateField,
    "boolean": fields.BooleanField,
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
    dated_at = fields.DateField()
    text = fields.TextField(analyzer=pairs)
    filename = fields.TextField(analyzer=pairs, fields={"characters": _unordered_text(characters)})
    description = fields.TextField(analyzer=pairs)
    # Title, keywords and names of people.
    labels = fields.TextField(analyzer=pairs)
    place = fields.TextField(analyzer=pairs, fields={"characters": _unordered_text(characters)})
    country = fields.KeywordField()
    # The whole file name, with and without its ending.
    names = _tokens()
    # All texts together.
    passages = fields.TextField(
        index=False,
        norms=False,
        fields={
            "characters": _unordered_text(characters),
            "starts": _unordered_text(starts),
            "tokens": fields.TextField(analyzer=tokens, index_options="freqs"),
        },
    )
    chinese = _unordered_text(chinese)
    stems = _tokens()
    sounds = _tokens()
    glyphs = _tokens()
    accented = _tokens()

    class Index:
        """One shard without replicas: Elasticsearch runs on one machine, for the photos of a few users."""

        name = settings.ELASTICSEARCH_INDEX
        settings = {"number_of_shards": 1, "number_of_replicas": 0}

    class Meta:
        dynamic = MetaField("strict")
        source = MetaField(enabled=False)

    class Django:
        model = Photo
        ignore_signals = True

    def prepare(self, photo: Photo) -> dict[str, Any]:
        """Return the document of a photo that INDEX_COLUMNS have loaded."""
        text, place = photo.text if hasattr(photo, "text") else None, photo.place
        texts = {
            "filename": photo.folded_filename.splitlines(),
            "description": photo.folded_description.splitlines(),
            "labels": photo.folded_labels.splitlines(),
            "place": place.folded_names.splitlines() if place else [],
            "text": text.folded.splitlines() if text else [],
        }
        passages = [passage for part in texts.values() for passage in part]
        originals = [photo.filename, photo.description, label_lines(photo.labels)]
        originals += [place.names if place else "", text.text if text else ""]
        weak = WeakTokens(passages, originals=originals)
        values = {column.name: column.index_value(photo) for column in INDEX_COLUMNS}
        return {
            "photo_id": photo.pk,
            "owner": photo.owner_id,
            "dated_at": photo.dated_at,
            **values,
            **texts,
            "country": place.country_code if place else None,
            "names": whole_names(photo.filename),
            "passages": passages,
            **weak.fields(),
        }


@cache
def mapping_version() -> str:
    """Return a digest of mapping, tokens and canonical form; documents indexed with others must be indexed again."""
    described = json.dumps([PhotoDocument._index.to_dict(), TOKENS_VERSION, CANONICAL_VERSION], sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()[:12]
