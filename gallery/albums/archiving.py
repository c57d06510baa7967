"""Settles photos that joined or left albums whose photos a rule archives."""

from collections.abc import Collection

from gallery.claims.settling import settle
from gallery.models import ArchiveRule, Photo


def settle_by_rules(photo_ids: Collection[int], *, album_ids: Collection[int]) -> None:
    """Settle photos, whose rows the caller has locked, if a rule archives those of one of the albums."""
    if photo_ids and ArchiveRule.objects.filter(album__in=album_ids).exists():
        settle(Photo.objects.filter(pk__in=photo_ids).order_by("pk"))
