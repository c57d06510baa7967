"""The page of a photo: details, editing, processing."""

from django.core.exceptions import BadRequest
from django.forms import BaseForm
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from gallery.access import PageRequest
from gallery.access.message_responses import respond_with_message
from gallery.access.permissions import may_administrate
from gallery.albums.listing import albums_with
from gallery.forms import PhotoForm
from gallery.models import Photo, Step
from gallery.photos.editing import edit_photo
from gallery.photos.timeline import neighbours_of
from gallery.photos.trash import move_to_trash
from gallery.processing.progress import retry, states_for
from gallery.views.details import describe, describe_date, describe_place, describe_sources
from gallery.views.selection import trashed_message
from gallery.views.timeline import requested_scope


@require_safe
def show_tile(request: PageRequest, photo_id: int) -> HttpResponse:
    """Show one tile of the gallery, for new uploads and until the thumbnail exists."""
    return render(
        request, "gallery/photos/_tile.html", {"photo": Photo.objects.get_visible_or_404(photo_id, user=request.user)}
    )


@require_safe
@vary_on_headers("HX-Request")
def show_photo(request: PageRequest, photo_id: int) -> HttpResponse:
    """Show the page of a photo, or for htmx only its information."""
    return photo_page(request, Photo.objects.get_visible_or_404(photo_id, user=request.user))


@require_safe
def send_state(request: PageRequest, photo_id: int) -> JsonResponse:
    """Return as JSON whether a photo is visible or in the trash, its stars, and how it is shown, for scripts."""
    columns = ("trashed_at", "importance", "width", "height", "rotation", "thumbnail_version", "thumbnail_rotation")
    photo = get_object_or_404(Photo.objects.belonging_to(request.user).only(*columns), pk=photo_id)
    shown = {name: getattr(photo, name) for name in ("importance", "width", "height", "rotation", "turn")}
    state = "trashed" if photo.trashed_at else "shown"
    return JsonResponse({"state": state, "version": photo.thumbnail_key, **shown})


@require_POST
def edit_photo_details(request: PageRequest, photo_id: int) -> HttpResponse:
    """Save description and importance; return the form to htmx, else redirect to the photo."""
    photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
    form = PhotoForm(request.POST, instance=photo)
    if not form.is_valid():
        if not request.htmx:
            return photo_page(request, Photo.objects.get_visible_or_404(photo_id, user=request.user), form=form)
        return render(request, "gallery/photos/_edit_form.html", {"photo": photo, "form": form}, status=400)
    # The form sends all values back; only the changed ones are set by hand.
    edit_photo(
        photo,
        user=request.user,
        **{name: value for name, value in form.cleaned_data.items() if value != form.initial[name]},
    )
    if request.htmx:
        return render(request, "gallery/photos/_edit_form.html", {"photo": photo, "form": form, "is_saved": True})
    return redirect("gallery:photo", photo_id)


@require_POST
def trash_photo(request: PageRequest, photo_id: int) -> HttpResponse:
    """Move a photo to the trash."""
    photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
    count, moment = move_to_trash(Photo.objects.filter(pk=photo.pk), user=request.user)
    return respond_with_message(request, trashed_message(count), undo=moment)


@require_safe
@vary_on_headers("HX-Request")
def show_progress(request: PageRequest, photo_id: int) -> HttpResponse:
    """Show the states of the processing steps."""
    return _progress(request, Photo.objects.get_visible_or_404(photo_id, user=request.user))


@require_POST
def retry_step(request: PageRequest, photo_id: int) -> HttpResponse:
    """Retry a failed step of a photo, and answer with the photo's progress."""
    photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
    step = request.POST.get("step", "")
    if step not in Step.values:
        raise BadRequest(_("Unknown step."))
    retry(photo, Step(step), user=request.user)
    return _progress(request, photo) if request.htmx else redirect("gallery:progress", photo_id)


def photo_page(request: PageRequest, photo: Photo, **forms: BaseForm) -> HttpResponse:
    """Show the page of a photo, with the errors of `forms` that were sent (`form`, `date_form`, `place_form`)."""
    scope = requested_scope(request.GET, user=request.user)
    later, earlier = neighbours_of(photo, scope=scope, user=request.user)
    context = {
        "photo": photo,
        "form": PhotoForm(instance=photo),
        "date": describe_date(photo),
        "place": describe_place(photo),
        "details": describe(photo),
        "albums": albums_with(photo, user=request.user),
        "companions": photo.companions.order_by("pk"),
        "sources": describe_sources(photo, shows_paths=may_administrate(request)),
        "later": later,
        "earlier": earlier,
        "is_long": photo.height > 2 * photo.width,
        **forms,
    }
    template = "gallery/photos/_information.html" if request.htmx else "gallery/photos/photo.html"
    return render(request, template, context, status=400 if forms else 200)


def _progress(request: PageRequest, photo: Photo) -> HttpResponse:
    """Render the states of the steps, for others than administrators in a sentence; htmx polls while steps wait."""
    is_administrator = may_administrate(request)
    found = states_for(photo, is_administrator=is_administrator)
    fragment = f"gallery/photos/{'_processing' if is_administrator else '_processing_summary'}.html"
    context = {
        "photo": photo,
        "fragment": fragment,
        "states": found,
        "is_settled": all(state.state != "waiting" or state.reason for state in found),
        "is_awaited": any(state.is_awaited for state in found),
        "failures": {state.step: state for state in found if state.state == "failed"}.values(),
    }
    return render(request, fragment if request.htmx else "gallery/photos/processing.html", context)
