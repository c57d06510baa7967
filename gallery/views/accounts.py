"""Logging in, and changing one's password."""

from typing import Any

from django.contrib.auth.views import LoginView, PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails


class LogIn(LoginView):
    """The login page; where htmx was sent here instead of a fragment, the whole page goes."""

    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer htmx by a redirection of the page that it works for."""
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
        if htmx:
            query = urlencode({"next": htmx.current_url_abs_path or resolve_url("gallery:photos")})
            return HttpResponseClientRedirect(f"{resolve_url('login')}?{query}")
        return super().get(request, *args, **kwargs)


class ChangePassword(SuccessMessageMixin, PasswordChangeView):
    """The form for a new password; then back to the photos."""

    success_url = reverse_lazy("gallery:photos")
    success_message = _("Your password has been changed.")
