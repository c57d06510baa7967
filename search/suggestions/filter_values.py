"""Suggests filters for the first letters of their names or values, and the values of the filter being typed."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, Max, Min

from gallery.models import Album, Photo, PhotoQuerySet, is_chinese
from gallery.text.canonical import part_patterns
from photosearch.caching import remember
from search.query.columns import contains_one
from search.query.dated import Days
from search.query.filters import FILTERS, Filter
from search.query.values import AlbumOf, Choice, Facts, Label, Moment, TextPart, WholeNumber
from search.suggestions.suggestion import Kind, Suggestion, address_of, contains_typed, mark_typed, quoted_value
from search.suggestions.typed_end import TypedEnd

MAX_VALUES = 8
# A single letter begins too many values.
MIN_VALUE_LENGTH = 2
CACHE_SECONDS = 300


def suggest_values(end: TypedEnd, *, user: AbstractBaseUser) -> Iterator[Suggestion]:
    """Yield the values of the filter being typed that begin with, or contain, the typed characters."""
    if end.filter is None:
        return
    kind = Kind.CAMERA if end.filter.name == "camera" else Kind.FILTER
    for value, detail in _values_of(end.filter, end.word, user=user):
        text = quoted_value(end.key, value)
        yield Suggestion.to_search(kind, text, query=end.completed_by(text), typed=end.word, detail=detail)


def suggest_filters(end: TypedEnd) -> Iterator[Suggestion]:
    """Yield the filters whose name begins with the word being typed, then those with a value that does."""
    word = end.word.lower()
    yield from _names(end, lambda key: key.startswith(word))
    if len(word) < MIN_VALUE_LENGTH:
        return
    for row in FILTERS:
        if isinstance(row.value, Choice | Facts):
            for value, label in _choices(row.value, word):
                text = f"{(*row.keys, row.name)[0]}:{value}"
                yield Suggestion.to_search(Kind.FILTER, text, query=end.completed_by(text), typed=word, detail=label)


def suggest_nearly_typed_filters(end: TypedEnd) -> Iterator[Suggestion]:
    """Yield the filters of whose name only the first of two typed letters is right."""
    word = end.word.lower()
    if len(word) == MIN_VALUE_LENGTH and word.isalpha():
        yield from _names(end, lambda key: key[0] == word[0] and not key.startswith(word))


def _names(end: TypedEnd, fits: Callable[[str], bool]) -> Iterator[Suggestion]:
    """Yield the filters with a name that fits."""
    for row in FILTERS:
        if key := next(filter(fits, (*row.keys, row.name)), ""):
            query, text = end.completed_by(f"{key}:"), mark_typed(f"{key}:", end.word)
            yield Suggestion(Kind.FILTER, text, query, address_of(query), row.summary, continues=True)


def suggest_cameras(end: TypedEnd, *, user: AbstractBaseUser) -> Iterator[Suggestion]:
    """Yield filters for the user's cameras whose names contain the word being typed."""
    for model in _cameras(end.word, user=user):
        text = quoted_value("camera", model)
        yield Suggestion.to_search(Kind.CAMERA, text, query=end.completed_by(text), typed=end.word)


def _values_of(row: Filter, typed: str, *, user: AbstractBaseUser) -> Iterator[tuple[str, Label]]:
    """Yield up to MAX_VALUES values that `typed` begins, and an explanation of each."""
    found: Iterator[tuple[str, Label]]
    match row.value:
        case Choice() if row.name == "extension":
            own = _own_values(user=user)["extensions"]
            found = ((value, "") for value in own if value.startswith(typed.lower()))
        case Choice() | Facts():
            found = _choices(row.value, typed.lower())
        case Moment() | Days():
            found = ((year, row.summary) for year in _years(user=user) if year.startswith(typed))
        case WholeNumber(is_rating=True):
            found = ((f">={number}", "★" * number) for number in range(row.value.largest, 0, -1))
        case WholeNumber():
            _key, _colon, example = row.example.partition(":")
            found = iter([(example, row.summary)])
        case TextPart() | AlbumOf():
            found = ((value, "") for value in _devices(row.name, typed, user=user))
    for value, _number in zip(found, range(MAX_VALUES), strict=False):
        if value[0] != typed:
            yield value


def _choices(choice: Choice | Facts, typed: str) -> Iterator[tuple[str, Label]]:
    """Yield the options that `typed` begins in one of their spellings, in English and Chinese."""
    for value, label in choice.options.items():
        first = next((word for word in (value, str(label)) if word.lower().startswith(typed)), "")
        others = (word for word, meant in choice.spellings.items() if meant == value)
        if first or any(not word.isascii() and word.startswith(typed) for word in others):
            yield value, label


def _years(*, user: AbstractBaseUser) -> list[str]:
    """Return the years from the latest to the earliest photo of the user."""
    ends = Photo.objects.visible_to(user).aggregate(first=Min("dated_at__year"), last=Max("dated_at__year"))
    return [f"{year}" for year in range(ends["last"], ends["first"] - 1, -1)] if ends["last"] else []


def _devices(name: str, typed: str, *, user: AbstractBaseUser) -> Iterator[str]:
    """Yield the user's cameras, lenses, places or albums that contain `typed`; none for filters of another name."""
    if name == "camera":
        yield from _cameras(typed, user=user)
    elif name == "lens":
        yield from (lens for lens in _own_values(user=user)["lenses"] if not typed or contains_typed(lens, typed))
    elif name == "place":
        yield from _places(typed, user=user)
    elif name == "album":
        yield from _albums(typed, user=user)


def _albums(typed: str, *, user: AbstractBaseUser) -> Iterator[str]:
    """Yield the names of the user's albums that contain `typed`, the last changed first."""
    albums = Album.objects.visible_to(user)
    if typed:
        albums = albums.filter(contains_one(part_patterns(typed), fields=["folded_name"]))
    yield from albums.order_by("-changed_at", "-pk").values_list("name", flat=True)[: MAX_VALUES + 1]


def _places(typed: str, *, user: AbstractBaseUser) -> Iterator[str]:
    """Yield the user's countries, cities and regions with a name that contains `typed`, in the current language."""
    shown = 1 if is_chinese() else 0
    for names in _own_values(user=user)["places"]:
        if not typed or any(contains_typed(name, typed) for name in names):
            yield names[shown]


def _cameras(typed: str, *, user: AbstractBaseUser) -> Iterator[str]:
    """Yield the models of the user's cameras whose make and model contain `typed`, the latest first."""
    for make, model in _own_values(user=user)["cameras"]:
        if not typed or contains_typed(f"{make} {model}", typed) or contains_typed(model, typed):
            yield model


def _own_values(*, user: AbstractBaseUser) -> dict[str, Any]:
    """Return the file types, cameras (make and model), lenses and places of the user's photos, for some minutes."""

    def read_all() -> dict[str, Any]:
        photos = Photo.objects.visible_to(user)
        extensions = photos.order_by("extension").values_list("extension", flat=True).distinct()
        named = _latest_of_each(photos, "folded_camera").values_list("metadata__make", "metadata__model")
        lenses = _latest_of_each(photos, "folded_lens").values_list("metadata__lens", flat=True)
        return {
            "extensions": list(extensions),
            "cameras": [[f"{make or ''}", f"{model}"] for make, model in named if model],
            "lenses": list(lenses),
            "places": _names_of_places(photos),
        }

    return remember(f"own-values-and-places-{user.pk}", read_all, seconds=CACHE_SECONDS, read=dict)


def _names_of_places(photos: PhotoQuerySet) -> list[list[str]]:
    """Return the countries, cities and regions of photos, in English and Chinese, those of most photos first."""
    counts: Counter[tuple[str, str]] = Counter()
    pairs = [(name, f"{name}_chinese") for name in ("country", "city", "region")]
    columns = [f"place__{column}" for pair in pairs for column in pair]
    for *names, count in photos.exclude(place=None).order_by().values_list(*columns).annotate(count=Count("pk")):
        for pair in set(zip(names[::2], names[1::2], strict=True)):
            counts[pair] += count
    return [list(pair) for pair, _count in counts.most_common() if pair[0]]


def _latest_of_each(photos: PhotoQuerySet, column: str) -> PhotoQuerySet:
    """Return the latest photo of each value of a folded column, which is quicker to read than the metadata."""
    latest = photos.exclude(**{column: ""}).order_by().values(column).annotate(latest=Max("pk"))
    return photos.filter(pk__in=[row["latest"] for row in latest]).order_by("-pk")
