"""Similar photos, recognised text and word matches of one photo: fragments for htmx, otherwise whole pages."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from gallery.access import PageRequest
from gallery.models import Photo, Step
from search.keywords.matches import MatchFinder
from search.models import PhotoText
from search.query.parser import parse
from search.query.values import InvalidQuery
from search.ranking.hybrid import search_similar

SIMILAR_ON_PHOTO_PAGE = 12
SIMILAR_ON_OWN_PAGE = 60
NO_CONTENT = 204


@require_safe
@vary_on_headers("HX-Request")
def show_similar(request: PageRequest, photo_id: int) -> HttpResponse:
    """Show similar photos: a row of tiles for htmx, otherwise a page."""
    photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
    limit = SIMILAR_ON_PHOTO_PAGE if request.htmx else SIMILAR_ON_OWN_PAGE
    page = search_similar(photo, user=request.user, limit=limit)
    template = "search/_similar.html" if request.htmx else "search/similar.html"
    return render(request, template, {"photo": photo, "page": page})


@require_safe
@vary_on_headers("HX-Request")
def show_text(request: PageRequest, photo_id: int) -> HttpResponse:
    """Show the recognised text: a fragment for htmx, otherwise a page. With `again`, 204 until the text is there."""
    photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
    found = PhotoText.objects.filter(photo=photo).first()
    failed = any(attempt.is_final for attempt in photo.step_attempts.filter(step=Step.TEXT))
    is_awaited = photo.wants_text and not (found or failed or photo.defect)
    if is_awaited and "again" in request.GET:
        return HttpResponse(status=NO_CONTENT)
    lines = [line for line in found.lines if line["text"]] if found else []
    context = {
        "photo": photo,
        "text": found,
        "lines": lines,
        "has_unread": found is not None and len(lines) < len(found.lines),
        "is_awaited": is_awaited,
    }
    return render(request, "search/_text.html" if request.htmx else "search/text.html", context)


@require_safe
def show_matches(request: PageRequest, photo_id: int) -> HttpResponse:
    """Show boxes around the words of `q` and around every line, to lay over the picture; 204 without text."""
    photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
    found = getattr(photo, "text", None)
    lines = found.lines_as_seen(photo.rotation) if found else []
    lines = [line for line in lines if len(line.get("box", ())) == 4]
    if not lines:
        return HttpResponse(status=NO_CONTENT)
    try:
        matches = MatchFinder(parse(request.GET.get("q", "")).with_dates_as_phrases()).find(photo)
    except InvalidQuery:
        matches = []
    return render(request, "search/_matches.html", {"lines": lines, "matches": matches})
