"""Actions on selected photos."""

from typing import Any, TypeVar

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.access.message_responses import respond_with_message
from gallery.forms import MAX_SELECTED, DescriptionForm, ImportanceForm, RangeForm, SelectionForm, TurnForm
from gallery.models import Photo, PhotoQuerySet
from gallery.photos.download import stream_zip
from gallery.photos.editing import edit_photos
from gallery.photos.ranges import find_between, find_group
from gallery.photos.rotation import turn_photos
from gallery.photos.statements import EditOutcome, apply_statement
from gallery.photos.trash import move_to_trash
from gallery.views.timeline import requested_scope

Form = TypeVar("Form", bound=forms.Form)


@require_safe
def send_photo_ids(request: PageRequest) -> JsonResponse:
    """Send the ids of a month, a day, a range, or of all photos of a scope, at most as many as actions take."""
    form = RangeForm(request.GET)
    if not form.is_valid():
        raise Http404
    scope = requested_scope(request.GET, user=request.user)
    one, other = form.cleaned_data["one"], form.cleaned_data["other"]
    if one and other:
        found = find_between((one, other), scope=scope, user=request.user, limit=MAX_SELECTED)
    else:
        try:
            found = find_group(scope, user=request.user, group=form.cleaned_data["group"], limit=MAX_SELECTED)
        except ValueError:
            raise Http404 from None
    message = _("Selected the first %(limit)s photos: actions take no more at once.") % {"limit": f"{MAX_SELECTED:,}"}
    return JsonResponse({"ids": found.ids, "days": found.days, "message": message if found.is_cut else ""})


@require_POST
def rate_selection(request: PageRequest) -> HttpResponse:
    """Set the importance of the selected photos."""
    form = valid_form(request, ImportanceForm)
    importance = form.cleaned_data["importance"]
    outcome = _edit_selected(request, form, importance=importance)
    message = _("Rating removed")
    if importance:
        message = ngettext("Rated %(stars)d star", "Rated %(stars)d stars", importance) % {"stars": importance}
    return respond_with_message(request, message, revert=revert_address(outcome))


@require_POST
def describe_selection(request: PageRequest) -> HttpResponse:
    """Set the description of the selected photos."""
    form = valid_form(request, DescriptionForm)
    outcome = _edit_selected(request, form, description=form.cleaned_data["description"])
    message = ngettext("Description saved for %(count)d photo", "Description saved for %(count)d photos", outcome.count)
    return respond_with_message(request, message % {"count": outcome.count}, revert=revert_address(outcome))


@require_POST
def turn_selection(request: PageRequest) -> HttpResponse:
    """Show the selected photos turned by right angles, and offer undo; their files stay as they are."""
    form = valid_form(request, TurnForm)
    statement = turn_photos(form.cleaned_data["turn"])
    outcome = apply_statement(selected_photos(form), user=request.user, statement=statement)
    if not outcome.count:
        raise BadRequest(gone_message(form))
    message = ngettext("%(count)d photo rotated", "%(count)d photos rotated", outcome.count)
    return respond_with_message(request, message % {"count": outcome.count}, revert=revert_address(outcome))


@require_POST
def trash_selection(request: PageRequest) -> HttpResponse:
    """Move the selected photos to the trash."""
    form = valid_form(request, SelectionForm)
    count, moment = move_to_trash(selected_photos(form), user=request.user)
    if not count:
        raise BadRequest(gone_message(form))
    return respond_with_message(request, trashed_message(count), undo=moment)


@require_POST
def download_selection(request: PageRequest) -> StreamingHttpResponse:
    """Stream the originals of the selected photos, and the files that belong to them, as a zip file."""
    photos = list(
        selected_photos(valid_form(request, SelectionForm)).visible_to(request.user).order_by("dated_at", "pk")
    )
    if not photos:
        raise Http404
    response = StreamingHttpResponse(stream_zip(photos, with_companions=True), content_type="application/zip")
    name = f"photosearch {timezone.localtime():%Y-%m-%d %H.%M}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _edit_selected(request: PageRequest, form: forms.Form, **changes: Any) -> EditOutcome:
    """Set fields of the selected photos. Raises BadRequest if all were deleted, for example in another tab."""
    outcome = edit_photos(selected_photos(form), user=request.user, **changes)
    if not outcome.count:
        raise BadRequest(gone_message(form))
    return outcome


def revert_address(outcome: EditOutcome) -> str:
    """Return the address that undoes an edit; empty if it changed nothing."""
    return reverse("gallery:undo_edit", args=[outcome.edit.pk]) if outcome.edit else ""


def gone_message(form: forms.Form) -> str:
    """Return the message if none of the selected photos is in the gallery any more."""
    return ngettext(
        "This photo is no longer in your gallery: it is in the trash or deleted.",
        "These photos are no longer in your gallery: they are in the trash or deleted.",
        len(form.cleaned_data["photo"]),
    )


def valid_form(request: PageRequest, form_class: type[Form]) -> Form:
    """Return the valid form. Raises BadRequest with the first error."""
    form = form_class(request.POST)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadRequest(f"{form[name].label}: {errors[0]}")
    return form


def selected_photos(form: forms.Form) -> PhotoQuerySet:
    """Return the selected photos of any user: callers must narrow them to the current user."""
    return Photo.objects.filter(pk__in=form.cleaned_data["photo"])


def trashed_message(count: int) -> str:
    """Return the message after `count` photos were moved to the trash."""
    if not count:
        return _("No photos moved to the trash")
    return ngettext("%(count)d photo moved to the trash", "%(count)d photos moved to the trash", count) % {
        "count": count
    }
