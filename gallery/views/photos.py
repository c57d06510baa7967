"""The gallery, the page of a photo, and what its owner does there."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from gallery.deletion import delete_photos
from gallery.editing import edit_photo
from gallery.forms import GalleryForm, PhotoForm
from gallery.models import Photo, Step
from gallery.progress import retry, states
from gallery.views import PageRequest
from gallery.views.details import describe

PAGE_SIZE = 60


@require_safe
@vary_on_headers("HX-Request")
def show_gallery(request: PageRequest) -> HttpResponse:
    """The person's photos, newest first; asked by htmx, the tiles alone."""
    form = GalleryForm(request.GET)
    if not form.is_valid():
        raise BadRequest(_("“before” must be the number of a photo."))
    before = form.cleaned_data["before"]
    found = Photo.objects.visible_to(request.user).order_by("-pk")
    # One more than is shown tells whether there are older ones, without counting.
    page = list((found.filter(pk__lt=before) if before else found)[: PAGE_SIZE + 1])
    older_than = page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None
    context = {"photos": page[:PAGE_SIZE], "older_than": older_than, "is_older": bool(before)}
    return render(request, "gallery/tiles.html" if request.htmx else "gallery/photos.html", context)


@require_safe
def show_tile(request: PageRequest, photo_id: int) -> HttpResponse:
    """One photo as the gallery shows it: for what was just uploaded, and until there is a thumbnail."""
    return render(request, "gallery/tile.html", {"photo": _own_photo(request, photo_id)})


@require_safe
def show_photo(request: PageRequest, photo_id: int) -> HttpResponse:
    """The page of one photo."""
    return _photo_page(request, _own_photo(request, photo_id))


@require_POST
def change_photo(request: PageRequest, photo_id: int) -> HttpResponse:
    """Change description and importance; for htmx the form again, else back to the photo."""
    photo = _own_photo(request, photo_id)
    form = PhotoForm(request.POST, instance=photo)
    if not form.is_valid():
        if not request.htmx:
            return _photo_page(request, _own_photo(request, photo_id), form)
        return render(request, "gallery/photo_form.html", {"photo": photo, "form": form}, status=400)
    edit_photo(photo, user=request.user, **form.cleaned_data)
    if request.htmx:
        return render(request, "gallery/photo_form.html", {"photo": photo, "form": form, "is_saved": True})
    return redirect("gallery:photo", photo_id)


@require_POST
def remove_photo(request: PageRequest, photo_id: int) -> HttpResponse:
    """Delete a photo for good."""
    photo = _own_photo(request, photo_id)
    delete_photos(Photo.objects.filter(pk=photo.pk), user=request.user)
    messages.success(request, _("“%(name)s” has been deleted.") % {"name": photo.filename})
    return redirect("gallery:photos")


@require_safe
@vary_on_headers("HX-Request")
def show_progress(request: PageRequest, photo_id: int) -> HttpResponse:
    """How far the photo's processing has come, by step."""
    return _progress(request, _own_photo(request, photo_id))


@require_POST
def retry_step(request: PageRequest, photo_id: int) -> HttpResponse:
    """Try a step again that had failed."""
    photo = _own_photo(request, photo_id)
    step = request.POST.get("step", "")
    if step not in Step.values:
        raise BadRequest(_("There is no such step."))
    retry(photo, Step(step), user=request.user)
    return _progress(request, photo) if request.htmx else redirect("gallery:progress", photo_id)


def _own_photo(request: PageRequest, photo_id: int) -> Photo:
    return get_object_or_404(Photo.objects.visible_to(request.user), pk=photo_id)


def _photo_page(request: PageRequest, photo: Photo, form: PhotoForm | None = None) -> HttpResponse:
    found = Photo.objects.visible_to(request.user).values_list("pk", flat=True)
    context = {
        "photo": photo,
        "form": form or PhotoForm(instance=photo),
        "details": describe(photo),
        "newer": found.filter(pk__gt=photo.pk).order_by("pk").first(),
        "older": found.filter(pk__lt=photo.pk).order_by("-pk").first(),
        "is_long": photo.height > 2 * photo.width,
    }
    return render(request, "gallery/photo.html", context, status=400 if form else 200)


def _progress(request: PageRequest, photo: Photo) -> HttpResponse:
    """The states of the steps: a fragment for htmx, which asks again as long as something will change by itself."""
    found = states(photo)
    is_settled = all(state.state != "waiting" or state.reason for state in found)
    template = "gallery/progress.html" if request.htmx else "gallery/progress_page.html"
    return render(request, template, {"photo": photo, "states": found, "is_settled": is_settled})
