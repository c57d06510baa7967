"""Suggests searches, filters, words, cameras and files for what a user has typed so far."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy

from gallery.models import Photo
from gallery.text.canonical import forms
from search.chips import title_of
from search.keywords.completion import photos_with_start
from search.query.parser import normalize
from search.saved import example_photos, recent_searches, saved_searches
from search.suggestions.filter_values import (
    suggest_cameras,
    suggest_filters,
    suggest_nearly_typed_filters,
    suggest_values,
)
from search.suggestions.frequent_words import frequent_words
from search.suggestions.suggestion import Kind, Suggestion, contains_typed, mark_typed
from search.suggestions.typed_end import TypedEnd
from search.suggestions.vocabulary import words_from

MAX_SUGGESTIONS = 10
# The most rows of each kind beside words, and the fewest words.
MAX_RECENT, MAX_SAVED, MAX_FILTERS, MAX_CAMERAS, MAX_FILES = 2, 2, 3, 2, 2
MIN_WORDS = 3
# Longer words are pasted, and end no other.
MAX_TYPED_LENGTH = 60
MAX_FILES_OF_FILTER = 8
MAX_READ_FILES = 10
MAX_RECENT_UNTYPED, MAX_SAVED_UNTYPED, MAX_WORDS_UNTYPED, MAX_PLACES_UNTYPED = 5, 3, 4, 2
EXAMPLES = (
    (gettext_lazy("boarding pass"), gettext_lazy("text in the picture")),
    (gettext_lazy("last summer"), gettext_lazy("date taken")),
    ("kind:screenshot", gettext_lazy("filter")),
)


def suggest(text: str, *, user: AbstractBaseUser) -> list[Suggestion]:
    """Return the rows below the search box for the typed `text`: about MAX_SUGGESTIONS, of all kinds that fit.

    Only the last word, or the value of the last filter, is completed. An empty box has recent and saved searches, the
    words and places of most photos, and examples of what can be typed.
    """
    text = normalize(text).lstrip()
    if not text:
        return _without_repetition(_untyped(user=user))
    end = TypedEnd.of(text)
    if end.filter:
        return list(_of_filter(end, user=user))
    searches = [
        *islice(_recent(text, user=user), MAX_RECENT),
        *islice(_saved(text, user=user), MAX_SAVED),
    ]
    if len(end.word) > MAX_TYPED_LENGTH or not forms(end.word):
        return searches
    filters = list(islice(suggest_filters(end), MAX_FILTERS))
    things = [*islice(suggest_cameras(end, user=user), MAX_CAMERAS), *islice(_files(end, user=user), MAX_FILES)]
    size = max(MIN_WORDS, MAX_SUGGESTIONS - len(filters) - len(searches) - len(things))
    nearly = [] if filters else islice(suggest_nearly_typed_filters(end), 1)
    return _without_repetition([*filters, *searches, *_words(end, user=user, limit=size), *things, *nearly])


def suggest_queries(text: str, *, user: AbstractBaseUser) -> list[str]:
    """Return the queries of the suggestions for the typed `text`, without examples."""
    suggested = (suggestion for suggestion in suggest(text, user=user) if suggestion.kind != Kind.EXAMPLE)
    return [query for query in dict.fromkeys(suggestion.query for suggestion in suggested) if query]


def _untyped(*, user: AbstractBaseUser) -> Iterator[Suggestion]:
    yield from islice(_recent("", user=user), MAX_RECENT_UNTYPED)
    yield from islice(_saved("", user=user), MAX_SAVED_UNTYPED)
    for word in frequent_words(user=user)[:MAX_WORDS_UNTYPED]:
        yield Suggestion.to_search(Kind.WORD, word, query=word, typed="")
    yield from islice(suggest_values(TypedEnd.of("place:"), user=user), MAX_PLACES_UNTYPED)
    yield from _examples()


def _of_filter(end: TypedEnd, *, user: AbstractBaseUser) -> Iterator[Suggestion]:
    yield from suggest_values(end, user=user)
    if end.filter and end.filter.name == "filename":
        yield from islice(_files(end, user=user), MAX_FILES_OF_FILTER)


def _recent(typed: str, *, user: AbstractBaseUser) -> Iterator[Suggestion]:
    addresses = list(recent_searches(user=user).values_list("address", flat=True))
    photos = example_photos(addresses, user=user)
    for address in addresses:
        query = _query_in(address)
        if not typed or (query != typed and contains_typed(query, typed)):
            title = mark_typed(title_of(address), typed)
            yield Suggestion(Kind.RECENT, title, query, _at(address), photo=photos.get(address))


def _saved(typed: str, *, user: AbstractBaseUser) -> Iterator[Suggestion]:
    for name, address in saved_searches(user=user).values_list("name", "address"):
        query = _query_in(address)
        if not typed or contains_typed(name, typed) or contains_typed(query, typed):
            title = title_of(address)
            detail = title if title != name else ""
            yield Suggestion(Kind.SAVED, mark_typed(name, typed), query, _at(address), detail)


def _words(end: TypedEnd, *, user: AbstractBaseUser, limit: int) -> Iterator[Suggestion]:
    for word in words_from(end.word, user=user, limit=limit):
        yield Suggestion.to_search(Kind.WORD, word, query=end.completed_by(word), typed=end.word)


def _files(end: TypedEnd, *, user: AbstractBaseUser) -> Iterator[Suggestion]:
    """Yield the latest photos with a file name in which a word begins so; they open the photo."""
    for form in forms(end.word)[:1]:
        found = photos_with_start(form, user=user, sources=["filename"], limit=MAX_READ_FILES)
        photos = Photo.objects.visible_to(user).filter(pk__in=found).defer("metadata").order_by("-pk")
        for photo in photos:
            if contains_typed(photo.filename, end.word):
                address = reverse("gallery:photo", args=[photo.pk])
                text = mark_typed(photo.filename, end.word)
                yield Suggestion(Kind.FILE, text, photo.filename, address, photo=photo)


def _examples() -> Iterator[Suggestion]:
    for query, detail in EXAMPLES:
        yield Suggestion.to_search(Kind.EXAMPLE, str(query), query=str(query), typed="", detail=detail)


def _query_in(address: str) -> str:
    return QueryDict(address).get("q", "")


def _at(address: str) -> str:
    return f"{reverse('search:search')}?{address}"


def _without_repetition(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Return the first suggestion of each address."""
    return list({suggestion.address: suggestion for suggestion in reversed(list(suggestions))}.values())[::-1]
