"""Searches within albums: by words in the index or the database, by the picture, and never beyond one owner."""

import pytest
from django.contrib.auth.models import User

from gallery.albums.contents import add_photos, remove_photos
from gallery.albums.making import make_album
from gallery.models import Album, AlbumPhoto, Photo
from search.keywords import clauses
from search.query.filters import Filters
from search.query.parser import parse
from search.ranking.hybrid import SearchOptions, continue_search, search_by_text
from search.ranking.results import SearchPage
from tests.factories import add_photo
from tests.search.indexing import index_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]
MEMBERS = {"Summer 2020": ["a", "b"], "summer in 成都": ["b", "c"], "O'Hara “quoted”": ["d"], "Empty": []}
QUERIES = [
    ("album:summer", ["a", "b", "c"]),
    ('album:"summer 2020"', ["a", "b"]),
    ("album:成都", ["b", "c"]),
    ('album:"in 成都"', ["b", "c"]),
    ("album:O'Hara", ["d"]),
    ("album:quoted", ["d"]),
    ("album:empty", []),
    ("album:summer tea", ["a", "b", "c"]),
    ("album:summer circle", ["b"]),
    ('album:summer "tea"', ["a", "c"]),
    ('"tea"', ["a", "c", "e"]),
]


@pytest.fixture
def stranger() -> User:
    return User.objects.create_user("stranger")


@pytest.fixture(params=["Elasticsearch", "PostgreSQL"])
def albums(request: pytest.FixtureRequest, user: User) -> dict[str, Album]:
    """Albums with photos; those with "tea" in their text look unlike every query, the others like every one."""
    request.getfixturevalue("keyword_index" if request.param == "Elasticsearch" else "words_from_database")
    photos = {}
    for name in "abcdef":
        is_tea = name in "ace"
        photos[name] = add_photo(user, f"{name}.png", text="tea" if is_tea else "", angle=None if is_tea else 0)
    made = {}
    for name, members in MEMBERS.items():
        made[name] = make_album(name, owner=user)
        chosen = Photo.objects.filter(pk__in=[photos[member].pk for member in members])
        add_photos(made[name].pk, chosen, user=user)
    if request.param == "Elasticsearch":
        index_all()
    return made


def found(page: SearchPage) -> list[str]:
    return sorted(hit.photo.filename.removesuffix(".png") for hit in page.hits)


def search(text: str, *, user: User, album: int | None = None) -> SearchPage:
    return search_by_text(parse(text, filters=Filters(album=album)), user=user)


def test_finds_photos_in_albums(albums: dict[str, Album], user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clauses, "MAX_IDS", 2)
    assert {query: found(search(query, user=user)) for query, _expected in QUERIES} == dict(QUERIES)


def test_finds_photos_in_one_album(albums: dict[str, Album], user: User) -> None:
    album = albums["Summer 2020"]
    assert found(search("", user=user, album=album.pk)) == ["a", "b"]
    assert found(search('"tea"', user=user, album=album.pk)) == ["a"]
    remove_photos(album.pk, Photo.objects.filter(filename="a.png"), user=user)
    assert found(search('"tea"', user=user, album=album.pk)) == []
    assert found(search("circle", user=user, album=album.pk)) == ["b"]


def test_names_unknown_album(albums: dict[str, Album], user: User) -> None:
    for query in ("album:nothing", "album:nothing tea"):
        assert "You have no album “nothing”." in search(query, user=user).notices
    assert search("album:empty", user=user).notices == []


def test_albums_of_others_find_nothing(albums: dict[str, Album], user: User, stranger: User) -> None:
    theirs = make_album("Secret", owner=stranger)
    own = Photo.objects.get(filename="a.png")
    # No code adds a photo of one user to an album of another; if one did, it would not be found.
    AlbumPhoto.objects.create(album=theirs, photo=own, by_hand=True)
    for query in ("album:secret", "album:secret tea", "album:summer", "album:summer tea"):
        for reader in (user, stranger):
            if reader == stranger or "secret" in query:
                assert found(search(query, user=reader)) == []
    for text in ("", "tea", '"tea"'):
        assert found(search(text, user=user, album=theirs.pk)) == []
        assert found(search(text, user=stranger, album=albums["Summer 2020"].pk)) == []
    assert search("album:secret", user=user).notices == ["You have no album “secret”."]


def test_further_pages_stay_in_the_album(albums: dict[str, Album], user: User) -> None:
    page = search_by_text(parse("album:summer"), user=user, options=SearchOptions(page_size=2))
    rest = continue_search(page.key, user=user, start=page.next_start or 0)
    assert sorted(found(page) + found(rest)) == ["a", "b", "c"]
