"""The search page: words, filters, and a picture to search with."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from gallery.images import InvalidImage
from search.forms import LIMITS, SearchForm
from search.hybrid import SearchPage, search_by_image, search_by_text
from search.query import InvalidQuery
from search.views import SearchRequest

# What a request holds beside the picture: boundaries, the filters, the CSRF token.
ENVELOPE = 64 * 1024


@require_safe
def show_results(request: SearchRequest) -> HttpResponse:
    """What the query string asks for; without anything in it, how to search."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return _results(request, form, error=_first_error(form))
    text, filters = form.cleaned_data["q"], form.filters()
    if not text and not form.chips():
        return _results(request, form)
    try:
        page = search_by_text(text, user=request.user, filters=filters, limit=form.limit)
    except InvalidQuery as error:
        return _results(request, form, error=str(error))
    return _results(request, form, page=page)


# The token stands in the body, and whether that is read at all is decided first.
@csrf_exempt
@require_POST
def search_with_picture(request: SearchRequest) -> HttpResponse:
    """Photos that look like the `picture` that is sent along, under the form's filters; nothing is stored."""
    if int(request.headers.get("Content-Length") or 0) > settings.MAX_UPLOAD_BYTES + ENVELOPE:
        sentence = _("This picture is too large to search with; make it smaller and try again.")
        return _results(request, SearchForm({}), error=sentence, status=413)
    return csrf_protect(_search_with_picture)(request)


def _search_with_picture(request: SearchRequest) -> HttpResponse:
    form = SearchForm(request.POST)
    picture = request.FILES.get("picture")
    if not form.is_valid():
        return _results(request, form, error=_first_error(form))
    if not isinstance(picture, UploadedFile):
        return _results(request, form, error=_("Choose a picture to search with."))
    try:
        page = search_by_image(picture.read(), user=request.user, filters=form.filters(), limit=form.limit)
    except InvalidImage as error:
        return _results(request, form, error=str(error))
    return _results(request, form, page=page, is_by_picture=True)


def _first_error(form: SearchForm) -> str:
    name, errors = next(iter(form.errors.items()))
    return f"{form[name].label}: {errors[0]}"


def _results(
    request: SearchRequest,
    form: SearchForm,
    *,
    page: SearchPage | None = None,
    error: str = "",
    status: int = 0,
    is_by_picture: bool = False,
) -> HttpResponse:
    """The search page, or for htmx the part below the form."""
    context: dict[str, Any] = {
        "form": form,
        "search_text": form.data.get("q", ""),
        "search_error": error,
        "page": page,
        "chips": form.chips() if form.is_valid() else [],
        "is_by_picture": is_by_picture,
        "more": _next_limit(form) if page and page.has_more else None,
    }
    template = "search/results.html" if request.htmx else "search/search.html"
    return render(request, template, context, status=status or (400 if error else 200))


def _next_limit(form: SearchForm) -> int | None:
    return next((limit for limit in LIMITS if limit > form.limit), None)
