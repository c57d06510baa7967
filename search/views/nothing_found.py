"""Advice for a search that found nothing: the same search with one part less, and how many photos it finds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from django.utils.translation import gettext as _

from search.chips import Chip
from search.encoders.client import EncoderUnavailable
from search.forms import SearchForm
from search.query.parser import Query, parse
from search.query.values import InvalidQuery
from search.ranking.hybrid import rank_photos
from search.ranking.results import SearchPage
from search.ranking.scope import SearchScope
from search.vectors.encoder_choice import choose_encoder

# Each costs a search.
MAX_COUNTED = 5
BASIC_ENCODER = "conse"


@dataclass(frozen=True)
class Relaxation:
    """The same search with one part less, or only one part of it: its title, address, and number of photos."""

    title: str
    address: str
    found: int


def relax(form: SearchForm, query: Query, chips: Sequence[Chip], *, user: AbstractBaseUser) -> list[Relaxation]:
    """Return searches that find photos without one filter, date, exclusion or word of the valid `form`.

    If there are none, return those for a single word.
    """
    return _counted(_with_less(form, query, chips), user=user) or _counted(_single_words(query), user=user)


def _counted(searches: Iterable[tuple[str, str]], *, user: AbstractBaseUser) -> list[Relaxation]:
    counted = (
        Relaxation(title, address, _count(address, user=user))
        for title, address in list(dict(searches).items())[:MAX_COUNTED]
    )
    return sorted((one for one in counted if one.found), key=lambda one: -one.found)


def explain_basic_recognition(query: Query, page: SearchPage, *, user: AbstractBaseUser) -> str:
    """Return a sentence for a search that shows no close match, if only the basic encoder compared pictures."""
    if page.found or not query.has_terms or query.is_exact:
        return ""
    try:
        encoder = choose_encoder(query.scripts, user=user)
    except EncoderUnavailable:
        return ""
    if encoder is None or encoder.name != BASIC_ENCODER:
        return ""
    return _("Recognition of picture content is basic here: it knows common things and animals, few people or scenes.")


def _with_less(form: SearchForm, query: Query, chips: Sequence[Chip]) -> Iterator[tuple[str, str]]:
    """Yield the titles and addresses of the searches without one part."""
    without = _("without %(part)s")
    for chip in chips:
        if chip.as_words:
            yield _("“%(value)s” as text") % {"value": chip.value}, chip.as_words
        yield without % {"part": f"{chip.label}: {chip.value}"}, chip.rest
    typed = form.cleaned_data["q"]
    for term in query.excluded:
        yield without % {"part": f"-{term}"}, form.address(q=_without(typed, term, signs="-−–"))
    if len(query.terms) > 1:
        for term in query.terms:
            yield without % {"part": f"“{term}”"}, form.address(q=_without(typed, term))


def _single_words(query: Query) -> Iterator[tuple[str, str]]:
    """Yield the titles and addresses of the searches for one of several words, without filters."""
    if len(query.terms) > 1 or (query.terms and (query.excluded or any(query.filters.conditions()))):
        for term in query.terms:
            yield _("only “%(word)s”") % {"word": term}, urlencode({"q": term})


def _without(text: str, term: str, *, signs: str = "") -> str:
    """Return `text` without the last place of `term`, and the signs around it."""
    at = text.lower().rfind(term.lower())
    if at < 0:
        return text
    before = text[:at].rstrip(f'"“「{signs}')
    after = text[at + len(term) :].lstrip('"”」')
    return f"{before.rstrip()} {after.lstrip()}".strip()


def _count(address: str, *, user: AbstractBaseUser) -> int:
    """Return the number of photos that the search at `address` finds; 0 without words and filters."""
    form = SearchForm(QueryDict(address))
    if not (form.is_valid() and form.asks_for_something):
        return 0
    try:
        query = parse(form.cleaned_data["q"], filters=form.filters())
    except InvalidQuery:
        return 0
    if not query.has_terms and not any(query.filters.conditions()):
        return 0
    return rank_photos(SearchScope(query, user)).found
