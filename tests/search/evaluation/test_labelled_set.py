"""The labelled set is complete and consistent, and large enough for shares in per cent."""

from collections import Counter

import pytest

from gallery.text.canonical import fold, forms, is_short_word
from search.evaluation.drawing import draw_picture, picture_file
from search.evaluation.labelled_set import filler_texts, labelled_pictures, labelled_queries
from search.evaluation.library import FILLERS, given_lines
from search.query.parser import parse
from search.query.values import InvalidQuery


def test_queries_name_pictures_of_the_set():
    names = {picture.name for picture in labelled_pictures()}
    for query in labelled_queries():
        assert query.right | query.behind | query.absent <= names, query.text
        assert query.typed in ("correctly", "loosely", "meaning"), query.text
        assert query.kind, query.text
        assert query.language, query.text


def test_has_hundreds_of_queries_of_each_way_of_typing():
    typed = Counter(query.typed for query in labelled_queries())
    assert typed["correctly"] >= 150
    assert typed["loosely"] >= 150
    assert typed["meaning"] >= 20
    assert not [text for text, number in Counter(query.text for query in labelled_queries()).items() if number > 1]


def test_fillers_contain_no_word_of_a_query():
    words = {word for text in filler_texts(FILLERS) for word in text.split()}
    for query in labelled_queries():
        try:
            terms = parse(query.text).terms
        except InvalidQuery:
            continue
        folded = [form for term in terms for form in forms(term)]
        contained = [
            word for word in words if all((" " if is_short_word(form) else "") + form in fold(word) for form in folded)
        ]
        assert not folded or not contained, query.text


FORMS = {picture.form: picture for picture in labelled_pictures() if picture.text.isascii() and not picture.source}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_draws_form(form):
    assert len(draw_picture(FORMS[form]).getcolors(1_000_000)) >= (1 if form == "plain" else 3)


def test_files_are_the_same_every_time():
    for picture in labelled_pictures()[::20]:
        assert picture_file(picture) == picture_file(picture)


@pytest.mark.parametrize("name", ["expenses", "exam", "poem"])
def test_gives_each_line_its_box(name):
    picture = next(picture for picture in labelled_pictures() if picture.name == name)
    lines = given_lines(picture)
    assert " ".join(line.text for line in lines) == picture.text.replace("|", "").replace("====", "").strip().replace(
        "\n", " "
    ).replace("  ", " ")
    assert len({line.box for line in lines}) == len(lines)
