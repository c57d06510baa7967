"""Thumbnails, previews, originals and films, for the owner of the photo alone."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from gallery.access import PageRequest
from gallery.access.file_answers import send_file
from gallery.models import Photo, PhotoCompanion
from gallery.photos.files import companion_of, film_of, original_of, thumbnail_of


@require_safe
def send_thumbnail(request: PageRequest, photo_id: int) -> HttpResponseBase:
    """Send the small WebP picture, also of photos in the trash, whose page shows it."""
    photo = get_object_or_404(Photo.objects.belonging_to(request.user), pk=photo_id, thumbnail_version__gt=0)
    return send_file(request, thumbnail_of(photo, size="small"), user=request.user)


@require_safe
def send_preview(request: PageRequest, photo_id: int) -> HttpResponseBase:
    """Send the large WebP picture of the photo's page."""
    photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=photo_id, thumbnail_version__gt=0)
    return send_file(request, thumbnail_of(photo, size="large"), user=request.user)


@require_safe
def send_original(request: PageRequest, photo_id: int) -> HttpResponseBase:
    """Send the uploaded bytes under the media type of the decoded format."""
    photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=photo_id)
    return send_file(request, original_of(photo), user=request.user)


@require_safe
def send_film(request: PageRequest, photo_id: int) -> HttpResponseBase:
    """Send the film of a motion photo."""
    photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=photo_id)
    return send_file(request, film_of(photo), user=request.user)


@require_safe
def send_companion(request: PageRequest, photo_id: int, companion_id: int) -> HttpResponseBase:
    """Send a file that belongs to the photo: its camera raw, or the film of a live photo."""
    photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=photo_id)
    companion = get_object_or_404(PhotoCompanion, pk=companion_id, photo=photo)
    return send_file(request, companion_of(companion), user=request.user)
