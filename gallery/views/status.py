"""The status page for administrators: servers, queues, backlog and failures, but no photos."""

from collections import Counter
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from redis import RedisError

from gallery.access import PageRequest
from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from gallery.processing.backlog import backlogs, failures
from gallery.processing.queues import broker_version, messages_in_work, queue_lengths
from gallery.processing.tasks import STEP_QUEUES

SHOWN_FAILURES = 50


@dataclass(frozen=True)
class Server:
    """A server, with its version or the reason why it does not respond."""

    name: str
    is_up: bool
    detail: str


@dataclass(frozen=True)
class Queue:
    """A queue: waiting batches, running batches, and photos for which its steps failed."""

    name: str
    waiting: int
    in_work: int
    given_up: int


@require_safe
@vary_on_headers("HX-Request")
def show_status(request: PageRequest) -> HttpResponse:
    """Show the status page, or for htmx only its content."""
    if not request.user.is_staff:
        raise PermissionDenied
    broker, queues = _broker_state()
    context = {
        "servers": [_database(), broker],
        "queues": queues,
        "photos": Photo.objects.count(),
        "people": _users(),
        "backlogs": backlogs(),
        "failures": failures()[:SHOWN_FAILURES],
        "failure_count": failures().count(),
    }
    return render(request, "gallery/status/_status.html" if request.htmx else "gallery/status/status.html", context)


def _database() -> Server:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    return Server("PostgreSQL", True, version)


def _broker_state() -> tuple[Server, list[Queue]]:
    try:
        server, waiting, in_work = Server("Valkey", True, broker_version()), queue_lengths(), messages_in_work()
    except RedisError:
        message = _("Not responding. Uploads are stored and processed when it is back.")
        return Server("Valkey", False, message), []
    given_up: Counter[str] = Counter()
    failed = StepAttempt.objects.filter(attempts__gte=MAX_ATTEMPTS).values_list("step").annotate(count=Count("pk"))
    for step, count in failed.order_by("step"):
        given_up[STEP_QUEUES[Step(step)]] += count
    return server, [Queue(name, waiting[name], in_work[name], given_up[name]) for name in waiting]


def _users() -> QuerySet[User]:
    """Return all users with the number and total size of their photos, largest first."""
    users = User.objects.annotate(photo_count=Count("photos"), bytes=Sum("photos__file_size", default=0))
    return users.select_related("account").order_by("-bytes", "username")
