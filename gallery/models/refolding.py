"""Folds texts that are stored already, in migrations: when a folded column is new, and when the canonical form changes.

`tests/gallery/text/test_digest.py` asks for such a migration: a RunPython operation that calls `refold`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gallery.text.canonical import fold

BATCH = 1000


def refold(connection: Any, *, table: str, columns: Mapping[str, str], key: str = "id") -> None:
    """Set columns of all rows to the canonical form of the SQL expressions that `columns` names.

    Rows that change are written once, in batches, and no trigger of the table runs: neither dates of changes nor
    revisions of photos change.
    """
    folded, stored = ([f"{relation}.{column}" for column in columns] for relation in ("folded", table))
    assignments = ", ".join(f"{column} = folded.{column}" for column in columns)
    arrays = ", ".join(["%s::bigint[]", *["%s::text[]"] * len(columns)])
    update = (
        f"UPDATE {table} SET {assignments}"  # noqa: S608 - names from migrations
        f" FROM unnest({arrays}) AS folded (key, {', '.join(columns)}) WHERE {table}.{key} = folded.key"
        f" AND ({', '.join(stored)}) IS DISTINCT FROM ({', '.join(folded)})"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} DISABLE TRIGGER USER")
        for keys, *texts in _batches(cursor, table=table, expressions=[key, *columns.values()]):
            cursor.execute(update, [keys, *([fold(text or "") for text in column] for column in texts)])
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} ENABLE TRIGGER USER")


def _batches(cursor: Any, *, table: str, expressions: list[str]) -> Iterator[list[list[Any]]]:
    """Yield the values of each expression, BATCH rows at a time; the first expression is the key."""
    key = expressions[0]
    query = (
        f"SELECT {', '.join(expressions)} FROM {table} WHERE {key} > %s"  # noqa: S608 - likewise
        f" ORDER BY {key} LIMIT {BATCH}"
    )
    cursor.execute(query, [0])
    while rows := cursor.fetchall():
        yield [list(values) for values in zip(*rows, strict=True)]
        cursor.execute(query, [rows[-1][0]])
