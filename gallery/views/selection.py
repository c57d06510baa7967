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
from gallery.forms import ChosenDescriptionForm, ChosenForm, ChosenImportanceForm
from gallery.models import Photo, PhotoQuerySet
from gallery.photos.download import stream_zip
from gallery.photos.editing import edit_photos
from gallery.photos.trash import DAYS_IN_BIN, bin_photos
from gallery.views.answers import tell

Form = TypeVar("Form", bound=forms.Form)


@require_POST
def rate_chosen(request: PageRequest) -> HttpResponse:
    """Give them all one importance."""
    form = valid_form(request, ChosenImportanceForm)
    importance = form.cleaned_data["importance"]
    count = _edit_chosen(request, form, importance=importance)
    sentence = ngettext(
        "%(count)d photo now has the importance %(importance)d.",
        "%(count)d photos now have the importance %(importance)d.",
        count,
    )
    return tell(request, sentence % {"count": count, "importance": importance})


@require_POST
def describe_chosen(request: PageRequest) -> HttpResponse:
    """Give them all one description."""
    form = valid_form(request, ChosenDescriptionForm)
    count = _edit_chosen(request, form, description=form.cleaned_data["description"])
    sentence = ngettext("%(count)d photo has been described.", "%(count)d photos have been described.", count)
    return tell(request, sentence % {"count": count})


@require_POST
def bin_chosen(request: PageRequest) -> HttpResponse:
    """Put them into the bin."""
    form = valid_form(request, ChosenForm)
    count, moment = bin_photos(chosen_photos(form), user=request.user)
    if not count:
        raise BadRequest(_gone_sentence(form))
    return tell(request, binned_sentence(count), undo=moment)


@require_POST
def download_chosen(request: PageRequest) -> StreamingHttpResponse:
    """Their originals in a zip file, which is made while it is sent."""
    photos = list(chosen_photos(valid_form(request, ChosenForm)).visible_to(request.user).order_by("dated_at", "pk"))
    if not photos:
        raise Http404
    response = StreamingHttpResponse(stream_zip(photos), content_type="application/zip")
    name = f"photosearch {timezone.localtime():%Y-%m-%d %H.%M}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _edit_chosen(request: PageRequest, form: forms.Form, **changes: Any) -> int:
    """Return the number of photos changed; BadRequest if all of them were deleted meanwhile, as in another tab."""
    count = edit_photos(chosen_photos(form), user=request.user, **changes)
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


def chosen_photos(form: forms.Form) -> PhotoQuerySet:
    """The photos of those numbers: anybody's, for the caller to narrow."""
    return Photo.objects.filter(pk__in=form.cleaned_data["photo"])


def binned_sentence(count: int) -> str:
    """How many photos are in the bin now, and for how long."""
    sentence = ngettext(
        "%(count)d photo is in the bin, and stays there for %(days)d days.",
        "%(count)d photos are in the bin, and stay there for %(days)d days.",
        count,
    )
    return sentence % {"count": count, "days": DAYS_IN_BIN} if count else _("Nothing has been put into the bin.")
