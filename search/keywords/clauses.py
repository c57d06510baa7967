"""The clauses of Elasticsearch that find the terms of a query, exactly or in weaker ways, and score their places."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import cast

from gallery.places.countries import country_code
from gallery.text.canonical import (
    MAX_SHORT_WORD_LENGTH,
    UNSPACED,
    forms,
    is_short_word,
    is_unspaced,
    part_patterns,
    pattern,
)
from search.keywords.bool_clauses import NOTHING, TEXT_FIELDS, Clause, any_of
from search.keywords.date_clauses import dated_clause
from search.keywords.weak_tokens import HAN_RUN, MAX_TOKEN_LENGTH, accented_words, is_code, plain_marker
from search.query.columns import AlbumMembers, PlaceColumn, is_none
from search.query.dated import Dates
from search.query.filters import Filters
from search.query.parser import Query
from search.query.pinyin import syllable_paths, tokens_of_path
from search.query.spelling import allowed_edits, skeleton
from search.query.stems import is_inflected, stem
from search.query.variants import glued, joined_neighbours, splits, variants
from search.query.ways import WAYS, ways_of

# Each kind of place outweighs any frequency of words, which scores about 10 at most.
WHOLE_WORD, START_OF_WORD, NEXT_TO_EACH_OTHER, WHOLE_NAME = 40.0, 20.0, 20.0, 80.0
AS_ACCENTED = 5.0
# Characters on both sides of the place where two words meet.
SEAM = 3
FREQUENCY = 1.0
OTHER_FIELDS = 0.1
# The most words that a misspelt one may stand for in the index.
MAX_EXPANSIONS = 30
# Elasticsearch takes at most 65,536 terms in one clause.
MAX_IDS = 60_000
# Longer Chinese phrases are compared by the number of their pairs.
MAX_COMBINED_CHARACTERS = 6
# Weaker ways by closeness: the closest candidates are checked first.
EXACT_WORD, FORM, VARIANT, SPELLING, GLUED, SOUND, GLYPHS = 10.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0


WAY_NAMES = frozenset(way.name for way in WAYS)


def exact_clauses(query: Query, *, scope: Sequence[Clause]) -> Clause:
    """Return the parts of a bool query for photos within `scope` that contain all words and phrases, with scores."""
    must = [_scored(word) for word in query.words] + [_scored(phrase, is_whole=True) for phrase in query.phrases]
    return {"must": must, "should": list(_bonuses(query)), "must_not": _excluded(query), "filter": list(scope)}


def weak_clauses(query: Query, *, scope: Sequence[Clause], without: Sequence[int]) -> Clause:
    """Return the parts of a bool query for photos within `scope` that may contain the words in weaker ways."""
    loose = [_loose_ways(word, number) for number, word in enumerate(query.words)]
    for at, joined in joined_neighbours(query.words):
        found = [_constant(any_of(_places(pattern(joined))), VARIANT), *_weaker_ways(joined, WAY_NAMES)]
        loose[at] += found
        loose[at + 1] += found
    return {
        "must": [{"dis_max": {"queries": ways}} for ways in loose],
        "filter": [*scope, *(_contains(phrase, is_whole=True) for phrase in query.phrases)],
        "must_not": [*_excluded(query), {"terms": {"photo_id": list(without)}}],
    }


def filter_clauses(filters: Filters) -> Iterator[Clause]:
    """Yield the clauses of the limits that `filters` set."""
    for column, comparison, value in filters.conditions():
        match comparison:
            case _ if isinstance(value, AlbumMembers):
                yield any_of({"terms": {column.name: part}} for part in _parts(value.photo_ids))
            case "exact":
                yield {"term": {column.name: value}}
            case "icontains" if isinstance(column, PlaceColumn) and is_none(value):
                yield {"bool": {"must_not": [{"exists": {"field": "country"}}]}}
            case "icontains" if isinstance(column, PlaceColumn) and (code := country_code(str(value))):
                yield {"term": {"country": code}}
            case "icontains":
                suffix = "" if column.name in TEXT_FIELDS else ".pairs"
                yield any_of(
                    _substring(part, pairs=f"{column.name}{suffix}", characters=f"{column.name}.characters")
                    for part in part_patterns(column.part(value))
                )
            case "archived":
                yield {"term": {column.name: value}}
            case "starred":
                yield {"range": {"importance": {"gte": 1} if value else {"lt": 1}}}
            case "dated":
                yield dated_clause(column.name, cast(Dates, value))
            case _:
                yield {"range": {column.name: {comparison: value}}}


def _parts(photo_ids: Sequence[int]) -> Iterator[list[int]]:
    """Yield lists of ids that Elasticsearch takes in one clause, at least one."""
    for begin in range(0, max(len(photo_ids), 1), MAX_IDS):
        yield list(photo_ids[begin : begin + MAX_IDS])


def _excluded(query: Query) -> list[Clause]:
    return [_contains(term, is_whole=True) for term in query.excluded]


def _contains(term: str, *, is_whole: bool = False) -> Clause:
    """Match photos that contain a term in any text."""
    return any_of(clause for form in forms(term) for clause in _places(pattern(form, is_whole=is_whole)))


def _places(part: str) -> list[Clause]:
    """Return clauses for a substring of any text, one of which must match."""
    if len(part) == 1:
        return [_term("passages.characters", part)]
    if part[0] == " " and is_short_word(part[1:]):
        return [_term("passages.starts", part[1:])]
    if part[0] == part[-1] == " " and _is_token(part[1:-1]):
        return [_token(part[1:-1])]
    phrases: list[Clause] = [{"match_phrase": {source: part}} for source in TEXT_FIELDS]
    # Documents with the whole word need no check of positions.
    return [_token(part), *phrases] if _is_token(part) else phrases


def _is_token(word: str) -> bool:
    """Return whether all texts with this word as a whole have it as a token."""
    return 2 <= len(word) <= MAX_TOKEN_LENGTH and " " not in word and not any(map(is_unspaced, word))


def _substring(part: str, *, pairs: str, characters: str) -> Clause:
    return {"term": {characters: part}} if len(part) == 1 else {"match_phrase": {pairs: part}}


def _scored(term: str, *, is_whole: bool = False) -> Clause:
    """Match photos that contain a term, and score where and how they do."""
    parts = [pattern(form, is_whole=is_whole) for form in forms(term)]
    kinds = [clause for form in forms(term) for clause in _kinds(form)]
    found = [clause for part in parts for clause in _frequencies(part)]
    if found:
        kinds.append({"dis_max": {"queries": found, "tie_breaker": OTHER_FIELDS}})
    return {"bool": {"filter": [_contains(term, is_whole=is_whole)], "should": [*kinds, *_accents(term)]}}


def _kinds(form: str) -> Iterator[Clause]:
    """Yield clauses for a form as whole word, by its frequency, and at the start of a word."""
    if _is_token(form):
        yield _token(form)
        yield _constant(_token(form), WHOLE_WORD)
        yield _constant(_term("passages.starts", form[:MAX_SHORT_WORD_LENGTH]), START_OF_WORD)
    elif (whole := pattern(form, is_whole=True)) != form:
        yield _constant(any_of(_places(whole)), WHOLE_WORD)


def _frequencies(part: str) -> Iterator[Clause]:
    """Yield a clause for each text by the frequency of a part that is no word."""
    if len(part) > 1 and not _is_token(part.strip()):
        for source in TEXT_FIELDS:
            yield {"match_phrase": {source: {"query": part, "boost": FREQUENCY / (len(part) - 1)}}}


def _bonuses(query: Query) -> Iterator[Clause]:
    """Yield clauses for words next to each other, and for the whole file name."""
    for left, right in pairwise(forms(term)[-1] for term in query.terms if forms(term)):
        # The seam of two words is enough, for both are somewhere in the text.
        seam = forms(f"{left[-SEAM:]} {right[:SEAM]}")[-1]
        yield _constant(any_of({"match_phrase": {source: seam}} for source in TEXT_FIELDS), NEXT_TO_EACH_OTHER)
    if names := list(forms(" ".join(query.terms))):
        yield _constant({"terms": {"names": names}}, WHOLE_NAME)


def _accents(term: str) -> Iterator[Clause]:
    """Yield clauses for a word with the accents that were typed, or with none if none were."""
    written = [token for token in accented_words(term) if not token.startswith(plain_marker(""))]
    if written:
        yield _constant({"terms": {"accented": written}}, AS_ACCENTED)
    elif term.isascii() and term.isalpha():
        yield _constant({"bool": {"must_not": [{"term": {"accented": plain_marker(term.lower())}}]}}, AS_ACCENTED)


def _loose_ways(word: str, number: int) -> list[Clause]:
    """Return a clause for each way of containing a word; the one for its Chinese words in another order has a name."""
    ways = [_constant(_contains(word), EXACT_WORD)]
    names = {way.name for way in ways_of(word)}
    for form in forms(word):
        ways += _weaker_ways(form, names)
        if runs := HAN_RUN.findall(form):
            words = {"match": {"chinese": {"query": " ".join(runs), "operator": "and", "_name": order_name(number)}}}
            ways.append(_constant(words, FORM))
    return ways


def order_name(number: int) -> str:
    """Return the name of the clause for the Chinese words of a word in another order."""
    return f"order-{number}"


def _weaker_ways(form: str, names: Collection[str]) -> Iterator[Clause]:
    """Yield clauses for the ways of search.query.ways with these names."""
    if "stem" in names and is_inflected(form):
        bare = stem(form)
        yield _constant(any_of([_term("stems", bare), _token(bare)]), FORM)
    written = [clause for variant in variants(form) for clause in _places(pattern(variant))]
    if "split" in names:
        written += [_all([_token(part) for part in split.split()]) for split in splits(form)]
    if written:
        yield _constant(any_of(written), VARIANT)
    if "spelling" in names and (edits := allowed_edits(form)):
        yield from _misspelt(form, edits)
    if "glued" in names and (end := glued(form)):
        yield _constant(any_of(_places(end)), GLUED)
    if "pinyin" in names and (paths := syllable_paths(form)):
        yield _constant(
            any_of(_all([_term("sounds", token) for token in tokens_of_path(path)]) for path in paths), SOUND
        )
    if is_code(form):
        yield _constant(_term("glyphs", skeleton(form)), GLYPHS)


def _misspelt(form: str, edits: int) -> Iterator[Clause]:
    if not UNSPACED.match(form):
        value = {"value": form, "fuzziness": edits, "max_expansions": MAX_EXPANSIONS}
        yield _constant({"fuzzy": {"passages.tokens": value}}, SPELLING)
    elif len(form) <= MAX_COMBINED_CHARACTERS:
        without = [(form[:at], form[at + 1 :]) for at in range(len(form))]
        # Two swapped characters in the middle.
        without.append((form[: len(form) // 2 - 1], form[len(form) // 2 + 1 :]))
        found = [_all([_part(source, part) for part in parts if part]) for parts in without for source in TEXT_FIELDS]
        yield _constant(any_of(found), SPELLING)
    else:
        most = {"query": form, "minimum_should_match": len(form) - 4}
        yield _constant(any_of({"match": {source: most}} for source in TEXT_FIELDS), SPELLING)


def _part(source: str, part: str) -> Clause:
    if len(part) == 1:
        return _term("passages.characters", part)
    return {"match": {source: {"query": part, "operator": "and"}}}


def _token(word: str) -> Clause:
    return _term("passages.tokens", word)


def _term(name: str, token: str) -> Clause:
    return {"term": {name: token}}


def _constant(clause: Clause, score: float) -> Clause:
    return {"constant_score": {"filter": clause, "boost": score}}


def _all(clauses: Sequence[Clause]) -> Clause:
    return {"bool": {"must": list(clauses)}} if clauses else NOTHING
