"""Run a worker for the tasks of one queue."""

import os
import sys
from argparse import ArgumentParser
from threading import enumerate as enumerate_threads
from typing import Any

from django.core.management.base import BaseCommand
from dramatiq import Worker, get_broker

import gallery.bulk_import.tasks
import gallery.photos.tasks
import gallery.processing.tasks
from gallery.bulk_import.heartbeat import stop_passes
from gallery.bulk_import.read_ahead import READER_THREAD_PREFIX
from gallery.management.stop_event import stop_event
from gallery.processing.unfinished import withdraw_unfinished

# A task that takes longer is begun again by the next worker.
MILLISECONDS_TO_FINISH = 20_000


class Command(BaseCommand):
    """`manage.py worker QUEUE`: a worker in this process.

    Dramatiq's own command runs a master process, which does not restart workers that die and leaves them behind when it
    is killed; the supervisor of `make run` does both.
    """

    help = "Runs the tasks of one queue, until SIGTERM or SIGINT."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the queue and the number of threads."""
        parser.add_argument("queue", choices=["default", "vision", "ocr", "import"])
        parser.add_argument("--threads", type=int, default=1, help="tasks that run at the same time (default: 1)")

    def handle(self, *, queue: str, threads: int, **_options: Any) -> None:
        """Run tasks until stopped, then withdraw the attempts that are unfinished."""
        stop = stop_event()
        broker = get_broker()
        broker.emit_after("process_boot")
        worker = Worker(broker, queues={queue}, worker_threads=threads)
        worker.start()
        if queue == "import":
            gallery.bulk_import.tasks.wake_imports()
        stop.wait()
        stop_passes()
        worker.stop(timeout=MILLISECONDS_TO_FINISH)
        withdraw_unfinished()
        broker.close()
        if any(thread.name.startswith(READER_THREAD_PREFIX) for thread in enumerate_threads()):
            # A normal exit would wait for a read that hangs.
            sys.stderr.flush()
            os._exit(0)
