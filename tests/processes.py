"""Environment, queues and locks of processes that run beside the tests."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dramatiq
from django.db import connection


def process_environment(media_root: Path) -> dict[str, str]:
    """Return the environment of a process that uses the test's database and pictures."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "photosearch.settings",
        "DATABASE_URL": database.geturl(),
        "DATA_DIR": str(media_root.parent),
    }


def queued_messages(broker: Any, queue: str) -> list[tuple[str, list[Any]]]:
    """Return actor and arguments of each waiting message, oldest first."""
    message_ids = broker.client.lrange(f"dramatiq:{queue}", 0, -1)
    messages = [
        dramatiq.Message.decode(broker.client.hget(f"dramatiq:{queue}.msgs", message_id)) for message_id in message_ids
    ]
    return [(message.actor_name, list(message.args)) for message in messages]


def count_lock_waits() -> int:
    """Return the number of connections of this database that wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])
