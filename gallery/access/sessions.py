"""Where a person is logged in: noted as their requests come, and ended when they say so."""

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

# A session is noted again when it was last seen so long ago.
SECONDS_BETWEEN_NOTES = 300
NOTE = "noted"

# What browsers call themselves contains the names of others too: the first that fits is right.
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
    """Middleware that notes, every few minutes, from where a session is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer first: the request may log somebody in or out."""
        response = self.get_response(request)
        # Who has not been asked for need not be found out.
        if request.session.accessed and request.session.session_key and request.user.is_authenticated:
            _note(request, request.user)
        return response


@receiver(user_logged_in)
def note_login(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Note the new session at once."""
    if request.session.session_key:
        _note(request, user)


def describe_device(agent: str) -> str:
    """Browser and system, as far as the browser's own words tell them."""
    browser = next((name for pattern, name in BROWSERS if re.search(pattern, agent)), "")
    system = next((name for pattern, name in SYSTEMS if re.search(pattern, agent)), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or agent[:60] or _("Unknown device")


def end_sessions(*, user: AbstractBaseUser, but: str | None = None) -> int:
    """Log `user` out everywhere but in the session whose key is `but`; how many sessions that ended."""
    keys = OpenSession.objects.filter(owner_id=user.pk).exclude(session_id=but).values_list("session_id", flat=True)
    ended = list(keys)
    Session.objects.filter(pk__in=ended).delete()
    return len(ended)


def _note(request: HttpRequest, user: User) -> None:
    key, seen_at = request.session.get(NOTE, ("", 0))
    if key == request.session.session_key and time() - seen_at < SECONDS_BETWEEN_NOTES:
        return
    # The session may have been ended while this request was answered.
    with suppress(IntegrityError):
        OpenSession.objects.update_or_create(
            session_id=request.session.session_key,
            defaults={
                "owner": user,
                "user_agent": request.headers.get("User-Agent", "")[:300],
                "ip_address": client_address(request),
            },
        )
        request.session[NOTE] = (request.session.session_key, int(time()))
