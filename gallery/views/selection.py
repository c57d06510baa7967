"""What is done with many photos at once that a person has chosen."""

from typing import Any, TypeVar

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gallery.access import PageRequest
from gallery.forms import DescriptionForm, ImportanceForm, SelectionForm
from gallery.models import Photo, PhotoQuerySet
from gallery.photos.download import stream_zip
from gallery.photos.editing import edit_photos
from gallery.photos.trash import DAYS_IN_TRASH, move_to_trash
from gallery.views.message_responses import respond_with_message

Form = TypeVar("Form", bound=forms.Form)


@require_POST
def rate_selection(request: PageRequest) -> HttpResponse:
    """Give them all one importance."""
    form = valid_form(request, ImportanceForm)
    importance = form.cleaned_data["importance"]
    count = _edit_chosen(request, form, importance=importance)
    sentence = ngettext(
        "%(count)d photo now has the importance %(importance)d.",
        "%(count)d photos now have the importance %(importance)d.",
        count,
    )
    return respond_with_message(request, sentence % {"count": count, "importance": importance})


@require_POST
def describe_selection(request: PageRequest) -> HttpResponse:
    """Give them all one description."""
    form = valid_form(request, DescriptionForm)
    count = _edit_chosen(request, form, description=form.cleaned_data["description"])
    sentence = ngettext("%(count)d photo has been described.", "%(count)d photos have been described.", count)
    return respond_with_message(request, sentence % {"count": count})


@require_POST
def trash_selection(request: PageRequest) -> HttpResponse:
    """Put them into the bin."""
    form = valid_form(request, SelectionForm)
    count, moment = move_to_trash(selected_photos(form), user=request.user)
    if not count:
        raise BadRequest(_gone_sentence(form))
    return respond_with_message(request, trashed_message(count), undo=moment)


@require_POST
def download_selection(request: PageRequest) -> StreamingHttpResponse:
    """Their originals in a zip file, which is made while it is sent."""
    photos = list(
        selected_photos(valid_form(request, SelectionForm)).visible_to(request.user).order_by("dated_at", "pk")
    )
    if not photos:
        raise Http404
    response = StreamingHttpResponse(stream_zip(photos), content_type="application/zip")
    name = f"photosearch {timezone.localtime():%Y-%m-%d %H.%M}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _edit_chosen(request: PageRequest, form: forms.Form, **changes: Any) -> int:
    """Return the number of photos changed; BadRequest if all of them were deleted meanwhile, as in another tab."""
    count = edit_photos(selected_photos(form), user=request.user, **changes)
    if not count:
        raise BadRequest(_gone_sentence(form))
    return count


def _gone_sentence(form: forms.Form) -> str:
    return ngettext(
        "This photo is not in your gallery any more: it is in the bin, or deleted for good.",
        "These photos are not in your gallery any more: they are in the bin, or deleted for good.",
        len(form.cleaned_data["photo"]),
    )


def valid_form(request: PageRequest, form_class: type[Form]) -> Form:
    """The form that was sent; BadRequest with its first complaint."""
    form = form_class(request.POST)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadRequest(f"{form[name].label}: {errors[0]}")
    return form


def selected_photos(form: forms.Form) -> PhotoQuerySet:
    """The photos of those numbers: anybody's, for the caller to narrow."""
    return Photo.objects.filter(pk__in=form.cleaned_data["photo"])


def trashed_message(count: int) -> str:
    """How many photos are in the bin now, and for how long."""
    sentence = ngettext(
        "%(count)d photo is in the bin, and stays there for %(days)d days.",
        "%(count)d photos are in the bin, and stay there for %(days)d days.",
        count,
    )
    return sentence % {"count": count, "days": DAYS_IN_TRASH} if count else _("Nothing has been put into the bin.")
