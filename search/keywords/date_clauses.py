"""The clause of Elasticsearch for dates that photos have, or show in their texts."""

from gallery.text.canonical import UNSPACED
from search.keywords.bool_clauses import TEXT_FIELDS, Clause, any_of
from search.query.dated import Dates
from search.query.values import midnight

# Shorter words are not in the field of words.
MIN_WORD_LENGTH = 2


def dated_clause(name: str, dates: Dates) -> Clause:
    """Match photos whose field `name` is within the periods of `dates`, or whose texts show all of the dates."""
    ways: list[Clause] = [
        {"range": {name: {"gte": midnight(period.first), "lt": midnight(period.end)}}} for period in dates.periods
    ]
    if dates.spellings:
        ways.append(shown_clause(dates))
    return any_of(ways)


def shown_clause(dates: Dates) -> Clause:
    """Match photos whose texts show all of the dates."""
    return {"bool": {"filter": [_shows(patterns) for patterns in dates.patterns()]}}


def _shows(patterns: list[str]) -> Clause:
    """Match photos with one of the substrings in any text; whole words are looked up, which is faster than phrases."""
    words = [part.strip() for part in patterns if _is_word(part)]
    phrases = [_phrase(part) for part in patterns if not _is_word(part)]
    return any_of([{"terms": {"passages.tokens": words}}, *phrases])


def _is_word(part: str) -> bool:
    return part[0] == part[-1] == " " and " " not in part.strip() and not UNSPACED.search(part)


def _phrase(part: str) -> Clause:
    """Match a substring of several words; photos without all of the words need not be searched for it."""
    words = [word for word in part.split() if len(word) >= MIN_WORD_LENGTH and not UNSPACED.search(word)]
    found = any_of({"match_phrase": {source: part}} for source in TEXT_FIELDS)
    return {"bool": {"filter": [*({"term": {"passages.tokens": word}} for word in words), found]}}
