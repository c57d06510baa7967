"""The archive: photos left out of the timeline, by hand or by rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count

from gallery.albums.making import discard_album
from gallery.claims.archiving import condition_of
from gallery.models import ArchiveRule, Photo, PhotoQuerySet
from gallery.photos.statements import Statement
from gallery.photos.tasks import enqueue_settling

MAX_RULES = 100


class TooManyRules(Exception):
    """The user has MAX_RULES rules already."""


@dataclass(frozen=True)
class CountedRule:
    """A rule and the number of photos outside the trash that it concerns."""

    rule: ArchiveRule
    count: int


def archive_photos(*, archived: bool | None) -> Statement:
    """Put photos in the archive or take them out; None swaps: those in it come out, others go in."""

    def state(photo: Photo) -> dict[str, bool]:
        return {"archived": not photo.is_archived if archived is None else archived}

    return Statement(("archived",), state)


def rules_of(user: AbstractBaseUser) -> list[CountedRule]:
    """Return the rules of `user`, oldest first, with the numbers of their photos, in two queries."""
    rules = list(ArchiveRule.objects.filter(owner_id=user.pk).select_related("album").order_by("pk"))
    counted = {f"rule_{rule.pk}": Count("pk", filter=condition_of(rule)) for rule in rules}
    numbers = Photo.objects.visible_to(user).aggregate(**counted) if rules else {}
    return [CountedRule(rule, numbers[f"rule_{rule.pk}"]) for rule in rules]


def add_rule(rule: ArchiveRule, *, user: AbstractBaseUser) -> tuple[ArchiveRule, int]:
    """Store a rule of `user`, unless it exists, and archive its photos in the background; return it and their number.

    Raises TooManyRules.
    """
    with transaction.atomic():
        own = ArchiveRule.objects.filter(owner_id=user.pk)
        stored = own.filter(kind=rule.kind, album=rule.album, source=rule.source).first()
        if stored is None:
            if own.count() >= MAX_RULES:
                raise TooManyRules
            stored = ArchiveRule.objects.create(owner_id=user.pk, kind=rule.kind, album=rule.album, source=rule.source)
        return stored, _settle_concerned(stored, user=user)


def remove_rule(rule: ArchiveRule, *, user: AbstractBaseUser) -> int:
    """Delete a rule of `user`; its photos leave the archive in the background unless something else archives them.

    Return their number.
    """
    with transaction.atomic():
        count = _settle_concerned(rule, user=user)
        rule.delete()
    return count


def delete_album(album_id: int, *, user: AbstractBaseUser) -> str:
    """Delete an album of `user` with the rule about it, but no photo; return its name. Raises Http404.

    Photos that only this rule archives leave the archive in the background.
    """
    with transaction.atomic():
        rules = ArchiveRule.objects.filter(owner_id=user.pk, album=album_id)
        for rule in rules:
            _settle_concerned(rule, user=user)
        return discard_album(album_id, user=user)


def settle_in_background(photo_ids: Iterable[int]) -> None:
    """Settle photos after this transaction, for example because they joined or left an album with a rule."""
    transaction.on_commit(partial(enqueue_settling, list(photo_ids)))


def _settle_concerned(rule: ArchiveRule, *, user: AbstractBaseUser) -> int:
    """Settle the photos that a rule concerns, also those in the trash; return the number of those outside."""
    concerned: PhotoQuerySet = Photo.objects.belonging_to(user).filter(condition_of(rule))
    settle_in_background(concerned.order_by("pk").values_list("pk", flat=True))
    return concerned.filter(trashed_at=None).count()
