"""The page of AI assistants: what they may read, and a log of their requests."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.access import PageRequest
from gallery.assistants import AssistantCall, access_of
from gallery.forms import AssistantForm

PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def show_assistants(request: PageRequest) -> HttpResponse:
    """Show and save the form; list calls, newest first."""
    form = AssistantForm(request.POST or None, instance=access_of(request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. Applies from the next request."))
        return redirect("gallery:assistants")
    calls = Paginator(AssistantCall.objects.filter(user=request.user).order_by("-pk"), PAGE_SIZE)
    context = {"url": settings.ASSISTANT_URL, "form": form, "calls": calls.get_page(request.GET.get("page"))}
    return render(request, "gallery/account/assistants.html", context, status=400 if form.errors else 200)
