"""HNSW indexes (Malkov and Yashunin 2016) on the embeddings: one per model, built without blocking searches."""

import logging
from hashlib import sha256

from django.db import connection
from psycopg import sql

from gallery.storage.locks import Lock, try_locked

logger = logging.getLogger(__name__)

# Neighbours of each vector, and how many candidates each is chosen from.
M = 32
EF_CONSTRUCTION = 128
# Memory for building: bytes per vector besides its numbers, and the limit, beyond which PostgreSQL continues more
# slowly on disk.
OVERHEAD_PER_VECTOR = 1300
MAX_BUILD_MEGABYTES = 2000


def has_vector_index(model: str) -> bool:
    """Return whether `model` has a complete and valid index, which searches can use."""
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
            # An interrupted build leaves an invalid index, which costs time and is never used.
            _execute("DROP INDEX CONCURRENTLY IF EXISTS {name}", name=sql.Identifier(_index_name(model)))
            _build(model, dimensions)
    return is_free


def _build(model: str, dimensions: int) -> None:
    logger.info("Building the index of %s", model)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_photoembedding WHERE model = %s", [model])
        megabytes = (cursor.fetchone()[0] * (2 * dimensions + OVERHEAD_PER_VECTOR) >> 20) + 64
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
