"""Tests of snippets, the passages of texts around the words of a query."""

import pytest

from gallery.models import Photo
from gallery.text.canonical import fold
from search.keywords.snippets import SNIPPET_LENGTH, SnippetMaker, beginning_of
from search.keywords.term_places import TermPlaces
from search.models import PhotoText
from search.query.parser import parse


def snippets(query: str, text: str = "", *, filename: str = "", description: str = "") -> dict[str, str]:
    photo = Photo(filename=filename, description=description)
    photo.text = PhotoText(text=text, folded=fold(text))
    return {snippet.source: str(snippet.html) for snippet in SnippetMaker(parse(query)).snippets(photo)}


def test_shows_each_text_with_a_term():
    assert snippets("tea", "green tea", filename="Tea.png", description="coffee") == {
        "text": "green <mark>tea</mark>",
        "filename": "<mark>Tea</mark>.png",
    }


def test_shows_original_spelling():
    assert snippets("cafe creme", "Café — Crème ①") == {"text": "<mark>Café</mark> — <mark>Crème</mark> ①"}


def test_shows_context_of_first_place():
    (html,) = snippets("nordlicht", f"{'davor ' * 50}Nordlicht {'danach ' * 50}Nordlicht").values()
    assert html.startswith("davor ")
    assert html.count("<mark>Nordlicht</mark>") == 1
    assert len(html) < SNIPPET_LENGTH + 20


def test_marks_all_places_in_context():
    assert snippets("tea", "tea, TEA, steam") == {"text": "<mark>tea</mark>, <mark>TEA</mark>, steam"}


def test_escapes_texts():
    assert snippets("nh961 onerror", "<img src=x onerror=alert(1)> & NH961") == {
        "text": "&lt;img src=x <mark>onerror</mark>=alert(1)&gt; &amp; <mark>NH961</mark>"
    }


@pytest.mark.parametrize("query", ["nordlicht", "norlicht"])
def test_shows_canonical_form_behind_searched_characters(query):
    html = snippets(query, "Wort " * 50_000 + "NORDLICHT & Schnee")["text"]
    assert "<mark>nordlicht</mark> schnee" in html.replace("<mark> ", "<mark>").replace(" </mark>", "</mark> ")


def test_shows_beginning_of_first_text():
    photo = Photo(filename="a<b.png", description="")
    start = beginning_of(TermPlaces(parse("tea")).in_photo(photo))
    assert (start.source, start.html) == ("filename", "a&lt;b.png")
    assert beginning_of(TermPlaces(parse("tea")).in_photo(Photo())) is None
