"""Forgotten passwords: an e-mail with a link, and the page behind the link."""

from typing import Any

from axes.utils import reset
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

from gallery.access.addresses import client_network
from gallery.access.sessions import end_sessions
from gallery.users.forms import ForgottenPasswordForm
from gallery.users.password_links import days_valid, send_links
from gallery.views.login import log_in, refuse_guesses


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def help_with_password(request: HttpRequest) -> HttpResponse:
    """E-mail a link, with the same answer for every name; without a mail server, refer to the administrators."""
    form = ForgottenPasswordForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "sends": bool(settings.EMAIL_URL), "days": days_valid(), "is_done": False}
    if request.method == "POST" and settings.EMAIL_URL:
        if refusal := refuse_guesses(request):
            return refusal
        if form.is_valid():
            send_links(form.cleaned_data["name"])
            context["is_done"] = True
    return render(request, "registration/forgotten.html", context, status=400 if form.errors else 200)


class SetPassword(PasswordResetConfirmView):
    """Sets the password of the link's user, ends their sessions, and logs them in, with their second factor if any."""

    template_name = "registration/set_password.html"
    success_url = reverse_lazy("gallery:photos")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Throttle by address, then set the password."""
        return refuse_guesses(request) or super().post(request, *args, **kwargs)

    def get_user(self, uidb64: str) -> User | None:
        """Return the link's user, if active."""
        user: User | None = super().get_user(uidb64)
        return user if user and user.is_active else None

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        """End the sessions before the user is logged in here, and clear failed logins from here."""
        end_sessions(user=form.user)
        reset(ip=client_network(self.request), username=form.user.get_username())
        super().form_valid(form)
        return log_in(self.request, form.user, next_url=self.get_success_url())

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        """Answer 404 if the link is used, expired or wrong."""
        if not context["validlink"]:
            options["status"] = 404
        elif context["form"].errors:
            options["status"] = 400
        return super().render_to_response(context, **options)
