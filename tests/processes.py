"""Processes beside the tests: their environment, queues and locks."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dramatiq
from django.db import connection


def process_environment(media_root: Path) -> dict[str, str]:
    """For a process beside the tests that shall see their database and pictures."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "photosearch.settings",
        "DATABASE_URL": database.geturl(),
        "DATA_DIR": str(media_root.parent),
    }


def queued_messages(broker: Any, queue: str) -> list[tuple[str, list[Any]]]:
    """Actor and arguments of each message that waits, the first to be done first."""
    message_ids = broker.client.lrange(f"dramatiq:{queue}", 0, -1)
    messages = [dramatiq.Message.decode(broker.client.hget(f"dramatiq:{queue}.msgs", one)) for one in message_ids]
    return [(message.actor_name, list(message.args)) for message in messages]


def count_lock_waits() -> int:
    """How many connections of this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])
