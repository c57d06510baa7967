"""Run the tasks of one queue."""

import os
import signal
import sys
from argparse import ArgumentParser
from threading import Event
from threading import enumerate as enumerate_threads
from typing import Any

from django.core.management.base import BaseCommand
from dramatiq import Worker, get_broker

import gallery.bulk_import.tasks
import gallery.processing.tasks
from gallery.bulk_import import read_attempts
from gallery.bulk_import.heartbeat import stop_passes
from gallery.bulk_import.run import READER_NAME
from gallery.processing import attempts

# A task that takes longer is begun again by the next worker.
MILLISECONDS_TO_FINISH = 20_000


class Command(BaseCommand):
    """`manage.py worker QUEUE`, in this one process, until it is told to stop.

    Dramatiq's own program puts a master before its workers, which restarts none of them and leaves them behind when it
    is killed. The supervisor does a master's work better.
    """

    help = "Runs the tasks of one queue, until SIGTERM or SIGINT."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the queue and the number of threads."""
        parser.add_argument("queue", choices=["default", "vision", "ocr", "import"])
        parser.add_argument("--threads", type=int, default=1)

    def handle(self, *, queue: str, threads: int, **_options: Any) -> None:
        """Work."""
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        broker = get_broker()
        broker.emit_after("process_boot")
        worker = Worker(broker, queues={queue}, worker_threads=threads)
        worker.start()
        if queue == "import":
            gallery.bulk_import.tasks.wake_imports()
        stop.wait()
        stop_passes()
        worker.stop(timeout=MILLISECONDS_TO_FINISH)
        attempts.take_back_begun()
        read_attempts.take_back_begun()
        broker.close()
        if any(thread.name.startswith(READER_NAME) for thread in enumerate_threads()):
            # Python would wait for the end of a read that hangs.
            sys.stderr.flush()
            os._exit(0)
