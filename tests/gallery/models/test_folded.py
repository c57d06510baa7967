"""Tests of folded columns: they follow every way in which rows are written."""

import pytest
from django.core.exceptions import FieldError
from django.db.models import F, Value
from django.db.models.functions import Upper

from gallery.models import Photo, PhotoSource
from gallery.text.canonical import fold
from search.models import PhotoText
from tests.factories import add_photo, make_photos

pytestmark = pytest.mark.django_db
TEXTS = "Ünïted 臺灣", "ＮＨ－961 Größe", "don’t 報銷單（1）"


@pytest.fixture
def owner(django_user_model):
    return django_user_model.objects.create_user("owner")


@pytest.fixture
def photo(owner) -> Photo:
    return add_photo(owner, "Été.png", text="Crème", description="Zoë", metadata={"make": "Ｓony", "model": "α7"})


def folded(photo: Photo) -> tuple[str, str, str]:
    row = Photo.objects.get(pk=photo.pk)
    return row.folded_filename, row.folded_description, row.folded_camera


def test_folds_new_rows(photo):
    assert folded(photo) == (fold("Été.png"), " zoe ", fold("sony α7"))
    assert PhotoText.objects.get().folded == " creme "
    assert PhotoSource.objects.create(photo=photo, path="/Été/1.png").folded_path == fold("/Été/1.png")


@pytest.mark.parametrize("text", TEXTS)
def test_folds_saved_fields(photo, text):
    photo.description = text
    photo.save(update_fields=["revision", "description"])
    assert folded(photo) == (fold("Été.png"), fold(text), fold("sony α7"))
    photo.description, photo.filename = "", text
    photo.save()
    assert folded(photo) == (fold(text), "", fold("sony α7"))


def test_folds_row_loaded_in_part(photo):
    partial = Photo.objects.only("description").get(pk=photo.pk)
    partial.description = "Größe"
    partial.save()
    assert folded(photo)[1] == " grosse "


@pytest.mark.parametrize("text", TEXTS)
def test_folds_updated_rows(photo, text):
    Photo.objects.filter(pk=photo.pk).update(description=text, revision=F("revision") + 1)
    Photo.objects.update(metadata={"model": text})
    assert folded(photo) == (fold("Été.png"), fold(text), fold(text))
    photo.sources.create(path="a")
    photo.sources.update(path=text)
    assert photo.sources.get().folded_path == fold(text)


def test_folds_rows_written_in_bulk(owner):
    photos = make_photos(owner, 3)
    for photo, text in zip(photos, TEXTS, strict=True):
        photo.description = text
    Photo.objects.bulk_update(photos, ["description"])
    assert [folded(photo)[1] for photo in photos] == [fold(text) for text in TEXTS]
    sources = [PhotoSource(photo=photos[0], path=text) for text in TEXTS]
    assert {source.folded_path for source in PhotoSource.objects.bulk_create(sources)} == set(map(fold, TEXTS))


def test_folds_rows_replaced_in_conflict(photo):
    for text in TEXTS:
        new = PhotoText(photo=photo, owner_id=photo.owner_id, engine="x", text=text)
        PhotoText.objects.bulk_create([new], update_conflicts=True, unique_fields=["photo"], update_fields=["text"])
        assert PhotoText.objects.get().folded == fold(text)


def test_folds_replaced_text(photo):
    for text in TEXTS:
        PhotoText.objects.update_or_create(photo=photo, defaults={"text": text})
        assert PhotoText.objects.get().folded == fold(text)


@pytest.mark.parametrize("value", [F("filename"), Value("x"), Upper("filename")])
def test_refuses_updates_that_cannot_be_folded(photo, value):
    with pytest.raises(FieldError, match="description is folded"):
        Photo.objects.update(description=value)
    assert folded(photo)[1] == " zoe "
