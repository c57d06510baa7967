"""Login sessions of a user: recorded with device and address, and ended on request."""

import re
from collections.abc import Callable
from contextlib import suppress
from time import time
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import IntegrityError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gallery.access.addresses import client_address
from gallery.account import OpenSession

# Minimum time between two updates of a session's record.
SECONDS_BETWEEN_RECORDS = 300
RECORDED = "recorded"

# User agents contain the names of other browsers too: the first match is the right one.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrom|CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class RecordSessionsMiddleware:
    """Records every few minutes from which device and address a session is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Record the session after the answer, because the request may log the user in or out."""
        response = self.get_response(request)
        # `accessed` is checked first, to avoid loading the session and the user for requests that need neither.
        if request.session.accessed and request.session.session_key and request.user.is_authenticated:
            _record(request, request.user)
        return response


@receiver(user_logged_in)
def record_login(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Record the new session at once."""
    if request.session.session_key:
        _record(request, user)


def describe_device(agent: str) -> str:
    """Return the browser and system in a user agent, such as "Firefox on Linux"."""
    browser = next((name for pattern, name in BROWSERS if re.search(pattern, agent)), "")
    system = next((name for pattern, name in SYSTEMS if re.search(pattern, agent)), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or agent[:60] or _("Unknown device")


def end_sessions(*, user: AbstractBaseUser, keep: str | None = None) -> int:
    """End all sessions of `user` except the one with the key `keep`; return how many were ended."""
    keys = OpenSession.objects.filter(owner_id=user.pk).exclude(session_id=keep).values_list("session_id", flat=True)
    ended = list(keys)
    Session.objects.filter(pk__in=ended).delete()
    return len(ended)


def _record(request: HttpRequest, user: User) -> None:
    key, seen_at = request.session.get(RECORDED, ("", 0))
    if key == request.session.session_key and time() - seen_at < SECONDS_BETWEEN_RECORDS:
        return
    # The session may have been ended while this request was processed.
    with suppress(IntegrityError):
        OpenSession.objects.update_or_create(
            session_id=request.session.session_key,
            defaults={
                "owner": user,
                "user_agent": request.headers.get("User-Agent", "")[:300],
                "ip_address": client_address(request),
            },
        )
        request.session[RECORDED] = (request.session.session_key, int(time()))
