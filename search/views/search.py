"""The search page, and searches by an uploaded picture."""

from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from gallery.access import PageRequest
from gallery.access.transfers import limit_page_transfers
from gallery.models import Album, Photo
from gallery.pictures.images import InvalidImage
from search.chips import Chip, OfferChip, chips_of, offer_chips, title_of
from search.encoders.client import EncoderBusy, EncoderUnavailable
from search.forms import AlbumGone, ResultPageForm, SearchForm
from search.query.filters import FILTERS
from search.query.parser import Query, parse
from search.query.values import InvalidQuery
from search.ranking.hybrid import (
    SearchOptions,
    continue_search,
    remember_picture,
    search_by_example,
    search_by_text,
)
from search.ranking.result_lists import ResultListGone
from search.ranking.results import SearchPage
from search.saved import example_photos, recent_searches, record_search, saved_searches
from search.vectors.examples import Example, ExampleGone
from search.views.nothing_found import Relaxation, explain_basic_recognition, relax

GONE = 410


@dataclass(frozen=True)
class _Found:
    """The page of results, and what is shown with it: the query, its chips and example, and advice.

    `listed` is the number of photos that the form asks for, if more are found; `did_you_mean` is an address.
    """

    page: SearchPage
    query: Query
    chips: list[Chip]
    offers: list[OfferChip]
    example: Example | None
    relaxations: list[Relaxation]
    did_you_mean: str
    listed: int

    @classmethod
    def of(
        cls,
        form: SearchForm,
        query: Query,
        page: SearchPage,
        *,
        example: Example | None,
        album: Album | None,
        user: AbstractBaseUser,
    ) -> Self:
        chips, relaxations, top = chips_of(form, query, album=album), [], form.cleaned_data["top"] or 0
        # Further pages of a list show hits only.
        if example is None and "start" not in form.data:
            basic = explain_basic_recognition(query, page, user=user)
            page = replace(page, notices=[*page.notices, *filter(None, [basic])])
            relaxations = [] if page.hits else relax(form, query, chips, user=user)
        did_you_mean = form.address(q=page.did_you_mean) if page.did_you_mean else ""
        offers, listed = offer_chips(form, page), top if top < page.found else 0
        return cls(page, query, chips, offers, example, relaxations, did_you_mean, listed)


@require_safe
@vary_on_headers("HX-Request")
def show_results(request: PageRequest) -> HttpResponse:
    """Show the results of the search in the query string; without one, tips for searching."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return _results(request, form, error=_first_error(form))
    if not form.asks_for_something:
        return _results(request, form)
    try:
        query = parse(form.cleaned_data["q"], filters=form.filters())
        album = form.album(user=request.user)
        example = form.example(user=request.user)
        page = _kept_page(request, query)
        if page is None and request.htmx and "start" in request.GET:
            # The first hits of a new list may already be on the page.
            return render(request, "search/_list_expired.html", {"address": form.address()})
        page = page or _search(request, form, query, example)
        if page.hits and not ("start" in request.GET or form.cleaned_data["like"]):
            record_search(form.address(order=""), user=request.user)
    except (InvalidQuery, InvalidImage) as error:
        return _results(request, form, error=str(error))
    except EncoderBusy as error:
        return _busy(request, form, error)
    except ExampleGone:
        sentence = _("The picture of this search has expired. Select it again.")
        return _results(request, form, error=sentence, status=GONE)
    except AlbumGone as error:
        return _results(request, form, error=str(error), status=404)
    found = _Found.of(form, query, page, example=example, album=album, user=request.user)
    return _results(request, form, found=found)


def _kept_page(request: PageRequest, query: Query) -> SearchPage | None:
    """Return the requested page of a kept result list; None if the request names no list, or an expired one."""
    form = ResultPageForm(request.GET)
    if not form.is_valid() or not form.cleaned_data["list"]:
        return None
    key, start = form.cleaned_data["list"], form.cleaned_data["start"] or 0
    try:
        return continue_search(key, user=request.user, start=start, query=query)
    except ResultListGone:
        return None


def _search(request: PageRequest, form: SearchForm, query: Query, example: Example | None) -> SearchPage:
    """Return the first page of a new search."""
    data = form.cleaned_data
    options = SearchOptions(order=data["order"], max_results=data["top"], keeps_list=True)
    if example is None:
        return search_by_text(query, user=request.user, options=options)
    return search_by_example(example, user=request.user, query=query, options=options)


@require_POST
@limit_page_transfers
def search_with_picture(request: PageRequest) -> HttpResponse:
    """Redirect to the search for photos similar to the uploaded `picture`, with the filters of the form."""
    form = SearchForm(request.POST)
    picture = request.FILES.get("picture")
    if not form.is_valid():
        return _results(request, form, error=_first_error(form))
    if not isinstance(picture, UploadedFile):
        return _results(request, form, error=_("Select a picture to search with."))
    try:
        example = remember_picture(picture.read(), user=request.user)
    except InvalidImage as error:
        return _results(request, form, error=str(error))
    except EncoderBusy as error:
        return _busy(request, form, error)
    except EncoderUnavailable:
        return _results(request, form, error=_("Pictures cannot be compared at the moment. Try again later."))
    return redirect(f"{reverse('search:search')}?{form.address(like=example.key, photo='', region='')}")


def _busy(request: PageRequest, form: SearchForm, error: EncoderBusy) -> HttpResponse:
    response = _results(request, form, error=str(error), status=429)
    response["Retry-After"] = str(error.wait)
    return response


def _first_error(form: SearchForm) -> str:
    name, errors = next(iter(form.errors.items()))
    return f"{form[name].label}: {errors[0]}"


def _results(
    request: PageRequest, form: SearchForm, *, found: _Found | None = None, error: str = "", status: int = 0
) -> HttpResponse:
    """Render the search page; for htmx only the results, or the hits of a further page."""
    page = found.page if found else None
    example = found.example if found else None
    context: dict[str, Any] = {
        "form": form,
        "search_text": form.data.get("q", ""),
        "search_error": error,
        "orders": _orders(form) if form.is_valid() else [],
        "address": form.address() if form.is_valid() else "",
        "without_example": form.address(like="", photo="", region="") if form.is_valid() else "",
        "hit_query": _hit_query(form, page),
        "start": request.GET.get("start", ""),
        "filters": FILTERS,
        "page": None,
        "chips": [],
        "is_gallery_empty": bool(page and not page.hits) and not Photo.objects.visible_to(request.user).exists(),
        **(vars(found) if found else {}),
    }
    template = "search/search.html"
    if request.htmx:
        template = "search/_hits.html" if page and context["start"] else "search/_results.html"
    else:
        context |= _side_bar(request)
    response = render(request, template, context, status=status or (400 if error else 200))
    if request.htmx and example and not context["start"]:
        response["HX-Push-Url"] = f"{reverse('search:search')}?{context['address']}"
    return response


def _hit_query(form: SearchForm, page: SearchPage | None) -> str:
    """Return the query string for the photo pages of hits: the words to mark, and the list to step through."""
    parameters = {"q": form.data.get("q"), "list": page.key if page else ""}
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"?{query}" if query else ""


def _side_bar(request: PageRequest) -> dict[str, Any]:
    recent = list(recent_searches(user=request.user).values_list("address", flat=True))
    photos = example_photos(recent, user=request.user)
    titles = [(title_of(address), address, photos.get(address)) for address in recent]
    return {"saved_searches": saved_searches(user=request.user), "recent_searches": titles}


def _orders(form: SearchForm) -> list[tuple[str, str, bool]]:
    """Return the label, the query string, and whether it is the current one, of each order of results."""
    current = form.cleaned_data["order"]
    choices = form.fields["order"].choices  # type: ignore[attr-defined]
    return [(label, form.address(order=order), order == current) for order, label in choices]
