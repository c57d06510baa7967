"""What an administrator sees of the machinery: servers, queues, backlog, failures, and nobody's pictures."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from redis import RedisError

from gallery.models import MAX_ATTEMPTS, Photo, StepAttempt
from gallery.steps import BlockedStep, CurrentStep, current_steps
from gallery.tasks import broker_version, queue_lengths
from gallery.views import PageRequest

SHOWN_FAILURES = 50


@dataclass(frozen=True)
class Server:
    """A server, and its version or why it does not answer."""

    name: str
    is_up: bool
    detail: str


@dataclass(frozen=True)
class Backlog:
    """A step, the version of its output, and how many photos lack it; `reason` says why nothing is done about it."""

    title: str
    version: str = ""
    missing: int | None = None
    reason: str = ""


@require_safe
@vary_on_headers("HX-Request")
def show_status(request: PageRequest) -> HttpResponse:
    """The status page; asked by htmx, its contents alone."""
    if not request.user.is_staff:
        raise PermissionDenied
    broker, queues = _broker_state()
    context = {
        "servers": [_database(), broker],
        "queues": queues,
        "photos": Photo.objects.count(),
        "backlogs": [_backlog(step) for step in current_steps()],
        "failures": _failures()[:SHOWN_FAILURES],
        "failure_count": _failures().count(),
    }
    return render(request, "gallery/status_contents.html" if request.htmx else "gallery/status.html", context)


def _database() -> Server:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    return Server("PostgreSQL", True, version)


def _broker_state() -> tuple[Server, dict[str, int]]:
    """The broker, and how many messages wait in each of its queues."""
    try:
        return Server("Valkey", True, broker_version()), queue_lengths()
    except RedisError:
        sentence = _("It does not answer. Uploads are kept, and processed when it is back.")
        return Server("Valkey", False, sentence), {}


def _backlog(step: CurrentStep | BlockedStep) -> Backlog:
    if isinstance(step, BlockedStep):
        return Backlog(step.title, reason=step.reason)
    return Backlog(step.title, version=step.version, missing=step.missing().count())


def _failures() -> QuerySet[StepAttempt]:
    """Steps that failed, the latest first; those that only wait for a neighbour have no attempts counted.

    An attempt without an error may be going on; when it was the last, its worker died and could not say why.
    """
    failed = Q(attempts__gt=0) & ~Q(error="") | Q(attempts__gte=MAX_ATTEMPTS)
    return StepAttempt.objects.filter(failed).select_related("photo__owner").order_by("-failed_at")
