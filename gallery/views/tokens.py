"""The page of API tokens."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gallery.access import PageRequest
from gallery.access.tokens import ApiToken, issue_token
from gallery.forms import TokenForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_tokens(request: PageRequest) -> HttpResponse:
    """List the user's API tokens and create new ones. A new token is shown only in this response."""
    form = TokenForm(request.POST or None, is_administrator=request.user.is_staff)
    key = ""
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        _token, key = issue_token(
            form.cleaned_data["name"],
            user=request.user,
            scopes=form.cleaned_data["scopes"],
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        form = TokenForm(is_administrator=request.user.is_staff)
    tokens = ApiToken.objects.filter(user=request.user).order_by("-pk")
    status = 400 if form.errors else 200
    return render(request, "gallery/account/tokens.html", {"form": form, "tokens": tokens, "key": key}, status=status)


@require_POST
def revoke_token(request: PageRequest, token_id: int) -> HttpResponse:
    """Delete one of the user's API tokens."""
    token = get_object_or_404(ApiToken, pk=token_id, user=request.user)
    token.delete()
    messages.success(request, _("API token “%(name)s” revoked") % {"name": token.name})
    return redirect("gallery:tokens")
