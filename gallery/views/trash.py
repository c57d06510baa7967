"""The bin: what lies in it, and how it gets out of it."""

from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.forms import SelectionForm
from gallery.models import Photo
from gallery.photos.merging import UndoResult, undo
from gallery.photos.trash import DAYS_IN_TRASH, delete_from_trash, restore_photos
from gallery.views.message_responses import respond_with_message
from gallery.views.selection import selected_photos, valid_form

PAGE_SIZE = 120


@require_safe
def show_trash(request: PageRequest) -> HttpResponse:
    """The photos in the person's bin, what was put there last first."""
    photos = Photo.objects.trashed_by(request.user).order_by("-trashed_at", "-pk")
    page = Paginator(photos, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "gallery/photos/trash.html", {"page": page, "days": DAYS_IN_TRASH})


@require_POST
def restore_selected(request: PageRequest) -> HttpResponse:
    """Take photos out of the bin that were chosen; or take back all that was done at a `moment`."""
    if "moment" in request.POST:
        return respond_with_message(
            request, " ".join(_undone_sentences(undo(_moment(request.POST["moment"]), user=request.user)))
        )
    count = restore_photos(selected_photos(valid_form(request, SelectionForm)), user=request.user)
    return respond_with_message(request, _restored_sentence(count))


@require_POST
def delete_selected(request: PageRequest) -> HttpResponse:
    """Delete photos in the bin for good that were chosen."""
    count = delete_from_trash(selected_photos(valid_form(request, SelectionForm)), user=request.user)
    return respond_with_message(request, _deleted_sentence(count))


@require_POST
def empty_trash(request: PageRequest) -> HttpResponse:
    """Delete all photos in the bin for good."""
    return respond_with_message(request, _deleted_sentence(delete_from_trash(Photo.objects.all(), user=request.user)))


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadRequest(_("This is no moment at which photos were put into the bin."))
    return moment


def _undone_sentences(undone: UndoResult) -> Iterator[str]:
    if undone.restored or not undone.groups:
        yield _restored_sentence(undone.restored)
    if undone.groups:
        sentence = ngettext(
            "%(count)d group is shown as look-alikes again.",
            "%(count)d groups are shown as look-alikes again.",
            undone.groups,
        )
        yield sentence % {"count": undone.groups}
    if undone.kept_edits:
        sentence = ngettext(
            "%(count)d photo that was kept stays as it is: it has been edited since, or the others are gone.",
            "%(count)d photos that were kept stay as they are: they have been edited since, or the others are gone.",
            undone.kept_edits,
        )
        yield sentence % {"count": undone.kept_edits}


def _restored_sentence(count: int) -> str:
    return ngettext("%(count)d photo is back.", "%(count)d photos are back.", count) % {"count": count}


def _deleted_sentence(count: int) -> str:
    sentence = ngettext(
        "%(count)d photo has been deleted for good.", "%(count)d photos have been deleted for good.", count
    )
    return sentence % {"count": count}
