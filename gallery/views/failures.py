"""The page of a user's failed photos: another try, or dismissal."""

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.access.message_responses import respond_with_message
from gallery.models import StepAttempt
from gallery.processing import failures

PAGE_SIZE = 60


@require_safe
def show_failures(request: PageRequest) -> HttpResponse:
    """List the failed photos of the user, the latest first."""
    page = Paginator(failures.failed_photos(user=request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "failed": failures.describe_failures(page.object_list)}
    return render(request, "gallery/failures/failures.html", context)


@require_POST
def retry(request: PageRequest) -> HttpResponse:
    """Try the photo in `photo` again, or all failed ones with `all`."""
    count = failures.retry_failures(_chosen(request))
    message = ngettext("%(count)d photo will be tried again", "%(count)d photos will be tried again", count)
    return respond_with_message(request, message % {"count": count})


@require_POST
def dismiss(request: PageRequest) -> HttpResponse:
    """Dismiss the failures of the photo in `photo`, or of all photos with `all`."""
    count = failures.dismiss_failures(_chosen(request))
    message = ngettext("%(count)d failed photo dismissed", "%(count)d failed photos dismissed", count)
    return respond_with_message(request, message % {"count": count})


def _chosen(request: PageRequest) -> QuerySet[StepAttempt]:
    """Return the user's failed attempts that the form names."""
    own = failures.failed_attempts().filter(photo__owner_id=request.user.pk)
    if "all" in request.POST:
        return own
    photo = request.POST.get("photo", "")
    if not (photo.isascii() and photo.isdigit() and len(photo) < 19):
        raise BadRequest(_("Select a photo."))
    return own.filter(photo=int(photo))
