"""The status page for administrators: servers, processing, failures, users and queues, but no photos."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from redis import RedisError

from gallery.access import PageRequest
from gallery.access.message_responses import respond_with_message
from gallery.models import Step, StepAttempt
from gallery.processing.backlog import Backlog, backlogs
from gallery.processing.failures import (
    count_failed_photos,
    failed_attempts,
    failure_sentence,
    group_failures,
    retry_failures,
)
from gallery.processing.queues import broker_version, messages_in_work, queue_lengths

PAGE_SIZE = 50
MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Server:
    """A server, with its version or the reason why it does not respond."""

    name: str
    is_up: bool
    detail: str


@dataclass(frozen=True)
class Queue:
    """A queue with its waiting and running batches."""

    name: str
    waiting: int
    in_work: int


@dataclass(frozen=True)
class FailureRow:
    """Equal failures of one owner's photos."""

    owner: str
    step: str
    reason: str
    photos: int
    latest: Any


@require_safe
@vary_on_headers("HX-Request")
def show_status(request: PageRequest) -> HttpResponse:
    """Show the status page, or for htmx only its content."""
    if not request.user.is_staff:
        raise PermissionDenied
    broker, queues = _broker_state()
    steps = backlogs()
    groups = Paginator(group_failures(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "servers": [_database(), broker],
        "queues": queues,
        "people": _users(),
        "work": [(backlog, _time_left(backlog)) for backlog in steps],
        "waiting": max((backlog.missing or 0 for backlog in steps), default=0),
        "failures": [_failure_row(row) for row in groups],
        "failure_page": groups,
        "failed_count": count_failed_photos(),
        "own_failed_count": count_failed_photos(user=request.user),
    }
    return render(request, "gallery/status/_status.html" if request.htmx else "gallery/status/status.html", context)


@require_POST
def retry_all_failures(request: PageRequest) -> HttpResponse:
    """Try the failed photos of all users again."""
    if not request.user.is_staff:
        raise PermissionDenied
    count = retry_failures(failed_attempts())
    message = ngettext("%(count)d photo will be tried again", "%(count)d photos will be tried again", count)
    return respond_with_message(request, message % {"count": count})


def _time_left(backlog: Backlog) -> str:
    """Return how long a step will take, roughly; empty if nothing waits."""
    if not backlog.missing:
        return ""
    seconds = backlog.seconds_left
    if seconds is None:
        return _("unknown")
    if seconds < MINUTE:
        return _("less than a minute")
    if seconds < 1.5 * HOUR:
        minutes = round(seconds / MINUTE)
        return ngettext("about %(count)d minute", "about %(count)d minutes", minutes) % {"count": minutes}
    if seconds < 1.5 * DAY:
        hours = round(seconds / HOUR)
        return ngettext("about %(count)d hour", "about %(count)d hours", hours) % {"count": hours}
    days = round(seconds / DAY)
    return ngettext("about %(count)d day", "about %(count)d days", days) % {"count": days}


def _failure_row(row: dict[str, Any]) -> FailureRow:
    attempt = StepAttempt(step=row["step"], error=row["error"])
    step = str(Step(attempt.step).label)
    return FailureRow(row["photo__owner__username"], step, failure_sentence(attempt), row["photos"], row["latest"])


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
    return server, [Queue(name, waiting[name], in_work[name]) for name in waiting]


def _users() -> QuerySet[User]:
    """Return all users with the number and total size of their photos, largest first."""
    users = User.objects.annotate(photo_count=Count("photos"), bytes=Sum("photos__file_size", default=0))
    return users.select_related("account").order_by("-bytes", "username")
