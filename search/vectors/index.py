"""HNSW indexes (Malkov and Yashunin 2016) over the stored vectors: one for each model, built while people search."""

import logging
from hashlib import sha256

from django.db import connection
from psycopg import sql

from gallery.storage.locks import Lock, try_locked

logger = logging.getLogger(__name__)

# Neighbours of each vector, and how many candidates each is chosen from.
M = 32
EF_CONSTRUCTION = 128
# What building takes for each vector beside its numbers, in bytes, and the most that it may take at all. From there on
# it goes on more slowly, on disk.
BYTES_BESIDE_NUMBERS = 1300
MAX_BUILD_MEGABYTES = 2000


def has_vector_index(model: str) -> bool:
    """Whether `model` has an index that searches may use: completely built and valid."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = to_regclass(%s)", [_index_name(model)]
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def build_vector_index(model: str, dimensions: int) -> bool:
    """Build the index of `model`, unless it is there; searches and writes go on meanwhile.

    Outside of a transaction. Returns False if another process is building an index at this moment.
    """
    # A connection that waited for the lock would block the other's build.
    with try_locked(Lock.VECTOR_INDEX) as is_free:
        if is_free and not has_vector_index(model):
            # What an interrupted build left behind: maintained, but never read.
            _execute("DROP INDEX CONCURRENTLY IF EXISTS {name}", name=sql.Identifier(_index_name(model)))
            _build(model, dimensions)
    return is_free


def _build(model: str, dimensions: int) -> None:
    logger.info("Building the index of %s", model)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_photoembedding WHERE model = %s", [model])
        megabytes = (cursor.fetchone()[0] * (2 * dimensions + BYTES_BESIDE_NUMBERS) >> 20) + 64
    _execute("SET maintenance_work_mem = {memory}", memory=sql.Literal(f"{min(megabytes, MAX_BUILD_MEGABYTES)}MB"))
    try:
        _execute(
            "CREATE INDEX CONCURRENTLY {name} ON search_photoembedding"
            " USING hnsw ((vector::halfvec({dimensions})) halfvec_cosine_ops)"
            " WITH (m = {m}, ef_construction = {ef_construction}) WHERE model = {model}",
            name=sql.Identifier(_index_name(model)),
            dimensions=sql.Literal(dimensions),
            m=sql.Literal(M),
            ef_construction=sql.Literal(EF_CONSTRUCTION),
            model=sql.Literal(model),
        )
    finally:
        _execute("RESET maintenance_work_mem")


def _execute(statement: str, **parts: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**parts))


def _index_name(model: str) -> str:
    return f"embedding_hnsw_{sha256(model.encode()).hexdigest()[:12]}"
