"""Data of search about photos (embeddings, texts, index state, near-duplicates), and about searches of users."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import MD5
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from gallery.models import FoldedField, FoldedModel, FoldedQuerySet, Photo, Step
from gallery.pictures.turning import turned_point


class PhotoEmbedding(models.Model):
    """The unit vector of one view of a photo, by one model.

    View 0 is the whole picture. A picture more than twice as long as wide has further views along its length.
    """

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="embeddings")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=100, help_text=_("Name, first digits of the SHA-256 of the weights, version."))
    view = models.PositiveSmallIntegerField(default=0)
    # Without a dimension, because models differ; each has its own partial index (search.vectors.index).
    vector = HalfVectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "model", "view"], name="embedding_unique")]
        indexes = [models.Index(fields=["owner", "model"], name="embedding_owner_model")]

    def __str__(self) -> str:
        return f"{self.model} #{self.view}"


class PhotoText(FoldedModel):
    """The recognised text of a photo.

    `lines` is a list of {"text": str, "confidence": 0–1, "box": [[x, y] × 4], "separator": str, "script": str}; corners
    clockwise from the top left of the text, in 0–1 of the width and height of the picture before turns by hand
    (`lines_as_seen` turns them, so that turning a photo needs no recognition). `script` is empty for
    lines that the default model reads. Lines that could not be read have an empty text, and come last. `text` is each
    separator and text in turn; lines of older engines have no separator, and stand one below the other.
    """

    photo = models.OneToOneField(Photo, on_delete=models.CASCADE, primary_key=True, related_name="text")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    engine = models.CharField(max_length=100, help_text=_("Name, first digits of the SHA-256 of the weights, version."))
    text = models.TextField(blank=True)
    lines = models.JSONField(default=list)
    folded = FoldedField(of="text")

    objects = FoldedQuerySet["PhotoText"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["engine"], name="photo_text_engine"),
            # Trigrams, for terms of at least three characters.
            GinIndex(OpClass("folded", name="gin_trgm_ops"), name="photo_text_folded"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def lines_as_seen(self, rotation: int) -> list[dict[str, Any]]:
        """Return the lines, with boxes in the picture that is turned by `rotation`."""
        if not rotation:
            return list(self.lines)
        return [
            line | {"box": [turned_point(*corner, rotation=rotation) for corner in line.get("box", ())]}
            for line in self.lines
        ]


class IndexedPhoto(models.Model):
    """The revision of a photo in the keyword index, and the mapping with which it was indexed."""

    photo = models.OneToOneField(Photo, on_delete=models.CASCADE, primary_key=True, related_name="indexed")
    revision = models.PositiveIntegerField()
    mapping = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.mapping} r{self.revision}"


class PhotoFingerprint(models.Model):
    """The fingerprint of a photo (search.near_duplicates.fingerprints), by which copies of it are found."""

    photo = models.OneToOneField(Photo, on_delete=models.CASCADE, primary_key=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    bits = models.BinaryField(help_text=_("Empty for plain pictures."))
    inner_bits = models.BinaryField(help_text=_("Of the picture without its frame; empty without a frame."))

    def __str__(self) -> str:
        return self.bits.hex()


class ComparedPhoto(models.Model):
    """A photo whose vector of `model`, or whose pixels, were compared with those of all photos compared before it.

    `is_full`: it has more near-duplicates than are kept of one photo, and is compared again when most of them are gone.
    """

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=100)
    version = models.PositiveSmallIntegerField(help_text=_("Version of the comparison."))
    is_full = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "model"], name="compared_photo_unique")]
        indexes = [models.Index(fields=["owner", "model"], condition=Q(is_full=True), name="compared_photo_full")]

    def __str__(self) -> str:
        return f"{self.model} v{self.version}"


class NearDuplicatePair(models.Model):
    """Two photos of one user whose vectors of `model`, or whose pixels, are nearly the same; `one` is the older row."""

    one = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=100)
    distance = models.FloatField(help_text=_("1 − cosine of the vectors, or 1 − correlation of the pixels."))
    reads_alike = models.BooleanField(null=True, help_text=_("Their words match too. Empty: not compared yet."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other", "model"], name="near_duplicate_unique"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="near_duplicate_older_first"),
        ]
        indexes = [
            models.Index(fields=["owner", "model"], name="near_duplicate_owner_model"),
            models.Index(fields=["owner", "model"], condition=Q(reads_alike=None), name="near_duplicate_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.distance:.3f}"


class DismissedGroup(models.Model):
    """Near-duplicates that a user wants to keep: no two of these photos are suggested as near-duplicates again."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    moment = models.DateTimeField(help_text=_("Time of the request, which may dismiss several groups."))
    photos = models.ManyToManyField(Photo, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["owner", "moment"], name="dismissed_owner_moment")]

    def __str__(self) -> str:
        return f"{self.moment}"


class ResultList(models.Model):
    """The result list of a search, kept while the user pages through it (search.ranking.result_lists)."""

    key = models.UUIDField(primary_key=True, default=uuid4)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    found = models.JSONField(help_text=_("Written by search.ranking.results.RankedList."))
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return str(self.key)


class SearchExample(models.Model):
    """The vector of a picture that a user searched with, kept for a day; the picture itself is not stored."""

    key = models.UUIDField(primary_key=True, default=uuid4)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=100)
    vector = HalfVectorField()
    sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return str(self.key)


class SavedSearch(models.Model):
    """A search that a user saved under a name; `address` is the query string of the search page."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    address = models.TextField()
    is_for_assistants = models.BooleanField(
        default=False, help_text=_("Assistants may read its results, if the owner shares saved searches with them.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_search_name_unique")]

    def __str__(self) -> str:
        return self.name


class RecentSearch(models.Model):
    """A recent search of a user; `address` is the query string of the search page."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    address = models.TextField()
    digest = models.GeneratedField(
        expression=MD5("address"),
        output_field=models.CharField(max_length=32),
        db_persist=True,
        help_text=_("MD5 of the address, which may be too long for an index."),
    )
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "digest"], name="recent_search_unique")]

    def __str__(self) -> str:
        return self.address


class PinnedSearch(models.Model):
    """A query that should find certain photos, says its owner; `manage.py evaluate_search` checks whether it does.

    `found` is the number of these photos that were on the first page when it was last evaluated.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    query = models.TextField()
    digest = models.GeneratedField(
        expression=MD5("query"),
        output_field=models.CharField(max_length=32),
        db_persist=True,
        help_text=_("MD5 of the query, which may be too long for an index."),
    )
    photos = models.ManyToManyField(Photo, related_name="+")
    found = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "digest"], name="pinned_search_unique")]

    def __str__(self) -> str:
        return self.query


class SearchEvaluation(models.Model):
    """The shares of searches that found what they should, measured once by `manage.py evaluate_search`.

    `encoder` is the model that compared pictures and `engine` the one that read them; empty without. `figures` contains
    numbers only (search.evaluation.figures), no words of users.
    """

    class Subject(models.TextChoices):
        GIVEN = "given", _("Labelled pictures, texts as given")
        READ = "read", _("Labelled pictures, texts recognised")
        PINNED = "pinned", _("Pinned searches of users")

    subject = models.CharField(max_length=10, choices=Subject)
    encoder = models.CharField(max_length=100, blank=True)
    engine = models.CharField(max_length=100, blank=True)
    figures = models.JSONField()
    measured_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.subject} {self.measured_at:%Y-%m-%d}"


def missing_embeddings(model: str) -> QuerySet[Photo]:
    """Return photos without embeddings of `model`, newest first; without broken ones and failed attempts."""
    found = PhotoEmbedding.objects.filter(photo=OuterRef("pk"), model=model)
    return Photo.objects.awaiting(Step.EMBEDDING, model).filter(~Exists(found), wants_embedding=True)


def missing_texts(engine: str) -> QuerySet[Photo]:
    """Return photos without text of `engine`, newest first; without broken ones and failed attempts."""
    found = PhotoText.objects.filter(photo=OuterRef("pk"), engine=engine)
    return Photo.objects.awaiting(Step.TEXT, engine).filter(~Exists(found), wants_text=True)


def stale_documents(mapping: str) -> QuerySet[Photo]:
    """Return photos not indexed in their current revision with `mapping`, likewise."""
    fresh = IndexedPhoto.objects.filter(photo=OuterRef("pk"), revision=OuterRef("revision"), mapping=mapping)
    return Photo.objects.awaiting(Step.INDEX, mapping).filter(~Exists(fresh))
