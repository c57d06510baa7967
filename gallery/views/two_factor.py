"""The page of the second factors: the app, recovery codes and passkeys."""

from typing import Any
from urllib.parse import quote

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery.access import PageRequest
from gallery.access.factor_forms import AppForm
from gallery.views.login import refuse_guesses


@require_safe
def show_two_factor(request: PageRequest) -> HttpResponse:
    """Show which factors the user has."""
    rows = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    factors = {factor.type: factor for factor in rows}
    codes = factors.get(Authenticator.Type.RECOVERY_CODES)
    context = {"app": factors.get(Authenticator.Type.TOTP), "codes": codes, "codes_left": _codes_left(codes)}
    context["passkeys"] = [factor for factor in rows if factor.type == Authenticator.Type.WEBAUTHN]
    return render(request, "gallery/account/two_factor.html", context)


class SetUpApp(ActivateTOTPView):
    """Shows the secret of the app, until the app's first code proves that it has it."""

    form_class = AppForm
    template_name = "gallery/account/set_up_app.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Throttle by address and by user."""
        return refuse_guesses(request) or super().post(request, *args, **kwargs)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("Two-factor login is on."))
        return response

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        secret = context["form"].secret
        context["secret"] = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
        return super().render_to_response(context, status=400 if context["form"].errors else 200, **options)


class TurnOffApp(DeactivateTOTPView):
    """Forgets the app; the recovery codes go with the last factor."""

    template_name = "gallery/account/turn_off_app.html"

    def form_valid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("The app's codes are no longer asked for."))
        return response


class ShowRecoveryCodes(ViewRecoveryCodesView):
    """Shows the recovery codes once, with a link that saves them as a file."""

    template_name = "gallery/account/recovery_codes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        lines = [_("Recovery codes of %(name)s for photosearch") % {"name": self.request.user.get_username()}, ""]
        if context["can_view_codes"]:
            # The codes are never sent again, so that the file comes with the page.
            text = "\r\n".join([*lines, *context["unused_codes"], ""])
            context["file"] = f"data:text/plain;charset=utf-8,{quote(text)}"
        return context


class MakeRecoveryCodes(GenerateRecoveryCodesView):
    template_name = "gallery/account/make_recovery_codes.html"


def _codes_left(codes: Authenticator | None) -> int:
    """Count the unused codes without decrypting them."""
    return app_settings.RECOVERY_CODE_COUNT - codes.data["used_mask"].bit_count() if codes else 0
