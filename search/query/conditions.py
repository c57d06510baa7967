"""Conditions on Photo that a term occurs in its texts, by the same rules as in the keyword index."""

from django.db.models import Q

from gallery.text.canonical import forms, pattern
from search.query.columns import contains_one

TEXT_FIELDS = ("text__folded", "folded_filename", "folded_description", "folded_labels", "place__folded_names")


def mentions(term: str, *, is_whole: bool = False) -> Q:
    """Return the condition that the text, file name, description, title, a keyword or the name of a person
    or place contains `term`.

    Short words count at the start of words only; with `is_whole` all words must be whole, as for quoted and excluded
    terms. A term of punctuation only is nowhere.
    """
    return contains_one((pattern(form, is_whole=is_whole) for form in forms(term)), fields=TEXT_FIELDS)


def starts_word(term: str) -> Q:
    """Return the condition that a word begins with `term` in one of the texts."""
    return contains_one((f" {form}" for form in forms(term)), fields=TEXT_FIELDS)
