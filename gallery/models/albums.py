"""Albums: photos that a user keeps together, made by hand or stated by imports."""

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from gallery.models.folded import FoldedField, FoldedModel, FoldedQuerySet
from gallery.models.photo import Photo


class AlbumQuerySet(FoldedQuerySet["Album"]):
    """Albums, narrowed to those of a user."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "AlbumQuerySet":
        """Return the albums of `user`."""
        return self.filter(owner_id=user.pk) if user.pk else self.none()

    def get_visible_or_404(self, album_id: int, *, user: AbstractBaseUser | AnonymousUser) -> "Album":
        """Return an album of `user`. Raises Http404 if there is none with this id."""
        return get_object_or_404(self.visible_to(user), pk=album_id)


class Album(FoldedModel):
    """An album of one user."""

    class Order(models.TextChoices):
        """The order of the photos in an album."""

        NEWEST = "newest", _("newest first")
        OLDEST = "oldest", _("oldest first")
        BY_HAND = "by_hand", _("by hand")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="albums")
    name = models.CharField(max_length=200)
    folded_name = FoldedField(of="name")
    description = models.TextField(blank=True)
    cover = models.ForeignKey(
        "gallery.Photo",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Null: the latest photo.",
    )
    order = models.CharField(max_length=7, choices=Order, default=Order.NEWEST)
    stated_name = models.TextField(
        blank=True, help_text="The name by which sources state it (`PhotoSource.albums`); empty if made by hand."
    )
    is_kept = models.BooleanField(
        default=True, db_default=True, help_text="It stays when its last photo goes: made or changed by hand."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = AlbumQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "stated_name"], condition=~Q(stated_name=""), name="album_stated_name_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class AlbumPhoto(models.Model):
    """A photo in an album, or removed from it by hand although a source states it.

    Rows that nothing states, neither by hand nor by a source, are deleted.
    """

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="memberships")
    photo = models.ForeignKey("gallery.Photo", on_delete=models.CASCADE, related_name="memberships")
    position = models.FloatField(default=0, help_text="Place in the order by hand.")
    is_stated = models.BooleanField(default=False, help_text="A source of the photo states the album.")
    by_hand = models.BooleanField(null=True, help_text="True: added; false: removed; null: left to the sources.")
    is_member = models.GeneratedField(
        expression=Coalesce("by_hand", "is_stated"), output_field=models.BooleanField(), db_persist=True
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["album", "photo"], name="album_photo_unique")]
        indexes = [
            models.Index(fields=["album", "position", "id"], condition=Q(is_member=True), name="album_photo_order")
        ]

    def __str__(self) -> str:
        return f"{self.album_id}/{self.photo_id}"


class ArchiveRule(models.Model):
    """Archives photos of a kind, of an album, or from folders with a part in their paths: one of the three."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="archive_rules")
    kind = models.CharField(max_length=16, blank=True, help_text="A value of Photo.Kind.")
    album = models.ForeignKey(Album, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=200, blank=True, help_text="Part of a path, as in the filter `source:`.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(~Q(kind=""), album=None, source="")
                | Q(kind="", album__isnull=False, source="")
                | Q(~Q(source=""), kind="", album=None),
                name="archive_rule_has_one_condition",
            ),
            models.UniqueConstraint(
                fields=["owner", "kind", "album", "source"], name="archive_rule_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.kind or self.source or str(self.album_id)

    @property
    def kind_label(self) -> str:
        """The translated name of the kind."""
        return str(Photo.Kind(self.kind).label)
