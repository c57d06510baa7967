"""The pages of albums, and adding selected photos to them."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.access.fields import MAX_NUMBER
from gallery.access.message_responses import respond_with_message
from gallery.albums.contents import add_photos, move_photo, remove_photos, step_photo
from gallery.albums.forms import AlbumForm, AlbumNameForm, PutBackForm
from gallery.albums.listing import ORDERS, albums_of, albums_with, with_covers
from gallery.albums.making import CoverNotInAlbum, TooManyAlbums, album_named, change_album, make_album
from gallery.albums.restoring import places_of, put_back
from gallery.forms import SelectionForm
from gallery.models import Album, Photo
from gallery.photos import archiving
from gallery.photos.scopes import Scope
from gallery.text.canonical import fold
from gallery.views.selection import gone_message, selected_photos, valid_form
from gallery.views.timeline import timeline_context

PAGE_SIZE = 240
ALBUMS_PER_PAGE = 120
MOST_CHOICES = 100
# Photos whose removal can be undone: their ids and places fit into an address.
MOST_PUT_BACK = 200


@require_safe
def list_albums(request: PageRequest) -> HttpResponse:
    """Show the user's albums by name, with covers and numbers of photos."""
    return _album_list(request, AlbumNameForm())


@require_POST
def new_album(request: PageRequest) -> HttpResponse:
    """Make an empty album and show it."""
    form = AlbumNameForm(request.POST)
    if form.is_valid():
        try:
            return redirect("gallery:album", make_album(form.cleaned_data["name"], owner=request.user).pk)
        except TooManyAlbums as error:
            form.add_error("name", str(error))
    return _album_list(request, form, status=400)


@require_safe
def show_album(request: PageRequest, album_id: int) -> HttpResponse:
    """Show the photos of an album in its order."""
    album = Album.objects.get_visible_or_404(album_id, user=request.user)
    return _album_page(request, album, AlbumForm(instance=album))


@require_POST
def edit_album(request: PageRequest, album_id: int) -> HttpResponse:
    """Change name, description and order of an album."""
    album = Album.objects.get_visible_or_404(album_id, user=request.user)
    form = AlbumForm(request.POST, instance=album)
    if not form.is_valid():
        return _album_page(request, Album.objects.get_visible_or_404(album_id, user=request.user), form, status=400)
    change_album(album_id, form.changes(), user=request.user)
    return redirect("gallery:album", album_id)


@require_POST
def delete_album(request: PageRequest, album_id: int) -> HttpResponse:
    """Delete an album, but none of its photos."""
    name = archiving.delete_album(album_id, user=request.user)
    return respond_with_message(request, _("Album “%(name)s” deleted. Its photos are kept.") % {"name": name})


@require_POST
def move_in_album(request: PageRequest, album_id: int) -> HttpResponse:
    """Move a photo in the order by hand: one step `earlier` or `later`, `before` another photo, or to the end."""
    photo_id = _one_photo(request)
    if "before" in request.POST:
        before = _number(request.POST["before"]) if request.POST["before"] else None
        is_moved = move_photo(album_id, photo_id, user=request.user, before=before)
    else:
        is_later = request.POST.get("step") == "later"
        is_moved = step_photo(album_id, photo_id, user=request.user, is_later=is_later)
    if not is_moved:
        raise BadRequest(_("This photo is not in the album."))
    return respond_with_message(request, _("Photo moved"))


@require_POST
def set_cover(request: PageRequest, album_id: int) -> HttpResponse:
    """Make the selected photo the cover of an album."""
    try:
        change_album(album_id, {"cover": _one_photo(request)}, user=request.user)
    except CoverNotInAlbum as error:
        raise BadRequest(str(error)) from error
    return respond_with_message(request, _("Cover changed"))


@require_POST
def remove_from_album(request: PageRequest, album_id: int) -> HttpResponse:
    """Take the selected photos out of an album; they stay in the gallery."""
    form = valid_form(request, SelectionForm)
    photo_ids = form.cleaned_data["photo"]
    places = places_of(album_id, photo_ids, user=request.user)
    count = len(remove_photos(album_id, selected_photos(form), user=request.user))
    message = ngettext("%(count)d photo removed from the album", "%(count)d photos removed from the album", count)
    revert = _address_that_puts_back(album_id, places) if 0 < count <= MOST_PUT_BACK else ""
    return respond_with_message(request, message % {"count": count}, revert=revert, removed=photo_ids)


@require_POST
def put_back_in_album(request: PageRequest, album_id: int) -> HttpResponse:
    """Put removed photos back into an album; the address has their ids and positions."""
    Album.objects.get_visible_or_404(album_id, user=request.user)
    form = PutBackForm(request.GET)
    if not form.is_valid():
        raise BadRequest(_("This address is incomplete."))
    put_back(album_id, form.cleaned_data["places"], user=request.user)
    return respond_with_message(request, _("Photos put back into the album"))


def _address_that_puts_back(album_id: int, places: Mapping[int, float]) -> str:
    query = QueryDict(mutable=True)
    query["places"] = ",".join(f"{photo_id}:{position!r}" for photo_id, position in places.items())
    return f"{reverse('gallery:put_back_in_album', args=[album_id])}?{query.urlencode(safe=',:')}"


@require_safe
def choose_album(request: PageRequest) -> HttpResponse:
    """Show the albums with `album_name` in their names, to which the selection can be added, last changed first."""
    text = request.GET.get("album_name", "")
    albums = Album.objects.visible_to(request.user).filter(folded_name__contains=fold(text).strip())
    found = list(albums.order_by("-changed_at", "-pk")[: MOST_CHOICES + 1])
    context = {"albums": found[:MOST_CHOICES], "text": text, "is_cut": len(found) > MOST_CHOICES}
    return render(request, "gallery/albums/_choices.html", context)


@require_safe
def list_names(request: PageRequest) -> HttpResponse:
    """Send the names of the user's albums as options of a field."""
    albums = Album.objects.visible_to(request.user).order_by("folded_name", "pk")
    return render(request, "gallery/albums/_names.html", {"albums": albums})


@require_POST
def edit_albums_of_photo(request: PageRequest, photo_id: int) -> HttpResponse:
    """Add a photo to the album of a name, or take it out of the album `removed`; return its albums to htmx."""
    photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
    photos = Photo.objects.filter(pk=photo.pk)
    error = ""
    if "removed" in request.POST:
        remove_photos(_number(request.POST["removed"]), photos, user=request.user)
    else:
        try:
            add_photos(_named_album(request).pk, photos, user=request.user)
        except BadRequest as refusal:
            if not request.htmx:
                raise
            error = str(refusal)
    if not request.htmx:
        return redirect("gallery:photo", photo_id)
    context = {"photo": photo, "albums": albums_with(photo, user=request.user), "album_error": error}
    context["album_name"] = request.POST.get("album_name", "") if error else ""
    return render(request, "gallery/albums/_of_photo.html", context, status=400 if error else 200)


@require_POST
def add_selection(request: PageRequest) -> HttpResponse:
    """Add the selected photos to an album, named by its id, or by a name that is made an album if none has it."""
    form = valid_form(request, SelectionForm)
    photos = selected_photos(form)
    if not photos.visible_to(request.user).exists():
        raise BadRequest(gone_message(form))
    album = _wanted_album(request)
    count = len(add_photos(album.pk, photos, user=request.user))
    message = ngettext("%(count)d photo added to “%(name)s”", "%(count)d photos added to “%(name)s”", count)
    if not count:
        message = _("The photos are in “%(name)s” already.")
    return respond_with_message(request, message % {"count": count, "name": album.name})


def _wanted_album(request: PageRequest) -> Album:
    """Return the posted album. Raises Http404 for a stranger's, and BadRequest without one."""
    if "album" in request.POST:
        return Album.objects.get_visible_or_404(_number(request.POST["album"]), user=request.user)
    return _named_album(request)


def _named_album(request: PageRequest) -> Album:
    """Return the user's album of the posted name, made if there is none. Raises BadRequest."""
    form = AlbumNameForm({"name": request.POST.get("album_name", "")})
    if not form.is_valid():
        raise BadRequest(_("Choose an album, or enter a name of at most 200 characters."))
    try:
        return album_named(form.cleaned_data["name"], owner=request.user)
    except TooManyAlbums as error:
        raise BadRequest(str(error)) from error


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:20]) <= MAX_NUMBER):
        raise BadRequest(_("Ids are numbers."))
    return int(text[:20])


def _one_photo(request: PageRequest) -> int:
    photos: list[int] = valid_form(request, SelectionForm).cleaned_data["photo"]
    if len(photos) > 1:
        raise BadRequest(_("Select one photo only."))
    return photos[0]


def _album_list(request: PageRequest, form: AlbumNameForm, *, status: int = 200) -> HttpResponse:
    albums = albums_of(request.user).order_by("folded_name", "pk")
    page = Paginator(albums, ALBUMS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "albums": with_covers(page.object_list, user=request.user), "form": form}
    return render(request, "gallery/albums/albums.html", context, status=status)


def _album_page(request: PageRequest, album: Album, form: AlbumForm, *, status: int = 200) -> HttpResponse:
    scope = Scope(album=album)
    is_by_date = album.order == Album.Order.NEWEST
    if is_by_date:
        context = timeline_context(scope, query=request.GET, user=request.user)
        context["photo_count"] = sum(month.count for month in context["months"])
    else:
        # The timeline shows the newest photos first; the other orders have pages.
        context = _grid_context(scope, query=request.GET, user=request.user)
    context |= {"shown_album": album, "form": form, "is_by_date": is_by_date}
    return render(request, "gallery/albums/album.html", context, status=status)


def _grid_context(scope: Scope, *, query: QueryDict, user: User) -> dict[str, Any]:
    album = cast(Album, scope.album)
    photos = scope.photos(user=user).order_by(*ORDERS[Album.Order(album.order)])
    page = Paginator(photos, PAGE_SIZE).get_page(query.get("page"))
    return {
        "page": page,
        "photo_count": page.paginator.count,
        "is_by_hand": album.order == Album.Order.BY_HAND,
        "link_query": scope.query,
        # A photo dragged to the end of the page comes before the first one of the next page.
        "following": photos.values_list("pk", flat=True)[page.end_index() :].first() if page.has_next() else None,
    }
