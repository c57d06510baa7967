"""Shares of labelled pictures that searches find, beside plain methods: `python -m benchmarks.search_quality`.

Runs the queries of search/evaluation over its pictures, in one run with photosearch, with Elasticsearch's standard
analyser and with smartcn (all words must match), with vectors alone, and with PostgreSQL's word similarity of trigrams.
Needs PostgreSQL and Elasticsearch: those that DATABASE_URL and ELASTICSEARCH_URL name, or those of a running
`make run`; with its encoder, or `--encoder conse` for an own process, pictures are compared too. Nothing is kept.
"""

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from elasticsearch.helpers import bulk

from benchmarks.encoder_process import encoder_process
from gallery.models import Photo
from search.encoders.client import EncoderInfo, EncoderUnavailable, describe_encoders
from search.evaluation.figures import Figures, summarise
from search.evaluation.labelled_set import labelled_queries
from search.evaluation.library import LabelledLibrary, labelled_library
from search.evaluation.measuring import Answer, Search, measure, search_as
from search.keywords.index import connected
from search.query.parser import parse
from search.query.values import InvalidQuery
from search.ranking.ranker import rank_by_vector
from search.ranking.results import PAGE_SIZE
from search.ranking.scope import SearchScope

BASELINE_INDEX = "photosearch-search-quality"
# PostgreSQL's default for word_similarity.
MIN_WORD_SIMILARITY = 0.6
TRIGRAMS = """
    SELECT photo.id
    FROM gallery_photo AS photo JOIN search_phototext AS text ON text.photo_id = photo.id,
        LATERAL (SELECT concat_ws(' ', photo.filename, photo.description, text.text) AS words) AS all_words
    WHERE photo.owner_id = %s AND word_similarity(%s, words) >= %s
    ORDER BY word_similarity(%s, words) DESC, photo.id LIMIT %s
"""
COLUMNS = ("found", "above", "first")


def main() -> None:
    """Measure every method and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", choices=["conse", "running", "none"], default="conse")
    parser.add_argument("--read", action="store_true", help="recognise the text of the pictures, which takes minutes")
    arguments = parser.parse_args()
    with _encoder(arguments.encoder) as encoder:
        queries = [query for query in labelled_queries() if encoder or query.typed != "meaning"]
        with labelled_library(encoder=encoder, reads=arguments.read) as library, _baseline_index(library):
            for name, search in _methods(library, encoder):
                _print(name, summarise(measure(queries, photo_ids=library.photo_ids, search=search)))


@contextmanager
def _encoder(name: str) -> Iterator[EncoderInfo | None]:
    if name == "conse":
        with tempfile.TemporaryDirectory() as folder:
            # The process may run as another user.
            Path(folder).chmod(0o777)
            with encoder_process(name, Path(folder)) as (_process, encoder):
                yield encoder
        return
    try:
        ready = [info for info in describe_encoders() if info.state == "ready"] if name == "running" else []
    except EncoderUnavailable:
        ready = []
    yield ready[0] if ready else None


def _methods(library: LabelledLibrary, encoder: EncoderInfo | None) -> Iterator[tuple[str, Search]]:
    yield "photosearch", search_as(library.owner)
    yield "Elasticsearch, standard analyser", lambda text: _match(text, "standard")
    yield "Elasticsearch, smartcn", lambda text: _match(text, "smartcn")
    if encoder:
        yield f"vectors of {encoder.title}", lambda text: _nearest(text, library)
    yield "trigrams, word_similarity", lambda text: _alike(text, library)


@contextmanager
def _baseline_index(library: LabelledLibrary) -> Iterator[None]:
    """Index the library's texts, names and descriptions in the plain ways."""
    fields = {name: {"type": "text", "analyzer": name} for name in ("standard", "smartcn")}
    with connected() as client:
        client.indices.delete(index=BASELINE_INDEX, ignore_unavailable=True)
        client.indices.create(index=BASELINE_INDEX, mappings={"properties": fields})
        try:
            photos = Photo.objects.filter(owner=library.owner).select_related("text")
            texts = {photo.pk: f"{photo.filename}\n{photo.description}\n{photo.text.text}" for photo in photos}
            bulk(
                client,
                ({"_index": BASELINE_INDEX, "_id": pk, **dict.fromkeys(fields, text)} for pk, text in texts.items()),
                refresh=True,
            )
            yield
        finally:
            client.indices.delete(index=BASELINE_INDEX)


def _match(text: str, field: str) -> Answer:
    with connected() as client:
        answer = client.search(
            index=BASELINE_INDEX, query={"match": {field: {"query": text, "operator": "and"}}}, size=PAGE_SIZE
        )
    return _answer(int(hit["_id"]) for hit in answer["hits"]["hits"])


def _nearest(text: str, library: LabelledLibrary) -> Answer:
    try:
        ranking = rank_by_vector(SearchScope(parse(text), library.owner))
    except InvalidQuery:
        return Answer({}, relevant=0)
    return _answer(list(ranking.photos)[:PAGE_SIZE], relevant=ranking.relevant)


def _alike(text: str, library: LabelledLibrary) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute(TRIGRAMS, [library.owner.pk, text, MIN_WORD_SIMILARITY, text, PAGE_SIZE])
        return _answer(photo_id for (photo_id,) in cursor.fetchall())


def _answer(photo_ids: Iterable[int], *, relevant: int | None = None) -> Answer:
    """Return the photos, of which all are above the cutoff unless `relevant` says how many."""
    places = {photo_id: rank for rank, photo_id in enumerate(photo_ids, start=1)}
    return Answer(places, len(places) if relevant is None else relevant)


def _print(name: str, figures: Figures) -> None:
    print(f"\n{name}")
    print(f"{'':12}{'queries':>9}" + "".join(f"{column:>9}" for column in (*COLUMNS, "wrong")) + f"{'unordered':>11}")
    for typed, part in (*figures["by"]["typed"].items(), ("all", figures)):
        shares = "".join(f"{part[column] / part['queries']:9.1%}" for column in COLUMNS)
        print(f"{typed:12}{part['queries']:9}{shares}{part['wrong']:9}{part['unordered']:11}")


if __name__ == "__main__":
    main()
