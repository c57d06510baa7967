"""Tests that the keyword index gets the newest revision of every photo, also during concurrent changes."""

from unittest.mock import patch

import pytest
from elasticsearch import BadRequestError
from elasticsearch.dsl.connections import add_connection, get_connection

from gallery.models import Photo
from search.keywords import index
from search.keywords.index import (
    KeywordSearchUnavailable,
    connected,
    count,
    ensure_index,
    index_photos,
    rebuild_index,
    unindex_photos,
)
from search.keywords.mapping import PhotoDocument, mapping_version
from search.keywords.search import keyword_search
from search.models import IndexedPhoto, PhotoText, missing_texts, stale_documents
from search.query.parser import parse
from tests.search.indexing import index_all, refresh

pytestmark = pytest.mark.django_db


def found(words: str, *, user) -> set[int]:
    refresh()
    return {hit.photo_id for hit in keyword_search(parse(words), user=user, limit=50)}


def change(photo: Photo, text: str) -> None:
    """Change the text as the pipeline does after reading the picture again."""
    PhotoText.objects.filter(photo=photo).update(text=text)
    photo.revision += 1
    photo.save(update_fields=["revision"])


def indices(alias: str) -> list[str]:
    with connected() as client:
        return sorted(client.indices.get(index=f"{alias}-*"))


def test_indexed_photo_is_stale_after_change(user, add_photo, keyword_index):
    old, new = add_photo("first"), add_photo("second")
    assert list(stale_documents(mapping_version())) == [new, old]
    index_all()
    assert list(stale_documents(mapping_version())) == []
    change(old, "third")
    assert list(stale_documents(mapping_version())) == [old]
    assert set(stale_documents("another mapping")) == {new, old}
    index_all(old)
    assert found("third", user=user) == {old.pk}
    assert found("first", user=user) == set()


def test_records_revision_that_was_read(add_photo, keyword_index):
    photo = add_photo("first")
    write = index._write

    def write_and_change(*arguments, **options):
        result = write(*arguments, **options)
        change(photo, "second")
        return result

    with patch.object(index, "_write", write_and_change):
        index_all(photo)
    assert list(stale_documents(mapping_version())) == [photo]


def test_keeps_newer_revision(user, add_photo, keyword_index):
    photo = add_photo("newer")
    Photo.objects.update(revision=7)
    index_all()
    Photo.objects.update(revision=6)
    PhotoText.objects.update(text="older")
    assert index_photos([photo.pk]) == {}
    assert found("newer", user=user) == {photo.pk}
    assert IndexedPhoto.objects.get().revision == 7


def test_late_write_does_not_restore_deleted_photo(user, add_photo, keyword_index):
    photo = add_photo("gone")
    index_all()
    unindex_photos([photo.pk])
    assert index_photos([photo.pk]) == {}
    assert found("gone", user=user) == set()
    assert not IndexedPhoto.objects.exists()
    unindex_photos([photo.pk])  # and again: nothing is there, and nothing is wrong


def test_finds_broken_photos_and_leaves_out_deleted_ones(user, add_photo, keyword_index):
    broken, deleted = add_photo("word", defect="truncated"), add_photo("word")
    deleted_id = deleted.pk
    deleted.delete()
    assert list(stale_documents(mapping_version())) == [broken]
    assert index_photos([broken.pk, deleted_id]) == {}
    assert found("word", user=user) == {broken.pk}
    assert list(stale_documents(mapping_version())) == list(missing_texts("engine")) == []


def test_reports_rejected_photo_and_indexes_others(user, add_photo, keyword_index):
    good, bad = add_photo("good"), add_photo("bad")
    prepare = PhotoDocument.prepare

    def prepare_badly(document, photo):
        return prepare(document, photo) | ({"unknown": 1} if photo == bad else {})

    with patch.object(PhotoDocument, "prepare", prepare_badly):
        refused = index_photos([good.pk, bad.pk])
    assert list(refused) == [bad.pk]
    assert "unknown" in refused[bad.pk]
    assert found("good", user=user) == {good.pk}
    assert list(stale_documents(mapping_version())) == [bad]


def test_recreates_lost_index_with_all_photos_stale(user, add_photo, keyword_index):
    first, second = add_photo("word"), add_photo("word")
    index_all()
    with connected() as client:
        client.indices.delete(index=indices(keyword_index))
    assert count() == 0
    index_all(second)
    assert found("word", user=user) == {second.pk}
    assert list(stale_documents(mapping_version())) == [first]


def test_refuses_unknown_fields(keyword_index):
    with connected() as client, pytest.raises(BadRequestError, match="strict"):
        client.index(index=keyword_index, document={"colour": "red"})


def test_rebuilt_index_has_concurrent_changes(user, add_photo, keyword_index):
    changed, deleted, kept = add_photo("before"), add_photo("before"), add_photo("before")
    index_all()
    write_all, added = index._write_all, []

    def write_all_and_change(*arguments, **options):
        result = write_all(*arguments, **options)
        if not added:
            assert found("before", user=user) == {changed.pk, deleted.pk, kept.pk}, "people search the old index"
            change(changed, "meanwhile")
            added.append(add_photo("meanwhile"))
            index_photos([changed.pk, added[0].pk])
            unindex_photos([deleted.pk])
            deleted.delete()
        return result

    old = indices(keyword_index)
    with patch.object(index, "_write_all", write_all_and_change):
        rebuild_index()
    assert found("before", user=user) == {kept.pk}
    assert found("meanwhile", user=user) == {changed.pk, added[0].pk}
    assert list(stale_documents(mapping_version())) == []
    assert len(indices(keyword_index)) == 1
    assert indices(keyword_index) != old


def test_rebuilds_index_with_other_mapping(user, add_photo, keyword_index):
    photo = add_photo("word")
    index_all()
    before = indices(keyword_index)
    ensure_index()
    assert indices(keyword_index) == before, "nothing to do"
    with patch.object(index, "mapping_version", lambda: "0123456789ab"):
        ensure_index()
        assert indices(keyword_index)[0].startswith(f"{keyword_index}-0123456789ab-")
        assert found("word", user=user) == {photo.pk}
        assert not stale_documents("0123456789ab").exists()


def test_rebuild_keeps_indices_of_other_aliases(add_photo, keyword_index):
    other = f"{keyword_index}-other-0123456789ab"
    with connected() as client:
        client.indices.create(index=other)
    rebuild_index()
    assert other in indices(keyword_index)


def test_raises_unavailable_without_elasticsearch(add_photo, settings):
    photo = add_photo("word")
    settings.ELASTICSEARCH_URL = ""
    unindex_photos([photo.pk])
    for ask in (lambda: index_photos([photo.pk]), ensure_index, rebuild_index, count):
        with pytest.raises(KeywordSearchUnavailable):
            ask()


def test_raises_unavailable_when_connection_is_refused(user, add_photo, settings):
    photo = add_photo("word")
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
    alive = get_connection()
    add_connection("default", alive.__class__("http://127.0.0.1:1", max_retries=0))
    try:
        for ask in (
            lambda: index_photos([photo.pk]),
            lambda: unindex_photos([photo.pk]),
            lambda: keyword_search(parse("word"), user=user, limit=5),
        ):
            with pytest.raises(KeywordSearchUnavailable):
                ask()
    finally:
        add_connection("default", alive)
