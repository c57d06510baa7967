"""Suggests the query that a person may have meant, from words of their own photos."""

from collections.abc import Iterator, Sequence

from gallery.text.canonical import fold, forms, pattern
from search.keywords.locating import locate
from search.keywords.term_places import Finding, FoundTerms
from search.query.parser import Query, parse
from search.query.values import InvalidQuery

# Ways of containing a word whose parts are the words that may have been meant.
CORRECTING_WAYS = frozenset(("spelling", "pinyin", "split"))


def suggest_query(query: Query, found: Sequence[FoundTerms]) -> str:
    """Return the typed query with words of photos, best first, in place of those that none of them contains.

    Words in quotes, excluded ones and filters stay as typed. Empty if no word can be replaced.
    """
    text = query.typed_text
    for word in dict.fromkeys(query.words):
        if meant := _meant(word, found):
            text = _replaced(text, word, meant)
    return "" if fold(text) == fold(query.typed_text) else text


def _meant(word: str, found: Sequence[FoundTerms]) -> str:
    """Return the most frequent correction of `word` among the photos, of equally frequent ones the first."""
    counts: dict[str, int] = {}
    written: dict[str, str] = {}
    for terms in found:
        for finding in terms.findings:
            if finding.term.typed != word or finding.term.is_quoted:
                continue
            if finding.way.tier != "similar":
                return ""
            for part, text in _corrections(finding, terms):
                counts[part] = counts.get(part, 0) + 1
                written.setdefault(part, text.lower() if word.islower() else text)
    best = max(counts, key=lambda part: counts[part], default="")
    return written.get(best, "")


def _corrections(finding: Finding, found: FoundTerms) -> Iterator[tuple[str, str]]:
    """Yield the parts of a photo's texts that correct a word, each with its original spelling."""
    if finding.way.name not in CORRECTING_WAYS:
        return
    for part in sorted(finding.parts):
        texts = (text.original for text in found.texts.values() if part in text.folded)
        spellings = (text[begin:end] for text in texts for begin, end in locate([part], text))
        # A word over two lines has its hyphen.
        yield part, next((text for text in spellings if text.replace(" ", "").isalnum()), part.strip())


def _replaced(text: str, word: str, meant: str) -> str:
    """Return a query with one of its words replaced, or unchanged if that would change more than the word."""
    before = parse(text)
    expected = tuple(meant if typed == word else typed for typed in before.words)
    changed = text
    for begin, end in reversed(list(locate([pattern(form, is_whole=True) for form in forms(word)], text))):
        replaced = changed[:begin] + meant + changed[end:]
        if _differs_in_words_only(before, replaced):
            changed = replaced
    return changed if _words_of(changed) == fold(" ".join(expected)) else text


def _differs_in_words_only(before: Query, text: str) -> bool:
    try:
        after = parse(text)
    except InvalidQuery:
        return False
    return (after.phrases, after.excluded, after.filters) == (before.phrases, before.excluded, before.filters)


def _words_of(text: str) -> str:
    return fold(" ".join(parse(text).words))
