"""The rules by which photos go to the archive, unless their owner, a sidecar or an import states otherwise."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from gallery.models import AlbumPhoto, ArchiveRule, Photo, PhotoSource
from gallery.text.canonical import fold, passages


@dataclass(frozen=True)
class RuleMatch:
    """The rules of an owner that concern one photo, whose kind may still change."""

    kinds: frozenset[str] = frozenset()
    is_certain: bool = False

    def archives(self, kind: str) -> bool:
        """Return whether a rule archives the photo if it is of this kind."""
        return self.is_certain or kind in self.kinds


NO_RULES = RuleMatch()


def matches_of_photos(photos: Collection[Photo]) -> Mapping[int, RuleMatch]:
    """Return the matches of stored photos by id, in three queries at most."""
    rules = _rules_by_owner({photo.owner_id for photo in photos})
    if not rules:
        return {}
    concerned = {photo.pk: rules[photo.owner_id] for photo in photos if photo.owner_id in rules}
    certain = _in_albums(concerned) | _from_sources(concerned)
    return {pk: RuleMatch(_kinds(own), pk in certain) for pk, own in concerned.items()}


def match_of_new_photo(rules: Iterable[ArchiveRule], *, paths: Iterable[str]) -> RuleMatch:
    """Return the match of a photo that is not stored yet, and so in no album."""
    own = list(rules)
    folded = [fold(path) for path in paths]
    parts = {key for rule in own if (key := source_key(rule.source))}
    return RuleMatch(_kinds(own), any(part in path for part in parts for path in folded))


def condition_of(rule: ArchiveRule) -> Q:
    """Return the condition for the photos that a rule concerns."""
    if rule.kind:
        return Q(kind=rule.kind)
    if rule.album_id:
        members = AlbumPhoto.objects.filter(album=rule.album_id, is_member=True, photo=OuterRef("pk"))
        return Q(Exists(members))
    sources = PhotoSource.objects.filter(folded_path__contains=source_key(rule.source), photo=OuterRef("pk"))
    return Q(Exists(sources))


def source_key(text: str) -> str:
    """Return the form in which part of a path is compared; empty if nothing can be found by it."""
    return next((passage.text for passage in passages(text)), "")


def _rules_by_owner(owner_ids: set[int]) -> dict[int, list[ArchiveRule]]:
    rules: dict[int, list[ArchiveRule]] = {}
    for rule in ArchiveRule.objects.filter(owner__in=owner_ids).order_by("pk"):
        rules.setdefault(rule.owner_id, []).append(rule)
    return rules


def _kinds(rules: Iterable[ArchiveRule]) -> frozenset[str]:
    return frozenset(rule.kind for rule in rules if rule.kind)


def _in_albums(concerned: Mapping[int, list[ArchiveRule]]) -> set[int]:
    albums = {rule.album_id for own in concerned.values() for rule in own if rule.album_id}
    if not albums:
        return set()
    members = AlbumPhoto.objects.filter(album__in=albums, photo__in=list(concerned), is_member=True)
    return set(members.values_list("photo", flat=True))


def _from_sources(concerned: Mapping[int, list[ArchiveRule]]) -> set[int]:
    parts = {
        pk: [key for rule in own if (key := source_key(rule.source))]
        for pk, own in concerned.items()
        if any(rule.source for rule in own)
    }
    if not parts:
        return set()
    paths = PhotoSource.objects.filter(photo__in=list(parts)).values_list("photo", "folded_path")
    return {pk for pk, path in paths if any(part in path for part in parts[pk])}
